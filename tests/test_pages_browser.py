"""Every kind of page in a real browser: nothing for axe to find, nothing wider than the screen, complete by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest

from tests.browser import PHONE, OpenPage, Serve, faults_of_layout

KINDS = {
    "home": "",
    "guide": "upgrades/",
    "version": "upgrades/2023-02-27/",
    "version with one change": "upgrades/2022-12-05/",
    "first version": "upgrades/2022-05-02/",
    "behaviour": "upgrades/2023-05-25/",
    "latest reference": "reference/latest/",
    "latest resource": "reference/latest/appointments/",
    "older reference": "reference/2022-11-07/",
    "older resource": "reference/2022-11-07/conversations/",
    "way from a version": "upgrades/from/2022-12-20/",
    "way of a resource": "upgrades/from/2022-12-20/appointments/",
    "changelog": "changelog/",
    "versioning": "versioning/",
    "rules": "versioning/rules/",
    "deprecations": "deprecations/",
    "kinds": "maintain/kinds/",
}


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize("path", [pytest.param(path, id=kind) for kind, path in KINDS.items()])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    site_url: str, open_page: OpenPage, path: str, palette: Literal["light", "dark"]
) -> None:
    page = open_page(palette=palette)
    page.goto(site_url + path)
    page.wait_for_load_state("networkidle")
    assert faults_of_layout(page) == []


@pytest.mark.parametrize("path", [pytest.param(path, id=kind) for kind, path in KINDS.items()])
def test_a_page_is_complete_without_scripts(site_url: str, open_page: OpenPage, path: str) -> None:
    scripted, plain = open_page(), open_page(javascript=False)
    for page in (scripted, plain):
        page.goto(site_url + path)
    # What scripts add is buttons and pickers; all the rest is there before they run.
    added = "article :is(.au-copy, .au-controls, .md-code__nav, .headerlink, .au-picker option:not(:checked))"
    scripted.evaluate(f"document.querySelectorAll('{added}').forEach((one) => one.remove())")
    text = "document.querySelector('article').textContent.replace(/\\s+/g, ' ').trim()"
    with_scripts = scripted.evaluate(text)
    without = " ".join((plain.locator("article").text_content() or "").split())
    assert len(without) > 200
    without = without.replace("¶", "")
    assert with_scripts.replace("#", "") in (without, without.replace("#", ""))


def test_no_mark_is_left_in_any_file(site: Path) -> None:
    # Private-use characters stand for the version and for what a page has of its own until they are filled in.
    files = [file for file in site.rglob("*") if file.suffix in (".html", ".md", ".json", ".xml", ".txt")]
    assert len(files) > 100
    left = [file for file in files if re.search("[\ue000-\ue00f]", file.read_text("utf-8"))]
    assert left == []


def test_tabs_show_before_and_after(site_url: str, open_page: OpenPage) -> None:
    for javascript in (True, False):
        page = open_page(javascript=javascript)
        page.goto(site_url + "upgrades/2023-06-26/")
        example = page.locator(".au-example").first
        shown = example.locator(".au-pane >> visible=true")
        assert [text.strip() for text in shown.locator("del, ins").all_inner_texts()] != []
        example.get_by_text("2023-05-25").click()
        assert '"expiresAt"' in shown.inner_text()
        assert '"expires_at"' not in shown.inner_text()
        example.get_by_text("2023-06-26").click()
        assert '"expires_at"' in shown.inner_text()


def test_an_example_can_be_copied(site_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site_url + "upgrades/2023-06-26/")
    example = page.locator(".au-example").first
    example.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert [line for line in copied if "xpires" in line] == [
        '-   "expiresAt": "2022-04-11T09:30:00Z"',
        '+   "expires_at": "2022-04-11T09:30:00Z"',
    ]
    example.get_by_text("2023-05-25").click()
    example.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("HTTP/1.1 200 OK\nContent-Type:")


def test_my_version_is_chosen_once(site_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site_url + "upgrades/")
    page.get_by_label("Your version").select_option("2023-05-12")
    columns = page.locator(".au-map th.au-ahead")
    assert columns.evaluate_all("(all) => all.map((one) => one.dataset.column)") == ["2023-06-26", "2023-05-25"]
    assert "2 newer versions, 2 breaking changes" in page.locator(".au-go").inner_text()
    assert page.locator(".au-here").get_attribute("data-version") == "2023-05-12"
    page.goto(site_url)
    page.locator(".md-tabs").get_by_text("Reference").click()
    page.wait_for_url("**/reference/2023-05-12/")
    page.goto(site_url + "upgrades/")
    assert page.get_by_label("Your version").input_value() == "2023-05-12"
    page.get_by_role("button", name="View upgrade steps").click()
    page.wait_for_url("**/upgrades/path/?from=2023-05-12*")
    page.goto(site_url + "upgrades/?version=2023-06-26")
    assert "You are on the latest version" in page.locator(".au-go").inner_text()
    page.goto(site_url + "upgrades/?version=<img src=x>")
    assert page.get_by_label("Your version").input_value() == "2023-06-26"


def test_a_choice_by_keyboard_waits(site_url: str, open_page: OpenPage) -> None:
    """WCAG 3.2.2: where each arrow key is a new choice, a choice alone leads nowhere."""
    page = open_page()
    page.goto(site_url + "reference/2023-06-26/appointments/")
    picker = page.get_by_label("Version", exact=True)
    page.wait_for_function("document.querySelector('.au-picker').options.length > 1")
    picker.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Go").wait_for()
    assert page.url.endswith("/reference/2023-06-26/appointments/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reference/2023-05-25/appointments/")


def test_the_version_bar_stays_where_it_is(site_url: str, open_page: OpenPage) -> None:
    """The picker is on the page before its script runs, in its final size."""
    boxes = []
    for javascript in (True, False):
        page = open_page(javascript=javascript)
        page.goto(site_url + "reference/2022-11-07/conversations/")
        if javascript:
            page.wait_for_function("document.querySelector('.au-picker').options.length > 1")
        boxes.append(page.locator(".au-version-bar").bounding_box())
    assert boxes[0] == boxes[1]


def test_a_picker_leads_to_the_same_place_of_another_version(site_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site_url + "reference/2023-06-26/appointments/#Appointment.note")
    page.get_by_label("Version", exact=True).select_option("2022-11-07")
    page.wait_for_url("**/reference/2022-11-07/appointments/#Appointment.note")
    assert "object" in page.locator("[id='Appointment.note']").inner_text()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        pytest.param("", "21 changes", id="all"),
        pytest.param("?resource=Tasks", "2 of 21 changes", id="resource"),
        pytest.param("?kind=renamed", "4 of 21 changes", id="kind"),
        pytest.param("?severity=breaking", "12 of 21 changes", id="severity"),
        pytest.param("?severity=breaking&severity=risky", "14 of 21 changes", id="two severities"),
        pytest.param("?only=deprecations", "5 of 21 changes", id="deprecations"),
        pytest.param("?text=Webhook", "2 of 21 changes", id="text"),
        pytest.param("?RESOURCE=tasks&Kind=Renamed&severity=BREAKING", "1 of 21 changes", id="any letter case"),
        pytest.param("?resource=<script>alert(1)</script>&kind=../x", "21 changes", id="nonsense"),
        pytest.param("?text=<script>alert(1)</script>", "0 of 21 changes", id="no match"),
    ],
)
def test_the_changelog_is_filtered_by_its_address(site_url: str, open_page: OpenPage, address: str, shown: str) -> None:
    page = open_page()
    page.goto(site_url + "changelog/" + address)
    assert page.locator(".au-filter [role=status]").inner_text() == shown
    assert page.locator("article [data-row] >> visible=true").count() == int(shown.split()[0])


def test_the_filter_is_kept_in_the_address(site_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site_url + "changelog/")
    page.get_by_label("Resource").select_option("Observations")
    page.get_by_role("button", name="Deprecations").click()
    assert page.url.endswith("changelog/?only=deprecations&resource=Observations")
    page.reload()
    assert page.get_by_label("Resource").input_value() == "Observations"
    assert page.get_by_role("button", name="Deprecations").get_attribute("aria-pressed") == "true"
    assert page.locator(".au-version >> visible=true").count() == 1
    assert page.locator(".md-nav--secondary li >> visible=true").count() == 1


def test_an_empty_filter_offers_to_clear_it(site_url: str, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.goto(site_url + "versioning/rules/")
    page.get_by_label("Search rules").fill("no such rule")
    assert page.get_by_text("No rules match these filters").is_visible()
    page.get_by_role("button", name="Clear filters").click()
    assert page.url.endswith("versioning/rules/")
    assert not page.get_by_text("No rules match these filters").is_visible()
    page.get_by_label("Search rules").fill("required PROPERTY")
    assert page.locator("[data-row] >> visible=true").count() == 1


def test_without_scripts_there_is_no_filter(site_url: str, open_page: OpenPage) -> None:
    page = open_page(javascript=False)
    page.goto(site_url + "changelog/")
    assert not page.locator(".au-filter").is_visible()
    assert page.locator("article [data-row] >> visible=true").count() == 21


@pytest.mark.parametrize(("word", "page_path"), [("expiresAt", "2023-06-26"), ("assigned_provider_ids", "2023-02-27")])
def test_the_search_finds_older_and_newer_names(site_url: str, open_page: OpenPage, word: str, page_path: str) -> None:
    page = open_page()
    page.goto(site_url)
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type(word)
    page.locator(".md-search-result__link").first.wait_for()
    links = page.locator(".md-search-result__link").evaluate_all("(all) => all.map((one) => one.href)")
    assert any(f"upgrades/{page_path}/" in link for link in links), links
    assert not any("reference/20" in link for link in links), links


def test_the_map_leads_to_the_change(site_url: str, open_page: OpenPage) -> None:
    page = open_page(PHONE)
    page.goto(site_url + "upgrades/")
    row = page.locator(".au-map tr", has=page.locator("th", has_text="Tasks"))
    assert row.locator("a").evaluate_all("(all) => all.map((one) => one.textContent)") == [
        "!1 change, breaking",
        "!1 change, breaking",
    ]
    row.locator("a").first.click()
    page.wait_for_url("**/upgrades/2023-05-12/#task-assignment")


def test_the_guide_is_filtered(site_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site_url + "upgrades/?severity=breaking&resource=tasks")
    assert page.locator(".au-filter [role=status]").inner_text() == "2 of 21 changes"
    shown = page.locator(".au-version >> visible=true").evaluate_all("(all) => all.map((one) => one.dataset.version)")
    assert shown == ["2023-05-12", "2022-12-05"]


def test_a_site_below_a_path_works(site: Path, tmp_path: Path, open_page: OpenPage, serve: Serve) -> None:
    (tmp_path / "preview").mkdir()
    (tmp_path / "preview" / "pr-7").symlink_to(site)
    url = serve(tmp_path)
    page = open_page()
    page.goto(url + "preview/pr-7/upgrades/")
    page.get_by_role("link", name="2023-02-27").first.click()
    page.wait_for_url("**/preview/pr-7/upgrades/2023-02-27/")
    page.locator(".au-meta a", has_text="Conversations").first.click()
    page.wait_for_url("**/preview/pr-7/reference/2023-02-27/conversations/")
    page.get_by_label("Version", exact=True).select_option("2022-05-02")
    page.wait_for_url("**/preview/pr-7/reference/2022-05-02/conversations/")
