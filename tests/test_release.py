"""`release`: what it makes, what it refuses, and that it then leaves everything as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.shop import FILES, call, edit, frozen, texts, write

NEXT = "2024-04-01"
DRAFT = "changes/unreleased/book-ean.yaml"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a change on its way, its prose written."""
    root = frozen(write(tmp_path_factory.mktemp("drafted"), FILES))
    edit(root, ("    isbn: str", "    ean: str"))
    assert call(root, "draft").exit_code == 0
    write(root, {DRAFT: texts(root)[DRAFT].replace("title: TODO", 'title: "`isbn`: an `ean`"').replace("TODO", "So.")})
    return root


@pytest.fixture
def project(drafted: Path, tmp_path: Path) -> Path:
    return shutil.copytree(drafted, tmp_path / "a project")


def test_a_release_is_the_folder_with_its_lock_and_leaves_the_older_versions_alone(project: Path) -> None:
    older = {version: call(project, "export", version).stdout for version in ("2024-01-01", "2024-03-01")}
    draft = texts(project)[DRAFT]
    result = call(project, "release", NEXT)
    assert (result.exit_code, result.output) == (0, f"changes/{NEXT} is released.\n")
    after = texts(project)
    assert after[f"changes/{NEXT}/book-ean.yaml"] == draft
    assert after[f"changes/{NEXT}/version.yaml"] == "summary: '`isbn`: an `ean`'\n"
    assert '"contract"' in after[f"changes/{NEXT}/lock.json"]
    assert '"contract"' not in after["changes/2024-03-01/lock.json"]
    assert call(project, "check").output == "4 versions and 3 changes are fine.\n"
    assert {version: call(project, "export", version).stdout for version in older} == older
    assert '"ean"' in call(project, "export", NEXT).stdout


@pytest.mark.parametrize("summary", ["Short.", "With: a colon # and more", "Two\n\nlines, 'quoted' \"twice\"", "true"])
def test_the_summary_is_what_was_said(project: Path, summary: str) -> None:
    assert call(project, "release", NEXT, "--summary", summary).exit_code == 0
    assert yaml.safe_load(texts(project)[f"changes/{NEXT}/version.yaml"]) == {"summary": summary}
    assert call(project, "check").exit_code == 0


def test_what_its_file_says_of_the_version_is_kept(project: Path) -> None:
    text = "# Mine.\nsummary: My own words.\nlabel: Spring\n"
    write(project, {"changes/unreleased/version.yaml": text})
    refused = call(project, "release", NEXT, "--summary", "Others.")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "changes/unreleased/version.yaml already has a summary; remove it there, or omit --summary\n",
    )
    assert call(project, "release", NEXT).exit_code == 0
    assert texts(project)[f"changes/{NEXT}/version.yaml"] == text


LETTERS = "use letters, digits, '-', '_' and single dots, and start with a letter or a digit"
DEVICE = "it is the name of a device on Windows, so git could not check it out there"
RESERVED = "it is one of the reserved names api, additions, unreleased, latest, path, from, preview"
NOT_AFTER = "is not after 2024-03-01; choose a name that sorts after it"
NAMES = [
    *((name, f"{name!r} is not a valid version name: {RESERVED}") for name in ("latest", "api", "unreleased", "PATH")),
    *(
        (name, f"{name!r} is not a valid version name: {LETTERS}")
        for name in ("../x", "a/b", "a\\b", "", ".", "..", "2024-04-01 ", " 2024-04-01", ".x", "-x", "x.", "a..b", "ä")
    ),
    *((name, f"{name!r} is not a valid version name: {DEVICE}") for name in ("con", "NUL", "com1", "aux.2024")),
    ("z" * 101, f"{'z' * 101!r} is not a valid version name: it is longer than 100 characters"),
    ("2024-03-01", "2024-03-01 is already released; choose a later version"),
    ("2024-02-15", f"2024-02-15 {NOT_AFTER}"),
    ("2024-3-1", f"2024-3-1 {NOT_AFTER}"),
    ("1999-01-01", f"1999-01-01 {NOT_AFTER}"),
]


@pytest.fixture(scope="module")
def untouched(drafted: Path) -> dict[str, str]:
    return texts(drafted)


@pytest.mark.parametrize(("name", "message"), NAMES)
def test_names_that_no_version_may_have(drafted: Path, untouched: dict[str, str], name: str, message: str) -> None:
    result = call(drafted, "release", "--", name)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{message}\n")
    assert texts(drafted) == untouched


@pytest.mark.parametrize("summary", ["", "  ", "a\x07b", "\ud800"])
def test_a_summary_that_no_page_can_show(drafted: Path, untouched: dict[str, str], summary: str) -> None:
    result = call(drafted, "release", NEXT, "--summary", summary)
    assert result.exit_code == 2
    assert result.stderr.endswith("write some text here, without control characters\n")
    assert texts(drafted) == untouched


def test_a_name_that_is_taken(project: Path) -> None:
    (project / "changes" / NEXT).write_text("", encoding="utf-8")
    result = call(project, "release", NEXT)
    assert (result.exit_code, result.stderr) == (2, f"changes/{NEXT} already exists; choose another version\n")


def test_nothing_to_release(project: Path) -> None:
    (project / DRAFT).unlink()
    edit(project, ("    ean: str", "    isbn: str"))
    result = call(project, "release", NEXT)
    assert (result.exit_code, result.stderr) == (
        1,
        "changes/unreleased contains no changes, so there is nothing to release\n",
    )


def test_a_failing_check(project: Path) -> None:
    write(project, {DRAFT: texts(project)[DRAFT].replace("why: So.", "why: TODO")})
    edit(project, ("pages: int", "pages: str"), ("[416]", '["416"]'))
    before = texts(project)
    result = call(project, "release", NEXT)
    assert (result.exit_code, result.stderr.splitlines()) == (
        1,
        [
            "changes/api/__init__.py:11: Book.pages: type integer -> string is not documented in any change file. "
            "Run: api-upgrades draft (or amend 2024-03-01, if it was already like this when 2024-03-01 was released)",
            f"{DRAFT}:4:6: the why still says TODO; write it",
        ],
    )
    assert texts(project) == before
