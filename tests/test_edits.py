"""What differs between two registries: tiny ones before and after, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from api_upgrades.openapi.contract import Contract
from api_upgrades.registry import reader
from api_upgrades.registry.model import Registry
from api_upgrades.review.change_file_diff import ChangeFileEdit, diff_change_files, diff_version_files
from tests.shop import write


def change(title: str = "A", why: str = "B", target: str = "C.d", more: str = "") -> str:
    return f"title: {title}\nwhy: {why}\n{more}effects: [{{kind: add_property, target: {target}}}]\n"


BEFORE = {
    "v1/version.yaml": "summary: One.\n",
    "v2/version.yaml": "summary: Two.\n",
    "v2/a.yaml": change(),
    "unreleased/b.yaml": change(target="C.e"),
    "additions/c.yaml": change(target="C.f", more='date: "2024-01-31"\n'),
}

CASES: dict[str, tuple[dict[str, str | None], list[tuple[str, str, str | None, tuple[str, ...]]]]] = {
    "nothing": ({}, []),
    "the same in another form": ({"v2/a.yaml": change('"A"', "|\n  B").replace("effects: [", "effects:   [")}, []),
    "added": ({"unreleased/d.yaml": change(target="C.g")}, [("added", "unreleased/d", None, ())]),
    "an addition added": (
        {"additions/d.yaml": change(target="C.g", more="date: 2024-02-01\n")},
        [("added", "additions/d", None, ())],
    ),
    "in words alone": (
        {"v2/a.yaml": change("X", "Y", more="upgrade: Z\n")},
        [("edited", "v2/a", "v2/a", ("title", "why", "upgrade"))],
    ),
    "its effects": ({"v2/a.yaml": change(target="C.x")}, [("edited", "v2/a", "v2/a", ("effects",))]),
    "its date": (
        {"additions/c.yaml": BEFORE["additions/c.yaml"].replace("31", "30")},
        [("edited", "additions/c", "additions/c", ("date",))],
    ),
    "renamed": (
        {"unreleased/b.yaml": None, "unreleased/z.yaml": BEFORE["unreleased/b.yaml"]},
        [("renamed", "unreleased/z", "unreleased/b", ())],
    ),
    "renamed, and said better": (
        {"unreleased/b.yaml": None, "unreleased/z.yaml": change("Better", target="C.e")},
        [("renamed", "unreleased/z", "unreleased/b", ("title",))],
    ),
    "moved": (
        {"unreleased/b.yaml": None, "additions/b.yaml": change(target="C.e", more="date: 2024-02-01\n")},
        [("moved", "additions/b", "unreleased/b", ("date",))],
    ),
    "moved out of a release": (
        {"v2/a.yaml": None, "unreleased/a.yaml": BEFORE["v2/a.yaml"]},
        [("moved", "unreleased/a", "v2/a", ())],
    ),
    "released": (
        {"unreleased/b.yaml": None, "v3/version.yaml": "summary: Three.\n", "v3/b.yaml": BEFORE["unreleased/b.yaml"]},
        [("released", "v3/b", "unreleased/b", ())],
    ),
    "released, and something with it": (
        {
            "unreleased/b.yaml": None,
            "v3/version.yaml": "summary: Three.\n",
            "v3/b.yaml": BEFORE["unreleased/b.yaml"],
            "v3/new.yaml": change(target="C.g"),
        },
        [("released", "v3/b", "unreleased/b", ()), ("added", "v3/new", None, ())],
    ),
    "removed": ({"unreleased/b.yaml": None}, [("removed", "unreleased/b", None, ())]),
    "replaced by another": (
        {"unreleased/b.yaml": None, "unreleased/z.yaml": change(target="C.z")},
        [("added", "unreleased/z", None, ()), ("removed", "unreleased/b", None, ())],
    ),
    "two of one": (
        {"unreleased/b.yaml": None, **{f"unreleased/{id}.yaml": BEFORE["unreleased/b.yaml"] for id in "xy"}},
        [("renamed", "unreleased/x", "unreleased/b", ()), ("added", "unreleased/y", None, ())],
    ),
}


def load(root: Path, files: dict[str, str]) -> Registry:
    return reader.read_registry(write(root, files), Contract({}, {}), root)


def after(altered: dict[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in (BEFORE | altered).items() if text is not None}


def place(one: ChangeFileEdit) -> tuple[str, str, str | None, tuple[str, ...]]:
    before = f"{one.before.version}/{one.before.id}" if one.before else None
    return one.kind, f"{one.change.version}/{one.change.id}", before, one.changed_fields


@pytest.mark.parametrize("name", CASES)
def test_changes(tmp_path: Path, name: str) -> None:
    altered, expected = CASES[name]
    before, now = load(tmp_path / "before", BEFORE), load(tmp_path / "now", after(altered))
    assert [place(one) for one in diff_change_files(before, now)] == expected


@pytest.mark.parametrize("name", CASES)
def test_there_and_back_is_the_same_number_of_changes(tmp_path: Path, name: str) -> None:
    registries = load(tmp_path / "before", BEFORE), load(tmp_path / "now", after(CASES[name][0]))
    there, back = (diff_change_files(*pair) for pair in (registries, registries[::-1]))
    opposite = {"added": "removed", "removed": "added"}
    count = [sum(one.kind == what for one in there) for what in opposite]
    assert count == [sum(one.kind == what for one in back) for what in opposite.values()]
    assert len(there) == len(back)


def test_versions(tmp_path: Path) -> None:
    before = load(tmp_path / "before", BEFORE)
    more = {"v2/version.yaml": 'summary: "Two!"\nsunset: "2030-01-01"\n', "unreleased/version.yaml": "label: next\n"}
    found = diff_version_files(before, load(tmp_path / "now", BEFORE | more))
    assert [(one.version.id, one.changed_fields) for one in found] == [
        ("v2", ("summary", "sunset")),
        ("unreleased", ("label",)),
    ]
