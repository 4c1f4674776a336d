"""The pages of a large API in a real browser: what is folded is found, and what leads on leads on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests import big
from tests.browser import OpenPage, faults_of_layout, serving
from tests.site_check import check

KINDS = {
    "guide": "upgrades/",
    "year of the guide": "upgrades/2022/",
    "version": f"upgrades/{big.LATEST}/",
    "changes of a resource": f"upgrades/{big.LATEST}/users/",
    "changes of several resources": f"upgrades/{big.LATEST}/several-resources/",
    "changelog": "changelog/",
    "year of the changelog": "changelog/2022/",
    "overview": "reference/latest/",
    "parts of a resource": "reference/latest/catalogs/",
    "older objects of a resource": f"reference/{big.SECOND}/catalogs.objects.2/",
    "long lists": "reference/latest/tags/",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = big.write(tmp_path_factory.mktemp("big"))
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


@pytest.fixture(scope="module")
def url(built: Path) -> Iterator[str]:
    with serving(built) as address:
        yield address


@pytest.mark.slow
def test_the_site_holds_together(built: Path) -> None:
    assert check(built) == []


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize("path", [pytest.param(path, id=kind) for kind, path in KINDS.items()])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    url: str, open_page: OpenPage, path: str, palette: Literal["light", "dark"]
) -> None:
    page = open_page(palette=palette)
    page.goto(url + path)
    page.wait_for_load_state("networkidle")
    assert faults_of_layout(page) == []


def test_the_overview_is_filtered_by_name(url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(url + "reference/latest/")
    page.get_by_label("Find an operation or object").fill("ORDERS1")
    names = page.locator(".au-resource li a >> visible=true")
    found = {"Orders1", "Orders10", "Orders11"}
    assert {*names.all_inner_texts()} == found | {f"/orders/{name.lower()}" for name in found}
    assert page.locator(".au-names [role=status]").inner_text() == "6 of 360"
    assert page.locator(".au-resource h3 >> visible=true").all_inner_texts() == ["Orders"]
    page.get_by_label("Find an operation or object").fill("")
    assert names.count() == 0
    assert page.locator(".au-resource >> visible=true").count() == page.locator(".au-resource").count()


def test_a_part_is_found_wherever_its_page_is(url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(url + "reference/latest/catalogs/#Catalogs100")
    page.wait_for_url("**/reference/latest/catalogs.objects.*/#Catalogs100")
    assert page.locator("h3[id=Catalogs100]").is_visible()
    page.get_by_label("Version", exact=True).select_option(big.FIRST)
    page.wait_for_url(f"**/reference/{big.FIRST}/catalogs.objects*/#Catalogs100")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("change", ["label-catalogs50", "extra-catalogs119"])
def test_a_permalink_opens_what_is_folded(url: str, open_page: OpenPage, change: str, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    page.goto(url + f"upgrades/{big.LATEST}/#{change}")
    entry = page.locator(f"li[id={change}]")
    entry.wait_for(state="visible")
    entry.get_by_role("link").first.click()
    page.wait_for_url(re.compile(rf"/upgrades/{big.LATEST}/catalogs(\.\d+)?/#{change}$"))
    assert page.locator(f"[id={change}]").is_visible()


def test_a_filter_finds_changes_of_a_long_version(url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(url + "changelog/")
    items = page.locator("[data-row] >> visible=true")
    total = sum(version == big.LATEST for version, *_ in big.changes())
    assert items.count() == total
    page.get_by_role("button", name="Breaking").click()
    assert items.count() == 61
    assert f"61 of {total} changes" in page.locator(".au-filter").inner_text()
    page.get_by_label("Resource").select_option("Users")
    assert "sort is now kind everywhere" in items.all_inner_texts()[0]
    assert items.count() == 1


def test_my_version_counts_what_stands_on_other_pages(url: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(url + "upgrades/")
    page.get_by_label("Your version").select_option(big.FIRST)
    assert "2 newer versions, 61 breaking changes" in page.locator(".au-go").inner_text()


@pytest.mark.parametrize("path", [pytest.param(path, id=kind) for kind, path in KINDS.items()])
def test_a_page_is_complete_without_scripts(url: str, open_page: OpenPage, path: str) -> None:
    page = open_page(javascript=False)
    page.goto(url + path)
    hidden = page.locator("article [hidden]")
    assert all(
        one in ("au-tint-note", "au-empty") or "au-clear" in one
        for one in hidden.evaluate_all("(all) => all.map((one) => one.className)")
    )
    texts = page.locator("article details:not([open])")
    assert all(text.strip() for text in texts.evaluate_all("(all) => all.map((one) => one.textContent)"))
