"""Git repositories that tests make, whatever the settings of the machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.shop import FILES, frozen, write

ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "somebody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *arguments: str, sent: bytes = b"") -> str:
    """What git answers in a folder."""
    run = subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, input=sent, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode().strip()


def repository(folder: Path) -> Path:
    """An empty repository."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def commit(folder: Path) -> str:
    """Commit everything below a folder's repository; the commit's id comes back."""
    git(folder, "add", "--all", ":/")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "More")
    return git(folder, "rev-parse", "HEAD")


def shop(folder: Path) -> Path:
    """The shop in a subfolder of a repository, frozen and committed on `main`, with `topic` checked out."""
    root = write(repository(folder / "a repository") / "the shop", FILES)
    write(root.parent, {".gitignore": ".cache/\n__pycache__/\n"})
    frozen(root)
    commit(root)
    git(root, "switch", "--quiet", "--create", "topic")
    return root
