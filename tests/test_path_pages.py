"""The way from each version to the latest, as pages: complete without JavaScript."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path as Folder

import pytest

from api_upgrades.history.history import History
from api_upgrades.history.upgrade_path import UpgradePaths
from api_upgrades.project import Project
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.path.static import path_pages
from api_upgrades.site.pages.path.view import PathView
from api_upgrades.site.pages.site import Site
from tests.shop import FILES, write

LATEST = "2023-06-26"


@cache
def history() -> History:
    return Project(Folder(__file__).parent.parent).load()


@cache
def pages() -> dict[str, Page]:
    return {page.path: page for page in path_pages(Site(history(), Addresses()))}


OLDER = [version for version in (one.id for one in history().versions) if version != LATEST]
all_pages = pytest.mark.parametrize("address", pages())


def test_a_page_for_every_version_but_the_latest() -> None:
    overviews = [address for address in pages() if address.count("/") == 3]
    assert overviews == [Addresses().path_from(version) for version in reversed(OLDER)]


@pytest.mark.parametrize("version", OLDER)
def test_a_page_for_each_resource_that_differs(version: str) -> None:
    view = PathView(Site(history(), Addresses()), UpgradePaths(history()).between(version, LATEST))
    below = {
        address for address in pages() if address.startswith(Addresses().path_from(version)) and address.count("/") == 4
    }
    assert below == {Addresses().path_from(version, resource.slug) for resource in view.resources}


def test_only_what_differs_has_a_page() -> None:
    assert Addresses().path_from("2023-05-25", "appointments") in pages()
    assert Addresses().path_from("2023-05-25", "patients") not in pages()


@pytest.mark.parametrize("version", OLDER)
def test_a_row_for_each_place_that_differs_and_links_to_both_payloads(version: str) -> None:
    view = PathView(Site(history(), Addresses()), UpgradePaths(history()).between(version, LATEST))
    for resource in view.resources:
        html = pages()[Addresses().path_from(version, resource.slug)].html
        for part in resource.parts:
            assert part.part.path in html if part.part.kind == "operation" else part.part.name in html
            for one, shown in ((part.before, version), (part.after, LATEST)):
                assert one is None or not part.findings or f"/reference/{shown}/" in html
            for place in part.entries:
                assert f"<code>{place.name}</code>" in html or not place.name


def test_parts_that_differ_only_by_what_they_refer_to_are_a_list_of_names() -> None:
    view = PathView(Site(history(), Addresses()), UpgradePaths(history()).between("2022-12-20", LATEST))
    (resource,) = (one for one in view.resources if one.slug == "appointments")
    html = pages()[Addresses().path_from("2022-12-20", "appointments")].html
    names = html.partition("Changed only through referenced objects")[2]
    others = [part.part for part in resource.parts if not part.findings]
    assert others
    assert all(f"<code>{part.name}</code></a></li>" in names for part in others)


@all_pages
def test_no_search_finds_it_and_it_gives_way_to_the_page_of_all_paths(address: str) -> None:
    page = pages()[address]
    assert (page.search_text, page.canonical) == (None, "upgrades/path/")


@all_pages
def test_it_is_among_the_pages_beside_it_and_on_no_map(address: str) -> None:
    page = pages()[address]
    assert page.path in [crumb.path for crumb in page.siblings]
    assert not page.is_indexed


@all_pages
def test_no_mark_is_left_and_ids_are_unique(address: str) -> None:
    page = pages()[address]
    assert not re.search("[\ue000-\uf8ff]", page.html + page.markdown())
    ids = re.findall(r'\bid="([^"]+)"', page.html)
    assert len(ids) == len(set(ids))
    headings = [one for heading in page.contents for one in (heading, *heading.children)]
    assert {one.id for one in headings} <= set(ids)


@all_pages
def test_links_among_these_pages_lead_somewhere(address: str) -> None:
    for link in re.findall(r'href="([^"]+)"', pages()[address].html):
        path, _, fragment = link.partition("#")
        target = posixpath.normpath(posixpath.join("/" + address, path)).lstrip("/") + "/"
        if target.startswith("upgrades/from/"):
            assert target in pages()
            assert not fragment or f'id="{fragment}"' in pages()[target].html


def test_the_numbers_are_up_front() -> None:
    page = pages()[Addresses().path_from("2022-12-20")]
    assert '<p class="au-lead"><b>8 required changes</b>, 2 to check, 4 optional.' in page.html
    assert page.title == "Upgrade from 2022-12-20 to 2023-06-26"
    assert page.description == f"{page.title} of the Server API: 8 required changes, 2 to check, 4 optional."


def test_the_steps_are_in_order_and_link_each_change() -> None:
    page = pages()[Addresses().path_from("2023-05-12")]
    assert re.findall(r'<p class="au-meta"><span>[^<]*</span><a href="([^"]+)"', page.html) == [
        "../../2023-05-25/#note-without-bullets",
        "../../2023-06-26/#recording-expires-at",
    ]
    assert "Read <code>expires_at</code> instead of <code>expiresAt</code>." in page.html


def test_each_step_has_its_mini_diff() -> None:
    html = pages()[Addresses().path_from("2023-05-25")].html
    (mini,) = re.findall(r'<pre class="au-mini no-copy">(.*?)</pre>', html, re.DOTALL)
    assert '<span class="au-mini__place">AppointmentRecording</span>' in mini
    assert re.search(r'<del class="au-line">.*<mark>expiresAt</mark>', mini)
    assert re.search(r'<ins class="au-line">.*<mark>expires_at</mark>', mini)


@pytest.mark.parametrize("version", OLDER)
def test_steps_are_grouped_by_severity(version: str) -> None:
    page = pages()[Addresses().path_from(version)]
    path = UpgradePaths(history()).between(version, LATEST)
    for title, severity in (("Must do", "breaking"), ("Check", "risky"), ("Optional", "additive")):
        found = re.search(rf'{title} <span class="au-severity au-{severity}">(\d+)</span>', page.html)
        assert int(found[1] if found else 0) == path.count(severity)  # type: ignore[arg-type]  # names of severities


def test_the_markdown_says_the_same() -> None:
    text = pages()[Addresses().path_from("2022-12-20", "appointments")].markdown()
    assert text.startswith("# Appointments: upgrade from 2022-12-20 to 2023-06-26\n")
    assert "- **breaking** `note`: type changed from `object` to `string`\n" in text
    assert "Reference: [2022-12-20](../../../../reference/2022-12-20/appointments/#Appointment)" in text
    text = pages()[Addresses().path_from("2023-05-25")].markdown()
    assert "## Must do: requests or code fail otherwise\n" in text
    assert '```diff\n# AppointmentRecording\n- "expiresAt": "' in text


def test_nothing_from_a_registry_is_markup(tmp_path: Folder) -> None:
    title = FILES["changes/2024-03-01/title.yaml"].replace("Read `title`.", "<script>alert(1)</script>")
    shop = write(tmp_path, FILES | {"changes/2024-03-01/title.yaml": title})
    found = list(path_pages(Site(Project(shop).load(), Addresses())))
    assert "&lt;script&gt;" in found[0].html
    assert not any("<script" in page.html or "<script" in page.markdown() for page in found)
