"""What `check` says of each way in which a project can be wrong, word for word."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.shop import FILES, call, edit, frozen, write

DRAFT = "Run: api-upgrades draft (or amend 2024-03-01, if it was already like this when 2024-03-01 was released)"
AMEND = "or if this corrects the documentation, run: api-upgrades amend"
MODELS = "changes/api/__init__.py"
TITLE = "changes/2024-03-01/title.yaml"
LOCK = "changes/2024-03-01/lock.json"
FINE = "3 versions and 2 changes are fine."
OUTDATED = "Fix the effect. If the models changed after it was drafted, delete it and run: api-upgrades draft"
TAKE_BACK = "Restore it from version control or, if it never existed, run: api-upgrades lock"
WRITTEN = "restore the file from version control; only api-upgrades writes it"

ISBN = "title: The `isbn` was a `number`\nwhy: It is one.\nupgrade: Read `isbn`.\n"
ISBN += "effects: [{kind: rename_property, target: Book, old: number, new: isbn}]\n"
EAN = ISBN.replace("number", "isbn").replace("new: isbn", "new: ean")

PAGES = '    pages: int = Field(description="How long it is.", examples=[416])\n'
AUTHOR = PAGES + '    author: str | None = Field(default=None, description="Its author.", examples=["Homer"])\n'
ORDER_PAGES = '    book: Book = Field(description="What was bought.")\n'


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frozen(write(tmp_path_factory.mktemp("released"), FILES))


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    return shutil.copytree(released, tmp_path / "a project")


def told(project: Path) -> list[str]:
    """The lines that `check` prints, and that it fails if one of them is a fault."""
    result = call(project, "check")
    lines = [*result.stderr.splitlines(), *result.stdout.splitlines()]
    assert result.exit_code == (0 if lines[-1].endswith("are fine.") else 1)
    return lines


EDITS = {
    "renamed": (
        [("    isbn: str", "    ean: str")],
        [
            f"{MODELS}:6: Book.isbn was removed, which is not documented in any change file",
            f"{MODELS}:9: Book.ean is new, which is not documented in any change file",
            DRAFT,
        ],
    ),
    "of another type": (
        [("pages: int", "pages: str"), ("[416]", '["416"]')],
        [f"{MODELS}:11: Book.pages: type integer -> string is not documented in any change file. {DRAFT}"],
    ),
    "no longer required": (
        [("    isbn: str = Field(", '    isbn: str = Field(default="0", ')],
        [
            f"{MODELS}:9: Book.isbn: default none -> 0 is not documented in any change file",
            f"{MODELS}:9: Book.isbn: required true -> false is not documented in any change file",
            DRAFT,
        ],
    ),
    "the same in two objects": (
        [(PAGES, PAGES.replace("int", "float")), (ORDER_PAGES, ORDER_PAGES + PAGES)],
        [
            f"{MODELS}:11: Book.pages: type integer -> number is not documented in any change file",
            f"{MODELS}:18: Order.pages is new, which is not documented in any change file",
            DRAFT,
        ],
    ),
    "alike in two objects": (
        [(PAGES, AUTHOR), (ORDER_PAGES, ORDER_PAGES + AUTHOR.removeprefix(PAGES))],
        [f"{MODELS}:12: Book.author is new (also Order.author), which is not documented in any change file. {DRAFT}"],
    ),
    "an operation is gone": (
        [("GET /books/first", "GET /books/best")],
        [
            "changes/api: GET /books/first was removed, which is not documented in any change file",
            f"{MODELS}:21: GET /books/best is new, which is not documented in any change file",
            DRAFT,
        ],
    ),
    "worded otherwise": (
        [("Its name.", "The name on its cover."), ("[416]", "[400]")],
        [
            f"note: {MODELS}:10: `Book.title` was reworded, compared with the release of 2024-03-01; "
            "the current text is shown for every version",
            f"note: {MODELS}:11: `Book.pages` has a different example, compared with the release of 2024-03-01; "
            "the current text is shown for every version",
            FINE,
        ],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_edits_of_the_models(project: Path, name: str) -> None:
    edits, expected = EDITS[name]
    edit(project, *edits)
    assert told(project) == expected


FAULTS: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "an effect is another": (
        {TITLE: FILES[TITLE].replace("old: name", "old: label")},
        [
            f"{TITLE}:5:5: 2024-02-01 differs from its release: Book.label is new (also in 2024-01-01)",
            f"{TITLE}:5:5: 2024-02-01 differs from its release: Book.name was removed (also in 2024-01-01)",
            "This effect was released as {kind: rename_property, target: Book, old: name, new: title}. "
            f"Restore it, {AMEND} 2024-02-01 --why '…'",
        ],
    ),
    "a change is gone": (
        {"changes/2024-02-01/pages.yaml": None},
        [
            "changes/2024-02-01/version.yaml: 2024-01-01 differs from its release: Book.pages is new. "
            "2024-02-01 was released with the effect {kind: add_property, target: Book.pages}, which is missing. "
            f"Restore it, {AMEND} 2024-01-01 --why '…'"
        ],
    ),
    "a change is added to an old version": (
        {"changes/2024-02-01/isbn.yaml": ISBN},
        [
            "changes/2024-02-01/isbn.yaml:4:11: 2024-01-01 differs from its release: Book.isbn was removed",
            "changes/2024-02-01/isbn.yaml:4:11: 2024-01-01 differs from its release: Book.number is new",
            f"2024-02-01 was released without this effect. Delete it, {AMEND} 2024-01-01 --why '…'",
        ],
    ),
    "the models have nothing of a draft": (
        {"changes/unreleased/ean.yaml": EAN},
        [f"changes/unreleased/ean.yaml:4:65: rename_property: Book has no property 'ean' today. {OUTDATED}"],
    ),
    "prose is missing": (
        {TITLE: FILES[TITLE].replace("why: A book has a title.", "why: TODO")},
        [f"{TITLE}:2:6: the why still says TODO; write it"],
    ),
    "what breaks has no upgrade": (
        {TITLE: FILES[TITLE].replace("upgrade: Read `title`.\n", "")},
        [f"{TITLE}:1:1: is breaking and has no 'upgrade'; describe what callers must do"],
    ),
    "no lock": (
        {LOCK: None},
        [f"{LOCK}: is missing, so 2024-03-01 can change unnoticed. {TAKE_BACK}"],
    ),
    "no locks": (
        {f"changes/{version}/lock.json": None for version in ("2024-01-01", "2024-02-01")},
        [f"changes/2024-02-01/lock.json: is missing, so 2024-01-01 to 2024-02-01 can change unnoticed. {TAKE_BACK}"],
    ),
    "a lock cut short": ({LOCK: '{"effects": ['}, [f"{LOCK}:1:14: is not JSON: Expecting value; {WRITTEN}"]),
    "a lock in a merge": (
        {LOCK: "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"},
        [f"{LOCK}:1:1: merge conflict; take every lock.json from one side of the merge, then run: api-upgrades lock"],
    ),
    "no lock but a list": (
        {LOCK: "[]"},
        [f"{LOCK}: is not a valid lock: Input should be a valid dictionary or instance of Lock; {WRITTEN}"],
    ),
    "a lock of something else": (
        {LOCK: '{"x": 1}'},
        [f"{LOCK}: is not a valid lock: Field required at 'effects'; {WRITTEN}"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_edits_of_the_registry(project: Path, name: str) -> None:
    files, expected = FAULTS[name]
    write(project, {file: text for file, text in files.items() if text is not None})
    for file in (file for file, text in files.items() if text is None):
        (project / file).unlink()
    assert told(project) == expected


DISAGREES = f"{LOCK}: contains no contract of 2024-03-01 that matches its digests. "
DISAGREES += "Run: api-upgrades lock, or restore the file from version control"


@pytest.mark.parametrize(
    "contract",
    [
        {"openapi": "3.1.0", "paths": {}},
        {"openapi": 3, "paths": []},
        {"paths": {"/books": 3}},
        {"components": {"schemas": {"Book": [[]]}}},
        {"webhooks": {"a": {"post": {"requestBody": {"content": "none"}}}}},
    ],
)
def test_a_lock_that_somebody_wrote_to(project: Path, contract: object) -> None:
    lock = json.loads((project / LOCK).read_text(encoding="utf-8"))
    write(project, {LOCK: json.dumps({**lock, "contract": contract})})
    for command in ("check", "draft"):
        result = call(project, command)
        assert (result.exit_code, result.output.splitlines()) == (1, [DISAGREES])
    # What is derived agrees with the digests, so it is what was there.
    assert call(project, "lock").exit_code == 0
    assert json.loads((project / LOCK).read_text(encoding="utf-8")) == lock


def test_a_lock_that_somebody_wrote_to_hides_no_edit_of_the_models(project: Path) -> None:
    lock = json.loads((project / LOCK).read_text(encoding="utf-8"))
    text = json.dumps({**lock, "contract": {"openapi": "3.1.0", "paths": {}}})
    models = project / "changes/api/__init__.py"
    edited = models.read_text(encoding="utf-8").replace("pages: int", "pages: str").replace("[416]", '["416"]')
    write(project, {LOCK: text, "changes/api/__init__.py": edited})
    result = call(project, "lock")
    assert result.exit_code == 1
    assert "2024-03-01 differs from its release: Book: differs" in result.output
    assert (project / LOCK).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("effect", [{}, {"kind": 3}, {"kind": []}, {"kind": "rename_property", "target": {}}])
def test_effects_that_somebody_wrote_to_a_lock(project: Path, effect: object) -> None:
    lock = json.loads((project / LOCK).read_text(encoding="utf-8"))
    write(project, {LOCK: json.dumps({**lock, "effects": [effect]})})
    assert told(project) == [FINE]  # of what is released, all digests are there


def test_an_order_is_released_too(project: Path) -> None:
    """Two changes that build on each other."""
    edit(project, ("    isbn: str", "    ean: int"), ('"9780140449136"', "9780140449136"))
    effect = '{kind: change_type, target: Book.ean, was: {type: string, examples: ["9780140449136"]}}'
    typed = f"title: A number\nwhy: It is.\nupgrade: Read it.\neffects: [{effect}]\n"
    files = {"ean.yaml": EAN, "typed.yaml": typed, "version.yaml": "summary: New.\norder: [ean, typed]\n"}
    write(project, {f"changes/unreleased/{name}": text for name, text in files.items()})
    assert call(project, "release", "2024-04-01").exit_code == 0
    assert told(project) == ["4 versions and 4 changes are fine."]
    edit(project, ("[ean, typed]", "[typed, ean]"), file="changes/2024-04-01/version.yaml")
    assert told(project) == [
        "changes/2024-04-01/typed.yaml:4:39: change_type: Book has no property 'ean' at 2024-04-01. "
        "2024-04-01 was released with its effects in another order. Restore that order"
    ]


def test_faults_as_json_have_the_places_and_the_order_of_the_text(project: Path) -> None:
    edit(project, ("    isbn: str", "    ean: str"))
    write(project, {TITLE: FILES[TITLE].replace("A book has a title.", "TODO")})
    result = call(project, "check", "--format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    faults = json.loads(result.stdout)["faults"]
    assert [(one["kind"], one["file"], one["line"]) for one in faults] == [
        ("prose", TITLE, 2),
        ("undocumented", MODELS, 6),
        ("undocumented", MODELS, 9),
    ]
    assert faults[2]["message"] == f"Book.ean is new, which is not documented in any change file. {DRAFT}"


def test_an_example_that_does_not_fit_is_told_of_at_its_field(project: Path) -> None:
    edit(project, ("[416]", '["many"]'))
    note, fault = told(project)
    assert note.startswith(f"note: {MODELS}:11: `Book.pages` has a different example")
    assert fault == f"{MODELS}:11: Book.pages: the example 'many' is not of type 'integer'; fix the model"


def test_older_locks_hold_where_the_newest_is_missing(project: Path) -> None:
    (project / LOCK).unlink()
    write(project, {"changes/2024-02-01/isbn.yaml": ISBN})
    lines = told(project)
    assert f"{LOCK}: is missing, so 2024-03-01 can change unnoticed. {TAKE_BACK}" in lines
    assert any("2024-01-01 differs from its release: Book: differs" in line for line in lines)
