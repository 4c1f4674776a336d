"""Every link and anchor of our own leads somewhere, whatever the documents contain."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.releases.import_files import convert_documents
from api_upgrades.releases.public import restrict_to_public
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from tests.generated import histories
from tests.profiles import up_to
from tests.shop import call, write
from tests.site_check import Site, resolve
from tests.test_plugin import build, faults

SCHEMAS = ("Pet", "pet", "Pet.x", "Pet-x", "Pet_x", "Pet.id", "a b", "Ünï", "objects", "A/b~c%")
PROPERTIES = ("id", "a.b", "a b", "x", "id.x", "[]")
PATHS = ("/", "/pets", "/Pets", "/pets/", "/pets/{id}", "/pets/{id}/x", "/a%20b", "/objects", "/-")
TAGS = ("Pets", "pets", "Pets!", "Other objects", "objects", "latest", "ü", "pets.objects")
WEBHOOKS = ("pet.sold", "Pet sold", "pets", "-")
"""Names that differ by case or punctuation only, or look like the ids and addresses of our own pages."""


def reference(name: str) -> dict[str, str]:
    return {"$ref": "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1").replace("%", "%25")}


def leaves() -> st.SearchStrategy[Any]:
    """Schemas whose examples stay the same when they change."""
    found: list[dict[str, Any]] = [{}, {"maxLength": 99}, {"description": "A text."}, {"readOnly": True}]
    return st.sampled_from([{"type": "string", "example": "a", **more} for more in found])


@st.composite
def documents(draw: st.DrawFn, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """A document, of which some schemas are used by nothing. Most of it is that of the document `before` it."""

    def has_luck(one_of: int = 2) -> bool:
        return not draw(st.integers(0, one_of - 1))

    def chosen(names: tuple[str, ...], old: dict[str, Any], most: int) -> dict[str, Any]:
        """Some names, each with what it had before, or with None if it is new or changes."""
        added = draw(st.lists(st.sampled_from(names), max_size=most, unique=True))
        found = {name: value for name, value in old.items() if not has_luck(4)}
        return {name: found.get(name) for name in (*old, *added) if name in found or name in added}

    was: dict[str, Any] = before or {"tags": [], "paths": {}, "webhooks": {}, "components": {"schemas": {}}}
    schemas = chosen(SCHEMAS, was["components"]["schemas"], 1 if before else 4)
    names = tuple(schemas)
    references = st.sampled_from(names).map(reference) if names else st.nothing()
    properties = st.dictionaries(st.sampled_from(PROPERTIES), leaves() | references, max_size=2)

    def content() -> dict[str, Any]:
        return {"application/json": {"schema": draw(references)}}

    def operation() -> dict[str, Any]:
        tags = draw(st.lists(st.sampled_from(TAGS), max_size=1))
        answer = {"content": content()} if names and has_luck() else {}
        return {
            **({"tags": tags} if tags else {}),
            **({"x-internal": True} if has_luck(7) else {}),
            **({"requestBody": {"content": content()}} if names and has_luck() else {}),
            "responses": {"200": {"description": "", **answer}},
        }

    paths: dict[str, Any] = {}
    every_call = tuple(f"{method} {path}" for method in ("get", "post") for path in PATHS)
    for name, value in chosen(every_call, calls_of(was), 2).items():
        method, _, path = name.partition(" ")
        paths.setdefault(path, {})[method] = value or operation()
    hooks = chosen(WEBHOOKS, was["webhooks"], 1)
    tags = draw(st.lists(st.sampled_from(TAGS), unique=True))
    objects = {name: value or {"type": "object", "properties": draw(properties)} for name, value in schemas.items()}
    found = {
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "tags": [{"name": name, "description": "Of pets."} for name in tags],
        "paths": paths,
        "webhooks": {name: value or {"post": operation()} for name, value in hooks.items()},
        "components": {"schemas": objects},
    }
    sound: dict[str, Any] = without_broken_references(found, names)
    return sound


def calls_of(document: dict[str, Any]) -> dict[str, Any]:
    return {f"{method} {path}": one for path, item in document["paths"].items() for method, one in item.items()}


def without_broken_references(value: Any, names: tuple[str, ...]) -> Any:
    """The document with a string in place of each schema that it doesn't have."""
    if isinstance(value, list):
        return [without_broken_references(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value and value not in map(reference, names):
        return {"type": "string"}
    return {key: without_broken_references(item, names) for key, item in value.items()}


@st.composite
def series(draw: st.DrawFn) -> History:
    """The history of two or three such documents, as it is imported."""
    found = [draw(documents())]
    for _ in range(draw(st.integers(1, 2))):
        found.append(draw(documents(found[-1])))
    contracts = {str(number): Contract.from_openapi(one) for number, one in enumerate(found, 1)}
    try:
        return convert_documents(contracts).history
    except ApiUpgradesError:
        reject()  # what can be imported is the subject of other tests


def find_faults(history: History) -> list[str]:
    """Broken links and anchors of all pages and their Markdown twins, without the theme around them."""
    pages = list(render_pages(history, Addresses()))
    texts = {f"{page.path}index.html": page.html for page in pages if isinstance(page, Page)}
    assets = (*(one for one in pages if not isinstance(one, Page)), *render_exports(history, Addresses(), pages))
    texts |= {asset.path: asset.content for asset in assets}
    with tempfile.TemporaryDirectory() as name:
        for path, text in texts.items():
            (Path(name) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(name) / path).write_text(text, encoding="utf-8")
        site = Site(Path(name))
        return [*site.problems(), *find_twin_faults(site, texts)]


def find_twin_faults(site: Site, texts: dict[str, str]) -> Iterator[str]:
    for name in (name for name in texts if name.endswith(".md")):
        for link in re.findall(r"(?<!\\)\]\(([^()\s]+)\)", re.sub(r"`+[^`]*`+", "", texts[name])):
            path, _, fragment = link.partition("#")
            file = resolve(name, path) if path else name
            if "://" in link:
                continue
            if file not in site.files:
                yield f"{name}: {link!r} leads to no file"
            elif fragment and file.endswith(".html") and fragment not in site.document(file).ids:
                yield f"{name}: {link!r} leads to no id"
            elif fragment and file.endswith(".md") and f'<a id="{fragment}"></a>' not in texts[file]:
                yield f"{name}: {link!r} leads to no anchor"


PAGES = "api_upgrades.site.pages"

SMALL_LIMITS = {
    f"{PAGES}.limits.SUBPAGE_BYTES": 3_000,
    f"{PAGES}.limits.MAX_UNFOLDED_ITEMS": 1,
    f"{PAGES}.limits.ITEMS_BEFORE_FOLD": 1,
    f"{PAGES}.reference.pagination.MAX_PAGE_BYTES": 3_000,
    f"{PAGES}.reference.overview.MAX_UNFOLDED_PARTS": 1,
    f"{PAGES}.upgrades.MAX_PAGE_BYTES": 3_000,
    f"{PAGES}.path.static.MAX_DIFFERENCES_HEIGHT": 300,
    f"{PAGES}.versions.MAX_CHANGES_PER_PAGE": 1,
    f"{PAGES}.versions.MAX_LISTED_CHANGES": 1,
}
"""Limits that split every page and fold every list."""


@pytest.fixture(params=[False, True], ids=["whole pages", "split pages"], scope="module")
def limits(request: pytest.FixtureRequest) -> Iterator[None]:
    with ExitStack() as patches:
        for name, value in SMALL_LIMITS.items() if request.param else ():
            patches.enter_context(patch(name, value))
        yield


@pytest.mark.slow
@given(st.data())
@settings(max_examples=up_to(40))
def test_own_links_of_imported_documents(limits: None, data: st.DataObject) -> None:
    history = data.draw(series())
    assert find_faults(history) == []
    assert find_faults(restrict_to_public(history)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((True, True, 9), (True, False, None), id="only requests use it now"),
        pytest.param((True, False, 9), (True, True, None), id="only requests used it before"),
        pytest.param((False, False, 9), (True, False, None), id="a new operation sends it"),
        pytest.param((True, False, 9), (False, True, None), id="the operation that sent it was removed"),
    ],
)
def test_object_that_an_operation_sends(before: tuple[bool, bool, Any], after: tuple[bool, bool, Any]) -> None:
    """The operation itself differs in none or both of its versions, and has a section only if it differs."""
    history = convert_documents({"1": pets(*before), "2": pets(*after)}).history
    assert find_faults(history) == []


def pets(is_sent: bool, is_answered: bool, longest: int | None) -> Contract:
    limit = {"maxLength": longest} if longest else {}
    pet = {"type": "object", "properties": {"id": {"type": "string", "example": "a", **limit}}}
    content = {"content": {"application/json": {"schema": reference("Pet")}}}
    done = {"description": "Done.", **(content if is_answered else {})}
    paths = {"/pets": {"get": {"tags": ["Read"], "responses": {"200": done}}}}
    if is_sent:
        paths["/pet"] = {"post": {"tags": ["Write"], "requestBody": content, "responses": {"204": {"description": ""}}}}
    document = {"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": paths}
    return Contract.from_openapi({**document, "components": {"schemas": {"Pet": pet}}})


def test_navigation_of_versions_with_other_resources(tmp_path: Path) -> None:
    """Only the navigation of a page differs between versions that have other resources beside it."""
    for number, others in enumerate([1, 2, 1, 3, 3], start=1):
        paths = {f"/{name}": {"get": {"responses": {"204": {"description": ""}}}} for name in "abcd"[: others + 1]}
        document = {"openapi": "3.1.0", "info": {"title": "Letters", "version": "1"}, "paths": paths}
        write(tmp_path, {f"{number}.json": json.dumps(document)})
    names = [str(tmp_path / f"{number}.json") for number in range(1, 6)]
    assert call(tmp_path, "import", *names, "--out", str(tmp_path / "project")).exit_code == 0
    site = build(tmp_path / "project")
    assert faults(site) == []
    for number, names_there in enumerate(["ab", "abc", "ab", "abcd", "abcd"], start=1):
        page = (site / f"reference/{number}/a/index.html").read_text(encoding="utf-8")
        assert [name for name in "bcd" if f'href="../{name}/"' in page] == list(names_there[1:])


@given(histories())
@settings(max_examples=up_to(20))
def test_own_links_of_generated_histories(history: History) -> None:
    assert find_faults(history) == []
