"""Markup in every text of a document stays text: through `init`, `import` and the build, and in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.browser import OpenPage, Serve
from tests.hostile import document, document_of_all
from tests.test_hostile import imported, run, write
from tests.test_injection import PAYLOADS, Page, built

if TYPE_CHECKING:
    from playwright.sync_api import Dialog
    from playwright.sync_api import Page as BrowserPage

pytestmark = pytest.mark.slow

MARKUP = (
    *PAYLOADS.values(),
    "</title><script>alert('pwn')</script>",
    "</script><script>alert('pwn')</script>",
    "\" autofocus onfocus=alert('pwn') x=\"",
    "]]><script>alert('pwn')</script><![CDATA[",
    "javascript:alert('pwn')",
    "[x](javascript:alert('pwn'))",
    "<https://evil.example/pwn> ![x](//evil.example/pwn)",
    "<style>@import url(//evil.example/pwn)</style>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/pwn'>",
)


def scripts_and_handlers(page: Page) -> list[str]:
    """What a page of ours never has: event handlers, foreign scripts, addresses that run or load something."""
    found = [f"<{element} {name}>" for element, name in page.attributes if name.startswith("on")]
    found += [script for script in page.scripts if "pwn" in script]
    found += [f"<{element}>" for element in page.elements & {"base", "iframe", "object", "embed"}]
    for element, name, address in page.addresses:
        if address.strip().lower().startswith(("javascript:", "data:text", "vbscript:", "//")):
            found.append(f"<{element} {name}={address!r}>")
        if element != "a" and "evil" in address:
            found.append(f"<{element} {name}={address!r}>")
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project imported from documents in which each text and each name is one of the payloads."""
    folder = tmp_path_factory.mktemp("document")
    return imported(folder, [document_of_all(MARKUP, version) for version in (1, 2)])


def test_no_text_of_a_document_becomes_markup(project: Path) -> None:
    pages = built(project)
    assert sum("pwn" in html for html in pages.values()) > 20
    found = [f"{name}: {fault}" for name, html in pages.items() for fault in scripts_and_handlers(Page(html))]
    assert found == []


@pytest.mark.parametrize("payload", MARKUP)
def test_title_stays_text(tmp_path: Path, payload: str) -> None:
    """The title is in `mkdocs.yml`, and from there on every page."""
    imported_from = imported(tmp_path, [document(payload, version) for version in (1, 2)])
    (file,) = write(tmp_path, [document(payload, 1)])
    other = tmp_path / "begun"
    other.mkdir()
    (other / "openapi.json").write_bytes(file.read_bytes())
    assert run("--root", other, "init", "--source", "openapi.json").exit_code == 0
    for root in (imported_from, other):
        config = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
        assert not set(config["site_name"]) & set('<>"')
        assert list(config) == ["site_name", "theme", "markdown_extensions", "plugins", "nav"]


def test_nothing_runs_and_nothing_is_loaded(project: Path, open_page: OpenPage, serve: Serve) -> None:
    """`open_page` fails if a page asks another host for something or reports an error."""
    built(project)
    site = project / "site"
    address, page = serve(site), open_page()
    dialogs: list[str] = []

    def note_and_dismiss(dialog: Dialog) -> None:
        dialogs.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", note_and_dismiss)
    for file in pages_to_open(site):
        page.goto(address + file.relative_to(site).as_posix())
        touch(page)
    assert dialogs == []


def pages_to_open(site: Path) -> list[Path]:
    """Two pages of each kind: of one folder, the first and the longest."""
    by_kind: dict[tuple[str, ...], list[Path]] = {}
    for file in sorted(site.rglob("*.html")):
        parts = file.relative_to(site).parts
        by_kind.setdefault((*parts[:2], str(len(parts))), []).append(file)
    longest = [max(files, key=lambda one: one.stat().st_size) for files in by_kind.values()]
    return sorted({*longest, *(files[0] for files in by_kind.values())})


def touch(page: BrowserPage) -> None:
    """Move the pointer over everything, and open what is folded: handlers run then."""
    page.evaluate(
        """() => {
          for (const one of document.querySelectorAll("details")) one.open = true;
          for (const one of document.querySelectorAll("*")) {
            for (const type of ["mouseover", "focus", "toggle"]) one.dispatchEvent(new Event(type));
          }
        }"""
    )
