"""The benchmark: what it makes, what it counts, and that the page is what it measured. Nothing here is timed."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from api_upgrades.project import Project
from tests.bench import targets
from tests.bench.figures import KEPT, Cost, Figures, Growth, Machine, Peer, Save, Series, Step
from tests.bench.files import write
from tests.bench.made import KINDS, Made, make
from tests.bench.measure import distinct
from tests.bench.page import PLOT, page, table
from tests.bench.plot import COLORS, MARKS, Axis, lines, plot
from tests.bench.processes import attempt
from tests.bench.projects import CHANGE_MARK, SOURCE_MARK, find_series, mark_change, mark_source
from tests.bench.sites import Project as SiteProject
from tests.bench.sites import hugo_site
from tests.bench.targets import TARGETS, Target, missing_obstacles

PAGE = Path(__file__).parent.parent / "docs" / "maintain" / "performance.md"
SVG = "{http://www.w3.org/2000/svg}"


def cost(cpu: float, memory: float = 100) -> Cost:
    return Cost(cpu=cpu, wall=cpu, memory=memory)


def series(name: str, versions: int, cpu: float) -> Series:
    """A series each of whose steps takes so many CPU seconds, and plain MkDocs 10."""
    steps: tuple[Step, ...] = ("import", "check", "build", "diff", "path", "load", "parse", "changelog", "their diff")
    return Series(
        name=name,
        versions=versions,
        parts=20,
        changes=7,
        pages=10,
        largest_page=30_000,
        bytes=400_000,
        costs={step: cost(cpu) for step in steps},
        saves={"change": Save(served=0.5, noticed=0.1), "source": Save(served=1.5, noticed=0.1)},
        peers={
            "MkDocs": Peer(pages=10, cost=cost(10), start=cost(1)),
            "Hugo": Peer(pages=5, cost=cost(2), start=cost(1)),
        },
    )


def figures(*measured: Series, growth: tuple[Growth, ...] = ()) -> Figures:
    return Figures(
        machine=Machine(cpu="a processor", cores=2, tools={"Python": "3.11"}),
        minutes=12,
        max_pages=300,
        start={"libraries": cost(0.1), "help": cost(0.1), "check": cost(0.3)},
        series=list(measured),
        growth=list(growth),
    )


def point(name: str, versions: int, cpu: float) -> Growth:
    return Growth(name=name, versions=versions, costs={"import": cost(cpu), "build": cost(2 * cpu)})


WITH_GROWTH = figures(
    series("klaviyo", 4, 3),
    series("klaviyo", 9, 12),
    growth=(point("klaviyo", 2, 1), point("klaviyo", 6, 6)),
)


def test_the_page_and_its_plot_are_what_was_measured() -> None:
    if not KEPT.exists():
        pytest.skip("nothing has been measured yet; run: python -m tests.bench")
    kept = Figures.model_validate_json(KEPT.read_text(encoding="utf-8"))
    assert missing_obstacles(kept) == []
    assert PAGE.read_text(encoding="utf-8") == page(kept)
    assert (PAGE.parent / PLOT).read_text(encoding="utf-8") == plot(kept)


def test_the_page_has_a_row_for_each_series_and_each_target() -> None:
    rows = Counter(re.findall(r"^\| ([^|]*) \|", page(WITH_GROWTH), re.MULTILINE))
    tables_of_series = 2
    assert {title: rows[title] for title in ("klaviyo, 4 versions", "klaviyo, 9 versions")} == {
        "klaviyo, 4 versions": tables_of_series,
        "klaviyo, 9 versions": tables_of_series,
    }
    assert [target.what for target in TARGETS if rows[target.what] != 1] == []


def test_the_rows_of_a_table_are_as_long_as_its_head() -> None:
    found = re.findall(r"(?:^\|.*\n)+", page(WITH_GROWTH), re.MULTILINE)
    assert len(found) == 3
    for one in found:
        assert len({line.count("|") for line in one.splitlines()}) == 1


@pytest.mark.parametrize(
    ("cpu", "result"),
    [(2.0, "| 5 | reached |"), (2.5, "| 4 | **MISSED** |")],
    ids=["at the limit", "beyond it"],
)
def test_a_target_says_what_was_measured(cpu: float, result: str) -> None:
    shown = page(figures(series("klaviyo", 4, cpu)))
    assert f"| {TARGETS[0].what} | ≥ 5 times {result}" in shown


def test_a_target_of_which_nothing_was_measured_is_neither_reached_nor_missed() -> None:
    shown = page(figures())
    assert f"| {TARGETS[0].what} | ≥ 5 times |  | not measured |" in shown


def test_somebody_has_to_say_why_a_target_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = figures(series("klaviyo", 4, 2.5))
    monkeypatch.delitem(targets.OBSTACLES, TARGETS[0].key, raising=False)
    assert TARGETS[0].key in missing_obstacles(missed)
    monkeypatch.setitem(targets.OBSTACLES, TARGETS[0].key, "Pages are long.")
    assert TARGETS[0].key not in missing_obstacles(missed)
    assert "Pages are long." in page(missed)
    assert "Pages are long." not in page(figures(series("klaviyo", 4, 2)))


def test_obstacles_are_those_of_targets() -> None:
    keys = [target.key for target in TARGETS]
    assert len(set(keys)) == len(keys)
    assert targets.OBSTACLES.keys() <= set(keys)


@pytest.mark.parametrize(
    ("at_most", "at_least", "found", "is_reached"),
    [(2.0, None, 2.0, True), (2.0, None, 2.01, False), (None, 7.0, 7.0, True), (None, 7.0, 6.99, False)],
)
def test_a_limit_itself_is_reached(
    at_most: float | None, at_least: float | None, found: float, is_reached: bool
) -> None:
    assert Target("it", "it", lambda _: found, at_most, at_least).is_reached(found) is is_reached


def test_growth_is_the_largest_increase_per_version_of_any_step() -> None:
    """The steps take 12 s with nine versions, and import takes 1 s with two: (12 / 9) / (1 / 2)."""
    (target,) = (one for one in TARGETS if one.key == "growth")
    assert target.of(WITH_GROWTH) == pytest.approx(12 / 9 / (1 / 2))
    assert target.of(figures(series("klaviyo", 9, 1))) is None


def test_the_cost_of_more_pages_follows_from_those_measured() -> None:
    peer = Peer(pages=2000, cost=Cost(cpu=41, wall=46, memory=300), start=Cost(cpu=1, wall=2, memory=50))
    assert peer.extrapolate(5000) == Cost(cpu=101, wall=112, memory=300)
    assert peer.extrapolate(2000) == peer.extrapolate(1500) == peer.cost


def test_the_plot_is_an_image_that_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(plot(WITH_GROWTH))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    said = {one.get("id"): one.text or "" for one in root}
    assert [bool(said[id]) for id in (root.get("aria-labelledby") or "").split()] == [True, True]
    assert "klaviyo: import, 0.5 s per version with 2 versions and 1.3 s with 9" in said["description"]


def test_the_plot_has_a_line_with_a_mark_for_each_point_inside_the_axes() -> None:
    root = ElementTree.fromstring(plot(WITH_GROWTH))
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    drawn = [group.findall(f"{SVG}path") for group in root.findall(f"{SVG}g")[1:]]
    assert [line.points for line in lines(WITH_GROWTH)] == [
        [(2, 0.5), (4, 0.75), (6, 1.0), (9, 12 / 9)],
        [(2, 1.0), (4, 0.75), (6, 2.0), (9, 12 / 9)],
    ]
    assert [len(paths) for paths in drawn] == [4 + 2, 4 + 2]  # the line itself, and the mark in the legend
    places = [re.match(r"M([\d.]+) ([\d.]+)", path.get("d") or "") for paths in drawn for path in paths]
    assert all(place and 0 < float(place[1]) < width and 0 < float(place[2]) < height for place in places)


def test_a_plot_without_growth_is_an_image_too() -> None:
    assert ElementTree.fromstring(plot(figures())).tag == f"{SVG}svg"


def test_an_axis_has_five_round_steps_from_zero() -> None:
    axis = Axis(9, 0, 400)
    assert axis.ticks == [0, 2, 4, 6, 8, 10]
    assert [axis(tick) for tick in axis.ticks] == [0, 80, 160, 240, 320, 400]


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_lines_of_a_plot_stand_out_from_its_background() -> None:
    text = ElementTree.fromstring(plot(WITH_GROWTH)).get("fill") or ""
    for color in (text, *COLORS):
        assert 1.05 / (_luminance(color) + 0.05) >= 4.5
    assert len(set(MARKS.values())) == len(MARKS)


def test_a_table_has_its_figures_to_the_right() -> None:
    assert table(("", "pages"), [("ours", "2")]) == "|  | pages |\n| --- | ---: |\n| ours | 2 |"


@pytest.mark.parametrize(
    "made",
    [Made.of(5, 40), Made.of(4, 20, 13), Made(4, 30, 9, 3)],
    ids=["two changes a version", "many", "each resource in each version"],
)
def test_a_made_registry_is_sound_and_as_large_as_asked_for(tmp_path: Path, made: Made) -> None:
    make(tmp_path, made)
    history = Project(tmp_path).load()
    assert [version.id for version in history.versions] == made.ids
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


def test_series_are_folders_with_several_documents_in_natural_order(tmp_path: Path) -> None:
    for name in ("one/v9.json", "one/v10.json", "one/README.md", "two/1.yaml", "two/2.yaml", "alone/1.json"):
        write(tmp_path / name, "{}")
    found = [(one.name, [file.name for file in one.files]) for one in find_series([tmp_path])]
    assert found == [("one", ["v9.json", "v10.json"]), ("two", ["1.yaml", "2.yaml"])]
    assert find_series([tmp_path / "two"]) == find_series([tmp_path])[1:]


@pytest.mark.parametrize(
    ("name", "text", "marked"),
    [
        ("a.json", '{"info": {"description": "x"}, "paths" : {"description" : "y"}}', '"y"}}'),
        ("a.yaml", "info:\n  description: x\npaths:\n  description: y\n", "y\n"),
        ("a.py", 'a = Field(description="y")\n', 'y")\n'),
    ],
    ids=["JSON", "YAML", "Python"],
)
def test_the_first_description_of_an_operation_or_a_model_is_marked(
    tmp_path: Path, name: str, text: str, marked: str
) -> None:
    write(tmp_path / "api" / name, text)
    source = "api" if name.endswith(".py") else f"api/{name}"
    file = mark_source(SiteProject(tmp_path, source=source))
    before, _, after = file.read_text(encoding="utf-8").partition(f"{SOURCE_MARK} ")
    assert before + after == text
    assert after.lstrip('"') == marked.lstrip('"')


def test_the_newest_change_is_marked(tmp_path: Path) -> None:
    for name in ("v9/a.yaml", "v10/b.yaml", "v11/version.yaml"):
        write(
            tmp_path / "changes" / name, "title: T\n" if "version" in name else "why: |\n  One.\n  Two.\nupgrade: U\n"
        )
    file = mark_change(SiteProject(tmp_path))
    assert file.relative_to(tmp_path).as_posix() == "changes/v10/b.yaml"
    assert file.read_text(encoding="utf-8") == f"why: {CHANGE_MARK}\nupgrade: U\n"


def test_a_process_is_measured_and_stopped_after_its_time() -> None:
    code, used, printed = attempt("python", "-c", "print(len(b'x' * 50_000_000))")
    assert (code, printed) == (0, "50000000\n")
    assert 50 < used.memory < 100
    code, _, printed = attempt("python", "-c", "print('begins', flush=True); import time; time.sleep(60)", seconds=0.5)
    assert (code < 0, printed) == (True, "begins\n")


def test_what_is_kept_is_read_again() -> None:
    assert Figures.model_validate(json.loads(WITH_GROWTH.model_dump_json())) == WITH_GROWTH
