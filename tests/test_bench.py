"""The benchmark: what it makes, what it counts, and that the page is what it measured. Nothing here is timed."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

import api_upgrades
from api_upgrades.project import Project
from tests.bench.figures import KEPT, OUT_OF_SEARCH, Cost, Figures, Peer
from tests.bench.files import write
from tests.bench.made import KINDS, Made, make
from tests.bench.measure import distinct
from tests.bench.models import MARK
from tests.bench.page import PLOT, page, table
from tests.bench.plot import LOOKS, Axis, plot, points
from tests.bench.sites import hugo_site, plain_site
from tests.bench.stages import stage_of
from tests.bench.targets import TARGETS, Target

PAGE = Path(__file__).parent.parent / "docs" / "maintain" / "performance.md"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def figures() -> Figures:
    """What was measured last."""
    if not KEPT.exists():
        pytest.skip("nothing has been measured yet; run: python -m tests.bench")
    return Figures.model_validate_json(KEPT.read_text(encoding="utf-8"))


def test_the_page_and_its_plot_are_what_was_measured(figures: Figures) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(figures)
    assert (PAGE.parent / PLOT).read_text(encoding="utf-8") == plot(figures)


def test_the_page_has_a_row_for_each_build_and_each_target(figures: Figures) -> None:
    rows = Counter(re.findall(r"^\| ([^|]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    tables_of_builds = 4
    assert {build.name: rows[build.name] for build in figures.builds} == dict.fromkeys(
        (build.name for build in figures.builds), tables_of_builds
    )
    assert [target.what for target in TARGETS if rows[target.what] != 1] == []


def missed_by(figures: Figures, factor: float) -> Figures:
    """The same, where our build of the first target took so many times the CPU of plain MkDocs."""
    build = figures.fifth
    cost = build.cost.model_copy(update={"cpu": factor * build.of(OUT_OF_SEARCH).cpu})
    return figures.model_copy(
        update={"fifth": build.model_copy(update={"cost": cost}), "profiles": {**PROFILES, "fifth": ["a profile"]}}
    )


PROFILES = {target.profile: ["another"] for target in TARGETS}


def test_what_is_missed_is_said_with_a_profile(figures: Figures) -> None:
    target = TARGETS[0]
    missed, reached = (page(missed_by(figures, factor)) for factor in (1 / 11, 1 / 13))
    assert f"| {target.what} | at least 12 times | 11 | **MISSED** |" in missed
    assert f"**{target.what}.**" in missed
    assert "```text\na profile\n```" in missed
    assert f"| {target.what} | at least 12 times | 13 | reached |" in reached
    assert f"**{target.what}.**" not in reached


@pytest.mark.parametrize(
    ("at_most", "at_least", "found", "is_reached"),
    [(2.0, None, 2.0, True), (2.0, None, 2.01, False), (None, 7.0, 7.0, True), (None, 7.0, 6.99, False)],
)
def test_a_limit_itself_is_reached(
    figures: Figures, at_most: float | None, at_least: float | None, found: float, is_reached: bool
) -> None:
    assert Target("it", "s", lambda _: found, "it", at_most, at_least).is_reached(figures) is is_reached


def test_others_are_carried_on_by_the_page_from_what_was_measured() -> None:
    peer = Peer(pages=2000, cost=Cost(cpu=41, wall=46, memory=300), start=Cost(cpu=1, wall=2, memory=50))
    assert peer.carried_on(5000) == Cost(cpu=101, wall=112, memory=300)
    assert peer.carried_on(2000) == peer.carried_on(1500) == peer.cost


def test_the_plot_is_an_image_that_says_in_words_what_it_shows(figures: Figures) -> None:
    root = ElementTree.fromstring(plot(figures))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    said = {one.get("id"): one.text or "" for one in root}
    assert [bool(said[id]) for id in (root.get("aria-labelledby") or "").split()] == [True, True]
    assert f"{max(build.pages for build in figures.builds):,} pages" in said["description"]


def test_the_plot_has_a_mark_for_each_build_of_each_builder_inside_the_axes(figures: Figures) -> None:
    root = ElementTree.fromstring(plot(figures))
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    drawn = {group.get("stroke"): group.findall(f"{SVG}path") for group in root.findall(f"{SVG}g")[1:]}
    expected = points(figures)
    assert len(expected["this generator"]) == len(figures.builds)
    assert {colour: len(marks) for colour, marks in drawn.items()} == {
        LOOKS[name][0]: len(of) + 1 for name, of in expected.items()
    }
    places = [re.match(r"M([\d.]+) ([\d.]+)", mark.get("d") or "") for marks in drawn.values() for mark in marks]
    assert all(place and float(place[1]) < width and float(place[2]) < height for place in places)


def test_an_axis_goes_up_by_powers_of_ten() -> None:
    axis = Axis([3, 70, 2500], 0, 400)
    assert axis.ticks == [1, 10, 100, 1000, 10_000]
    assert [axis(tick) for tick in axis.ticks] == [0, 100, 200, 300, 400]


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_the_plot_draws_can_be_told_from_its_paper(figures: Figures) -> None:
    text = ElementTree.fromstring(plot(figures)).get("fill") or ""
    for colour in (text, *(colour for colour, _ in LOOKS.values())):
        assert 1.05 / (_luminance(colour) + 0.05) >= 4.5
    assert len({mark for _, mark in LOOKS.values()}) == len(LOOKS)


def test_a_table_has_its_figures_to_the_right() -> None:
    assert table(("", "pages"), [("ours", "2")]) == "|  | pages |\n| --- | ---: |\n| ours | 2 |"


@pytest.mark.parametrize(
    "made",
    [Made.of(5, 40), Made.of(4, 20, 13), Made(4, 30, 9, 3), Made(3, 20, 6, 2, quiet=2)],
    ids=["two changes a version", "many", "each resource in each version", "versions without changes"],
)
def test_a_made_registry_is_sound_and_as_large_as_asked_for(tmp_path: Path, made: Made) -> None:
    make(tmp_path, made)
    history = Project(tmp_path).load()
    assert [version.id for version in history.versions] == made.ids
    assert len(made.ids) == made.versions + made.quiet
    assert sum(len(version.changes) for version in history.versions) == made.changes
    own = [part for part in history.contract_at(history.latest.id).parts if part.name != "Error"]
    assert len(own) == made.parts


def test_made_changes_are_of_all_kinds_on_all_resources(tmp_path: Path) -> None:
    make(tmp_path, Made.of(8, 30, 42))
    changes = [change for version in Project(tmp_path).load().versions for change in version.changes]
    kinds = Counter(effect.kind for change in changes for effect in change.effects)
    assert len(kinds) == len(KINDS) - 1  # two of them add properties
    assert set(kinds.values()) == {6, 12}
    files = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("change-*.yaml")]
    resources = Counter(re.findall(r"target:\s+(?:- )?(?:GET /)?[Oo]rders?(\d)", "".join(files)))
    assert resources == {"0": 14, "1": 14, "2": 14}
    modules = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("orders*.py")]
    assert {text.count(MARK) for text in files + modules} == {1}


PAGE_OF = "<html>{id}<article><p class='au-banner'>You read {id}.</p>{text} of {id}</article></html>"


def test_pages_that_differ_in_the_names_of_versions_alone_are_not_distinct(tmp_path: Path) -> None:
    texts = {"2020-01-01": "An older text", "2020-02-01": "A text", "2020-03-01": "A text", "latest": "A text"}
    for id, text in texts.items():
        shown = PAGE_OF.format(id=id, text=text).replace("'", '"')
        write(tmp_path / "reference" / id / "orders" / "index.html", shown)
    assert distinct(tmp_path) == 2


def test_hugo_gets_each_page_under_the_name_that_it_wants(tmp_path: Path) -> None:
    pages = ["", "upgrades", "upgrades/2020-01-01", "reference/latest", "reference/latest/orders"]
    for name in pages:
        write(tmp_path / "pages" / name / "index.md", "# Page\n")
    for name in ("index", "hosting"):
        write(tmp_path / "pages" / "maintain" / f"{name}.md", "# Page\n")
    hugo_site(tmp_path / "hugo", tmp_path / "pages")
    content = tmp_path / "hugo" / "content"
    assert sorted(path.relative_to(content).as_posix() for path in content.rglob("*.md")) == [
        "_index.md",
        "maintain/_index.md",
        "maintain/hosting.md",
        "reference/latest/_index.md",
        "reference/latest/orders/index.md",
        "upgrades/2020-01-01/index.md",
        "upgrades/_index.md",
    ]


def test_pages_are_left_out_of_the_search_by_what_stands_before_their_text(tmp_path: Path) -> None:
    write(tmp_path / "pages" / "index.md", "# Page\n")
    write(tmp_path / "pages" / "other" / "index.md", "---\ntitle: Other\n---\n\n# Page\n")
    found = {}
    for is_searched in (True, False):
        docs = plain_site(tmp_path / str(is_searched), tmp_path / "pages", is_searched=is_searched).parent / "docs"
        found[is_searched] = [(docs / name).read_text(encoding="utf-8") for name in ("index.md", "other/index.md")]
    assert found[True] == ["# Page\n", "---\ntitle: Other\n---\n\n# Page\n"]
    metas = [yaml.safe_load(text.split("---\n")[1]) for text in found[False]]
    assert metas == [{"search": {"exclude": True}}, {"search": {"exclude": True}, "title": "Other"}]
    assert [text.split("---\n")[2] for text in found[False]] == ["\n# Page\n", "\n# Page\n"]


def called_from(files: tuple[str, ...], last: Callable[[], str | None]) -> str | None:
    """What a function gives where functions of these files call each other, the first the outermost."""
    for file in reversed(files):
        found: dict[str, Any] = {"called": last}
        exec(compile("def call():\n    return called()", file, "exec"), found)
        last = found["call"]
    return last()


@pytest.mark.parametrize(
    ("files", "stage"),
    [
        ((), None),
        (("plugin/plugin.py",), "shell"),
        (("plugin/publisher.py",), "shell"),
        (("plugin/plugin.py", "project.py", "registry/reader.py", "effects/base.py"), "load"),
        (("plugin/plugin.py", "project.py", "history/derive.py", "effects/base.py", "openapi/schema.py"), "derive"),
        (("plugin/plugin.py", "site/pages/reference/pages.py", "history/history.py"), "render"),
        (("plugin/plugin.py", "site/exports/llms.py"), "render"),
        (("plugin/plugin.py", "core/files.py"), "write"),
        (("plugin/plugin.py", "core/files.py", "site/pages/reference/pages.py", "openapi/contract.py"), "render"),
    ],
    ids=lambda value: " ".join(value) or "none of ours" if isinstance(value, tuple) else "",
)
def test_a_stage_is_known_by_what_runs(files: tuple[str, ...], stage: str | None) -> None:
    root = Path(api_upgrades.__file__).parent
    assert called_from(tuple(str(root / file) for file in files), lambda: stage_of(sys._getframe())) == stage


def test_the_registries_of_the_targets_are_what_these_say(figures: Figures) -> None:
    assert 1950 <= figures.fifth.pages <= 2050
    assert 1950 <= figures.none.pages <= 2100
    assert 0.19 <= figures.fifth.distinct_pages / figures.fifth.pages <= 0.21
    assert figures.none.distinct_pages / figures.none.pages >= 0.97
    assert (figures.largest.versions, round(figures.largest.parts, -1)) == (100, 1000)
