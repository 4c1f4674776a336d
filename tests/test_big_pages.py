"""The pages of a large API: complete without scripts, light, each thing in its place, and folded where it is long."""

from __future__ import annotations

import json
import re
import statistics
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.history.history import History
from api_upgrades.openapi.part import Part
from api_upgrades.project import Project
from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import HEADING_IDS, Addresses, TwinAddresses, assign_anchors
from api_upgrades.site.pages.changelog import changelog_pages
from api_upgrades.site.pages.limits import (
    ITEMS_BEFORE_FOLD,
    MAX_PAGE_BYTES,
    MAX_UNFOLDED_ITEMS,
    SUBPAGE_BYTES,
    head_and_rest,
    split_by_size,
)
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.path.static import path_pages
from api_upgrades.site.pages.reference.sections import Sections, estimate_size
from api_upgrades.site.pages.render import render_pages
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.upgrades import upgrade_pages
from api_upgrades.site.pages.versions import VersionView, group_by_year
from api_upgrades.site.text.summary import brief_summary
from tests import big, shop
from tests.site_check import Document, resolve


@cache
def pages() -> dict[str, Page]:
    """Every page by its address."""
    return {page.path: page for page in render_pages(big.history(), Addresses()) if isinstance(page, Page)}


@cache
def read(path: str) -> Document:
    return Document(pages()[path].html)


def text_of(path: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", pages()[path].html)).split())


@pytest.mark.parametrize("is_big", [pytest.param(True, id="big"), pytest.param(False, id="the Server API")])
def test_sections_are_about_as_long_as_planned(server_api: History, is_big: bool) -> None:
    """A page is planned by an estimate. All sections together keep to it, and none is more than 2.5 times as long."""
    site = Site(big.history() if is_big else server_api, Addresses())
    latest = site.history.latest.id
    sections, contract = Sections(site), site.history.contract_at(latest)
    found = {part: one for each in site.resources(latest) for part, one in sections.sections_of(latest, each).items()}
    assert found.keys() == contract.parts.keys()
    planned = 0
    for part, section in found.items():
        texts = site.upgrade_paths.samples.at(latest, part).values()
        estimate = estimate_size(contract.parts[part], sum(len(text.text) for text in texts), contract.parts)
        assert len(section.html) <= 2.5 * estimate
        planned += estimate
    assert sum(len(section.html) for section in found.values()) <= planned


def test_every_link_leads_to_a_place() -> None:
    lost = []
    for path in pages():
        for link in read(path).links:
            if re.match(r"[a-z]+:", link.address) or link.address.endswith((".md", ".json", ".xml", ".js", ".css")):
                continue
            address, _, fragment = link.address.partition("#")
            address = address.partition("?")[0]
            file = resolve(f"{path}index.html", unquote(address)) if address else f"{path}index.html"
            target = file and file.removesuffix("index.html")
            if target not in pages() or (fragment and unquote(fragment) not in read(target).ids):
                lost.append((path, link.address))
    assert lost == []


def test_no_id_is_there_twice() -> None:
    assert {path: read(path).ids_again for path in pages() if read(path).ids_again} == {}


def test_the_contents_lists_lead_to_places() -> None:
    def ids(page: Page) -> list[str]:
        waiting, found = list(page.contents), []
        while waiting:
            heading = waiting.pop()
            found.append(heading.id)
            waiting += heading.children
        return found

    assert {path: lost for path, page in pages().items() if (lost := [*{*ids(page)} - {*read(path).ids}])} == {}


def test_every_page_is_light() -> None:
    sizes = {path: len(page.html.encode()) for path, page in pages().items()}
    reference = [size for path, size in sizes.items() if path.startswith("reference/")]
    assert statistics.median(reference) < 150_000
    assert max(reference) < 300_000
    assert max(sizes.values()) < 500_000, max(sizes, key=lambda path: sizes[path])


def test_every_change_is_at_its_permalink_and_told_whole_on_one_page() -> None:
    told = {
        path: page
        for path, page in pages().items()
        if path.startswith(f"upgrades/{big.LATEST}/") and path.count("/") == 3
    }
    for version, id, change in big.changes():
        home = f"upgrades/{version}/"
        assert id in read(home).ids, id
        if version == big.LATEST:
            assert [path for path in told if id in read(path).ids] != [], id
            (whole,) = (path for path in told if id in read(path).ids)
            assert change["title"].replace("`", "") in text_of(whole)
            assert change["title"].replace("`", "") in text_of(home)


def test_a_version_of_many_changes_goes_by_resource_the_worst_first() -> None:
    html = pages()[f"upgrades/{big.LATEST}/"].html
    groups = dict(re.findall(r'<h2 id="in:([^"]*)">.*?<p class="au-meta"><span>(.*?)</span></p>', html, re.DOTALL))
    assert groups == {
        "several-resources": "1 breaking change",
        "catalogs": "60 breaking changes, 40 additions, 20 neutral changes",
        "flows": "12 neutral changes",
        "lists": "12 neutral changes",
        "orders": "12 neutral changes",
        "tags": "4 neutral changes",
        "users": "1 addition",
    }
    catalogs = html.partition('id="in:catalogs"')[2].partition('id="in:flows"')[0]
    assert re.findall(r"<summary>(.*?)</summary>", catalogs) == [
        f"{100 - ITEMS_BEFORE_FOLD} more",
        "20 neutral changes",
    ]
    marks = re.findall(r"au-severity au-(\w+)", catalogs)
    assert marks == ["breaking"] * 60 + ["additive"] * 40 + ["neutral"] * 20


def test_what_is_neutral_takes_one_line_among_many_changes() -> None:
    html = pages()[f"upgrades/{big.LATEST}/flows/"].html
    assert html.count('<details class="au-change au-fold"><summary id="extra-flows') == 12
    assert "<h2" not in html


def test_many_effects_and_many_places_are_folded() -> None:
    users = pages()[f"upgrades/{big.LATEST}/users/"].html
    assert f"<summary>{30 - ITEMS_BEFORE_FOLD} more</summary>" in users
    assert all(f"many_{number}" in users for number in range(30))
    several = pages()[f"upgrades/{big.LATEST}/several-resources/"].html
    (places,) = re.findall(r"<summary>All 60 places</summary><ul>(.*?)</ul>", several)
    assert places.count("<li><code>") == 60


def test_a_version_of_few_changes_is_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_upgrades.site.pages.versions.MAX_LISTED_CHANGES", 30)
    some = {
        page.path: page
        for page in render_pages(big.history(), Addresses())
        if isinstance(page, Page) and "2022-09" in page.path
    }
    assert [path for path in some if path.startswith(f"upgrades/{big.SECOND}/")] == [f"upgrades/{big.SECOND}/"]
    assert some[f"upgrades/{big.SECOND}/"].html.count('<section class="au-change"') == 30


@pytest.mark.parametrize("mount", ["upgrades/2022/", "changelog/2022/"])
def test_an_older_year_has_a_page_of_its_own(mount: str) -> None:
    main = mount.partition("/")[0] + "/"
    older = [title["title"].replace("`", "") for version, _, title in big.changes() if version == big.SECOND]
    assert all(title in text_of(mount) for title in older)
    assert not any(title in text_of(main) for title in older)
    assert f'href="{mount.removeprefix(main)}"' in pages()[main].html
    assert big.LATEST not in read(mount).ids


def test_a_year_of_very_many_changes_is_a_page_for_each_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_upgrades.site.pages.changelog.MAX_CHANGES_PER_YEAR", 20)
    found = {page.path: page for page in changelog_pages(Site(big.history(), Addresses()))}
    assert list(found) == ["changelog/", f"changelog/{big.SECOND}/", f"changelog/{big.FIRST}/"]
    assert f'href="{big.SECOND}/"' in found["changelog/"].html
    listed = [re.findall("<li data-row", page.html) for page in found.values()]
    assert sum(map(len, listed)) == len(list(big.changes()))


def test_no_page_of_a_changelog_is_very_long() -> None:
    changelog = {path: page for path, page in pages().items() if path.startswith("changelog/")}
    # The theme adds about 30 KB.
    assert all(len(page.html.encode()) < 250_000 for page in changelog.values())


def test_the_guide_counts_what_breaks_in_every_version() -> None:
    (counts,) = re.findall(r'data-versions="([^"]*)"', pages()["upgrades/"].html)
    since = {version: breaking for version, breaking, *_ in json.loads(unescape(counts))}
    assert since == {big.LATEST: 0, big.SECOND: 61, big.FIRST: 61}


def test_every_part_has_its_place_and_one_section() -> None:
    leaves = [path for path in pages() if path.startswith("reference/latest/catalogs")]
    assert len(leaves) > 3
    for number in range(big.OBJECTS["Catalogs"]):
        name = f"Catalogs{number}"
        assert name in read("reference/latest/catalogs/").ids
        sections = [path for path in leaves if f'<h3 id="{name}"' in pages()[path].html]
        assert len(sections) == 1, name
        assert f"{name}.label" in read(sections[0]).ids
    assert 'id="Flows0"' in pages()["reference/latest/flows/"].html


def test_links_between_the_pages_of_a_resource_lead_straight_there() -> None:
    operations = pages()["reference/latest/catalogs.operations/"].html
    assert re.search(r'href="\.\./catalogs\.objects/#Catalogs0"', operations)
    assert 'href="#Catalogs0"' not in operations


def test_the_overview_of_a_large_reference_lists_all_names() -> None:
    html = pages()["reference/latest/"].html.partition('id="resources"')[2]
    entries = re.findall(r"<li>(?:<span class=\"au-method[^>]*>(\w+)</span>)?<a [^>]*>([^<]*)</a>", html)
    names = [" ".join(filter(None, (method, name))) for method, name in entries]
    parts = big.history().contract_at(big.LATEST).parts
    assert sorted(names) == sorted(part.name for part in parts)


def test_long_lists_of_values_and_types_are_folded() -> None:
    html = pages()["reference/latest/tags.objects/"].html
    row = html.partition('id="Tags0.colour"')[2].partition("<li id=")[0]
    shown, _, folded = row.partition("<details")
    assert shown.count("colour_") == ITEMS_BEFORE_FOLD
    assert "<summary>and 288 more</summary>" in folded
    assert folded.count("colour_") == 288
    row = html.partition('id="Tags0.any"')[2].partition("<li id=")[0]
    assert "<summary>54 more types</summary>" in row
    assert all(f">Catalogs{number}<" in row for number in range(60))


def test_the_twins_of_long_pages_lead_to_each_other() -> None:
    twins = {
        page.path: page.markdown()
        for page in render_pages(big.history(), Addresses("index.md"))
        if isinstance(page, Page) and Addresses().has_twin(page.path)
    }
    addresses = TwinAddresses()
    assert f"upgrades/{big.LATEST}/catalogs/" in twins
    assert "reference/latest/catalogs.objects/" in twins
    lost = []
    for path, text in twins.items():
        for link in re.findall(r"\]\(([^)]+)\)", re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)):
            address, _, fragment = link.partition("#")
            file = resolve(f"{path}index.md", address) if address else f"{path}index.md"
            target = file and file.removesuffix("index.md")
            if target in twins:
                is_lost = bool(fragment) and f'<a id="{fragment}">' not in twins[target]
            else:
                is_lost = not (target or "").startswith(("upgrades/from/", "reference/2", "upgrades/path/"))
            if is_lost:
                lost.append((path, link))
    assert addresses.has_twin("changelog/2022/")
    assert lost == []


@given(st.lists(st.integers(1, 2 * SUBPAGE_BYTES)))
def test_pieces_hold_everything_in_order_and_are_no_larger_than_they_must_be(sizes: list[int]) -> None:
    items = list(enumerate(sizes))
    found = split_by_size((item, item[1]) for item in items)
    assert [item for piece in found for item in piece] == items
    assert all(len(piece) == 1 or sum(size for _, size in piece) <= SUBPAGE_BYTES for piece in found)
    for first, second in pairwise(found):
        assert sum(size for _, size in first) + second[0][1] > SUBPAGE_BYTES
    assert SUBPAGE_BYTES < MAX_PAGE_BYTES


@given(st.lists(st.integers(), max_size=3 * MAX_UNFOLDED_ITEMS))
def test_a_list_is_folded_only_where_that_spares_something(items: list[int]) -> None:
    shown, rest = head_and_rest(items)
    assert shown + rest == items
    assert len(shown) == (len(items) if len(items) <= MAX_UNFOLDED_ITEMS else ITEMS_BEFORE_FOLD)


SCHEMA: Literal["schema"] = "schema"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(
            [Part(SCHEMA, "A b"), Part(SCHEMA, "A-b"), Part(SCHEMA, "A/b"), Part(SCHEMA, "A<b>")], id="markup"
        ),
        pytest.param([Part(SCHEMA, ".."), Part(SCHEMA, "."), Part(SCHEMA, "/"), Part(SCHEMA, "//")], id="dots"),
        pytest.param([Part(SCHEMA, "名"), Part(SCHEMA, "字"), Part(SCHEMA, "")], id="unicode"),
        pytest.param([Part(SCHEMA, "get-a"), Part("operation", "GET /a"), Part("operation", "GET /a/")], id="kinds"),
        pytest.param([Part("operation", "GET /a/{b}"), Part("operation", "GET /a/b")], id="parameters"),
        pytest.param([Part(SCHEMA, one) for one in (*HEADING_IDS, "__toc", "__search")], id="headings"),
        pytest.param([Part("webhook", "a b"), Part("webhook", "a-b"), Part(SCHEMA, "webhook-a-b")], id="webhooks"),
    ],
)
def test_no_two_parts_have_the_same_id(parts: list[Part]) -> None:
    found = assign_anchors(parts)
    assert list(found) == parts
    assert len({*found.values()}) == len(parts)
    assert not {*found.values()} & {*HEADING_IDS, "__toc", "__search"}
    assert all(re.fullmatch(r"[A-Za-z0-9._:-]*", id) for id in found.values())


@given(st.lists(st.builds(Part, st.just(SCHEMA), st.text("aA./ é", max_size=3)), unique=True))
def test_the_id_of_a_part_does_not_depend_on_those_that_come_later(parts: list[Part]) -> None:
    found = assign_anchors(parts)
    assert len({*found.values()}) == len(parts)
    for end in range(len(parts)):
        assert assign_anchors(parts[:end]) == {part: found[part] for part in parts[:end]}


def test_a_part_is_told_from_a_property() -> None:
    book, named_like_it = Part(SCHEMA, "Book"), Part(SCHEMA, "Book.title")
    found = assign_anchors([book, named_like_it])
    assert found[named_like_it] not in ("Book.title", "Book")
    found = assign_anchors([named_like_it, book])
    assert found[named_like_it] == "Book.title"
    assert f"{found[book]}.title" != "Book.title"


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        pytest.param(
            ["unreleased", "2023-07-01", "2022-12-01", "2022-01-01"],
            [("2023", ["unreleased", "2023-07-01"], True), ("2022", ["2022-12-01", "2022-01-01"], True)],
            id="dates",
        ),
        pytest.param(["v3", "v2"], [("v3", ["v3"], False), ("v2", ["v2"], False)], id="no dates"),
        pytest.param(
            ["2023-05", "2023", "2022-01"],
            [("2023", ["2023-05", "2023"], False), ("2022", ["2022-01"], True)],
            id="a version that is called as its year",
        ),
    ],
)
def test_versions_by_year(
    monkeypatch: pytest.MonkeyPatch, ids: list[str], expected: list[tuple[str, list[str], bool]]
) -> None:
    site = Site(big.history(), Addresses())
    versions = [VersionView(site, Version(id, "", None, None, None, (), (), "")) for id in ids]
    (whole,) = group_by_year(versions)
    assert [version.id for version in whole.versions] == ids
    monkeypatch.setattr("api_upgrades.site.pages.versions.MAX_CHANGES_PER_PAGE", -1)
    found = [(year.label, [version.id for version in year.versions], year.is_dated) for year in group_by_year(versions)]
    assert found == expected


def test_what_is_still_to_be_written_is_not_for_readers(tmp_path: Path) -> None:
    todo = {
        "changes/2024-03-01/version.yaml": "summary: TODO\n",
        "changes/2024-03-01/title.yaml": shop.FILES["changes/2024-03-01/title.yaml"]
        .replace("why: A book has a title.", "why: TODO")
        .replace("upgrade: Read `title`.", "upgrade: TODO"),
    }
    history = Project(shop.write(tmp_path, shop.FILES | todo)).load()
    found = [page for page in render_pages(history, Addresses()) if isinstance(page, Page)]
    assert any("is now <code>title</code>" in page.html for page in found)
    assert [page.path for page in found if "TODO" in page.html or "TODO" in page.markdown()] == []


def test_a_version_of_few_changes_that_show_much_is_brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_upgrades.site.pages.versions.MAX_LISTED_CHANGES", 1000)
    (page,) = (one for one in upgrade_pages(Site(big.history(), Addresses())) if one.path == f"upgrades/{big.LATEST}/")
    assert page.html.count("au-change au-fold") == sum("override" in str(change) for *_, change in big.changes())
    assert "au-tabs" not in page.html


def test_a_long_path_and_a_long_part_are_folded_after_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_upgrades.site.pages.path.checklist.MAX_STEPS_HEIGHT", 2_000)
    monkeypatch.setattr("api_upgrades.site.pages.path.checklist.MAX_FOLDED_STEPS", 30)
    monkeypatch.setattr("api_upgrades.site.pages.path.view.MAX_PLACES_PER_PART", 5)
    found = {page.path: page.html for page in path_pages(Site(big.history(), Addresses()))}
    steps, _, _ = found[f"upgrades/from/{big.FIRST}/"].partition('id="combined-changes"')
    must, _, check = steps.partition('id="optional"')
    shown, _, folded = must.partition('<details class="au-fold"><summary>')
    assert 5 < shown.count("<li id=") < 40
    assert folded.count("<li id=") == 30
    assert "au-mini" in shown
    assert "au-mini" not in folded + check
    assert re.search(r"\d+ more are on the pages of their versions\.", must)
    users = found[f"upgrades/from/{big.FIRST}/users/"]
    assert re.search(r"\d+ more places, none more severe\.", users)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("is new: `string`", "is new: `string`", id="short"),
        pytest.param(f"was `{'a' * 200}`; is new", f"was `{'a' * 120}…`; is new", id="one long value"),
        pytest.param(f"was ``{'a`b ' * 50}``", f"was ``{('a`b ' * 50)[:120].rstrip()}…``", id="backticks"),
        pytest.param("`" + "`, `".join(["value"] * 90) + "`", "`" + "`, `".join(["value"] * 54) + "` …", id="many"),
    ],
)
def test_long_values_and_long_lists_of_them_are_cut(text: str, expected: str) -> None:
    assert brief_summary(text) == expected


def test_a_long_way_is_told_on_several_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_upgrades.site.pages.path.static.MAX_DIFFERENCES_HEIGHT", 1_500)
    found = {page.path: page for page in path_pages(Site(big.history(), Addresses()))}
    home = f"upgrades/from/{big.FIRST}/catalogs/"
    leaves = {path: page for path, page in found.items() if path.startswith(home[:-1] + ".")}
    assert len(leaves) > 2
    read_again = {path: Document(page.html) for path, page in found.items()}
    assert [path for path, one in read_again.items() if one.ids_again] == []
    for number in range(100):
        name = f"Catalogs{number}"
        assert name in read_again[home].ids
        assert len([path for path, page in leaves.items() if f'<h3 id="{name}"' in page.html]) == 1, name
    for path in (home, *leaves):
        for link in read_again[path].links:
            address, _, fragment = link.address.partition("#")
            file = resolve(f"{path}index.html", address) if address else f"{path}index.html"
            target = (file or "").removesuffix("index.html")
            if target in found:
                assert not fragment or fragment in read_again[target].ids, (path, link.address)


def test_a_page_lists_no_more_siblings_than_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(big.history(), Addresses())
    guide, first, second, third, *_ = site.version_nav
    monkeypatch.setattr("api_upgrades.site.pages.site.MAX_NAV_LINKS", 2)
    for link in (guide, first, second):
        assert site.version_nav_at(link.path) == (guide, first, second)
    assert site.version_nav_at(third.path)[:2] == (guide, third)
    assert site.version_nav_at("no/such/page/") == (guide, first, second), "a page that the navigation doesn't list"
