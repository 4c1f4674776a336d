"""`amend` and `lock`: what may be frozen anew, with which reason, and what may not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract
from api_upgrades.releases.lock import diff_digests, read_locks
from api_upgrades.releases.locking import LockBuilder, LockedVersions
from tests.shop import FILES, VERSIONS, call, edit, frozen, texts, write

WHY = 'It was "always" so:\n<b>a string</b>'
TITLE = "changes/2024-03-01/title.yaml"
RETYPED = [("pages: int", "pages: str"), ("[416]", '["416"]')]
FINE = "3 versions and 2 changes are fine.\n"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = dict(FILES)
    nullable = "    isbn: str | None = "
    files["changes/api/__init__.py"] = files["changes/api/__init__.py"].replace("    isbn: str = ", nullable)
    return frozen(write(tmp_path_factory.mktemp("released"), files))


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    return shutil.copytree(released, tmp_path / "a project")


def amendments(project: Path) -> dict[str, list[tuple[str, list[str]]]]:
    """The reasons and the places of each version's amendments."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for version in VERSIONS:
        lock = json.loads((project / "changes" / version / "lock.json").read_text(encoding="utf-8"))
        found[version] = [(one["why"], one["places"]) for one in lock.get("amendments", ())]
    return found


def test_the_latest_version_after_an_edit_of_the_models(project: Path) -> None:
    edit(project, *RETYPED)
    result = call(project, "amend", "2024-03-01", "--why", WHY)
    # Before 2024-02-01, no book had pages.
    assert (result.exit_code, result.output) == (0, "Amended: 2024-03-01, 2024-02-01.\n")
    reason = [(WHY, ["Book.pages"])]
    assert amendments(project) == {"2024-01-01": [], "2024-02-01": reason, "2024-03-01": reason}
    assert call(project, "check").output == FINE


def test_an_older_version_after_an_edit_of_an_effect(project: Path) -> None:
    edit(project, ("old: name", "old: label"), file=TITLE)
    newest = call(project, "export", "2024-03-01").stdout
    result = call(project, "amend", "2024-02-01", "--why", WHY)
    assert (result.exit_code, result.output) == (0, "Amended: 2024-02-01, 2024-01-01.\n")
    reason = [(WHY, ["Book.name", "Book.label"])]
    told = amendments(project)
    assert {version: [(why, sorted(places)) for why, places in told[version]] for version in VERSIONS} == {
        "2024-01-01": [(WHY, sorted(reason[0][1]))],
        "2024-02-01": [(WHY, sorted(reason[0][1]))],
        "2024-03-01": [],
    }
    assert call(project, "check").output == FINE
    assert call(project, "export", "2024-03-01").stdout == newest


def test_a_second_reason_stands_beside_the_first(project: Path) -> None:
    edit(project, *RETYPED)
    call(project, "amend", "2024-03-01", "--why", "First.")
    edit(project, ("old: name", "old: label"), file=TITLE)
    assert call(project, "amend", "2024-01-01", "--why", "No.").exit_code == 0
    assert [why for why, _ in amendments(project)["2024-01-01"]] == ["No."]
    assert call(project, "amend", "2024-02-01", "--why", "Second.").exit_code == 0
    assert [why for why, _ in amendments(project)["2024-02-01"]] == ["First.", "Second."]
    assert call(project, "check").output == FINE


REFUSED: list[tuple[list[tuple[str, str]], list[str], int, str]] = [
    ([], ["2024-02-01"], 1, "2024-02-01 matches its release, so there is nothing to amend"),
    (
        RETYPED,
        ["2024-02-01"],
        1,
        "2024-02-01 matches its release, so there is nothing to amend; these versions do not: 2024-03-01",
    ),
    (
        RETYPED,
        ["2024-03-02"],
        1,
        "version '2024-03-02' does not exist (did you mean '2024-03-01'?); "
        "the versions are: 2024-01-01, 2024-02-01, 2024-03-01",
    ),
]


@pytest.mark.parametrize(("edits", "arguments", "code", "message"), REFUSED)
def test_what_cannot_be_amended(
    project: Path, edits: list[tuple[str, str]], arguments: list[str], code: int, message: str
) -> None:
    edit(project, *edits)
    before = texts(project)
    result = call(project, "amend", *arguments, "--why", WHY)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"{message}\n")
    assert texts(project) == before


@pytest.mark.parametrize("reason", [[], ["--why", ""], ["--why", " \n"], ["--why", "a\x1b[31mb"]])
def test_an_amendment_has_a_reason_that_a_page_can_show(project: Path, reason: list[str]) -> None:
    edit(project, *RETYPED)
    before = texts(project)
    assert call(project, "amend", "2024-03-01", *reason).exit_code == 2
    assert texts(project) == before


def test_nothing_is_amended_where_a_lock_is_missing(project: Path) -> None:
    edit(project, *RETYPED)
    lock = "changes/2024-02-01/lock.json"
    (project / lock).unlink()
    result = call(project, "amend", "2024-03-01", "--why", WHY)
    assert (result.exit_code, result.stderr) == (
        1,
        f"{lock}: is missing. Restore it from version control or, if it never existed, run: api-upgrades lock\n",
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_lock_is_made_again_as_it_was(project: Path, version: str) -> None:
    before = texts(project)
    (project / "changes" / version / "lock.json").unlink()
    assert call(project, "lock").exit_code == 0
    assert texts(project) == before


@pytest.mark.parametrize("edits", [RETYPED, [("    title: str", "    caption: str")]])
def test_a_lock_is_not_made_of_what_is_undocumented(project: Path, edits: list[tuple[str, str]]) -> None:
    edit(project, *edits)
    before = texts(project)
    assert call(project, "lock").exit_code == 1
    assert texts(project) == before


# A pydantic that words schemas otherwise


def reworded(value: Json) -> Json:
    """Schemas of the same meaning: a list of types for `anyOf` with null."""
    if isinstance(value, list):
        return [reworded(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {key: reworded(item) for key, item in value.items()}
    if "anyOf" in found:
        one, null = found.pop("anyOf")
        found = {**one, **found, "type": [one["type"], null["type"]]}
    return found


@pytest.fixture
def worded(project: Path) -> Path:
    """A project frozen by a pydantic that put it otherwise."""
    locks = read_locks(project / "changes", project, VERSIONS)
    contracts, freezer = LockedVersions(locks).contracts, LockBuilder()
    found = {}
    older: dict[str, str] = {}
    for version, lock in locks.by_version.items():
        contract = Contract.from_openapi(reworded(contracts[version].to_openapi()))
        newer = freezer.compute_digests(contract)
        whole = contract.to_openapi() if lock.contract else None
        found[version] = lock.model_copy(update={"parts": diff_digests(older, newer), "contract": whole})
        older = newer
    locks.with_locks(found).write(locks)
    return project


def test_other_words_are_no_change(worded: Path) -> None:
    assert call(worded, "check").output == FINE
    drafted = call(worded, "draft")
    assert (drafted.exit_code, drafted.output) == (0, "Every difference is documented; there is nothing to draft.\n")
    assert call(worded, "lock").exit_code == 0


def test_rebase_writes_the_digests_of_todays_words(worded: Path, released: Path) -> None:
    result = call(worded, "lock", "--rebase")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            *(f"{version}: Book" for version in reversed(VERSIONS)),
            f"Wrote {len(VERSIONS)} digests of schemas that mean the same as before.",
        ],
    )
    assert texts(worded) == texts(released)
    assert call(worded, "check").output == FINE


def test_a_release_writes_the_digests_of_todays_words(worded: Path) -> None:
    """Older versions are derived from the newest lock, so all digests must be of one spelling."""
    edit(worded, *RETYPED)
    assert call(worded, "draft").exit_code == 0
    for file in (worded / "changes" / "unreleased").glob("*.yaml"):
        file.write_text(file.read_text("utf-8").replace("TODO", "Told"), encoding="utf-8")
    assert call(worded, "release", "2024-06-01").exit_code == 0
    assert call(worded, "check").output == "4 versions and 3 changes are fine.\n"


def test_rebase_refuses_what_means_something_else(worded: Path) -> None:
    edit(worded, *RETYPED)
    before = texts(worded)
    result = call(worded, "lock", "--rebase")
    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        "2024-03-01: more than wording differs: Book.pages: type integer -> string. "
        "To see the possible fixes, run: api-upgrades check\n",
    )
    assert texts(worded) == before


def test_what_is_no_matter_of_words_is_drafted_beside_it(worded: Path) -> None:
    edit(worded, *RETYPED)
    drafted = call(worded, "draft")
    assert drafted.stdout.splitlines() == [
        "changes/change.schema.json",
        "changes/unreleased/book-pages-change-type.yaml",
    ]
    assert call(worded, "lock", "--rebase").exit_code == 0
    faults = json.loads(call(worded, "check", "--format", "json").stdout)["faults"]
    assert {fault["kind"] for fault in faults} == {"prose"}
