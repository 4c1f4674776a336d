"""Pages that are filled in are what the theme would have made of them, byte for byte, whatever the site looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config

from api_upgrades.plugin import plugin
from api_upgrades.plugin.generated_page import GeneratedPage
from api_upgrades.plugin.publisher import ThemeContext
from tests.bench.made import Made, make
from tests.shop import write

pytestmark = pytest.mark.slow

NAV = """\
nav:
  - Home: index.md
  - Moving on: upgrades/index.md
  - Reference: reference/latest/index.md
  - More:
      - Changelog: changelog/index.md
      - Hand-written: guides/first.md
"""

FEATURES = (
    "navigation.tabs, navigation.sections, navigation.footer, navigation.top, navigation.path, navigation.instant, "
    "search.suggest, toc.follow"
)


@dataclass(frozen=True)
class Case:
    """A site around the generated pages: what its theme is set to, what else `mkdocs.yml` says, and more files."""

    theme: str = ""
    more: str = ""
    plugins: str = "search, api-upgrades"
    files: dict[str, str] = field(default_factory=dict)


def overriding(**partials: str) -> dict[str, str]:
    return {f"overrides/{name.replace('__', '/')}.html": text for name, text in partials.items()}


CUSTOM = "custom_dir: overrides"
ANNOUNCED = '{% extends "base.html" %}{% block announce %}Hear, hear.{% endblock %}'
LABELLED = '{% extends "base.html" %}{% block header %}{{ super() | replace("md-header", "my-header") }}{% endblock %}'

SAME: dict[str, Case] = {
    "as it comes": Case(),
    "from disk": Case(more="use_directory_urls: false\n"),
    "below a path, with an address": Case(more="site_url: https://docs.example.com/a/b/\n"),
    "mounted elsewhere": Case(plugins="search, api-upgrades: {path: my apis/one}"),
    "named in the navigation": Case(more=NAV),
    "with every feature of the navigation": Case(f"features: [{FEATURES}]", NAV),
    "with sections that have a page": Case("features: [navigation.indexes, navigation.tabs, navigation.prune]", NAV),
    "with the contents list inside": Case("features: [toc.integrate, navigation.expand]", NAV),
    "in another language": Case("language: de, palette: {scheme: slate}", NAV),
    "from right to left": Case("language: ar"),
    "with styles and scripts": Case(
        more="extra_css: [mine.css, reference/mine.css]\nextra_javascript: [mine.js]\nrepo_url: https://example.com/x\n"
        "copyright: me\nextra: {homepage: https://example.com}\n",
        files={"docs/mine.css": "a {}", "docs/mine.js": "1", "docs/reference/mine.css": "a {}"},
    ),
    "with a template of its own": Case(CUSTOM, NAV, files=overriding(main=ANNOUNCED)),
    "with a header of its own": Case(CUSTOM, NAV, files=overriding(main=LABELLED)),
    "with a navigation of its own": Case(CUSTOM, NAV, files=overriding(partials__nav="<nav>{{ page.title }}</nav>")),
    "without a navigation": Case(CUSTOM, NAV, files=overriding(partials__nav="")),
    "with a contents list of its own": Case(
        CUSTOM, NAV, files=overriding(partials__toc="{% for one in page.toc %}{{ one.title }}, {% endfor %}")
    ),
    "with entries of its own": Case(
        CUSTOM, NAV, files=overriding(**{"partials__toc-item": "<li><a>{{ page.url }} {{ toc_item.title }}</a></li>"})
    ),
    "with a list of what is where": Case(
        CUSTOM,
        NAV,
        files=overriding(partials__copyright="{% if page %}{{ page.url }} {{ page.title | tojson }}{% endif %}"),
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("a project")
    make(root, Made.of(6, 40))
    return write(
        root,
        {
            "docs/index.md": "# Home\n\n[One](reference/latest/index.md), [two](upgrades/2010-01-08/index.md)\n",
            "docs/guides/first.md": "# First\n\n## Part\n\nWords.\n",
        },
    )


def built(project: Path, site: Path, case: Case) -> dict[str, bytes]:
    theme = f"{{name: material, font: false, {case.theme}}}"
    write(
        project,
        {"mkdocs.yml": f"site_name: Bench\ntheme: {theme}\nplugins: [{case.plugins}]\n{case.more}"} | case.files,
    )
    config = load_config(str(project / "mkdocs.yml"), site_dir=str(site))
    config.plugins.on_startup(command="build", dirty=False)
    build_site(config)
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    with monkeypatch.context() as patched:
        yield lambda: patched.setattr(plugin, "needs_mkdocs_rendering", lambda config: True)


@pytest.fixture
def themed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that the theme has rendered for us."""
    found: list[str] = []
    rendered = ThemeContext.render

    def noted(self: ThemeContext, page: GeneratedPage) -> str:
        found.append(page.url)
        return rendered(self, page)

    monkeypatch.setattr(ThemeContext, "render", noted)
    return found


@pytest.mark.parametrize("case", SAME.values(), ids=SAME)
def test_filled_pages_are_what_the_theme_makes(
    project: Path, tmp_path: Path, case: Case, ordinary: Callable[[], None]
) -> None:
    filled = built(project, tmp_path / "filled", case)
    ordinary()
    expected = built(project, tmp_path / "ordinary", case)
    assert sorted(filled) == sorted(expected)
    assert [name for name in expected if filled[name] != expected[name]] == []


def test_the_theme_renders_a_few_pages_of_each_kind(project: Path, tmp_path: Path, themed: list[str]) -> None:
    pages = [name for name in built(project, tmp_path / "site", Case(more=NAV)) if name.endswith(".html")]
    kinds = {(page.count("/"), page.partition("/")[0], "from" in page, "latest" in page) for page in pages}
    assert len(themed) <= 3 * len(kinds)
    assert len(themed) < len(pages) / 2


def test_the_theme_renders_every_page_of_which_it_says_more(project: Path, tmp_path: Path, themed: list[str]) -> None:
    case = SAME["with a list of what is where"]
    pages = [name for name in built(project, tmp_path / "site", case) if name.endswith(".html")]
    assert len(set(themed)) > len(pages) - 8


EVERY_PAGE = """\
def on_page_context(context, page, config, nav):
    context["seen"] = page.url


def on_post_page(output, page, config):
    return output.replace("</body>", f"<!--{page.url}--></body>")
"""


def test_other_plugins_work_on_every_page(project: Path, tmp_path: Path) -> None:
    case = Case(more="hooks: [hook.py]\n", files={"hook.py": EVERY_PAGE})
    found = built(project, tmp_path / "site", case)
    for name, data in found.items():
        if name.endswith("index.html"):
            assert f"<!--{name.removesuffix('index.html')}--></body>".encode() in data
