"""The memo of a process that loads a project repeatedly: pages are the same as those of a first load."""

from __future__ import annotations

from pathlib import Path

import pytest

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.history.memo import Memo
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.project import Project
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from tests.shop import FILES, edit, write

MODELS = "changes/api/__init__.py"
TITLE = "changes/2024-03-01/title.yaml"

SAVES = {
    "another description": [(MODELS, "How long it is.", "How many pages it has.")],
    "another example": [(MODELS, "[416]", "[541]")],
    "an example that is not valid, and back": [(MODELS, "[416]", '["many"]'), (MODELS, '["many"]', "[416]")],
    "a property": [
        (MODELS, "    pages: int", '    edition: int = Field(description="Which.", examples=[2])\n    pages: int')
    ],
    "no reference any more, and back": [
        (MODELS, "    book: Book = Field(", "    book: str = Field("),
        (MODELS, "    book: str = Field(", "    book: Book = Field("),
    ],
    "an operation": [
        (
            MODELS,
            "responses={200: Order}),\n",
            'responses={200: Order}),\n    Operation("GET /orders/first", "One", id="a", responses={200: Order}),\n',
        )
    ],
    "the document around all parts": [(MODELS, "https://shop.example", "https://books.example")],
    "a model, then a change": [(MODELS, "Its number.", "Its code."), (TITLE, "A book has a title.", "So it is.")],
    "a change, then a model, then the change again": [
        (TITLE, "A book has a title.", "So it is."),
        (MODELS, "Its number.", "Its code."),
        (TITLE, "So it is.", "A book has a title."),
    ],
    "another effect": [(TITLE, "old: name", "old: called"), (MODELS, "Its number.", "Its code.")],
    "twice back and forth": [
        (MODELS, *pair) for pair in [("Its number.", "Its code."), ("Its code.", "Its number.")] * 2
    ],
}


def everything(project: Project) -> dict[str, str]:
    """All that is generated, by its address, or what is wrong."""
    try:
        history = project.load()
    except ApiUpgradesError as error:
        return {"error": str(error)}
    pages = tuple(render_pages(history, Addresses()))
    every = (*pages, *render_exports(history, Addresses(), pages, ""))
    return {one.path: one.html if isinstance(one, Page) else one.content for one in every}


@pytest.mark.slow
@pytest.mark.parametrize("saves", SAVES.values(), ids=SAVES.keys())
def test_pages_after_a_save_are_those_of_a_first_load(saves: list[tuple[str, str, str]], tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    reloaded = Project(root)
    assert everything(reloaded) == everything(Project(root))
    for file, old, new in saves:
        edit(root, (old, new), file=file)
        assert everything(reloaded) == everything(Project(root))


def contract(**schemas: dict[str, object]) -> Contract:
    parts = {Part("schema", name): schema for name, schema in schemas.items()}
    return Contract(parts, {"openapi": "3.1.0"})


def test_parts_that_a_save_does_not_change_are_the_same_objects() -> None:
    memo = Memo()

    def read(**schemas: dict[str, object]) -> Contract:
        memo.begin_load()
        found = contract(**schemas)
        return memo.get_or_compute("head", (found,), lambda: memo.intern_contract(found))

    first = read(A={"type": "object"}, B={"type": "string", "title": "b"}, C={"type": "object"})
    second = read(A={"type": "object"}, B={"title": "b", "type": "string"}, C={"type": "integer"})
    third = read(A={"type": "object"}, B={"title": "b", "type": "string"}, C={"type": "integer"})
    a, b, c = first.parts
    assert first.parts[a] is not first.parts[c], "two parts never become one"
    assert second.parts[a] is first.parts[a]
    assert second.document is first.document
    assert list(second.parts[b]) == ["title", "type"], "the order of keys is part of what is said"
    assert second.parts[c] == {"type": "integer"}
    assert all(third.parts[part] is second.parts[part] for part in second.parts)


def test_results_that_a_load_does_not_use_are_dropped() -> None:
    memo, source = Memo(), object()
    memo.get_or_compute("result", (source,), lambda: 1)
    memo.begin_load()
    assert memo.has_result("result", (source,))
    assert not memo.has_result("result", (object(),))
    memo.begin_load()
    assert memo.get_previous("result") == 1
    memo.begin_load()
    assert not memo.has_result("result", (source,))
    assert memo.get_previous("result") is None
