"""Moving through a site where the theme loads pages instantly, and the page for addresses that don't exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import OpenPage, Serve, faults_of_layout
from tests.shop import LATEST, SITE, frozen, write
from tests.test_plugin import build

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CONFIG = """\
site_name: Shop
site_url: http://127.0.0.1/docs/
theme:
  name: material
  font: false
  features: [navigation.instant, navigation.tabs]
plugins: [search, api-upgrades]
nav:
  - Home: index.md
  - Upgrade guide: upgrades/index.md
  - Reference: reference/latest/index.md
  - Changelog: changelog/index.md
  - Versioning: versioning/index.md
"""


@pytest.fixture(scope="module")
def shop_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose subfolder `docs` is a built site."""
    root = tmp_path_factory.mktemp("instant")
    project = frozen(write(root / "project", SITE | {"mkdocs.yml": CONFIG}))
    site = build(project)
    (root / "served").mkdir()
    site.rename(root / "served" / "docs")
    return root / "served"


def expect(locator: Locator):  # type: ignore[no-untyped-def]  # Playwright doesn't export the type
    """Playwright's assertions, which wait; imported late, since tests without a browser are skipped."""
    from playwright.sync_api import expect

    return expect(locator)


def enter(page: Page, folder: Path, url: str, path: str) -> None:
    """Open a page of the site, whose sitemap must have the address of the server."""
    sitemap = folder / "docs" / "sitemap.xml"
    sitemap.write_text(re.sub(r"http://127\.0\.0\.1(:\d+)?/", url, sitemap.read_text()))
    with page.expect_response("**/sitemap.xml"):
        page.goto(f"{url}docs/{path}")
    page.evaluate("window.isSamePage = true")


def follow(page: Page, selector: str, path: str) -> None:
    """Click a link, and wait for its page, which must be loaded instantly."""
    page.locator(selector).first.click()
    page.wait_for_url(f"**/docs/{path}")
    assert page.evaluate("window.isSamePage"), f"{path} was loaded anew"


def test_each_script_works_on_pages_that_are_loaded_instantly(
    shop_site: Path, open_page: OpenPage, serve: Serve
) -> None:
    page = open_page()
    enter(page, shop_site, serve(shop_site), "upgrades/")
    tab = ".md-tabs a[href*='{}']"

    follow(page, f"article a[href*='upgrades/{LATEST}'], article a[href^='{LATEST}/']", f"upgrades/{LATEST}/**")
    expect(page.locator(".au-example__bar:not(:has(.au-copy))")).to_have_count(0)
    assert page.locator(".au-copy").count() == page.locator(".au-example__bar").count() > 0

    follow(page, tab.format("reference/latest"), "reference/latest/")
    follow(page, "article a[href*='books/']", "reference/latest/books/")
    expect(page.locator(".au-example__bar:not(:has(.au-copy))")).to_have_count(0)
    expect(page.locator("article select").first).to_be_visible()

    follow(page, tab.format("changelog"), "changelog/")
    page.get_by_role("button", name="Breaking").click()
    expect(page.locator(".au-filter [role=status]")).to_have_text("1 of 2 changes")

    follow(page, tab.format("versioning"), "versioning/")
    follow(page, "a[href*='rules/']", "versioning/rules/")
    page.get_by_role("button", name="Breaking").click()
    expect(page.locator(".au-filter [role=status]")).to_have_text(re.compile(r"^\d+ of \d+ rules$"))

    # Back on a page that a script has filtered: its choice is in the address, and each control acts once.
    page.go_back()
    page.go_back()
    page.wait_for_url("**/docs/changelog/?severity=breaking")
    expect(page.locator(".au-filter [role=status]")).to_have_text("1 of 2 changes")
    page.get_by_role("button", name="Breaking").click()
    expect(page.locator(".au-filter [role=status]")).to_have_text("2 changes")


def test_the_path_page_works_after_an_instant_load(shop_site: Path, open_page: OpenPage, serve: Serve) -> None:
    page = open_page()
    enter(page, shop_site, serve(shop_site), "upgrades/")
    page.evaluate("""() => {
      const link = document.querySelector(".md-tabs a").cloneNode(true);
      link.href = new URL("path/?from=2024-01-01&to=2024-03-01", location.href);
      link.id = "to-the-path";
      document.querySelector("article").prepend(link);
    }""")
    follow(page, "#to-the-path", "upgrades/path/?from=2024-01-01&to=2024-03-01")
    expect(page.locator("article input[type=checkbox]").first).to_be_visible()
    expect(page.locator("article select").first).to_have_value("2024-01-01")


def test_the_error_page_leads_on_from_any_address(shop_site: Path, open_page: OpenPage, serve: Serve) -> None:
    url, page = serve(shop_site), open_page()
    # With the status 404, the console would report an error.
    page.route("**/no/such/page/", lambda route: route.fulfill(path=shop_site / "docs" / "404.html"))
    page.goto(f"{url}docs/no/such/page/")
    assert page.locator("h1").inner_text() == "Page not found"
    assert page.title() == "Page not found - Shop"
    assert faults_of_layout(page) == []
    page.locator("article input").fill("title")
    page.locator("article button").click()
    page.wait_for_url("**/docs/?q=title")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    page.goto(f"{url}docs/no/such/page/")
    page.locator("article").get_by_role("link", name="Changelog").click()
    page.wait_for_url("**/docs/changelog/")
