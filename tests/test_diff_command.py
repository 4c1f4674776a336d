"""The command that compares: versions, documents, one with the other; what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api_upgrades.cli import main
from tests.shop import FILES, call, frozen, write
from tests.terminal import at_terminal

STRING = {"type": "string"}


def document(**schemas: Any) -> dict[str, Any]:
    """A document whose `GET /books` answers with each of some schemas."""
    properties = {name: {"$ref": f"#/components/schemas/{name}"} for name in schemas}
    answer = {"description": "All", "content": {"application/json": {"schema": {"properties": properties}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Books", "version": "1"},
        "paths": {"/books": {"get": {"tags": ["Books"], "responses": {"200": answer}}}},
        "components": {"schemas": schemas},
    }


def book(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frozen(write(tmp_path_factory.mktemp("shop"), FILES))


Compare = Callable[..., Result]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    """Compares two documents, outside of any project."""

    def call_it(old: dict[str, Any], new: dict[str, Any], *options: str) -> Result:
        for name, one in (("old.json", old), ("new.json", new)):
            (tmp_path / name).write_text(json.dumps(one), encoding="utf-8")
        names = [str(tmp_path / name) for name in ("old.json", "new.json")]
        return call(tmp_path, "diff", *names, *options)

    return call_it


def test_versions_are_compared_with_the_names_that_changes_tell(shop: Path) -> None:
    result = call(shop, "diff", "2024-01-01", "latest")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "2024-01-01 to 2024-03-01\n\n"
        "Books\n  Book\n"
        "    breaking  title: renamed from name (in responses)\n"
        "    additive  pages: new, integer (in responses)\n\n"
        "1 breaking, 1 additive.\n"
    )


def test_from_a_newer_version_to_an_older_one(shop: Path) -> None:
    found = json.loads(call(shop, "diff", "2024-03-01", "2024-01-01", "--format", "json").stdout)
    assert [(one["rule"], one["target"]) for one in found] == [
        ("property-renamed", "Book.name"),
        ("property-removed", "Book.pages"),
    ]


def test_a_version_and_the_document_that_was_published_then(shop: Path, tmp_path: Path) -> None:
    published = tmp_path / "published.json"
    published.write_text(call(shop, "export", "2024-02-01").stdout, encoding="utf-8")
    result = call(shop, "diff", "2024-02-01", str(published), "--fail-on", "neutral")
    assert (result.exit_code, result.stdout) == (0, f"2024-02-01 to {published}\n\nNo difference.\n")
    altered = published.read_text("utf-8").replace('"integer"', '"string"')
    published.write_text(altered, encoding="utf-8")
    assert "pages: type changed from integer to string" in call(shop, "diff", "2024-02-01", str(published)).stdout


def test_json_has_a_finding_for_each_direction(compare: Compare) -> None:
    result = compare(document(Book=book(a=STRING)), document(Book=book(a={"type": "integer"})), "--format", "json")
    assert json.loads(result.stdout) == [
        {
            "rule": "type-changed",
            "severity": "breaking",
            "direction": "response",
            "target": "Book.a",
            "old_target": "Book.a",
            "facet": "type",
            "before": "string",
            "after": "integer",
            "recognised": False,
            "text": "type string -> integer",
        }
    ]


@pytest.mark.parametrize(
    ("severity", "exit_code"), [("breaking", 0), ("risky", 1), ("additive", 1), ("neutral", 1)], ids=str
)
def test_fails_on_what_is_so_bad_or_worse(compare: Compare, severity: str, exit_code: int) -> None:
    enums = [document(Book=book(a={"enum": values})) for values in (["x"], ["x", "y"])]
    result = compare(*enums, "--fail-on", severity)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (exit_code, "1 risky.")


def test_a_likely_rename_is_followed_and_said_to_be_likely(compare: Compare) -> None:
    old, new = (document(Book=book(**{name: {**STRING, "examples": ["A"]}})) for name in ("book_title", "title"))
    text = compare(old, new).stdout
    assert "breaking  title: renamed from book_title, detected by similarity (in responses)" in text
    assert text.endswith("1 rename was detected by similarity. To compare without detection, use --no-renames.\n")
    assert [one["recognised"] for one in json.loads(compare(old, new, "--format", "json").stdout)] == [True]
    assert "book_title: removed" in compare(old, new, "--no-renames").stdout
    told = compare(old, new, "--rename", "book_title=title").stdout
    assert "title: renamed from book_title (in responses)" in told
    assert "likeness" not in told


def test_what_may_be_several_things_is_none_of_them(compare: Compare) -> None:
    old = document(Book=book(title={**STRING, "examples": ["A"]}))
    new = document(Book=book(title_a={**STRING, "examples": ["A"]}, title_b={**STRING, "examples": ["A"]}))
    result = compare(old, new)
    assert "title: removed" in result.stdout
    assert result.stderr == (
        "1 place may have been renamed to one of several names: `Book.title` is gone. Is it `Book.title_a` "
        "or `Book.title_b` now? Answer with --rename OLD=NEW.\n"
    )


def test_what_differs_alike_in_many_parts_is_told_once(compare: Compare) -> None:
    names = [f"Book{number}" for number in range(12)]
    old, new = (document(**{name: book(a=value) for name in names}) for value in (STRING, {"type": "integer"}))
    text = compare(old, new).stdout
    assert text.count("type changed from string to integer") == 1
    assert "in 12: Book0, Book1" in text
    assert "and 2 more" in text
    assert text.endswith("12 breaking.\n")


def test_values_of_one_enum_are_one_line(compare: Compare) -> None:
    enums = [document(Book=book(a={"enum": values})) for values in (["x"], ["x", "y", "z"])]
    assert "risky     a: has the new values y and z (in responses)" in compare(*enums).stdout


def test_the_worst_comes_first(compare: Compare) -> None:
    old = document(A=book(a=STRING), B=book(b=STRING))
    new = document(A=book(a=STRING, c=STRING), B=book(d=STRING, b={"type": "integer"}))
    found = [line.split()[0] for line in compare(old, new).stdout.splitlines() if line.startswith("  ")]
    assert found == ["B", "breaking", "additive", "A", "additive"]


def test_names_and_values_of_a_document_act_upon_nothing(compare: Compare) -> None:
    evil = "\x1b[31mred\x9b2J\u202e @all <b>"
    old = document(Book=book(**{evil: {"default": "x"}}))
    new = document(Book=book(**{evil: {"default": f"`{evil}`\n# Heading"}}))
    old["paths"]["/books"]["get"]["tags"] = new["paths"]["/books"]["get"]["tags"] = [f"{evil}\n## Tag"]
    text = compare(old, new).stdout
    assert not set(text) & set("\x1b\x9b\u202e\r")
    shown = compare(old, new, "--format", "markdown").stdout
    assert not set(shown) & set("\x1b\x9b\u202e\r")
    headings = [line for line in shown.splitlines() if line.lstrip().startswith("#")]
    assert len(headings) == 2
    assert "<b>" not in headings[1]


def test_markdown(compare: Compare) -> None:
    shown = compare(document(Book=book(a=STRING)), document(Book=book(b={"type": "integer"})), "--format", "markdown")
    assert shown.stdout.partition("\n\n")[2] == (
        "1 breaking, 1 additive.\n\n### Books\n\n"
        "- **breaking** `Book a` removed, was `string` (in responses)\n"
        "- **additive** `Book b` new, `integer` (in responses)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["2024-01-01", "2024-02-10"], 1, "there is no version '2024-02-10' (did you mean '2024-02-01'?)"),
        (["2024-01-01", "gone.json"], 1, "gone.json: cannot be read: No such file or directory"),
        (["2024-01-01", "a/b"], 1, "a/b: cannot be read: No such file or directory"),
        (
            ["2024-01-01", "2024-02-01", "--rename", "a=b"],
            2,
            "renames between two versions come from their",
        ),
        (["2024-01-01"], 2, "Missing argument 'B'"),
        (["2024-01-01", "2024-02-01", "--fail-on", "worst"], 2, "'worst' is not one of"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else None,
)
def test_what_is_wrong(shop: Path, arguments: list[str], exit_code: int, message: str) -> None:
    result = CliRunner().invoke(main, ["--root", str(shop), "diff", *arguments])
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert message in result.stderr


def test_a_rename_that_fits_nothing(compare: Compare) -> None:
    result = compare(document(Book=book(a=STRING)), document(Book=book(b=STRING)), "--rename", "a=c")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--rename a=c: nothing was removed and added under these names" in result.stderr


@pytest.mark.forks
def test_colors_at_a_terminal_only(shop: Path) -> None:
    exit_code, shown = at_terminal(shop, "diff", "2024-01-01", "2024-03-01")
    assert exit_code == 0
    assert "\x1b[31mbreaking" in shown
    assert "\x1b" not in at_terminal(shop, "diff", "2024-01-01", "2024-03-01", NO_COLOR="1")[1]
