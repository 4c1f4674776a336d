"""The one edge to git: the commit that a branch is compared with, and a project's folder as it was there.

Blobs are read from git's store and written into a folder apart. So nothing of the repository is touched, and neither
its attributes nor its filters leave anything out or run anything, as they would for an archive or a checkout.
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
"""What git tells its hooks of the repository they run in, which is not where a command run by them is."""

_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "LC_ALL": "C"}

_SYMLINK_MODE, _SUBMODULE_MODE = "120000", "160000"


class GitError(ApiUpgradesError):
    """Git cannot give what was asked of it."""


@dataclass(frozen=True)
class BaseCommit:
    """The commit that HEAD is compared with, found by `ref`.

    It is what `ref` names (`tip`), or the commit at which HEAD left it (`fork`), so that what others merged since is
    nobody's change here. It is again what `ref` names where the two have no commit in common (`unrelated`), or where
    a shallow clone doesn't know of one (`cut`).
    """

    ref: str
    commit: str
    relation: Literal["tip", "fork", "unrelated", "cut"]

    @property
    def short_commit(self) -> str:
        return self.commit[:10]


def find_base(root: Path, ref: str) -> BaseCommit:
    """The commit to compare with. Raises GitError where there is none, and says what to do."""
    named = _resolve_commit(root, ref)
    if named is None:
        raise GitError(_explain_unknown_ref(root, ref))
    forks = _run_git(root, "merge-base", named, "HEAD") if _resolve_commit(root, "HEAD") else None
    found = forks.stdout.decode().split()[0] if forks is not None and forks.returncode == 0 else None
    if found is None:
        return BaseCommit(ref, named, "cut" if _is_shallow(root) else "unrelated")
    return BaseCommit(ref, found, "tip" if found == named else "fork")


def extract_folder(root: Path, commit: str, into: Path) -> bool:
    """Write the folder `root` as it was at a commit into an empty folder; False where it wasn't there."""
    prefix = os.fsdecode(_read_output(root, "rev-parse", "--show-prefix").removesuffix(b"\n"))
    listed = _run_git(root, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:{prefix}")
    if listed.returncode != 0:
        if _run_git(root, "cat-file", "-e", f"{commit}:{prefix}").returncode != 0:
            return False
        raise GitError(_format_error(listed))
    entries = [entry for entry in map(_parse_entry, listed.stdout.split(b"\0")[:-1]) if entry[0] != _SUBMODULE_MODE]
    try:
        _write_entries(into, entries, _read_blobs(root, [id for _, id, _ in entries]))
    except OSError as error:
        raise GitError(f"what {commit} holds cannot be written to {into}: {error.strerror}") from None
    return True


def _write_entries(into: Path, entries: list[tuple[str, str, str]], contents: Iterator[bytes]) -> None:
    links: list[tuple[Path, str]] = []
    for (mode, _, name), content in zip(entries, contents, strict=True):
        path = into / _require_safe_name(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode == _SYMLINK_MODE:
            links.append((path, os.fsdecode(content)))
        else:
            path.write_bytes(content)
    for path, leads_to in links:  # when all files are written: none is written through a link
        path.symlink_to(leads_to)


def _parse_entry(line: bytes) -> tuple[str, str, str]:
    """The mode, the id and the name of a file of a tree."""
    facts, _, name = line.partition(b"\t")
    mode, _, id = facts.decode().split()
    return mode, id, os.fsdecode(name)


def _require_safe_name(name: str) -> str:
    """A name that stays in its folder. Git makes no other, but a repository may be made by something else."""
    parts = name.split("/")
    if PurePosixPath(name).is_absolute() or not {"", ".", ".."}.isdisjoint(parts) or "\\" in name:
        raise GitError(f"the commit holds a file named {name!r}, which leads out of its folder")
    return name


def _read_blobs(root: Path, ids: list[str]) -> Iterator[bytes]:
    """What some blobs hold, in their order."""
    with tempfile.TemporaryFile() as asked:
        asked.write("".join(f"{id}\n" for id in ids).encode())
        asked.seek(0)
        with _start_git(root, "cat-file", "--batch", stdin=asked) as process:
            assert process.stdout is not None, "it is a pipe"
            for id in ids:
                size = process.stdout.readline().rpartition(b" ")[2].strip()
                if not size.isdigit():
                    raise GitError(f"the clone is incomplete: git cannot read the blob {id}. Run: git fetch --refetch")
                yield process.stdout.read(int(size))
                process.stdout.read(1)


def _resolve_commit(root: Path, ref: str) -> str | None:
    """The full id of the commit that a name means. `--end-of-options` keeps it a name, whatever it begins with."""
    found = _run_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return found.stdout.decode().strip() if found.returncode == 0 else None


def _explain_unknown_ref(root: Path, ref: str) -> str:
    _read_output(root, "rev-parse", "--git-dir")  # raises where there is no repository
    names = _read_output(root, "for-each-ref", "--format=%(refname:short)").decode(errors="replace").split()
    message = f"git knows no commit {ref!r} here"
    if hint := next((f" (did you mean {name!r}?)" for name in names if name.endswith(f"/{ref}")), ""):
        return message + hint
    if _is_shallow(root):
        return (
            f"{message}, and this clone is shallow. Fetch the rest: git fetch --unshallow origin {ref}, or "
            "'fetch-depth: 0' where actions/checkout made the clone"
        )
    if not names and _resolve_commit(root, "HEAD") is None:
        return f"{message}: the repository has no commit yet"
    return f"{message}{did_you_mean(ref, names) or '; fetch it, or name another'}"


def _is_shallow(root: Path) -> bool:
    """Whether a clone holds only the last commits of its history."""
    return _read_output(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def _read_output(root: Path, *arguments: str) -> bytes:
    """What git answers. Raises GitError with what it says instead."""
    found = _run_git(root, *arguments)
    if found.returncode != 0:
        raise GitError(_format_error(found))
    return found.stdout


def _format_error(found: subprocess.CompletedProcess[bytes]) -> str:
    said = found.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
    return f"git: {said.splitlines()[0] if said else f'ended with exit code {found.returncode}'}"


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
        raise GitError("git is not installed, or not on the PATH; a report compares with a commit of git") from None
