"""What git makes of the work of two people, and what `check` says of that. In real repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api_upgrades.cli import main
from tests.shop import FILES, LATEST, VERSIONS, frozen, write

MODELS = "changes/api/__init__.py"
UNRELEASED = "changes/unreleased"

WEIGHT = (
    "examples=[416])\n",
    'examples=[416])\n    weight: int | None = Field(None, description="W", examples=[300])\n',
)
COUNT = ('was bought.")\n', 'was bought.")\n    count: int | None = Field(None, description="C", examples=[2])\n')


class Project:
    """The shop in a repository, with a branch `main` and a branch `other` that begins there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")
        write(root, {**FILES, ".gitignore": ".cache/\n__pycache__/\n"})
        frozen(root)
        self.commit()

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        own = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "core.hooksPath=/dev/null"]
        environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(self.root)}
        return subprocess.run(
            ["git", *own, *arguments], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )

    def commit(self) -> None:
        self.git("add", "--all")
        done = self.git("commit", "--quiet", "--no-edit", "--message", "Some work")
        assert done.returncode == 0, done.stdout + done.stderr

    def conflicts(self) -> list[str]:
        """Merge the other branch into the one that is checked out; the files that somebody has to look at."""
        merged = self.git("merge", "--quiet", "--no-edit", "other")
        found = self.git("diff", "--name-only", "--diff-filter=U").stdout.split()
        assert (merged.returncode == 0) == (not found), merged.stdout + merged.stderr
        return found

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(main, ["--root", str(self.root), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    def done(self, *arguments: str) -> None:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output

    def edit(self, *edits: tuple[str, str]) -> None:
        file = self.root / MODELS
        text = file.read_text("utf-8")
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        file.write_text(text, "utf-8")

    def draft(self, *edits: tuple[str, str], options: tuple[str, ...] = ()) -> None:
        """Edit the models, draft the change, write its prose, commit."""
        self.edit(*edits)
        self.done("draft", *options)
        for file in self.root.glob("changes/*/*.yaml"):
            file.write_text(file.read_text("utf-8").replace(": TODO", ": It is so."), "utf-8")
        assert self.run("check").exit_code == 0
        self.commit()

    def on(self, branch: str) -> Project:
        self.git("checkout", "--quiet", *(["-b"] if branch not in self.git("branch").stdout.split() else []), branch)
        assert self.git("branch", "--show-current").stdout == f"{branch}\n"
        return self

    def files(self, folder: str) -> set[str]:
        return {file.name for file in (self.root / folder).iterdir()}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "project").mkdir()
    return Project(tmp_path / "project")


def test_drafts_of_two_branches_merge(project: Project) -> None:
    project.on("other").draft(COUNT)
    project.on("main").draft(WEIGHT)
    assert project.conflicts() == []
    assert project.files(UNRELEASED) == {"book-weight.yaml", "order-count.yaml"}
    assert project.run("check").output == "3 versions and 4 changes are fine.\n"


def test_a_release_leaves_the_drafts_of_other_branches_unreleased(project: Project) -> None:
    project.draft(WEIGHT)
    project.on("other").done("release", "2024-04-01")
    project.commit()
    project.on("main").draft(COUNT)
    assert project.conflicts() == []
    assert project.files(UNRELEASED) == {".gitkeep", "order-count.yaml"}
    assert project.files("changes/2024-04-01") == {"book-weight.yaml", "lock.json", "version.yaml"}
    assert project.run("check").output == "4 versions and 4 changes are fine.\n"


# The same property

PAGES = '    pages: int = Field(description="How long it is.", examples=[416])\n'
AS_TEXT = (PAGES, PAGES.replace("int", "str").replace("[416]", '["416"]'))
RENAMED = (PAGES, PAGES.replace("pages", "length"))
RENAMED_AS_TEXT = (RENAMED[1], AS_TEXT[1].replace("pages", "length"))
ANSWER = ("--rename", "pages=length")


def test_contradictions_are_named_with_the_way_out(project: Project) -> None:
    project.on("other").draft(AS_TEXT)
    project.on("main").draft(RENAMED, options=ANSWER)
    assert project.conflicts() == [MODELS]
    project.git("checkout", "--ours", MODELS)
    project.edit(RENAMED_AS_TEXT)
    said = project.run("check").output
    assert "'book-pages-change-type' and 'book-length' both change Book.pages; declare which came first" in said
    assert "changes/unreleased/version.yaml" in said
    write(project.root, {f"{UNRELEASED}/version.yaml": "order: [book-pages-change-type, book-length]\n"})
    assert project.run("check").output == "3 versions and 4 changes are fine.\n"


def test_two_ways_to_alter_one_property_are_two_files(project: Project) -> None:
    project.on("other").draft((PAGES, PAGES.replace("examples", "deprecated=True, examples")))
    project.on("main").draft(AS_TEXT)
    assert project.conflicts() == [MODELS]
    project.git("checkout", "--ours", MODELS)
    project.edit(("    pages: str = Field(", "    pages: str = Field(deprecated=True, "))
    assert project.files(UNRELEASED) == {"book-pages-change-type.yaml", "book-pages-deprecate.yaml"}
    order = "order: [book-pages-change-type, book-pages-deprecate]"
    assert f"both change Book.pages; declare which came first: {order!r}" in project.run("check").output
    write(project.root, {f"{UNRELEASED}/version.yaml": f"{order}\n"})
    assert project.run("check").output == "3 versions and 4 changes are fine.\n"


def test_one_file_that_two_people_wrote(project: Project) -> None:
    project.on("other").draft((PAGES, PAGES.replace("examples", "ge=1, examples")))
    project.on("main").draft((PAGES, PAGES.replace("examples", "ge=2, examples")))
    name = f"{UNRELEASED}/book-pages-minimum.yaml"
    write(project.root, {name: "title: Mine\nwhy: Mine.\neffects:\n  - {kind: deprecate, target: Book.pages}\n"})
    project.commit()
    assert set(project.conflicts()) == {MODELS, name}
    project.git("checkout", "--ours", MODELS)
    said = project.run("check").output
    assert said == f"{name}:1:1: merge conflict; keep the changes of both sides, each in a file of its own\n"


# Additions, which every lock holds

SHELF = (WEIGHT[0], WEIGHT[0] + '    shelf: str | None = Field(None, description="S", examples=["A4"])\n')
BOTH = (WEIGHT[1], WEIGHT[1] + SHELF[1].removeprefix(SHELF[0]))
ADDITION = ("--addition", "--date", "2024-04-01")
MERGED = "merge conflict; take every lock.json from one side of the merge, then run: api-upgrades lock"


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
@pytest.mark.parametrize("other", [COUNT, SHELF], ids=["of two objects", "of one object"])
def test_additions_of_two_branches(project: Project, other: tuple[str, str], side: str) -> None:
    project.on("other").draft(other, options=ADDITION)
    project.on("main").draft(WEIGHT, options=ADDITION)
    conflicts = project.conflicts()
    if MODELS in conflicts:
        project.git("checkout", "--ours", MODELS)
        project.edit(BOTH)
        conflicts.remove(MODELS)
    assert f"changes/{LATEST}/lock.json" in conflicts
    said = project.run("check").output.splitlines()
    assert [line.split(":")[0] for line in said] == sorted(conflicts)
    assert all(line.endswith(MERGED) for line in said)

    project.git("checkout", side, *conflicts)
    assert "this addition is not in the locks yet. Run: api-upgrades lock" in project.run("check").output
    project.done("lock")
    assert project.run("check").output == "3 versions and 4 changes are fine.\n"
    merged = {version: (project.root / f"changes/{version}/lock.json").read_bytes() for version in VERSIONS}
    for lock in project.root.glob("changes/*/lock.json"):
        lock.unlink()
    project.done("lock")
    anew = {version: (project.root / f"changes/{version}/lock.json").read_bytes() for version in VERSIONS}
    assert merged == anew


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_an_addition_beside_a_release(project: Project, side: str) -> None:
    project.draft(WEIGHT)
    project.on("other").draft(COUNT, options=ADDITION)
    project.on("main").done("release", "2024-04-01")
    project.commit()
    conflicts = project.conflicts()
    assert conflicts == [f"changes/{LATEST}/lock.json"]
    project.git("checkout", side, *conflicts)
    assert "this addition is not in the locks yet. Run: api-upgrades lock" in project.run("check").output
    project.done("lock")
    assert project.run("check").output == "4 versions and 4 changes are fine.\n"
