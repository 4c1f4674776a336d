"""A real Chromium for tests: fixtures, a small server for built sites, and axe-core.

Without Playwright or Chromium a test that needs them is skipped with the reason; where `API_UPGRADES_REQUIRE_BROWSER`
is `1` it fails instead, so that a continuous integration cannot pass by skipping.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn, Protocol, TypeAlias

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
HEADLESS = "chromium-headless-shell"
"""Chromium without windows, which loads a page for half the cost. It is used where it is installed."""

FLAGS = (
    "--no-sandbox",  # root in a container lacks the rights for a sandbox, and Chromium only loads pages built here
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",  # two pages of the address bar in every window
)
PHONE = (390, 844)
DESKTOP = (1280, 900)


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("API_UPGRADES_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and API_UPGRADES_REQUIRE_BROWSER=1", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, or Playwright's, headless."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("Playwright is not installed")
    with sync_playwright() as playwright:
        places = (*map(shutil.which, (HEADLESS, *CHROMIUM)), playwright.chromium.executable_path)
        executable = next((place for place in places if place and Path(place).exists()), None)
        if executable is None:
            unavailable("there is no Chromium on the PATH, nor one installed by Playwright")
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


class OpenPage(Protocol):
    """Opens a blank page in a browser profile of its own."""

    def __call__(
        self,
        size: tuple[int, int] = DESKTOP,
        palette: Literal["light", "dark"] = "light",
        javascript: bool = True,
    ) -> Page: ...


Serve: TypeAlias = Callable[[Path], str]
"""Serves a folder, and gives its address."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves folders until all pages are closed: one may still load something when its test is at its end."""
    with ExitStack() as servers:
        yield lambda folder: servers.enter_context(serving(folder))


@pytest.fixture
def open_page(browser: Browser, serve: Serve) -> Iterator[OpenPage]:
    """Opens pages of any size and palette. The test fails if one of them reports an error or asks another host."""
    faults: list[str] = []
    with ExitStack() as contexts:

        def open_one(
            size: tuple[int, int] = DESKTOP, palette: Literal["light", "dark"] = "light", javascript: bool = True
        ) -> Page:
            width, height = size
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=palette, java_script_enabled=javascript
            )
            contexts.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
            page.on("console", lambda said: faults.append(f"{page.url}: {said.text}") if said.type == "error" else None)
            page.on("request", lambda asked: faults.extend(_foreign(asked.url)))
            return page

        yield open_one
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def _foreign(url: str) -> Iterator[str]:
    if not url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:")):
        yield f"{url} was asked for"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A blank page, desktop size, light palette."""
    return open_page()


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder's files."""

    def log_message(self, format: str, *args: object) -> None:
        """Keeps requests out of pytest's output."""


@contextmanager
def serving(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """Serves a folder on the loopback interface, and gives its address with a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def site_url(site: Path) -> Iterator[str]:
    """The address of this project's own site, built and served."""
    with serving(site) as url:
        yield url


@cache
def _axe_script() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def faults_of_layout(page: Page, within: str = "article") -> list[str]:
    """What is wrong with a loaded page on a phone and on a desktop: what axe-core finds, and that it is too wide.

    It is measured with its details as they are and with all of them open.
    """
    found = [fault for size in (DESKTOP, PHONE) for fault in _too_wide(page, size)]
    page.evaluate("document.querySelectorAll('article details').forEach((one) => { one.open = true; })")
    for size in (PHONE, DESKTOP):
        found += _too_wide(page, size)
        found += [f"at {size[0]} pixels: {fault}" for fault in axe(page, within)]
    return found


def _too_wide(page: Page, size: tuple[int, int]) -> Iterator[str]:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    needed, available = page.evaluate(_WIDTHS)
    if needed > available:
        yield f"at {width} pixels: the page is {needed} pixels wide"


_WIDTHS = """() => {
  // What a new size sets in motion, as the theme's drawer.
  document.getAnimations().filter((one) => one instanceof CSSTransition).forEach((one) => one.finish());
  return [document.documentElement.scrollWidth, document.documentElement.clientWidth];
}"""


def axe(page: Page, within: str = "article") -> list[str]:
    """What axe-core finds wrong inside the first element that a selector matches: rule, element, advice.

    Contrast takes axe-core ten times as long as all other rules. It follows from an element's own styles and those of
    its ancestors, so one element of each look is enough.
    """
    page.evaluate(_axe_script())
    violations = page.evaluate(_VIOLATIONS, within)
    return [
        f"{violation['id']}: {' '.join(node['target'])}: {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


_VIOLATIONS = """async (within) => {
  const root = document.querySelector(within);
  const contrast = "color-contrast";
  const others = await axe.run(root, { rules: { [contrast]: { enabled: false }, "target-size": { enabled: true } } });
  const contrasts = await axe.run({ include: looks(root) }, { runOnly: { type: "rule", values: [contrast] } });
  return [...others.violations, ...contrasts.violations];

  function looks(root) {
    const found = new Map();
    for (const one of [root, ...root.querySelectorAll("*")]) {
      if (showsText(one)) found.set(look(one), one);
    }
    return [...found.values()];
  }

  function showsText(one) {
    const texts = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return texts.length > 0 || one.matches("input, select, textarea");
  }

  function look(one) {
    const styles = [];
    for (let at = one; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const names = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "textShadow",
        "fontSize", "fontWeight", "display", "visibility", "position"];
      styles.push(at.localName, at.className, ...names.map((name) => style[name]));
    }
    return styles.join();
  }
}"""
