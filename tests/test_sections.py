"""Versions share a section of the reference only where it is the one that each of them would have by itself."""

from __future__ import annotations

from hypothesis import example, given

from api_upgrades.contract import Part
from api_upgrades.derive import derive
from api_upgrades.effects.prose import Behaviour
from api_upgrades.history import History
from api_upgrades.pages.page import Addresses
from api_upgrades.pages.reference import Reference
from api_upgrades.pages.sections import Sections
from api_upgrades.pages.site import Site
from api_upgrades.registry import Change, Registry, Version
from api_upgrades.severity import RuleTable
from tests import big
from tests.generated import SENDS, Calls, histories, history_of_calls, versions_of_calls


def assert_sections_are_those_of_each_alone(history: History) -> None:
    site = Site(history, Addresses())
    sections = Sections(site)
    for version in history.contracts:
        for resource in site.resources(version):
            for part, section in sections.of(version, resource).items():
                alone = sections._section(version, part)
                assert (section.html, section.markdown()) == (alone.html, alone.markdown()), (version, part)


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
    shown = [sections.of(one.id, *site.resources(one.id)[:1])[call].html for one in versions]
    assert ["Changed in" in html for html in shown] == [False, True]
    pages = {page.path: page.html for page in Reference(site).pages()}
    assert ["It differs in" in pages[f"reference/{one.id}/a/"] for one in versions] == [True, True]


def test_what_stays_where_it_is_is_shared() -> None:
    site = Site(history_of_calls([{"/a": SENDS, "/b": SENDS}, {"/a": SENDS}]), Addresses())
    sections = Sections(site)
    before, now = (next(one for one in site.resources(version) if one.slug == "a") for version in ("v0", "v1"))
    was, found = sections.of("v0", before), sections.of("v1", now)
    assert len(found) == 2
    assert [found[part] is was[part] for part in found] == [True, True]
