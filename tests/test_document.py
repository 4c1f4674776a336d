"""An API whose source is an OpenAPI document: checked, drafted, released, compared, served, and its site built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.project import Project
from api_upgrades.sources.source import read_head
from tests.repository import commit, git, repository
from tests.shop import call, edit, frozen, write
from tests.test_plugin import Served, build, faults, html, serving

OPENAPI = """\
openapi: 3.1.0
info: {title: Shop, version: "7"}
paths:
  /books/first:
    get:
      tags: [Books]
      operationId: first_book
      responses:
        200:
          description: The first.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Book'}
components:
  schemas:
    Book:
      type: object
      required: [isbn, title]
      properties:
        isbn: {type: string, examples: ["9780140449136"]}
        title: {type: string, examples: [The Odyssey]}
        author: {$ref: models/author.json}
"""
AUTHOR = {"type": "object", "properties": {"name": {"type": "string", "examples": ["Homer"]}}}

FILES = {
    "openapi.yaml": OPENAPI,
    "models/author.json": json.dumps(AUTHOR, indent=2),
    "changes/2024-01-01/version.yaml": "summary: The beginning.\n",
    "changes/2024-02-01/version.yaml": "summary: Names are titles.\n",
    "changes/2024-02-01/title.yaml": """\
title: "`name` is now `title`"
why: A book has a title.
upgrade: Read `title`.
effects:
  - {kind: rename_property, target: Book, old: name, new: title}
""",
    "mkdocs.yml": """\
site_name: Shop
theme: {name: material, font: false}
plugins:
  - search
  - api-upgrades:
      source: openapi.yaml
""",
    "docs/index.md": "# Shop\n\nWelcome.\n",
}
PAGES = ("        title: {type", "        pages: {type: integer, examples: [416]}\n        title: {type")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return frozen(write(tmp_path / "a project", FILES))


def test_site_is_built(root: Path) -> None:
    site = build(root)
    assert faults(site) == []
    for version, name in (("2024-01-01", "name"), ("2024-02-01", "title")):
        text = html(site, f"reference/{version}/books")
        assert f'<span class="nt">"{name}"</span>: <span class="s2">"The Odyssey"</span>' in text
        assert '<span class="nt">"name"</span>: <span class="s2">"Homer"</span>' in text


def test_newest_version_is_the_document_itself(root: Path) -> None:
    whole = json.loads(call(root, "export", "latest").stdout)
    assert whole["info"] == {"title": "Shop", "version": "7"}
    assert whole["components"]["schemas"]["author"] == AUTHOR
    assert list(whole["paths"]["/books/first"]["get"]["responses"]) == ["200"]


def test_edit_is_found_at_its_line_drafted_and_released(root: Path) -> None:
    edit(root, PAGES, ("examples: [The Odyssey]", "examples: [The Iliad]"), file="openapi.yaml")
    more = "    delete: {tags: [Books], responses: {204: {description: Gone.}}}\n    get:\n"
    edit(root, ("    get:\n", more), file="openapi.yaml")
    edit(root, ('"string"', '"integer"'), ('"Homer"', "1"), file="models/author.json")
    found = call(root, "check").stderr.splitlines()
    assert found[:3] == [
        "models/author.json:4: author.name: type string -> integer is not documented in any change file",
        "openapi.yaml:5: DELETE /books/first is new, which is not documented in any change file",
        "openapi.yaml:22: Book.pages is new, which is not documented in any change file",
    ]
    assert call(root, "draft").exit_code == 0
    for file in (root / "changes" / "unreleased").iterdir():
        file.write_text(file.read_text().replace("TODO", "So it is."))
    assert call(root, "check").exit_code == 0
    assert call(root, "release", "2024-03-01").exit_code == 0
    checked = call(root, "check")
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_fault_of_the_document_is_told_at_its_line(root: Path) -> None:
    edit(root, ("examples: [The Odyssey]", "examples: [12]"), file="openapi.yaml")
    """It is what somebody else wrote, so that nothing is kept from going on."""
    fault = "note: openapi.yaml:21: Book.title: the example 12 is not of type 'string'; fix the document"
    assert fault in call(root, "check").stderr.splitlines()


def test_rewording_is_noted_and_no_fault(root: Path) -> None:
    edit(root, ("description: The first.", "description: Number one."), file="openapi.yaml")
    checked = call(root, "check")
    assert checked.exit_code == 0
    assert checked.stderr.startswith("note: openapi.yaml:5: ")


def test_pull_request_is_compared_with_the_document_as_it_was(tmp_path: Path) -> None:
    root = frozen(write(repository(tmp_path / "a repository"), {**FILES, ".gitignore": ".cache/\n"}))
    commit(root)
    git(root, "switch", "--quiet", "--create", "topic")
    edit(root, ('"name"', '"full_name"'), file="models/author.json")
    change = "title: Authors have a `full_name`\nwhy: So it is.\nupgrade: Read it.\neffects:\n"
    effect = "  - {kind: rename_property, target: author, old: name, new: full_name}\n"
    write(root, {"changes/unreleased/full-name.yaml": change + effect})
    found = json.loads(call(root, "report", "--base", "main", "--format", "json").stdout)
    assert found["verdict"] == "1 breaking change; released versions are unchanged."


def test_document_is_told_by_its_name_on_the_command_line(root: Path) -> None:
    (root / "mkdocs.yml").unlink()
    assert call(root, "check").stderr.startswith("changes/api/__init__.py: does not exist")
    assert call(root, "--source", "openapi.yaml", "check").exit_code == 0
    write(root, {f"changes/api/{name}": FILES[name] for name in ("openapi.yaml", "models/author.json")})
    assert call(root, "--source", "changes/api/openapi.yaml", "check").exit_code == 0


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("gone.json", "gone.json: cannot be read: No such file or directory", id="not there"),
        pytest.param("../gone.json", "../gone.json: the document is outside the project", id="outside"),
        pytest.param("models/author.json", "models/author.json:1:1: not an OpenAPI document", id="another file"),
    ],
)
def test_document_that_cannot_be_read_ends_with_one_error(root: Path, source: str, message: str) -> None:
    with pytest.raises(ApiUpgradesError) as caught:
        read_head(source, root)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value).splitlines()) == 1


def test_files_of_the_document_are_known(root: Path) -> None:
    declared = Project(root, source="openapi.yaml").load().registry.source_map
    assert [file.relative_to(root.resolve()).as_posix() for file in declared.files] == [
        "openapi.yaml",
        "models/author.json",
    ]


@pytest.fixture
def served(root: Path) -> Iterator[Served]:
    with serving(root) as server:
        yield server


@pytest.mark.slow
def test_serving_follows_the_document_and_what_it_refers_to(root: Path, served: Served) -> None:
    page = "reference/latest/books/"
    served.wait("the first page", lambda: "Homer" in served.page(page))
    edit(root, ("The Odyssey", "The Iliad"), file="openapi.yaml")
    served.wait("the edited document", lambda: "The Iliad" in served.page(page))
    edit(root, ("Homer", "Hesiod"), file="models/author.json")
    served.wait("the edited file beside it", lambda: "Hesiod" in served.page(page))
    write(root, {"models/city.json": '{"type": "string", "examples": ["Chios"]}'})
    edit(root, ('"properties": {', '"properties": {"city": {"$ref": "city.json"}, '), file="models/author.json")
    served.wait("what a new file says", lambda: "Chios" in served.page(page))
    edit(root, ("Chios", "Ascra"), file="models/city.json")
    served.wait("the edited new file", lambda: "Ascra" in served.page(page))
    edit(root, ("openapi: 3.1.0", "openapi: ["), file="openapi.yaml")
    served.wait("the error", lambda: "openapi.yaml:3:1: not YAML" in served.said())
    assert "Ascra" in served.page(page)
