"""What a document holds where: whatever it is, it can be checked, drafted from, shown, and exported as it came."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import Pointer, value_at
from api_upgrades.draft.draft import draft
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.structure import EXTENSIBLE_MAPS, OBJECTS, find_faults, inner_values
from api_upgrades.registry.model import Registry, Version
from api_upgrades.releases.check import check
from api_upgrades.releases.lock import Locks
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.render import render_pages
from tests.profiles import up_to

DOCUMENT: Any = json.loads((Path(__file__).parent / "every_form.json").read_text(encoding="utf-8"))


def paths(value: Any, path: Pointer = ()) -> Iterator[Pointer]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


def shapes(value: Any, shape: str = "document") -> Iterator[str]:
    yield shape
    for _, of, item in inner_values(value, shape):
        yield from shapes(item, of)


def use(contract: Contract) -> None:
    """All that a site and a command do with an API of one version."""
    version = Version("1", "The first.", None, None, None, (), (), "changes/1/version.yaml")
    table = RuleTable.with_overrides({})
    standing = ProjectState(Registry(contract, (version,)), Locks(Path("changes"), Path(), {}), table)
    check(standing, "api.json")
    pages = tuple(render_pages(standing.history, Addresses("")))
    assert len(pages) > 5
    render_exports(standing.history, Addresses(""), pages, "")
    was = Contract.from_openapi(DOCUMENT)
    draft(was, contract)
    draft(contract, was)


def test_document_has_every_form() -> None:
    assert list(find_faults(DOCUMENT)) == []
    assert {*OBJECTS, *EXTENSIBLE_MAPS} <= set(shapes(DOCUMENT))
    use(Contract.from_openapi(DOCUMENT))


OTHERS: tuple[Any, ...] = (
    None,
    1,
    True,
    "x",
    "https://[",
    "\0<b>",
    [],
    {},
    [1],
    [None],
    ["x"],
    {"a": 1},
    {"$ref": "#/nowhere"},
    {"$ref": 1},
    {"x-a": 1, "200": {}},
    {"x-written-as": "null"},
    {"x-null-enum": True, "x-ignored-in-a": 1},
)
GONE = object()


@settings(max_examples=up_to(300), deadline=None, derandomize=True)
@given(st.sampled_from([path for path in paths(DOCUMENT) if path]), st.sampled_from([*OTHERS, GONE]))
def test_whatever_a_document_holds_it_can_be_used_and_exported(path: Pointer, other: Any) -> None:
    whole = copy.deepcopy(DOCUMENT)
    holder = value_at(whole, path[:-1])
    if other is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = other
    contract = Contract.from_openapi(whole)
    assert json.dumps(contract.to_openapi()) == json.dumps(whole)
    assert not list(find_faults(contract.join())), "readers meet only what is well-formed"
    use(contract)


@pytest.mark.parametrize("extension", ["paths", "responses", "callbacks"])
def test_extension_is_no_item(extension: str) -> None:
    operation: Any = {"responses": {"200": {}}, "callbacks": {"c": {"{$url}": {}}}}
    whole: Any = {"openapi": "3.1.0", "paths": {"/a": {"get": operation}}}
    (whole if extension == "paths" else operation)[extension]["x-more"] = "text"
    assert list(find_faults(whole)) == []
    assert list(find_faults({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": "text"}}}}})) == [
        (("paths", "/a", "get", "responses", "200"), 'must be an object, but is "text"')
    ]
