"""The generated pages as text: a few compared with what they should be, all of them as Markdown that holds together.

`tests/golden/` is a small project of its own, and `tests/golden/pages/` what some of its pages are. After a change
that is meant to alter pages, `REFRESH_GOLDEN=1 pytest tests/test_golden.py` writes them anew; review the difference as
you would review code.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown import markdown

from api_upgrades.project import Project
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from tests.site_check import resolve

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
REFRESH = "REFRESH_GOLDEN"

SHOWN = {
    "upgrades/": ("html", "md"),
    "upgrades/2024-03-01/": ("html",),
    "upgrades/2024-06-10/": ("md",),
    "upgrades/2024-09-30/": ("md",),
    "changelog/": ("html", "md"),
    "versioning/": ("md",),
    "deprecations/": ("html", "md"),
    "reference/2024-06-10/": ("md",),
    "reference/2024-06-10/books/": ("html", "md"),
    "reference/latest/orders/": ("md",),
}
"""The pages that are compared, and in which of their two forms."""


def test_golden_pages(tmp_path: Path) -> None:
    project = tmp_path / "golden"
    shutil.copytree(GOLDEN, project, ignore=shutil.ignore_patterns("pages", "__pycache__"))
    own = Project(project, source="bookshop")
    as_html = {page.path: page.html for page in pages(own, "")}
    as_markdown = {page.path: page.markdown() for page in pages(own, "index.md")}
    made: dict[str, str] = {}
    for path, forms in SHOWN.items():
        name = path.strip("/").replace("/", "-")
        made |= {f"{name}.{form}": (as_html if form == "html" else as_markdown)[path] for form in forms}
    folder = GOLDEN / "pages"
    if os.environ.get(REFRESH):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")
    expected = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    differences = [
        line
        for name in sorted(made.keys() | expected.keys())
        for line in unified_diff(
            expected.get(name, "").splitlines(),
            made.get(name, "").splitlines(),
            f"expected {name}",
            f"made {name}",
            n=1,
        )
    ]
    if differences:
        advice = f"if that is meant to be so, run '{REFRESH}=1 pytest tests/test_golden.py' and review the difference"
        pytest.fail("\n".join(["the pages are not those of tests/golden/pages/;", advice, *differences]), pytrace=False)


def pages(project: Project, index: str) -> Iterator[Page]:
    return (page for page in render_pages(project.load(), Addresses(index)) if isinstance(page, Page))


@pytest.fixture(scope="module")
def twins() -> Mapping[str, str]:
    """Every page of this project's own API as a Markdown file, by its path."""
    return {f"{page.path}index.md": page.markdown() for page in pages(Project(ROOT), "index.md")}


def prose(text: str) -> str:
    """A Markdown page with a word for each fenced block of code."""
    return re.sub(r"^(`{3,}).*?^\1$", "Code.", text, flags=re.DOTALL | re.MULTILINE)


def test_the_links_between_twins_lead_somewhere(twins: Mapping[str, str]) -> None:
    anchors = {name: set(re.findall(r'^<a id="([^"]+)"></a>$', text, re.MULTILINE)) for name, text in twins.items()}
    links = [(name, link) for name, text in twins.items() for link in re.findall(r"\]\(([^)]+)\)", prose(text))]
    lost = []
    for name, link in links:
        path, _, anchor = link.partition("#")
        file = resolve(name, path) if path else name
        if file is None or file not in twins or (anchor and anchor not in anchors[file]):
            lost.append(f"{name}: {link}")
    assert len(links) > 1000
    assert lost == []


def test_twins_are_tidy(twins: Mapping[str, str]) -> None:
    for name, text in twins.items():
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        assert "\n\n\n" not in prose(text), name
        assert re.findall(r"^# .*", prose(text), re.MULTILINE) == [text.splitlines()[0]], name
        assert [line for line in text.splitlines() if line.endswith(" ")] == [], name
        before = dict(zip(text.splitlines()[1:], text.splitlines(), strict=False))
        headings = [line for line in prose(text).splitlines() if re.match(r"#{2,6} ", line)]
        assert [heading for heading in headings if before[heading]] == [], name


class Counted(HTMLParser):
    """How many elements of each sort there are, and the text that is outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.count: dict[str, int] = {}
        self.text = ""
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "code" not in self._open:
            self.text += data


def test_python_markdown_reads_twins_as_they_are_meant(twins: Mapping[str, str]) -> None:
    for name, text in twins.items():
        if re.match(r"reference/20(?!22-05-02)", name):
            continue  # they are as the oldest and the latest are
        html = Counted(markdown(text, extensions=["extra", "sane_lists"]))
        plain = prose(text)
        expected = {
            "pre": len(re.findall(r"^```\w+$", text, re.MULTILINE)),
            "table": len(re.findall(r"^\| --- \|", plain, re.MULTILINE)),
            "tr": len(re.findall(r"^\|", plain, re.MULTILINE)) - len(re.findall(r"^\| --- \|", plain, re.MULTILINE)),
            "li": len(re.findall(r"^ *(?:-|\d+\.) ", plain, re.MULTILINE)),
            "a": len(re.findall(r"\]\(|<a id=", plain)),
            **{f"h{level}": len(re.findall(rf"^{'#' * level} ", plain, re.MULTILINE)) for level in (1, 2, 3)},
        }
        assert {tag: html.count.get(tag, 0) for tag in expected} == expected, name
        assert re.search(r"`|\*\*|\]\(|&#|&\w+;", html.text) is None, name
