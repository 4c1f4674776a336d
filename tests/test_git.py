"""The edge to git: which commit is compared with, what is read of it, and that nothing else is touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from api_upgrades.review.git import GitError, extract_folder, find_base
from tests.repository import commit, git, repository
from tests.shop import write


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Two commits on `main`, and `topic` with one of its own after the first of them."""
    root = repository(tmp_path / "a repo")
    commit(write(root, {"a.txt": "one\n"}))
    git(root, "switch", "--quiet", "--create", "topic")
    commit(write(root, {"b.txt": "two\n"}))
    git(root, "switch", "--quiet", "main")
    commit(write(root, {"c.txt": "three\n"}))
    git(root, "switch", "--quiet", "topic")
    return root


def state(root: Path) -> tuple[str, ...]:
    """All that nothing may touch."""
    index = (root / git(root, "rev-parse", "--git-path", "index")).read_bytes()
    commands = (["status", "--porcelain=v2", "--branch"], ["for-each-ref"], ["reflog"], ["stash", "list"])
    return (index.hex(), *(git(root, *command) for command in commands), (root / ".git" / "HEAD").read_text())


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def extracted(root: Path, commit: str, into: Path) -> dict[str, bytes]:
    into.mkdir()
    assert extract_folder(root, commit, into)
    return files(into)


def refused(root: Path, ref: str) -> str:
    with pytest.raises(GitError) as error:
        find_base(root, ref)
    return str(error.value)


def test_a_branch_is_compared_with_where_it_left_the_other(repo: Path) -> None:
    base = find_base(repo, "main")
    assert (base.commit, base.relation) == (git(repo, "rev-parse", "main^"), "fork")


def test_what_head_comes_from_is_compared_with_as_it_is(repo: Path) -> None:
    for ref in ("main", git(repo, "rev-parse", "main")):
        git(repo, "merge", "--quiet", "--no-edit", "main")
        base = find_base(repo, ref)
        assert (base.ref, base.commit, base.relation) == (ref, git(repo, "rev-parse", "main"), "tip")


def test_branches_that_have_nothing_in_common(repo: Path) -> None:
    git(repo, "switch", "--quiet", "--orphan", "other")
    commit(write(repo, {"d.txt": "four\n"}))
    base = find_base(repo, "main")
    assert (base.commit, base.relation) == (git(repo, "rev-parse", "main"), "unrelated")


def test_a_branch_without_a_commit(repo: Path) -> None:
    git(repo, "switch", "--quiet", "--orphan", "other")
    assert find_base(repo, "main").relation == "unrelated"


def test_a_shallow_clone_that_does_not_hold_where_the_branch_left(repo: Path, tmp_path: Path) -> None:
    url = f"file://{repo}"
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--no-single-branch", "--branch", "topic", url, "clone")
    assert find_base(clone, "origin/main").relation == "cut"


def test_the_merge_that_a_workflow_builds_needs_two_commits_alone(repo: Path, tmp_path: Path) -> None:
    git(repo, "switch", "--quiet", "--detach", "main")
    git(repo, "merge", "--quiet", "--no-edit", "--no-ff", "topic")
    git(repo, "switch", "--quiet", "--create", "merged")
    git(tmp_path, "clone", "--quiet", "--depth", "2", "--branch", "merged", f"file://{repo}", "clone")
    base = find_base(tmp_path / "clone", "HEAD^1")
    assert (base.commit, base.relation) == (git(repo, "rev-parse", "main"), "tip")


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("mian", "git finds no commit 'mian' here (did you mean 'main'?)"),
        ("nothing", "git finds no commit 'nothing' here; fetch it, or choose another ref"),
        ("", "git finds no commit '' here"),
        ("main:a.txt", "git finds no commit 'main:a.txt' here"),
        ("--upload-pack=touch owned", "git finds no commit '--upload-pack=touch owned' here"),
        ("--output=owned", "git finds no commit '--output=owned' here"),
        ("-h", "git finds no commit '-h' here"),
    ],
)
def test_a_ref_that_is_none(repo: Path, ref: str, message: str) -> None:
    before = state(repo)
    assert refused(repo, ref).startswith(message)
    assert state(repo) == before
    assert not (repo / "owned").exists()


def test_a_branch_that_only_the_remote_has(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--branch", "topic", str(repo), "clone")
    assert refused(tmp_path / "clone", "main").endswith("(did you mean 'origin/main'?)")


def test_a_ref_that_a_shallow_clone_lacks(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repo}", "clone")
    message = refused(tmp_path / "clone", "main")
    assert "this clone is shallow" in message
    assert "git fetch --unshallow" in message
    assert "fetch-depth: 0" in message


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    assert refused(repository(tmp_path / "new"), "main").endswith("the repository has no commits yet")


def test_no_repository(tmp_path: Path) -> None:
    assert refused(tmp_path, "main").startswith("git: not a git repository")


def test_no_git(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refused(repo, "main").startswith("git is not installed")


def test_a_folder_comes_as_it_was_and_nothing_is_touched(repo: Path, tmp_path: Path) -> None:
    content = {
        "sub dir/é ü.txt": "text\n",
        "sub dir/deep/er.txt": "",
        "sub dir/.gitattributes": "* export-ignore text eol=crlf export-subst\n",
        "sub dir/id.txt": "$Format:%H$\n",
        "outside.txt": "no\n",
    }
    write(repo, content)
    (repo / "sub dir" / "link").symlink_to("deep")
    before = files(repo / "sub dir")
    at = commit(repo)
    write(repo, {"sub dir/id.txt": "edited", "sub dir/new.txt": "new"})
    was = state(repo)
    assert extracted(repo / "sub dir", at, tmp_path / "out") == before
    assert (tmp_path / "out" / "link").readlink() == Path("deep")
    assert extracted(repo, at, tmp_path / "all").keys() > {"outside.txt", "a.txt"}
    assert state(repo) == was


def test_a_folder_that_was_not_there(repo: Path, tmp_path: Path) -> None:
    (repo / "new").mkdir()
    (tmp_path / "out").mkdir()
    assert not extract_folder(repo / "new", git(repo, "rev-parse", "HEAD"), tmp_path / "out")
    assert files(tmp_path / "out") == {}


def test_inside_a_hook(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = commit(write(repo, {"sub/x.txt": "x"}))
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "another index"))
    monkeypatch.setenv("GIT_PREFIX", "elsewhere/")
    assert find_base(repo / "sub", at).commit == at
    assert extracted(repo / "sub", at, tmp_path / "out") == {"x.txt": b"x"}
    assert not (tmp_path / "another index").exists()


@pytest.mark.parametrize("name", [b"..", b"a\\b"])
def test_a_tree_with_a_name_that_leads_elsewhere(repo: Path, tmp_path: Path, name: bytes) -> None:
    blob = bytes.fromhex(git(repo, "rev-parse", "HEAD:a.txt"))
    inner = b"100644 escaped\0" + blob
    id = git(repo, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", sent=inner)
    tree = b"40000 " + name + b"\0" + bytes.fromhex(id)
    id = git(repo, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", sent=tree)
    at = git(repo, "commit-tree", id, "-m", "Crafted")
    (tmp_path / "out").mkdir()
    with pytest.raises(GitError, match="leads out of its folder"):
        extract_folder(repo, at, tmp_path / "out")
    assert not (tmp_path / "escaped").exists()


def test_a_file_is_not_written_through_a_link(repo: Path, tmp_path: Path) -> None:
    def tree(*entries: bytes) -> str:
        return git(repo, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", sent=b"".join(entries))

    out = git(repo, "hash-object", "-w", "--stdin", sent=os.fsencode(tmp_path))
    inner = tree(b"100644 owned\0" + bytes.fromhex(git(repo, "rev-parse", "HEAD:a.txt")))
    crafted = tree(b"120000 x\0" + bytes.fromhex(out), b"40000 x\0" + bytes.fromhex(inner))
    at = git(repo, "commit-tree", crafted, "-m", "Crafted")
    (tmp_path / "out").mkdir()
    with pytest.raises(GitError, match="cannot be written"):
        extract_folder(repo, at, tmp_path / "out")
    assert not (tmp_path / "owned").exists()


def test_a_submodule_is_left_out(repo: Path, tmp_path: Path) -> None:
    id = git(repo, "rev-parse", "HEAD")
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{id},module")
    git(repo, "commit", "--quiet", "--message", "A submodule")
    at = git(repo, "rev-parse", "HEAD")
    assert extracted(repo, at, tmp_path / "out").keys() == {"a.txt", "b.txt"}
