"""Versions share a section only where it is the one that each of them would have by itself, in the reference and on the
ways to the latest; and every page can be made, whatever the changes.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import JsonObject
from api_upgrades.effects import KINDS
from api_upgrades.effects.annotation import Behaviour
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.registry.model import Change, Registry, Version
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.path.static import path_pages
from api_upgrades.site.pages.reference.pages import Reference
from api_upgrades.site.pages.reference.sections import Sections
from api_upgrades.site.pages.render import render_pages
from api_upgrades.site.pages.site import Site
from tests import big
from tests.generated import SENDS, Calls, histories, history_of_calls, versions_of_calls

pytestmark = pytest.mark.slow


def assert_sections_are_those_of_each_alone(history: History) -> None:
    site = Site(history, Addresses())
    sections = Sections(site)
    for version in history.contracts:
        for resource in site.resources(version):
            for part, section in sections.sections_of(version, resource).items():
                alone = sections._create_section(version, part)
                assert (section.html, section.render_markdown()) == (alone.html, alone.render_markdown()), (
                    version,
                    part,
                )


def test_the_server_api(server_api: History) -> None:
    assert_sections_are_those_of_each_alone(server_api)


def test_a_big_api() -> None:
    assert_sections_are_those_of_each_alone(big.history())


@given(histories())
def test_any_api(history: History) -> None:
    assert_sections_are_those_of_each_alone(history)


@example([{"/a": SENDS, "/b": SENDS}, {"/b": SENDS, "/a": SENDS}])
@example([{"/a": SENDS, "/b": SENDS}, {"/b": SENDS}, {"/a": SENDS, "/b": SENDS}])
@given(versions_of_calls())
def test_objects_that_go_from_one_resource_to_another(versions: list[Calls]) -> None:
    assert_sections_are_those_of_each_alone(history_of_calls(versions))


def assert_ways_are_those_of_each_alone(history: History) -> None:
    shared = {page.path: page for page in path_pages(Site(history, Addresses()))}
    for version in history.versions[:-1]:
        site = Site(history, Addresses())
        site.__dict__["released_versions"] = (history.latest, version)
        for alone in path_pages(site):
            page = shared.pop(alone.path)
            assert (page.html, page.markdown()) == (alone.html, alone.markdown()), page.path
    assert not shared


def test_the_ways_of_the_server_api(server_api: History) -> None:
    assert_ways_are_those_of_each_alone(server_api)


def test_the_ways_of_a_big_api() -> None:
    assert_ways_are_those_of_each_alone(big.history())


@given(histories())
def test_the_ways_of_any_api(history: History) -> None:
    assert_ways_are_those_of_each_alone(history)


@given(versions_of_calls())
def test_the_ways_of_objects_that_go_from_one_resource_to_another(versions: list[Calls]) -> None:
    assert_ways_are_those_of_each_alone(history_of_calls(versions))


def all_made(history: History) -> list[str]:
    """What every page and file holds that is made for a history."""
    pages = tuple(render_pages(history, Addresses()))
    twins = (page.markdown() for page in pages if isinstance(page, Page))
    assets = (asset.content for asset in render_exports(history, Addresses(), pages, ""))
    return [*(page.html if isinstance(page, Page) else page.content for page in pages), *twins, *assets]


@given(histories())
def test_every_page_of_any_api_can_be_made(history: History) -> None:
    assert all(all_made(history))


def test_what_comes_and_goes_within_a_version_is_in_no_reference() -> None:
    stays, passes = (Part("operation", f"POST {path}") for path in ("/a", "/b"))
    head = history_of_calls([{"/a": SENDS, "/b": SENDS}] * 2).contract_at("v1")
    kinds: dict[str, dict[str, object]] = {"comes": {}, "goes": {"was": head.parts[passes]}}
    changes = tuple(
        Change(
            id, "v1", id, "Why", None, (KINDS[kind].model_validate({"kind": kind, "target": passes.name, **was}),), ""
        )
        for (id, was), kind in zip(kinds.items(), ("add_operation", "remove_operation"), strict=True)
    )
    versions = (
        Version("v0", "", None, None, None, (), (), ""),
        Version("v1", "", None, None, None, ("comes", "goes"), changes, ""),
    )
    registry = Registry(Contract({part: head.parts[part] for part in head.parts if part != passes}, {}), versions)
    steps, errors = derive(registry)
    assert errors == []
    history = History(registry, steps, RuleTable.with_overrides({}))
    assert [passes in contract.parts for contract in history.contracts.values()] == [False, False]
    assert stays in history.contract_at("v0").parts
    assert all(all_made(history))


def test_a_change_of_behaviour_is_told_of_from_its_version_on() -> None:
    """No contract shows it, so that the part is the same in both versions."""
    call = Part("operation", "POST /a")
    faster = Behaviour.model_validate(
        {"kind": "behaviour", "target": call.name, "severity": "risky", "before": "Slow.", "after": "Fast."}
    )
    change = Change("faster", "v1", "Faster", "Why", None, (faster,), "")
    versions = (
        Version("v0", "", None, None, None, (), (), ""),
        Version("v1", "", None, None, None, ("faster",), (change,), ""),
    )
    registry = Registry(history_of_calls([{"/a": SENDS}] * 2).contract_at("v1"), versions)
    steps, _ = derive(registry)
    site = Site(History(registry, steps, RuleTable.with_overrides({})), Addresses())
    sections = Sections(site)
    shown = [sections.sections_of(one.id, *site.resources(one.id)[:1])[call].html for one in versions]
    assert ["Changed in" in html for html in shown] == [False, True]
    pages = {page.path: page.html for page in Reference(site).pages()}
    assert ["Version history" in pages[f"reference/{one.id}/a/"] for one in versions] == [True, True]


def test_what_stays_where_it_is_is_shared() -> None:
    site = Site(history_of_calls([{"/a": SENDS, "/b": SENDS}, {"/a": SENDS}]), Addresses())
    sections = Sections(site)
    before, now = (next(one for one in site.resources(version) if one.slug == "a") for version in ("v0", "v1"))
    was, found = sections.sections_of("v0", before), sections.sections_of("v1", now)
    assert len(found) == 2
    assert [found[part] is was[part] for part in found] == [True, True]


@pytest.mark.parametrize(
    ("document", "is_shown"),
    [
        ({}, False),
        ({"servers": [], "components": {"securitySchemes": {}}}, False),
        ({"servers": [{"url": "https://e.com"}]}, True),
        ({"components": {"securitySchemes": {"key": {"type": "http", "scheme": "basic"}}}}, True),
        ({"x-api-version": {"header": "Version"}}, True),
    ],
    ids=["nothing", "empty", "a server", "a security scheme", "a version header"],
)
def test_how_to_call_the_api_has_a_section_only_if_something_is_known(document: JsonObject, is_shown: bool) -> None:
    versions = (Version("v1", "", None, None, None, (), (), ""), Version("v2", "", None, None, None, (), (), ""))
    parts: dict[Part, JsonObject] = {Part("operation", "GET /a"): {"responses": {}}}
    steps, _ = derive(registry := Registry(Contract(parts, {"openapi": "3.1.0", **document}), versions))
    pages = Reference(Site(History(registry, steps, RuleTable.with_overrides({})), Addresses())).pages()
    overviews = [page for page in pages if page.path.count("/") == 2]
    assert len(overviews) == 3
    for page in overviews:
        titles = [heading.title for heading in page.contents]
        assert [("Calling the API" in text) for text in (page.html, page.markdown(), titles)] == [is_shown] * 3
