"""Reads git: the commit that a branch is compared with, and a project's folder at that commit.

Blobs are read from git's object store and written to a separate folder. So the repository isn't touched, and its
attributes and filters can't leave anything out or run anything, as they could with an archive or a checkout.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from api_upgrades.core.errors import ApiUpgradesError, did_you_mean

_HOOK_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""Variables that git sets for hooks. In a hook, they would make our git commands use the hook's repository."""

_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "LC_ALL": "C"}

_SYMLINK_MODE, _SUBMODULE_MODE = "120000", "160000"


class GitError(ApiUpgradesError):
    """Git can't provide what it was asked for."""


@dataclass(frozen=True)
class BaseCommit:
    """The commit to compare HEAD with.

    `ref` is what the user asked for. `relation` says which commit was chosen. `fork` is where HEAD branched off from
    `ref`, so that commits merged since then don't count as this branch's changes. Otherwise it is the commit that
    `ref` refers to: `tip` if HEAD contains it, `unrelated` if the two have no commit in common, and `cut` if the clone
    is too shallow to know.
    """

    ref: str
    commit: str
    relation: Literal["tip", "fork", "unrelated", "cut"]

    @property
    def short_commit(self) -> str:
        return self.commit[:10]


def find_base(root: Path, ref: str) -> BaseCommit:
    """Find the commit to compare HEAD with. Raises GitError, with what to do, if there is none."""
    tip = _resolve_commit(root, ref)
    if tip is None:
        raise GitError(_explain_unknown_ref(root, ref))
    result = _run_git(root, "merge-base", tip, "HEAD") if _resolve_commit(root, "HEAD") else None
    fork = result.stdout.decode().split()[0] if result is not None and result.returncode == 0 else None
    if fork is None:
        return BaseCommit(ref, tip, "cut" if _is_shallow(root) else "unrelated")
    return BaseCommit(ref, fork, "tip" if fork == tip else "fork")


def extract_folder(root: Path, commit: str, destination: Path) -> bool:
    """Write the folder `root` as it was at a commit to an empty folder. Returns whether it existed then."""
    prefix = os.fsdecode(_read_output(root, "rev-parse", "--show-prefix").removesuffix(b"\n"))
    listed = _run_git(root, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:{prefix}")
    if listed.returncode != 0:
        if _run_git(root, "cat-file", "-e", f"{commit}:{prefix}").returncode != 0:
            return False
        raise GitError(_format_error(listed))
    entries = [entry for entry in map(_parse_entry, listed.stdout.split(b"\0")[:-1]) if entry[0] != _SUBMODULE_MODE]
    try:
        _write_entries(destination, entries, _read_blobs(root, [id for _, id, _ in entries]))
    except OSError as error:
        raise GitError(f"the files of {commit} cannot be written to {destination}: {error.strerror}") from None
    return True


def _write_entries(destination: Path, entries: list[tuple[str, str, str]], contents: Iterator[bytes]) -> None:
    links: list[tuple[Path, str]] = []
    for (mode, _, name), content in zip(entries, contents, strict=True):
        path = destination / _require_safe_name(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode == _SYMLINK_MODE:
            links.append((path, os.fsdecode(content)))
        else:
            path.write_bytes(content)
    for path, target in links:  # at the end, so that no file is written through a link
        path.symlink_to(target)


def _parse_entry(line: bytes) -> tuple[str, str, str]:
    """Return the mode, id and name of a file, from a line of `git ls-tree`."""
    metadata, _, name = line.partition(b"\t")
    mode, _, id = metadata.decode().split()
    return mode, id, os.fsdecode(name)


def _require_safe_name(name: str) -> str:
    """Return the name; raise GitError if it leads out of its folder. Git itself doesn't create such names."""
    parts = name.split("/")
    if PurePosixPath(name).is_absolute() or not {"", ".", ".."}.isdisjoint(parts) or "\\" in name:
        raise GitError(f"the commit contains a file named {name!r}, which leads out of its folder")
    return name


def _read_blobs(root: Path, ids: list[str]) -> Iterator[bytes]:
    """Yield the contents of blobs in the given order."""
    with tempfile.TemporaryFile() as requests:
        requests.write("".join(f"{id}\n" for id in ids).encode())
        requests.seek(0)
        with _start_git(root, "cat-file", "--batch", stdin=requests) as process:
            assert process.stdout is not None, "it is a pipe"
            for id in ids:
                size = process.stdout.readline().rpartition(b" ")[2].strip()
                if not size.isdigit():
                    raise GitError(f"the clone is incomplete: git cannot read the blob {id}. Run: git fetch --refetch")
                yield process.stdout.read(int(size))
                process.stdout.read(1)


def _resolve_commit(root: Path, ref: str) -> str | None:
    """Return the full id of a ref's commit. `--end-of-options` keeps a ref such as `-h` from being an option."""
    result = _run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return result.stdout.decode().strip() if result.returncode == 0 else None


def _explain_unknown_ref(root: Path, ref: str) -> str:
    _read_output(root, "rev-parse", "--git-dir")  # raises if there is no repository
    names = _read_output(root, "for-each-ref", "--format=%(refname:short)").decode(errors="replace").split()
    message = f"git finds no commit {ref!r} here"
    if hint := next((f" (did you mean {name!r}?)" for name in names if name.endswith(f"/{ref}")), ""):
        return message + hint
    if _is_shallow(root):
        return (
            f"{message}, and this clone is shallow. Fetch the rest: git fetch --unshallow origin {ref}, or set "
            "'fetch-depth: 0' if actions/checkout made the clone"
        )
    if not names and _resolve_commit(root, "HEAD") is None:
        return f"{message}: the repository has no commits yet"
    return f"{message}{did_you_mean(ref, names) or '; fetch it, or choose another ref'}"


def _is_shallow(root: Path) -> bool:
    """Whether the clone contains only the newest commits of its history."""
    return _read_output(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def _read_output(root: Path, *arguments: str) -> bytes:
    """Run git and return its output. Raises GitError with git's message if it fails."""
    result = _run_git(root, *arguments)
    if result.returncode != 0:
        raise GitError(_format_error(result))
    return result.stdout


def _format_error(result: subprocess.CompletedProcess[bytes]) -> str:
    message = result.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
    return f"git: {message.splitlines()[0] if message else f'ended with exit code {result.returncode}'}"


def _run_git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    with _start_git(root, *arguments) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _start_git(root: Path, *arguments: str, stdin: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _HOOK_VARIABLES}
    try:
        return subprocess.Popen(
            ["git", *arguments],
            cwd=root,
            env=environment | _ENVIRONMENT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError:
        raise GitError("git is not installed or not on the PATH; a report needs it to compare with a commit") from None
