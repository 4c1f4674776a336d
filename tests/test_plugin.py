"""The plugin in MkDocs: what it puts where, what it refuses, and what it does while serving."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer

from api_upgrades.core import parallel
from api_upgrades.plugin import plugin
from tests.shop import FILES, LATEST, MKDOCS, PAGES, SITE, VERSIONS, write
from tests.site_check import check

OTHER = {
    name.replace("changes/", "other/"): text.replace('Api("Shop"', 'Api("Library"') for name, text in FILES.items()
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "a project", SITE)


def configured(project: Path, plugin: str = "", more: str = "") -> Path:
    """The project with options of the plugin, or a plugin list of its own, and with more settings."""
    plugins = plugin if plugin.startswith("[") else f"[search, api-upgrades: {{{plugin}}}]"
    return write(project, {"mkdocs.yml": MKDOCS.replace("[search, api-upgrades]", plugins) + more})


def build(project: Path) -> Path:
    """The built site. Raises Abort where it doesn't build, or builds with a warning."""
    site = project.parent / "site"
    config = load_config(str(project / "mkdocs.yml"), strict=True, site_dir=str(site))
    config.plugins.on_startup(command="build", dirty=False)
    build_site(config)
    return site


def refused(project: Path, caplog: pytest.LogCaptureFixture) -> str:
    """What is said instead of building, in one error and without a traceback."""
    with pytest.raises(Abort):
        build(project)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [error.exc_info for error in errors] == [None]
    return errors[0].getMessage()


def faults(site: Path) -> list[str]:
    """What is wrong with the links and ids of a site, but for what the theme does to any page without a place in it."""
    return [fault for fault in check(site) if "for='__toc'" not in fault]


def html(site: Path, page: str) -> str:
    return (site / page / "index.html").read_text(encoding="utf-8")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_strict_build_has_every_page_and_leaves_the_project_alone(project: Path) -> None:
    before = files(project)
    site = build(project)
    pages = {name.removesuffix("/index.html") for name in files(site) if name.endswith("/index.html")}
    assert pages == PAGES
    assert {name: text for name, text in files(project).items() if not name.startswith(".cache/")} == before
    assert faults(site) == []


def test_two_builds_give_the_same_bytes(project: Path) -> None:
    first = files(build(project))
    assert files(build(project)) == first


def test_pages_are_beside_each_other_and_in_nobodys_navigation(project: Path) -> None:
    site = build(project)
    home = re.findall(r'class="md-nav__link[^"]*"[^>]*>\s*<span[^>]*>\s*([^<]*?)\s*<', html(site, ""))
    assert set(home) == {"Shop"}
    guide = html(site, "upgrades")
    assert all(f'href="{version}/"' in guide for version in VERSIONS)


def test_the_navigation_keeps_its_titles(project: Path) -> None:
    configured(project, more="nav: [Home: index.md, Moving on: upgrades/index.md, reference/latest/index.md]\n")
    home = html(build(project), "")
    assert re.search(r'href="upgrades/"[^>]*>\s*<span[^>]*>\s*Moving on\s*<', home)
    assert re.search(r'href="reference/latest/"[^>]*>\s*<span[^>]*>\s*Overview\s*<', home)


def test_only_the_latest_reference_is_searched(project: Path) -> None:
    index = json.loads((build(project) / "search" / "search_index.json").read_text(encoding="utf-8"))
    pages = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert {"upgrades/", f"upgrades/{LATEST}/", "reference/latest/", "reference/latest/books/"} <= pages
    assert {page for page in pages if page.startswith("reference/2")} == set()


def test_an_older_page_stands_back_behind_the_latest(project: Path) -> None:
    configured(project, more="site_url: https://docs.example.com/shop/\n")
    site = build(project)
    canonical = '<link rel="canonical" href="https://docs.example.com/shop/reference/latest/books/">'
    assert canonical in html(site, "reference/2024-01-01/books")
    assert canonical in html(site, "reference/latest/books")
    locations = re.findall("<loc>([^<]*)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    assert [one for one in locations if "/reference/2" in one] == []
    assert faults(site) == []


def test_path_mounts_the_pages_elsewhere(project: Path) -> None:
    site = build(configured(project, "path: /docs/shop/"))
    pages = {name for name in files(site) if name.endswith("/index.html")}
    assert pages
    assert {name for name in pages if not name.startswith("docs/shop/")} == set()
    assert faults(site) == []


@pytest.mark.parametrize("path", ["..", "docs/../..", "a/./b", "a\\b"])
def test_a_path_that_leads_out_of_the_site(project: Path, caplog: pytest.LogCaptureFixture, path: str) -> None:
    assert "leads out of the site" in refused(configured(project, f"path: '{path}'"), caplog)


TWICE = "[search, api-upgrades: {%s}, api-upgrades: {registry: other, source: other/api, path: library}]"


def test_two_apis_in_one_site(project: Path) -> None:
    site = build(configured(write(project, OTHER), TWICE % "path: shop"))
    shop, library = html(site, "shop/upgrades"), html(site, "library/upgrades")
    assert ("Shop" in shop, "Library" in library) == (True, True)
    assert [page.count('api-upgrades.css"') for page in (shop, library)] == [1, 1]
    assert html(site, "shop/reference/2024-01-01/books") != html(site, "library/reference/2024-01-01/books")
    assert faults(site) == []


def test_two_apis_at_one_place(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    message = refused(configured(write(project, OTHER), TWICE % "path: library"), caplog)
    assert "two instances of the plugin both generate library/upgrades/index.md" in message
    assert "'path'" in message


@pytest.mark.parametrize(
    ("written", "generated"),
    [
        ("upgrades/index.md", "upgrades/index.md"),
        ("changelog.md", "changelog/index.md"),
        ("reference/latest/README.md", "reference/latest/index.md"),
        ("reference/2024-01-01/index.md", "reference/2024-01-01/index.md"),
        ("reference/2024-01-01/books.md", "reference/2024-01-01/books/index.md"),
        ("reference/2024-01-01/orders.md", "reference/2024-01-01/orders/index.md"),
    ],
)
def test_a_hand_written_page_in_the_way(
    project: Path, caplog: pytest.LogCaptureFixture, written: str, generated: str
) -> None:
    message = refused(write(project, {f"docs/{written}": "# Mine\n"}), caplog)
    assert f"the generated page {generated} and the hand-written docs/{written} both become" in message


def test_hand_written_pages_may_link_to_any_generated_one(project: Path) -> None:
    links = "[a](upgrades/2024-02-01/index.md) [b](reference/2024-01-01/orders/index.md) [c](changelog/index.md)"
    site = build(write(project, {"docs/index.md": f"# Shop\n\n{links}\n"}))
    assert 'href="reference/2024-01-01/orders/"' in html(site, "")


STRICT = "validation: {links: {anchors: warn}}\n"


def warned(project: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What a strict build that fails warns of."""
    with pytest.raises(Abort):
        build(project)
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


BROKEN_LINKS = {
    "reference/2024-01-01/magazines/index.md": "is not found among documentation files",
    "upgrades/from/2024-03-01/index.md": "is not found among documentation files",
    "reference/2024-01-01/books/index.md#Magazine": "does not contain an anchor '#Magazine'",
    "upgrades/2024-03-01/index.md#titel": "does not contain an anchor '#titel'",
    "upgrades/index.md#titel": "does not contain an anchor '#titel'",
    "feeds.xml": "is not found among documentation files",
}


@pytest.mark.parametrize("nav", ["", "nav: [index.md, upgrades/index.md]\n"])
def test_broken_links_to_generated_pages(project: Path, caplog: pytest.LogCaptureFixture, nav: str) -> None:
    text = "\n".join(f"[a]({link})" for link in BROKEN_LINKS)
    write(configured(project, more=STRICT + nav), {"docs/index.md": f"# Shop\n\n{text}\n"})
    messages = warned(project, caplog)
    assert len(messages) == len(BROKEN_LINKS)
    for link, problem in BROKEN_LINKS.items():
        (message,) = (one for one in messages if f"'{link}'" in one)
        assert problem in message


def test_links_to_places_on_generated_pages(project: Path) -> None:
    links = ("reference/2024-01-01/books/index.md#Book", "upgrades/2024-03-01/index.md#title", "feed.xml")
    text = "\n".join(f"[a]({link})" for link in links)
    site = build(write(configured(project, more=STRICT), {"docs/index.md": f"# Shop\n\n{text}\n"}))
    assert 'href="reference/2024-01-01/books/#Book"' in html(site, "")


LINKS = {
    "../../guide/": "",
    "../../guide/#words": "",
    "../../reference/latest/books/#Book": "",
    "../../guides/": "that page does not exist",
    "../../guide/#letters": "'guide/index.html' has no anchor 'letters'",
    "../../reference/latest/books/#Boo": "'reference/latest/books/index.html' has no anchor 'Boo'",
    "#nowhere": "has no anchor 'nowhere'",
}
"""Links in the prose of a change, and what is wrong with those that are broken."""


@pytest.mark.parametrize(
    ("plugins", "processes"),
    [
        pytest.param("", 1, id="filled"),
        pytest.param("", 2, id="filled by two processes", marks=pytest.mark.forks),
        pytest.param("hooks: [hook.py]\n", 1, id="ordinary"),
    ],
)
def test_broken_links_from_generated_pages(
    project: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, plugins: str, processes: int
) -> None:
    """Prose of a version is on its page alone, and on the guide, from which a relative link leads elsewhere."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processes)))
    monkeypatch.setattr(parallel, "ITEMS_PER_PROCESS", 1)
    prose = " ".join(f"[has]({link})" for link in LINKS)
    title = FILES["changes/2024-03-01/title.yaml"].replace("A book has a title.", f"A book {prose} a title.")
    write(configured(project, more=STRICT + plugins), {"docs/guide.md": "# Guide\n\n## Words\n\nOf it.\n"})
    write(project, {"changes/2024-03-01/title.yaml": title, "hook.py": "def on_pre_page(page, **_): return page\n"})
    messages = [one for one in warned(project, caplog) if "'upgrades/2024-03-01/index.html' contains a link" in one]
    broken = {link: problem for link, problem in LINKS.items() if problem}
    assert len(messages) == len(broken)
    for link, problem in broken.items():
        (message,) = (one for one in messages if f"'{link}'" in one)
        assert problem in message


@pytest.mark.parametrize(("severity", "mark"), [("", "breaking"), ("severity: {property-renamed: neutral}", "neutral")])
def test_the_severity_of_a_rule(project: Path, severity: str, mark: str) -> None:
    page = html(build(configured(project, severity)), f"upgrades/{LATEST}")
    assert set(re.findall(r'class="au-severity au-(\w+)"', page)) == {mark}


def test_the_severity_of_a_rule_that_is_not_there(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    message = refused(configured(project, "severity: {property-renmaed: neutral}"), caplog)
    assert "property-renmaed" in message
    assert "did you mean 'property-renamed'?" in message


def test_a_site_that_is_read_from_disk(project: Path) -> None:
    site = build(configured(project, more="use_directory_urls: false\n"))
    assert faults(site) == []
    for page in ("upgrades", "upgrades/2024-02-01", "reference/latest/books", "reference/2024-01-01/orders"):
        links = re.findall(r'<a\b[^>]* href="(?!https?:)([^"#]+)', html(site, page))
        assert links
        assert [link for link in links if not re.search(r"\.[a-z]+$", link)] == []


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs"])
def test_other_themes(project: Path, theme: str) -> None:
    write(project, {"mkdocs.yml": MKDOCS.replace("{name: material, font: false}", theme)})
    site = build(project)
    assert 'id="Book.name"' in html(site, "reference/2024-01-01/books")
    assert 'id="Book.title"' in html(site, "reference/latest/books")


def test_a_broken_registry_stops_the_build(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(project, {"changes/2024-02-01/pages.yaml": "", "changes/2024-03-01/title.yaml": "- 1\n"})
    assert [line.split(": ")[0] for line in refused(project, caplog).splitlines()] == [
        "changes/2024-02-01/pages.yaml:1:1",
        "changes/2024-03-01/title.yaml:1:1",
    ]


@pytest.mark.parametrize(("large", "expected"), [(10_000, 1), (10**9, 0)])
def test_a_site_that_nears_what_hosts_take_says_so(
    project: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, large: int, expected: int
) -> None:
    monkeypatch.setattr(plugin, "LARGE_SITE_BYTES", large)
    with caplog.at_level(logging.INFO):
        site = build(project)  # it is no warning, which a strict build would fail of
    said = [record for record in caplog.records if "many hosts accept no more than 1 GB" in record.getMessage()]
    assert len(said) == expected
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    assert all(abs(float(re.findall(r"[0-9.]+", one.getMessage())[0]) * 1e9 - size) < 10**7 for one in said)


class Served:
    """A running `mkdocs serve`."""

    def __init__(self, project: Path, address: str) -> None:
        self.address = f"http://{address}/"
        self.log = project.parent / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address],
                cwd=project,
                env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def page(self, path: str) -> str:
        try:
            with urllib.request.urlopen(self.address + path, timeout=60) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError):
            return ""

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self, what: str, until: Callable[[], bool]) -> None:
        end = time.monotonic() + 90
        while not until():
            assert self.process.poll() is None, f"the server ended:\n{self.said()}"
            assert time.monotonic() < end, f"waited in vain for {what}:\n{self.said()}"
            time.sleep(0.2)


@contextmanager
def serving(project: Path) -> Iterator[Served]:
    """`mkdocs serve` in a project, until nobody needs it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = Served(project, address)
    yield server
    server.process.terminate()
    server.process.wait(timeout=60)


@pytest.fixture
def served(project: Path) -> Iterator[Served]:
    with serving(project) as server:
        yield server


@pytest.mark.slow
def test_serving_follows_every_edit_and_survives_a_broken_file(project: Path, served: Served) -> None:
    page, title = f"upgrades/{LATEST}/", "changes/2024-03-01/title.yaml"
    served.wait("the first page", lambda: "A book has a title." in served.page(page))

    write(project, {title: SITE[title].replace("A book has a title.", "So does a record.")})
    served.wait("the edited change", lambda: "So does a record." in served.page(page))

    models = "changes/api/__init__.py"
    write(project, {models: SITE[models].replace("How long it is.", "Its leaves, counted twice.")})
    served.wait("the edited model", lambda: "Its leaves, counted twice." in served.page("reference/latest/books/"))

    write(project, {title: "effects: {\n"})
    served.wait("the error", lambda: f"{title}:2:1: not YAML" in served.said())
    assert "So does a record." in served.page(page)
    assert "Traceback" not in served.said()

    write(project, {models: SITE[models].replace("class Book", "class Bok")})
    served.wait("the other error", lambda: "name 'Book' is not defined" in served.said())
    assert "So does a record." in served.page(page)

    write(project, {title: SITE[title], models: SITE[models]})
    served.wait("the mended page", lambda: "A book has a title." in served.page(page))
    assert "Its leaves, counted twice." not in served.page("reference/latest/books/")


class Watching:
    """Stands for MkDocs' server: what it is told to watch, and whether with all that is below."""

    mount_path = "/"

    def __init__(self) -> None:
        self.watched: dict[Path, bool] = {}

    def watch(self, path: str, *, recursive: bool = True) -> None:
        self.watched[Path(path)] = recursive

    def get_app(self) -> None:
        """It has none yet."""

    def set_app(self, app: object) -> None:
        """It takes any."""

    def serve_request(self, environ: object, start_response: object) -> None:
        """It is never asked."""


def test_nothing_is_watched_twice_while_serving(project: Path) -> None:
    config, server = load_config(str(project / "mkdocs.yml")), Watching()
    config.plugins.on_startup(command="serve", dirty=False)
    config.plugins.on_serve(cast("LiveReloadServer", server), config=config, builder=build)

    model = (project / "changes/api/__init__.py").resolve()
    assert [path for path, recursive in server.watched.items() if recursive and path in model.parents] == [
        (project / "changes").resolve()
    ]


@pytest.mark.parametrize("hooks", ["", "hooks: [hook.py]\n"], ids=["filled", "ordinary"])
def test_the_kinds_of_effects_are_a_page_only_where_the_navigation_lists_it(project: Path, hooks: str) -> None:
    write(configured(project, more=hooks), {"hook.py": "def on_pre_page(page, **_): return page\n"})
    assert not (build(project) / "maintain").exists()
    site = build(configured(project, more=f"{hooks}nav: [index.md, Kinds: maintain/kinds/index.md]\n"))
    assert "<h1>Kinds of effects</h1>" in html(site, "maintain/kinds")
    assert faults(site) == []


def test_the_error_page_leads_to_the_main_pages_of_each_api(project: Path) -> None:
    write(project, OTHER)
    site = build(configured(project, TWICE % "path: books", more="site_url: https://example.org/docs/\n"))
    page = (site / "404.html").read_text(encoding="utf-8")
    assert "<h1>Page not found</h1>" in page
    addresses = re.findall(r'<a class="au-button" href="([^"]*)"', page)
    pages = ("upgrades/", "reference/latest/", "changelog/")
    assert len(addresses) == 6
    assert all(f"/docs/books/{path}" in addresses for path in pages)
    assert all((site / address.removeprefix("/docs/") / "index.html").exists() for address in addresses)


def test_an_error_page_of_the_site_stays(project: Path) -> None:
    config = project / "mkdocs.yml"
    config.write_text(config.read_text().replace("name: material", "name: material, custom_dir: own"))
    write(project, {"own/404.html": "Lost?"})
    assert (build(project) / "404.html").read_text() == "Lost?"
