"""The files that `draft` writes after edits of the models, as text, and what it asks and advises."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from api_upgrades.registry.json_schema import SCHEMA_LINE
from tests.shop import FILES, call, edit, frozen, texts, write

TODOS = "title: TODO\nwhy: TODO\n"
UPGRADE = "upgrade: TODO\n"
TITLE = '    title: str = Field(description="Its name.", examples=["The Odyssey"])\n'
ISBN = '    isbn: str = Field(description="Its number.", examples=["9780140449136"])\n'
PAGES = '    pages: int = Field(description="How long it is.", examples=[416])\n'
AUTHOR = '    author: str | None = Field(default=None, description="Its author.", examples=["Homer"])\n'
BOOK = '    book: Book = Field(description="What was bought.")\n'
EAN = ISBN.replace("isbn", "ean")
TWINS = TITLE.replace("title", "heading") + TITLE.replace("title", "caption")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frozen(write(tmp_path_factory.mktemp("released"), FILES))


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    return shutil.copytree(released, tmp_path / "a project")


def changes(project: Path) -> dict[str, str]:
    """The change files that are neither released nor the schema, by their names in the registry."""
    found = {name.removeprefix("changes/"): text for name, text in texts(project).items()}
    return {name: text for name, text in found.items() if name.startswith(("unreleased/", "additions/"))}


CASES = {
    "a new name": (
        [("    isbn: str", "    ean: str")],
        [],
        {
            "unreleased/book-ean.yaml": "# `isbn` is now `ean` in `Book`\n"
            f"{TODOS}{UPGRADE}effects:\n"
            "  - {kind: rename_property, target: Book, old: isbn, new: ean}\n"
        },
    ),
    "gone and come": (
        [("    isbn: str", "    ean: str")],
        ["--no-renames"],
        {
            "unreleased/book-ean.yaml": "# `Book.ean` is new\n"
            f"{TODOS}effects:\n"
            "  - {kind: add_property, target: Book.ean}\n",
            "unreleased/book-isbn-remove-property.yaml": "# `Book.isbn` was removed\n"
            f"{TODOS}{UPGRADE}effects:\n"
            "  - kind: remove_property\n"
            "    target: Book.isbn\n"
            '    was: {type: string, description: Its number., examples: ["9780140449136"]}\n'
            "    required: true\n"
            "    before: title\n",
        },
    ),
    "gone beside a new name": (
        [(ISBN, ""), ("    title: str", "    caption: str")],
        ["--rename", "title=caption"],
        {
            "unreleased/book-caption.yaml": "# `title` is now `caption` in `Book`\n# `Book.isbn` was removed\n"
            f"{TODOS}{UPGRADE}effects:\n"
            "  - {kind: rename_property, target: Book, old: title, new: caption}\n"
            "  - kind: remove_property\n"
            "    target: Book.isbn\n"
            '    was: {type: string, description: Its number., examples: ["9780140449136"]}\n'
            "    required: true\n"
            "    before: caption\n"
        },
    ),
    "several things": (
        [("pages: int", "pages: str"), ("[416]", '["416"]'), (BOOK, BOOK + AUTHOR)],
        [],
        {
            "unreleased/book-pages-change-type.yaml": "# `Book.pages` has a different type (it was an integer)\n"
            f"{TODOS}{UPGRADE}effects:\n"
            "  - {kind: change_type, target: Book.pages, was: {type: integer, examples: [416]}}\n",
            "unreleased/order-author.yaml": "# `Order.author` is new\n"
            f"{TODOS}effects:\n"
            "  - {kind: add_property, target: Order.author}\n",
        },
    ),
    "one thing in two objects": (
        [(PAGES, PAGES + AUTHOR), (BOOK, BOOK + AUTHOR)],
        [],
        {
            "unreleased/author.yaml": "# `Book.author` and `Order.author` are new\n"
            f"{TODOS}effects:\n"
            "  - {kind: add_property, target: [Book.author, Order.author]}\n"
        },
    ),
    "an addition": (
        [(PAGES, PAGES + AUTHOR)],
        ["--addition", "--date", "2024-04-01"],
        {
            "additions/book-author.yaml": "# `Book.author` is new\n"
            f"date: 2024-04-01\n{TODOS}effects:\n"
            "  - {kind: add_property, target: Book.author}\n"
        },
    ),
    "other words": ([("Its name.", "The name on its cover.")], [], {}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_drafted(project: Path, name: str) -> None:
    edits, options, files = CASES[name]
    edit(project, *edits)
    before = texts(project)
    dry = call(project, "draft", *options, "--dry-run")
    assert (dry.exit_code, texts(project)) == (0, before)
    drafted = call(project, "draft", *options)
    assert drafted.exit_code == 0
    assert changes(project) == {file: f"{SCHEMA_LINE}\n{text}" for file, text in files.items()}
    for file, text in changes(project).items():
        assert f"changes/{file}\n" in drafted.stdout
        assert f"# changes/{file}\n{text}\n" in dry.stdout
    left = {fault["kind"] for fault in json.loads(call(project, "check", "--format", "json").stdout)["faults"]}
    assert left == ({"prose"} if files else set())
    again = call(project, "draft", *options)
    assert again.stdout == "Every difference is documented; there is nothing to draft.\n"


def test_the_schema_is_written_where_the_first_line_leads(project: Path) -> None:
    edit(project, ("    isbn: str", "    ean: str"))
    schema = project / "changes" / "change.schema.json"
    call(project, "draft", "--dry-run")
    assert not schema.exists()
    drafted = call(project, "draft")
    assert drafted.stdout == "changes/change.schema.json\nchanges/unreleased/book-ean.yaml\n"
    [line] = {text.splitlines()[0] for text in changes(project).values()}
    leads_to = (project / "changes" / "unreleased" / line.partition("$schema=")[2]).resolve()
    assert leads_to == schema.resolve()
    written = schema.read_text(encoding="utf-8")
    assert call(project, "schema").exit_code == 0
    assert schema.read_text(encoding="utf-8") == written
    schema.write_text("mine", encoding="utf-8")
    edit(project, ("    title: str", "    caption: str"))
    call(project, "draft")
    assert schema.read_text(encoding="utf-8") == "mine"


WRITTEN = """\
# Mine.
title: Books have an `ean`
why: >
  It is one.
upgrade: Read `ean`.
effects: # here
- {kind: rename_property, target: Book, old: isbn, new: ean} # and here
"""


def test_further_edits_of_the_same_place_go_into_its_change_and_prose_stays(project: Path) -> None:
    edit(project, ("    isbn: str", "    ean: int"), ('"9780140449136"', "9780140449136"))
    write(project, {"changes/unreleased/ean.yaml": WRITTEN})
    assert call(project, "draft").exit_code == 0
    was = '{kind: change_type, target: Book.isbn, was: {type: string, examples: ["9780140449136"]}}'
    assert changes(project) == {"unreleased/ean.yaml": WRITTEN.replace("# here\n", f"# here\n- {was}\n")}


def test_a_change_to_which_nothing_can_be_added(project: Path) -> None:
    edit(project, ("    isbn: str", "    ean: int"), ('"9780140449136"', "9780140449136"))
    effects = "{kind: rename_property, target: Book, old: isbn, new: ean}"
    text = f"{{title: a, why: b, upgrade: c, effects: [{effects}]}}\n"
    write(project, {"changes/unreleased/ean.yaml": text})
    result = call(project, "draft")
    assert (result.exit_code, result.stderr) == (
        1,
        "changes/unreleased/ean.yaml:1:1: write 'effects:' on its own line, and each effect on the lines below it, "
        "so that more can be added\n",
    )
    assert changes(project) == {"unreleased/ean.yaml": text}


def test_an_edit_that_is_taken_back_after_its_draft(project: Path) -> None:
    edit(project, ("    isbn: str", "    ean: str"))
    call(project, "draft")
    edit(project, ("    ean: str", "    isbn: str"))
    drafted = changes(project)
    result = call(project, "draft")
    assert (result.exit_code, result.stderr, changes(project)) == (
        1,
        "changes/unreleased/book-ean.yaml:7:59: rename_property: Book has no property 'ean' today. "
        "Fix the effect. If the models changed after it was drafted, delete it and run: api-upgrades draft\n",
        drafted,
    )


QUESTION = (
    "`Book.title` is gone. Is it `Book.heading` or `Book.caption` now? Say --rename 'Book.title=Book.heading' "
    "or --rename 'Book.title=Book.caption', or --no-renames.\n"
)
NOTHING = "nothing was removed and added under these names"
WRONG_CALLS = [
    ([], QUESTION),
    (["--dry-run"], QUESTION),
    (["--rename", "title=headin"], f"--rename title=headin: {NOTHING} (did you mean 'title=heading'?)\n"),
    (["--rename", "="], f"--rename =: {NOTHING}; there are title=heading, title=caption\n"),
    (["--date", "2024-04-01"], "--date is the date of an addition; give --addition too\n"),
]


@pytest.mark.parametrize(("options", "message"), WRONG_CALLS)
def test_wrong_calls(project: Path, options: list[str], message: str) -> None:
    edit(project, (TITLE, TWINS))
    result = call(project, "draft", *options)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)
    assert changes(project) == {}


@pytest.mark.parametrize("day", ["yesterday", "2024-02-30", "01.02.2024", ""])
def test_a_day_that_is_none(project: Path, day: str) -> None:
    edit(project, (PAGES, PAGES + AUTHOR))
    before = texts(project)
    assert call(project, "draft", "--addition", "--date", day).exit_code == 2
    assert texts(project) == before


def test_an_addition_is_offered_where_all_is_additive(project: Path) -> None:
    edit(project, (PAGES, PAGES + AUTHOR))
    assert call(project, "draft").stderr == (
        "None of these changes is breaking. If they go live in every version at once, delete these files "
        "and run: api-upgrades draft --addition\n"
    )
    refused = call(project, "draft", "--addition")
    assert (refused.exit_code, refused.stderr) == (
        0,
        "If a change in unreleased/ goes live in every version at once, move its file to additions/, "
        "give it a 'date' and run: api-upgrades lock\n",
    )


def test_an_unreleased_change_becomes_an_addition_as_the_advice_says(project: Path) -> None:
    edit(project, (PAGES, PAGES + AUTHOR))
    call(project, "draft")
    text = changes(project)["unreleased/book-author.yaml"].replace("TODO", "So it is.")
    write(project, {"changes/additions/book-author.yaml": text.replace("title:", "date: 2024-04-01\ntitle:")})
    (project / "changes" / "unreleased" / "book-author.yaml").unlink()
    assert call(project, "lock").exit_code == 0
    assert call(project, "check").stdout == "3 versions and 3 changes are fine.\n"
    for version in ("2024-01-01", "2024-02-01", "2024-03-01"):
        assert '"author"' in call(project, "export", version).stdout


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (
            [("    isbn: str", "    ean: str")],
            "`isbn` is now `ean` in `Book`: this is breaking\n"
            "An addition must not break callers of any version. Run: api-upgrades draft\n",
        ),
        (
            [("    isbn: str", "    ean: str"), (PAGES, PAGES + AUTHOR)],
            "`isbn` is now `ean` in `Book`: this is breaking\n"
            "An addition must not break callers of any version. Run: api-upgrades draft, "
            "and move the non-breaking changes to additions/, with a 'date'\n",
        ),
    ],
)
def test_an_addition_that_breaks_somebody(project: Path, edits: list[tuple[str, str]], message: str) -> None:
    edit(project, *edits)
    before = texts(project)
    result = call(project, "draft", "--addition")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", message)
    assert texts(project) == before


def test_nothing_is_added_to_what_is_altered(project: Path) -> None:
    edit(project, (PAGES, PAGES + AUTHOR))
    edit(project, ("old: name", "old: label"), file="changes/2024-03-01/title.yaml")
    before = texts(project)
    result = call(project, "draft", "--addition")
    assert result.exit_code == 1
    assert "2024-02-01 differs from its release" in result.stderr
    assert texts(project) == before
