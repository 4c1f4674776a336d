"""The page of any two versions: what its data holds, how it grows, and what it says without a script."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.compare.rules.table import RULES
from api_upgrades.history.history import History
from api_upgrades.openapi.target import Target
from api_upgrades.project import Project
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Asset, Page
from api_upgrades.site.pages.path.data import PathData
from api_upgrades.site.pages.path.interactive import path_page_and_data
from api_upgrades.site.pages.path.rows import Identities, facet_rules
from api_upgrades.site.pages.path.weave import Weave
from api_upgrades.site.pages.site import Site
from api_upgrades.site.text.diff_lines import diff_lines
from tests.test_path import Chain, history_of

ASSETS = files("api_upgrades.site.pages").joinpath("assets")


@cache
def history() -> History:
    return Project(Path(__file__).parent.parent).load()


@cache
def made() -> tuple[Page, dict[str, str]]:
    """The page, and its files by their names below it."""
    page, *assets = path_page_and_data(Site(history(), Addresses()))
    assert isinstance(page, Page)
    written = {asset.path.removeprefix(page.path): asset.content for asset in assets if isinstance(asset, Asset)}
    assert len(written) == len(assets)
    return page, written


def data(name: str) -> Any:
    _, _, found = made()[1][name].partition(" = ")
    return json.loads(found.removesuffix(";\n"))


def at(lines: list[Any], number: int) -> str:
    """A text of a weave, as the script reads it."""
    found = []
    for line in lines:
        text, first, end, *commas = line if isinstance(line, list) else (line, 0, number + 1)
        if first <= number < end:
            found.append(text + ("," if commas and number in commas[0] else ""))
    return "\n".join(found)


@given(st.lists(st.lists(st.sampled_from(["a", "a,", "{", "}", "b,", "", ","]), min_size=1).map("\n".join), min_size=1))
def test_a_weave_holds_every_text(texts: list[str]) -> None:
    weave = Weave()
    numbers = [weave.add(text) for text in texts]
    lines = json.loads(json.dumps(weave.to_json()))
    assert [at(lines, number) for number in numbers] == texts
    assert len({*numbers}) == len({*texts})


def test_a_weave_writes_a_line_once() -> None:
    weave = Weave()
    for text in ("{\n  a\n}", "{\n  a,\n  b\n}", "{\n  b\n}"):
        weave.add(text)
    assert weave.to_json() == ["{", ["  a", 0, 2, [1]], ["  b", 1, 3], "}"]


def test_a_weave_grows_by_what_differs() -> None:
    weave = Weave()
    old = "\n".join(f"line {number}" for number in range(100))
    for number in range(30):
        new = old.replace(f"line {number}\n", f"new {number}\n")
        weave.add(new)
        assert len(weave.to_json()) <= 100 + 1 + sum(sign == "+" for sign, _ in diff_lines(old, new)) * 2 * number


CHAIN: list[list[dict[str, object]]] = [
    [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
    [{"kind": "add_property", "target": "One.a"}],
    [{"kind": "rename_property", "target": "One", "old": "b", "new": "c"}],
    [{"kind": "move_property", "target": "Two.c", "was_in": "One"}],
]


def test_a_place_is_the_same_whatever_it_is_called() -> None:
    chain = Chain({"One": {1: ("a", "string")}, "Two": {0: ("c", "string")}}, [*CHAIN])
    found = Identities(history_of(chain))
    property = {version: found.identity_of(Target.parse(name), version) for version, name in enumerate(
        ("One.a", "One.b", "One.b", "One.c", "Two.c"))}  # fmt: skip
    assert {*property.values()} == {"One.a"}
    assert found.identity_of(Target.parse("One.a"), 3) != "One.a"
    assert found.identity_of(Target.parse("One"), 4) == "One"
    assert list(found.relocated) == ["One.a"]


def test_moves_of_one_version_are_not_those_of_another() -> None:
    found = Identities(history())
    order = [version.id for version in history().versions]
    assert (
        found.identity_of(Target.parse("AppointmentRecording.expires_at"), len(order) - 1)
        == "AppointmentRecording.expiresAt"
    )
    assert found.identity_of(Target.parse("PATCH /tasks/{id}"), order.index("2022-12-05")) == "PUT /tasks/{id}"
    moved = found.identity_of(Target.parse("Appointment.url"), order.index("2023-01-30"))
    assert moved == "POST /appointments response 201.url"
    assert list(found.relocated) == [moved]


def test_every_facet_has_rules_that_there_are() -> None:
    known = {rule.id for rule in RULES}
    index = data("index.js")
    for facet, (_, *rules) in index["facets"].items():
        assert {*rules} <= known, facet
    assert facet_rules("maximum") == (True, *(f"constraint-{word}" for word in ("tightened", "loosened")),
        "constraint-loosened", "constraint-tightened")  # fmt: skip
    assert {*index["rules"]} == known


def test_the_files_are_those_of_the_resources() -> None:
    index = data("index.js")
    names = [resource["file"] for resource in index["resources"]]
    assert {*made()[1]} == {"path.js", "index.js", "steps.js", *(f"resources/{name}.js" for name in names)}
    assert [version["id"] for version in index["versions"]] == [version.id for version in history().versions]
    assert [version["id"] for version in index["versions"] if version["dating"]] == [
        version.id for version in history().versions if version.dating
    ]
    written = [number for name in names for number in data(f"resources/{name}.js")]
    assert sorted(map(int, written)) == list(range(len(index["parts"])))


def test_two_resources_of_one_slug_have_two_files() -> None:
    site = Site(history(), Addresses())
    resources = site.resources(history().latest.id)
    first = history().versions[0].id
    site._resources[first] = tuple(type(one)("Other", one.slug, "", one.parts, "Other") for one in resources[:1])
    files = PathData(site).resources
    assert len({*files.values()}) == len(files)
    assert files["Other"] != files[resources[0].name]


def test_the_data_grows_with_revisions() -> None:
    """A part's contents are as many as its revisions at most, or, for an object that is only sent, as its senders'."""
    revisions: dict[str, set[str]] = {}
    found = Identities(history())
    for index, version in enumerate(history().versions):
        for part, revision in history().revisions[version.id].items():
            revisions.setdefault(found.identity_of(Target(part), index), set()).add(revision)
    index = data("index.js")
    contents = sum(
        len(part["contents"]) for one in index["resources"] for part in data(f"resources/{one['file']}.js").values()
    )
    assert len(index["parts"]) == len(revisions)
    assert contents <= 1.2 * sum(map(len, revisions.values()))


def test_no_identity_is_left_as_text() -> None:
    for one in data("index.js")["resources"]:
        for part in data(f"resources/{one['file']}.js").values():
            for row in (row for rows in part["rows"] for row in rows):
                assert isinstance(row["id"], int)
                assert isinstance(row.get("ref", 0), int)
                assert all(isinstance(piece, str | int) for piece in row.get("type", ()))


@pytest.mark.parametrize("kind", ["js", "css"])
def test_each_script_is_small_and_so_are_the_styles(site: Path, kind: str) -> None:
    of_theme = site / "assets" / ("javascripts" if kind == "js" else "stylesheets")
    path = site / "upgrades" / "path"
    data = {site / "reference" / "versions.js", path / "index.js", path / "steps.js", *path.glob("resources/*.js")}
    own = [file for file in site.rglob(f"*.{kind}") if of_theme not in file.parents and file not in data]
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in own}
    assert {f"api-upgrades.{kind}", *(("path.js",) if kind == "js" else ())} <= {*sizes}
    assert all(size < 12_000 for size in sizes.values()), sizes


def test_the_script_inserts_no_markup() -> None:
    script = ASSETS.joinpath("path.js").read_text("utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|Function\(", script
    )


def test_without_a_script_the_page_leads_on() -> None:
    page, _ = made()
    shown = page.html.partition("<template>")[0]
    older = [version.id for version in history().versions[:-1]]
    assert all(f'href="../from/{version}/"' in shown for version in older)
    assert all(f"from/{version}/" in page.markdown() for version in older)
    assert re.search(r"<h1>Compare two versions</h1>", shown)
    assert page.search_text is not None


def test_the_data_are_about_the_changes_of_the_page_in_their_order() -> None:
    page, _ = made()
    ids = re.findall(r'<li id="(do:[^"]*)"', page.html)
    assert ids == [f"do:{version.id}:{one.change.id}" for version in history().versions
        for one in history().changes_of(version.id)]  # fmt: skip
    steps = data("steps.js")
    assert len(ids) == len(steps["changes"]) == len(data("index.js")["changes"])
    number = ids.index("do:2023-04-06:appointment-title")
    version = [one.id for one in history().versions].index("2023-04-06")
    assert steps["changes"][number] == [version, 2, 0, 1, 2, 0]  # additive, and breaking for a downgrade


@pytest.mark.parametrize("folder", ["", "index.html"])
def test_two_pages_of_the_same_history_are_the_same(folder: str) -> None:
    addresses = Addresses(folder)
    first, second = (
        [
            one.html if isinstance(one, Page) else (one.path, one.content)
            for one in path_page_and_data(Site(history(), addresses))
        ]
        for _ in range(2)
    )
    assert first == second


def test_values_that_go_by_another_name() -> None:
    index = data("index.js")
    file = next(one["file"] for one in index["resources"] if one["name"] == "Availabilities")
    number = next(n for n, part in enumerate(index["parts"]) if part["runs"][-1][2] == "Availability")
    part = data(f"resources/{file}.js")[str(number)]
    row = next(row for row in part["rows"][-1] if row["at"] == "supported_modes")
    step = [version["id"] for version in index["versions"]].index("2023-03-28")
    newer = {value: value for value in ("NABLA_VIDEOCALL", "EXTERNAL_VIDEOCALL", "IN_PERSON")}
    for _, at_step, old, new in (move for move in part["values"] if move[0] == row["id"]):
        assert at_step == step
        newer = {value: new if name == old else name for value, name in newer.items()}
    assert newer == {"NABLA_VIDEOCALL": "VIDEOCALL", "EXTERNAL_VIDEOCALL": "VIDEOCALL", "IN_PERSON": "IN_PERSON"}
