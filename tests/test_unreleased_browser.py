"""What is upcoming, additions, corrections and the banner of a preview, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from api_upgrades.plugin.preview_banner import NUMBER_VARIABLE
from api_upgrades.registry.model import Amendment
from api_upgrades.releases.lock import Lock
from tests.browser import PHONE, OpenPage, axe, faults_of_layout, serving
from tests.secrets import SITE
from tests.test_unreleased import BANNER, built

THEME = """\
theme:
  name: material
  font: false
  palette:
    - {media: "(prefers-color-scheme: light)", scheme: default, primary: white}
    - {media: "(prefers-color-scheme: dark)", scheme: slate, primary: black}
extra_css: [assets/site.css]
"""

PROJECT = SITE | {
    "mkdocs.yml": SITE["mkdocs.yml"].replace("theme: {name: material, font: false}\n", THEME),
    "docs/assets/site.css": (Path(__file__).parent.parent / "docs/assets/site.css").read_text("utf-8"),
    "changes/2024-02-01/lock.json": Lock(
        amendments=[Amendment(date="2024-04-02", why="It was *always* so.", places=["Book.pages"])],
        effects=[],
        parts={},
    ).to_text(),
}

KINDS = {
    "hand-written": "",
    "guide": "upgrades/",
    "upcoming": "upgrades/unreleased/",
    "corrected version": "upgrades/2024-02-01/",
    "changelog with an addition": "changelog/",
    "upcoming reference": "reference/unreleased/",
    "upcoming resource with what is internal": "reference/unreleased/orders/",
    "older resource": "reference/2024-01-01/books/",
    "way to what is upcoming": "upgrades/path/?from=2024-01-01&to=unreleased",
}


@pytest.fixture(scope="module")
def preview_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NUMBER_VARIABLE, "7")
        site: Path = built(tmp_path_factory.mktemp("preview"), PROJECT)
    with serving(site) as url:
        yield url


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize("path", [pytest.param(path, id=kind) for kind, path in KINDS.items()])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    preview_url: str, open_page: OpenPage, path: str, palette: Literal["light", "dark"]
) -> None:
    page = open_page(palette=palette)
    page.goto(preview_url + path)
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("complementary", name="Preview").inner_text().strip() == BANNER
    assert faults_of_layout(page) == []
    assert axe(page, ".au-preview") == []


def test_a_banner_needs_no_script(preview_url: str, open_page: OpenPage) -> None:
    page = open_page(PHONE, javascript=False)
    page.goto(preview_url + "reference/2024-01-01/orders/")
    assert page.get_by_text(BANNER).is_visible()


def test_nobody_is_pinned_to_what_is_upcoming(preview_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(preview_url + "upgrades/")
    offered = page.get_by_label("Your version").locator("option").all_inner_texts()
    assert offered == ["Select…", "2024-03-01 (latest)", "2024-02-01", "2024-01-01"]
    page.get_by_label("Your version").select_option("2024-03-01")
    assert "You are on the latest version" in page.locator(".au-go").inner_text()
    page.get_by_label("Your version").select_option("2024-02-01")
    assert "1 newer version, 2 breaking changes" in page.locator(".au-go").inner_text()
    page.get_by_role("button", name="View upgrade steps").click()
    page.wait_for_url("**/upgrades/path/?from=2024-02-01*")


def test_pickers_lead_to_what_is_upcoming(preview_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(preview_url + "reference/2024-01-01/books/")
    picker = page.get_by_label("Version", exact=True)
    assert picker.locator("option").all_inner_texts() == [
        "Upcoming (not released yet)",
        "2024-03-01 (latest)",
        "2024-02-01",
        "2024-01-01",
    ]
    picker.select_option("Upcoming (not released yet)")
    page.wait_for_url("**/reference/unreleased/books/")
    assert "not released yet, may still change" in page.locator(".au-version-bar").inner_text()


def test_a_way_leads_to_the_latest_unless_asked_further(preview_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(preview_url + "upgrades/path/?from=2024-02-01")
    assert page.locator("select[name=to]").input_value() == "2024-03-01"
    assert "heading" not in page.locator(".au-path__shown").inner_text()
    page.locator("select[name=to]").select_option("Upcoming (not released yet)")
    page.locator(".au-path__parts").get_by_text("heading").first.wait_for()
    shown = page.locator("article").inner_text()
    assert "Upgrade from 2024-02-01 to Upcoming" in shown
    assert "unreleased" not in shown


def test_the_changelog_filters_additions_too(preview_url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(preview_url + "changelog/?kind=moved")
    page.locator(".au-filter select").first.wait_for()
    assert page.get_by_text("In every version").first.is_hidden()
    page.goto(preview_url + "changelog/?resource=Books&kind=added")
    assert page.locator("#addition-shelf").is_visible()
