"""Add a preview to the repository of previews, or remove it.

    publish_preview.py (NUMBER FOLDER | --remove NUMBER)

The branch `main` there has a folder `pr-NUMBER` for each preview. It always has one commit, so that it doesn't grow.
The script checks nothing out: it makes a tree of git's from the folder, and refers to the other folders by their ids.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from gh import api, fail

BRANCH = "refs/heads/main"
TRIES = 5


class Git:
    """A temporary repository whose `origin` is the repository of previews."""

    def __init__(self, folder: Path, repository: str, key: str) -> None:
        secret, hosts = folder / "key", folder / "known_hosts"
        secret.touch(0o600)
        secret.write_text(key.strip() + "\n", encoding="utf-8")
        hosts.write_text("".join(f"github.com {host}\n" for host in api("meta")["ssh_keys"]), encoding="utf-8")
        identity = {"NAME": "github-actions[bot]", "EMAIL": "github-actions[bot]@users.noreply.github.com"}
        self.environment = {
            **os.environ,
            **{f"GIT_{role}_{field}": value for role in ("AUTHOR", "COMMITTER") for field, value in identity.items()},
            "GIT_DIR": str(folder / "git"),
            "GIT_SSH_COMMAND": f"ssh -i {secret} -o IdentitiesOnly=yes -o UserKnownHostsFile={hosts}"
            " -o StrictHostKeyChecking=yes",
            "GIT_TERMINAL_PROMPT": "0",
        }
        self("init", "--quiet", "--bare")
        self("remote", "add", "origin", f"git@github.com:{repository}.git")

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        run = subprocess.run(
            ["git", *arguments],
            env=self.environment,
            input=stdin,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=True,
        )
        return run.stdout.strip()

    def entries(self, commit: str) -> dict[str, str]:
        """The entries of the root folder of a commit: each name with the line that describes it."""
        lines = self("ls-tree", commit).splitlines() if commit else []
        return {line.partition("\t")[2]: line for line in lines}

    def tree(self, folder: Path) -> str:
        """Store a folder of this machine as a tree, with the files that git would ignore. Returns the tree's id."""
        self(f"--work-tree={folder}", "add", "--force", "--all", str(folder))
        return self("write-tree")


def update(git: Git, name: str, folder: Path | None) -> None:
    """Replace the folder of that name, or remove it if `folder` is None. Tries again if another run pushed first."""
    tree = git.tree(folder) if folder else None
    # Without this file GitHub Pages would process the pages with Jekyll.
    marker = git("hash-object", "-w", "--stdin")
    for remaining in reversed(range(TRIES)):
        old = ""
        if git("ls-remote", "origin", BRANCH):
            git("fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", BRANCH)
            old = git("rev-parse", "FETCH_HEAD")
        before = git.entries(old)
        after = {**before, ".nojekyll": f"100644 blob {marker}\t.nojekyll"}
        after.pop(name, None)
        if tree:
            after[name] = f"040000 tree {tree}\t{name}"
        if after == before:
            return
        root = git("mktree", "--missing", stdin="".join(f"{line}\n" for line in after.values()))
        commit = git("commit-tree", root, "-m", "Previews")
        try:
            git("push", "--quiet", f"--force-with-lease={BRANCH}:{old}", "origin", f"{commit}:{BRANCH}")
        except subprocess.CalledProcessError:
            if not remaining:
                raise
        else:
            return


def refuse_origin_of_docs(docs: str, previews: str) -> None:
    """Fail if previews share the host of the docs: their scripts could do whatever scripts of the docs can."""
    address = urlsplit(previews)
    if address.scheme != "https" or not address.hostname:
        fail(f"PREVIEW_URL is {previews!r}, but must be an https:// address")
    if address.hostname == urlsplit(docs).hostname:
        fail(f"PREVIEW_URL is on {address.hostname!r}, the host of the docs; give previews a host of their own")


def main(*arguments: str) -> None:
    remove = arguments[0] == "--remove"
    number = int(arguments[1] if remove else arguments[0])
    repository = os.environ["PREVIEW_REPOSITORY"]
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
        fail(f"PREVIEW_REPOSITORY is {repository!r}, but must be owner/name")
    if not remove:
        docs = api(f"repos/{os.environ['GITHUB_REPOSITORY']}/pages")["html_url"]
        refuse_origin_of_docs(docs, os.environ["PREVIEW_URL"])
    with TemporaryDirectory() as scratch:
        try:
            git = Git(Path(scratch), repository, os.environ["PREVIEW_DEPLOY_KEY"])
            update(git, f"pr-{number}", None if remove else Path(arguments[1]).resolve())
        except subprocess.CalledProcessError as error:
            fail(f"`git {error.cmd[1]}` failed, see above; check that PREVIEW_DEPLOY_KEY may write to {repository}")


if __name__ == "__main__":
    main(*sys.argv[1:])
