"""The style sheet and the scripts: light, and without a rule for something that no page has."""

from __future__ import annotations

import gzip
import re
from importlib.resources import files
from pathlib import Path

import pytest

from api_upgrades.site.pages.static_files import STYLE_SHEETS, read_static_file

ROOT = Path(str(files("api_upgrades")))
ASSETS = ROOT / "site/pages/assets"
SCRIPTS = sorted(file.name for file in ASSETS.glob("*.js"))
CLASS = re.compile(r"\.(au-[\w-]+)")
NAME = re.compile(r"\bau-[a-z][\w-]*")
BUILT_NAMES = {f"au-{name}" for name in ("breaking", "risky", "additive", "neutral")} | {
    f"au-{method}" for method in ("get", "put", "post", "delete", "patch", "head", "query")
}
"""Classes that a template builds from a severity or a method."""


@pytest.mark.parametrize("name", ["api-upgrades.css", *SCRIPTS])
def test_it_is_light(name: str) -> None:
    assert len(gzip.compress(read_static_file(name).encode(), 9)) <= 12_000


def test_every_style_sheet_is_published() -> None:
    assert sorted(STYLE_SHEETS) == sorted(file.stem for file in (ASSETS / "styles").glob("*.css"))


def test_every_rule_is_for_a_class_that_a_page_has() -> None:
    sources = [*ROOT.rglob("*.j2"), *ROOT.rglob("*.html"), *ROOT.rglob("*.py"), *ASSETS.glob("*.js")]
    used = {name for file in sources for name in NAME.findall(file.read_text("utf-8"))} | BUILT_NAMES
    assert set(CLASS.findall(read_static_file("api-upgrades.css"))) - used == set()


def test_rules_of_others_apply_to_generated_pages_only() -> None:
    css = re.sub(r"\s+", " ", read_static_file("api-upgrades.css"))
    selectors = [one.strip() for one in re.findall(r"(?:^|[{};])\s*([^{};@]+)\{", css)]
    foreign = [one for one in selectors if "au-" not in one and not one.startswith((":root", "[data-md-color-scheme"))]
    assert foreign == []


def test_comments_are_not_published() -> None:
    assert "/*" not in read_static_file("api-upgrades.css")
