"""What a pull request changes, told of real repositories: the report as data, as Markdown, and its command."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from markdown import markdown as html

from api_upgrades.cli import main
from api_upgrades.project import Project
from api_upgrades.review.page_diff import group_pages
from api_upgrades.review.pull_request import build_pull_request_report
from api_upgrades.review.report import MAX_LENGTH, Report
from tests.repository import commit, git, repository, shop
from tests.shop import API, FILES, LATEST, frozen, write

GOLDEN = Path(__file__).parent / "golden" / "report.md"
TITLED = "changes/2024-03-01/title.yaml"
NUMBERED = API.replace("isbn: str", "number: str")
NUMBER = """\
title: "`isbn` is now `number`"
why: Not every book has an ISBN.
upgrade: Read `number`.
effects:
  - {kind: rename_property, target: Book, old: isbn, new: number}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shop(tmp_path)


def told(root: Path, base: str = "main") -> Report:
    return build_pull_request_report(Project(root), base)


def run(root: Path, *arguments: str) -> Result:
    """Runs the command. A traceback fails the test, whatever it was about."""
    result = CliRunner().invoke(main, ["--root", str(root), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def done(root: Path, *arguments: str) -> Path:
    result = run(root, *arguments)
    assert result.exit_code == 0, result.output
    return root


def places(report: Report) -> list[tuple[str, str, str | None]]:
    return [(one.edit.kind, one.place, one.severity) for one in report.edits]


def renamed(root: Path) -> Path:
    return write(root, {"changes/api/__init__.py": NUMBERED, "changes/unreleased/number.yaml": NUMBER})


def with_blurb(models: str) -> str:
    return models.replace("    pages: int", "    blurb: str | None = Field(None, description='x')\n    pages: int")


def test_nothing_differs(root: Path) -> None:
    report = told(root)
    assert report.verdict == "No changes to the API; released versions are unchanged."
    assert report.as_markdown().split("\n\n") == [
        f"**{report.verdict}**",
        f"Compared with `main` (`{git(root, 'rev-parse', 'main')[:10]}`).",
        "No generated page changes.\n",
    ]


def test_a_new_change_that_breaks(root: Path) -> None:
    report = told(renamed(root))
    assert report.verdict == "1 breaking change; released versions are unchanged."
    assert places(report) == [("added", "unreleased/number", "breaking")]
    [one] = report.breaking
    assert one.operations == ("GET /books/first", "GET /orders/last")
    assert report.pages is not None
    assert report.pages.after_merge.all == ()
    assert "upgrades/unreleased/" in report.pages.after_release.added
    assert {"upgrades/", "reference/latest/books/"} <= set(report.pages.after_release.changed)


def test_all_that_a_change_reaches_is_folded(root: Path) -> None:
    more = [f"GET /books/{number}" for number in range(9)]
    shelf = "".join(f'    Operation("{one}", "Get", id="get_{one[-1]}", responses={{200: Book}}),\n' for one in more)
    with_shelf = {models: models.replace("operations=[\n", f"operations=[\n{shelf}", 1) for models in (API, NUMBERED)}
    for lock in write(root, {"changes/api/__init__.py": with_shelf[API]}).glob("changes/*/lock.json"):
        lock.unlink()
    commit(frozen(root))
    git(root, "branch", "--force", "main")
    text = told(write(renamed(root), {"changes/api/__init__.py": with_shelf[NUMBERED]})).as_markdown()
    shown = "`GET /books/0`, `GET /books/1`, `GET /books/2`, `GET /books/3`, `GET /books/4`"
    assert f"    - Operations: {shown} and 6 more\n" in text
    folded = text[text.index("<details><summary>All affected operations and webhooks</summary>") :]
    assert all(f"`{one}`" in folded for one in (*more, "GET /orders/last"))


def test_words_alone(root: Path) -> None:
    report = told(write(root, {TITLED: FILES[TITLED].replace("A book has a title.", "So do records.")}))
    assert report.verdict == "No changes to the API; released versions are unchanged."
    assert places(report) == [("edited", "2024-03-01/title", "breaking")]
    assert report.edits[0].summary == "edited, wording only: why"
    assert report.breaking == ()
    assert report.pages is not None
    assert report.pages.after_merge.changed == (f"upgrades/{LATEST}/",)


def test_a_release(root: Path) -> None:
    commit(renamed(root))
    git(root, "branch", "--force", "main")
    done(root, "release", "2024-04-01")
    report = told(root)
    assert report.verdict == "2024-04-01 is released with 1 breaking change; released versions are unchanged."
    assert [version.id for version in report.released] == ["2024-04-01"]
    assert places(report) == [("released", "2024-04-01/number", "breaking")]
    assert report.breaking == report.edits
    assert report.pages is not None
    assert "upgrades/2024-04-01/" in report.pages.after_merge.added
    assert "upgrades/unreleased/" in report.pages.after_release.removed


def test_a_released_version_that_is_altered(root: Path) -> None:
    report = told(write(root, {TITLED: FILES[TITLED].replace("old: name", "old: label")}))
    assert report.breaking == ()
    assert {fault.versions for fault in report.altered_faults} == {("2024-02-01", "2024-01-01")}
    assert "released versions differ in" in report.verdict
    markdown = report.as_markdown()
    assert "## Changes to released versions\n\n- 2024-02-01 differs from its release: Book." in markdown
    assert markdown.count("api-upgrades amend") == 1


def test_what_was_altered_on_purpose_says_why(root: Path) -> None:
    write(root, {TITLED: FILES[TITLED].replace("old: name", "old: label")})
    report = told(done(root, "amend", "2024-02-01", "--why", "It was `label` all along."))
    assert report.altered_faults == ()
    assert {one.why for one in report.lock_changes} == {("It was `label` all along.",)}
    assert {version for one in report.lock_changes for version in one.versions} == {"2024-02-01", "2024-01-01"}
    assert "released versions differ in" in report.verdict
    assert "Amended: It was `label` all along." in report.as_markdown()


def test_locks_that_somebody_wrote_to(root: Path) -> None:
    write(root, {TITLED: FILES[TITLED].replace("old: name", "old: label")})
    for lock in root.glob("changes/*/lock.json"):
        lock.unlink()
    report = told(frozen(root))
    assert report.check_result.faults == ()
    assert report.lock_changes
    assert {one.why for one in report.lock_changes} == {()}
    assert "**No amendment says why.**" in report.as_markdown()


def test_a_version_that_is_gone(root: Path) -> None:
    for file in (root / "changes" / "2024-01-01").iterdir():
        file.unlink()
    (root / "changes" / "2024-01-01").rmdir()
    (root / "changes" / "2024-02-01" / "pages.yaml").unlink()
    report = told(root)
    assert ("2024-01-01",) in [one.versions for one in report.lock_changes]
    assert "released versions differ" in report.verdict


def test_an_addition_alters_nothing_released(root: Path) -> None:
    write(root, {"changes/api/__init__.py": with_blurb(API)})
    report = told(done(root, "draft", "--addition", "--date", "2024-03-15"))
    assert [one[0::2] for one in places(report)] == [("added", "additive")]
    assert report.lock_changes == ()
    assert report.verdict == "1 addition; 2 texts to write; released versions are unchanged."
    assert report.pages is not None
    assert "reference/2024-01-01/books/" in report.pages.after_merge.changed


def test_what_no_change_tells_of(root: Path) -> None:
    report = told(write(root, {"changes/api/__init__.py": NUMBERED}))
    assert report.verdict == "No changes to the API; 2 undocumented differences; released versions are unchanged."
    assert [str(one) for one in report.undocumented] == ["Book.isbn was removed", "Book.number is new"]
    assert "- **breaking** Book.isbn was removed\n" in report.as_markdown()


def test_what_is_still_to_be_written(root: Path) -> None:
    write(root, {"changes/api/__init__.py": NUMBERED})
    report = told(done(root, "draft", "--rename", "Book.isbn=Book.number"))
    assert len(report.todos) == 3
    assert "3 texts to write" in report.verdict
    assert "- **breaking** `isbn` is now `number` in `Book`\n" in report.as_markdown()


def test_a_change_that_does_not_fit(root: Path) -> None:
    report = told(write(root, {"changes/unreleased/number.yaml": NUMBER}))
    assert report.verdict == "1 unrated change; 1 fault; whether released versions changed is unknown."
    assert report.pages is None
    assert "The changed pages are unknown until the errors are fixed." in report.as_markdown()


def test_a_registry_that_is_new(tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo")
    at = commit(write(repo, {"README.md": "Hello.\n"}))
    for name in (".", "sub"):
        report = told(frozen(write(repo / name, FILES)), at)
        assert report.comparison.state == "new"
        assert report.comparison.description == f"Compared with `{at[:10]}`. It has no registry, so everything is new."
        assert report.verdict.startswith("3 versions are released with 1 breaking change, 1 addition; ")
        assert report.pages is not None
        assert report.pages.after_merge.changed == report.pages.after_merge.removed == ()
        assert "upgrades/" in report.pages.after_merge.added


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (TITLED, "title: [\n", f"{TITLED}:2:1: "),
        ("changes/api/__init__.py", "import nothing_of_the_kind\n", "changes/api/__init__.py:1:1: No module named"),
        (TITLED, FILES[TITLED].replace("new: title", "new: titel"), f"{TITLED}:5:59: "),
        ("changes/2024-03-01/lock.json", "{", "changes/2024-03-01/lock.json:1:2: "),
    ],
    ids=["YAML", "models", "effects", "lock"],
)
def test_a_base_that_is_broken(root: Path, name: str, text: str, message: str) -> None:
    git(root, "switch", "--quiet", "main")
    right = (root / name).read_text(encoding="utf-8")
    commit(write(root, {name: text}))
    git(root, "switch", "--quiet", "--create", "mended")
    commit(renamed(write(root, {name: right})) if "api" not in name else renamed(root))
    report = told(root)
    assert report.comparison.state == "unreadable"
    assert report.comparison.errors[0].startswith(message)
    assert report.verdict == "1 breaking change; released versions are unchanged."
    assert places(report) == [("unreleased", "unreleased/number", "breaking")]
    result = run(root, "report", "--base", "main")
    assert result.exit_code == 0
    assert "cannot be read, so this report covers the branch alone." in result.stdout


def test_the_repository_stays_as_it_is(root: Path) -> None:
    renamed(root)
    write(root, {"changes/unreleased/staged.yaml": NUMBER.replace("kind: rename", "kind:  rename")})
    git(root, "add", "changes/unreleased/staged.yaml")
    (root / "changes" / "unreleased" / "staged.yaml").unlink()

    def state() -> list[str]:
        index = (root.parent / ".git" / "index").read_bytes().hex()
        return [index, *(git(root, *one) for one in (["status", "--porcelain=v2", "-b"], ["for-each-ref"], ["reflog"]))]

    before = state()
    told(root)
    assert state() == before
    assert {path.name for path in root.parent.rglob(".cache")} <= {".cache"}
    assert git(root, "status", "--porcelain", "--ignored").count(".cache") == 1


def test_golden(root: Path) -> None:
    """`REFRESH_GOLDEN=1 pytest tests/test_report.py` writes it anew; read the difference before you keep it."""
    renamed(root)
    model = with_blurb(NUMBERED).replace("pages: int", "pages: int | None")
    write(root, {"changes/api/__init__.py": model, TITLED: FILES[TITLED].replace("a title.", "a *title*.")})
    write(root, {"changes/unreleased/blurb.yaml": BLURB, "changes/2024-01-01/version.yaml": "summary: The start.\n"})
    made = re.sub(r"`[0-9a-f]{10}`", "`0123456789`", run(root, "report", "--base", "main").stdout)
    if os.environ.get("REFRESH_GOLDEN"):
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8")


BLURB = "title: Books have a `blurb`\nwhy: TODO\neffects: [{kind: add_property, target: Book.blurb}]\n"

ILL = "@everyone `@id` ![i](http://e.com/i.png) <img src=x> <!-- x --> [x](http://e.com) www.e.com #12 GH-3 &#64;me"


def test_what_a_registry_says_does_nothing_in_a_comment(root: Path) -> None:
    ill = json.dumps(ILL)
    change = NUMBER.replace('"`isbn` is now `number`"', ill).replace("Read `number`.", ill)
    write(root, {"changes/api/__init__.py": NUMBERED, "changes/unreleased/number.yaml": change})
    text = told(root).as_markdown()
    # GitHub reads Markdown inside of folds, Python-Markdown doesn't.
    shown = html(re.sub(r"(?m)^<details><summary>[\w :]+</summary>$|^</details>$", "", text), extensions=["sane_lists"])
    assert set(re.findall(r"<(\w+)", shown)) <= {"p", "strong", "h2", "ul", "li", "code", "a"}
    assert set(re.findall(r'<a href="([^"]*)"', shown)) <= {"http://e.com"}
    outside = re.sub(r"<code>.*?</code>", "", shown, flags=re.DOTALL)
    assert "@\u200beveryone" in outside
    assert "<code>@id</code>" in shown
    assert re.findall(r"@\w|#\d|GH-\d|www\.|&#64;\w", re.sub(r'href="[^"]*"', "", outside)) == []


def test_it_is_short_whatever_there_is(root: Path) -> None:
    ids = [f"change-{number}" for number in range(60)]
    write(root, {"changes/unreleased/version.yaml": f"order: [{', '.join(ids)}]\n"})
    for id in ids:
        effect = "{kind: behaviour, target: GET /books/first, severity: breaking, before: a, after: b}"
        text = f"title: {'Long ' * 200}\nwhy: Why {id}.\nupgrade: {'Wait. ' * 200}\neffects: [{effect}]\n"
        write(root, {f"changes/unreleased/{id}.yaml": text})
    report = told(root)
    assert len(report.breaking) == 60
    text = report.as_markdown()
    assert len(text) <= MAX_LENGTH
    assert re.search(r"^- and \d+ more$", text, re.MULTILINE)
    assert len(report.as_json()["changes"]) == 60


def test_as_data(root: Path) -> None:
    result = run(renamed(root), "report", "--base", "main", "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    data = json.loads(result.stdout)
    report = told(root)
    assert data == json.loads(json.dumps(report.as_json()))
    assert (data["api"], data["verdict"]) == ("Shop", report.verdict)
    at = git(root, "rev-parse", "main")
    assert data["base"] == {"state": "compared", "ref": "main", "commit": at, "is_at": "tip", "errors": []}
    assert data["changes"] == [
        {
            "what": "added",
            "folder": "unreleased",
            "id": "number",
            "before": None,
            "edited": [],
            "file": "changes/unreleased/number.yaml",
            "title": "`isbn` is now `number`",
            "severity": "breaking",
            "effects": ["`isbn` is now `number` in `Book`"],
            "operations": ["GET /books/first", "GET /orders/last"],
            "webhooks": [],
        }
    ]
    assert (data["faults"], data["undocumented"], data["lock_changes"], data["released"]) == ([], [], [], [])
    assert data["pages"]["merged"] == {"added": [], "changed": [], "removed": []}


def unknown(root: Path) -> tuple[Path, str]:
    return root, "git finds no commit 'nothing' here"


def no_repository(root: Path) -> tuple[Path, str]:
    return write(root.parent.parent / "elsewhere", FILES), "git: not a git repository"


def shallow(root: Path) -> tuple[Path, str]:
    git(root.parent.parent, "clone", "--quiet", "--depth", "1", f"file://{root.parent}", "clone")
    return root.parent.parent / "clone" / root.name, "git fetch --unshallow"


@pytest.mark.parametrize("where", [unknown, no_repository, shallow])
def test_what_cannot_be_reported(root: Path, where: Callable[[Path], tuple[Path, str]]) -> None:
    folder, message = where(root)
    result = run(folder, "report", "--base", "nothing")
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr


def test_without_a_base(root: Path) -> None:
    result = run(root, "report")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Missing option '--base'" in result.stderr


def test_pages_are_grouped() -> None:
    pages = ("upgrades/", *(f"reference/{v}/{p}/" for v in (1, 2) for p in "ab"), "reference/3/c/", "reference/3/d/")
    assert [(one.path, one.count) for one in group_pages(pages)] == [
        ("upgrades/", 1),
        ("reference/*/a/", 2),
        ("reference/*/b/", 2),
        ("reference/3/…", 2),
    ]
