"""What the pages of the reference hold, and what they leave out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.limits import MAX_UNFOLDED_BYTES, SECTION_UNFOLDED_BYTES
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.reference.about import split_description
from api_upgrades.site.pages.reference.pages import Reference
from api_upgrades.site.pages.reference.properties import PropertyRow, TypeText, nest_rows
from api_upgrades.site.pages.reference.topics import collect_topics
from api_upgrades.site.pages.reference.unfold import UnfoldedObjects, Unfolder
from api_upgrades.site.pages.site import Site
from api_upgrades.site.text.json_folds import MIN_FOLDED_LINES, fold_json
from tests import big
from tests.site_check import Document


@pytest.fixture(scope="module")
def pages(server_api: History) -> dict[str, Page]:
    return {page.path: page for page in Reference(Site(server_api, Addresses())).pages()}


@cache
def big_site() -> Site:
    return Site(big.history(), Addresses())


# A page


def test_operations_come_first_then_objects_then_webhooks(pages: dict[str, Page]) -> None:
    for page in pages.values():
        order = [
            id for id in re.findall(r'<h2 id="([a-z]+)"', page.html) if id in ("operations", "objects", "webhooks")
        ]
        assert order == [id for id in ("operations", "objects", "webhooks") if id in order], page.path


def test_optional_is_marked_and_required_is_not(pages: dict[str, Page]) -> None:
    html = pages["reference/latest/appointments/"].html
    assert '<span class="au-optional">optional</span>' in html
    assert not [page.path for page in pages.values() if re.search(r">\s*required\s*<", page.html)]


def test_the_index_has_every_operation_and_webhook_of_the_page(pages: dict[str, Page], server_api: History) -> None:
    site = Site(server_api, Addresses())
    for resource in site.resources(server_api.latest.id):
        html = pages[f"reference/latest/{resource.slug}/"].html
        index = html.partition('<ul class="au-index">')[2].partition("</ul>")[0]
        listed = re.findall(r'href="#([^"]+)"', index)
        assert listed == [site.anchor(part) for part in resource.parts if part.kind != "schema"]


def test_one_bar_says_which_version_it_is(pages: dict[str, Page]) -> None:
    latest, older = pages["reference/latest/patients/"].html, pages["reference/2022-12-20/patients/"].html
    assert latest.count("au-version-bar") == 1
    assert "au-warning" not in latest
    assert ">2023-06-26 (latest)</option>" in latest
    text = " ".join(re.sub(r"<[^>]*>", "", older.partition('<div class="au-bar')[2].partition("</span>")[0]).split())
    assert text.endswith("You are viewing 2022-12-20. Latest: 2023-06-26 · Upgrade steps")
    assert 'href="../../../upgrades/from/2022-12-20/"' in older


def test_the_contents_list_names_operations_by_what_they_do(pages: dict[str, Page]) -> None:
    page = pages["reference/latest/appointments/"]
    titles = {heading.title: [one.title for one in heading.children] for heading in page.contents}
    assert titles["Operations"][0] == "List appointments"
    assert "Appointment" in titles["Objects"]


def test_pages_are_well_formed(pages: dict[str, Page]) -> None:
    for page in pages.values():
        for tag in ("details", "ul", "li", "div", "section", "dl"):
            assert page.html.count(f"<{tag}") == page.html.count(f"</{tag}>"), (page.path, tag)
        assert Document(page.html).ids_again == []


# Properties


def row(depth: int) -> PropertyRow:
    return PropertyRow("a", "a", depth, (), True, False, (), (), (), None, "", False, None, ())


@given(st.lists(st.integers(0, 3), max_size=12))
def test_nested_lists_close_what_they_open(steps: list[int]) -> None:
    depths: list[int] = []
    for step in steps:
        depths.append(min(step, depths[-1] + 1) if depths else 0)
    found = nest_rows([row(depth) for depth in depths])
    is_open = 0
    for one, depth in zip(found, depths, strict=True):
        assert is_open == depth
        is_open += bool(one.children) - one.ends
    assert is_open == 0
    assert sum(one.children for one in found) == sum(depth > 0 for depth in depths)


def test_a_referenced_object_unfolds_where_it_is_used(pages: dict[str, Page]) -> None:
    html = pages["reference/latest/appointments/"].html
    patient = html.partition('<li id="Appointment.patient">')[2].partition('<li id="Appointment.')[0]
    assert re.search(r"<summary>Patient: \d+ properties</summary>", patient)
    assert "date_of_birth" in patient
    assert re.search(r"<summary>Address: 5 properties</summary>", patient)
    assert ' id="' not in patient  # the object's own section has the ids


def test_what_unfolds_is_bounded() -> None:
    site = big_site()
    objects = UnfoldedObjects(site)
    contract = site.history.contract_at(big.LATEST)
    for part in contract.of_kind("schema"):
        found = objects.get(big.LATEST, part)
        assert found is None or len(found.html) <= MAX_UNFOLDED_BYTES
    unfolder = Unfolder(objects, big.LATEST, Part("schema", "none"))
    assert unfolder.budget == SECTION_UNFOLDED_BYTES
    unfolder.budget = 10
    part = Part("schema", "Catalogs0")
    referring = replace(row(0), type=(TypeText(part.name, part),))
    assert objects.get(big.LATEST, part) is not None
    assert unfolder(referring) is None


# Examples


def test_a_short_payload_has_no_folds() -> None:
    lines = ["{", *(f'  "a{n}": 1,' for n in range(20)), "}"]
    assert [(block.lines, block.note) for block in fold_json(lines)] == [(lines, "")]


def test_long_objects_fold_but_not_the_one_that_is_the_payload() -> None:
    inner = ['      "patient": {', *(f'        "a{n}": 1,' for n in range(9)), '        "z": 1', "      },"]
    item = ["    {", *(f'      "b{n}": 1,' for n in range(20)), *inner, '      "last": 1', "    }"]
    lines = ["{", '  "data": [', *item, "  ],", '  "has_more": false', "}"]
    found = fold_json(lines)
    assert [block.note.strip() for block in found if block.note] == ['"patient": { 12 lines }']
    assert [line for block in found for line in block.lines] == lines


@given(
    st.recursive(
        st.integers(0, 9),
        lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text("ab{[", max_size=3), inner),
        max_leaves=60,
    )
)
def test_folding_loses_no_line(value: Any) -> None:
    lines = json.dumps(value, indent=2).split("\n")
    found = fold_json(lines)
    assert [line for block in found for line in block.lines] == lines
    assert all(len(block.lines) >= MIN_FOLDED_LINES for block in found if block.note)


# The overview


def test_a_description_is_split_at_its_headings() -> None:
    text = (
        "Intro.\n\n# Rate *limits*\n\nTen.\n\n## More\n\nTwenty.\n\n# Authentication\n\nSend a key.\n\n```\n# no\n```\n"
    )
    intro, sections = split_description(text)
    assert intro == "Intro."
    assert [(one.id, one.title, one.topic) for one in sections] == [
        ("about-rate-limits", "Rate limits", ""),
        ("about-authentication", "Authentication", "authentication"),
    ]
    assert sections[0].text == "Ten.\n\n## More\n\nTwenty."
    assert sections[1].text == "Send a key.\n\n```\n# no\n```"
    assert split_description("Only text.") == ("Only text.", ())


def operation(*statuses: str, **more: Any) -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    errors = {status: {"description": f"Error {status}", "content": body} for status in statuses}
    page = {"type": "object", "properties": {"next_cursor": {"description": "Send it back."}, "title": {}}}
    return {
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": page}}}, **errors}
    } | more


def contract(paths: dict[str, Any], **more: Any) -> Contract:
    components = {
        "schemas": {"Error": {"type": "object"}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    }
    return Contract.from_openapi({"openapi": "3.1.0", "info": {}, "paths": paths, "components": components, **more})


def test_topics_say_what_most_operations_have() -> None:
    cursor = {"name": "cursor", "in": "query", "schema": {"type": "string", "description": "Where to start."}}
    paths = {
        "/a": {"get": operation("401", "404", parameters=[cursor])},
        "/b": {"get": operation("401", parameters=[cursor]), "post": operation("401")},
        "/health": {"get": {"responses": {"200": {"description": "OK"}}, "security": []}},
    }
    found = collect_topics(contract(paths, security=[{"key": []}]))
    assert found.operations == 4
    assert [(one.name, one.description) for one in found.credentials] == [("key", "`X-Key` in the header")]
    assert [part.name for part in found.public] == ["GET /health"]
    assert [(one.name, one.description, one.operations) for one in found.page_parameters] == [
        ("cursor", "Where to start.", 2)
    ]
    assert [(one.name, one.description, one.operations) for one in found.page_properties] == [
        ("next_cursor", "Send it back.", 2)
    ]
    assert [tuple(one) for one in found.errors] == [("401", "Error 401", 3)]
    assert found.error == Part("schema", "Error")


def test_topics_say_nothing_that_the_document_does_not() -> None:
    found = collect_topics(contract({"/a": {"get": {"responses": {"200": {"description": "OK"}}}}}))
    assert found.public == ()
    assert found.page_parameters + found.page_properties + found.errors == ()
    assert found.error is None


def test_the_search_finds_the_topics(pages: dict[str, Page]) -> None:
    page = pages["reference/latest/"]
    assert page.search_text is not None
    for topic in ("authentication", "versioning", "pagination", "errors"):
        assert f'<h2 id="{topic}">' in page.html
        assert f'<h2 id="{topic}">' in page.search_text
        assert topic in [heading.id for heading in page.contents]
    assert "next_cursor" in page.search_text


def test_older_overviews_leave_topics_to_the_latest(pages: dict[str, Page]) -> None:
    assert 'id="errors"' not in pages["reference/2022-12-20/"].html
