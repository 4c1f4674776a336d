"""What is read from a registry's folder. What is refused is in `test_bad_input`."""

from __future__ import annotations

from pathlib import Path

import pytest

from api_upgrades.core.errors import Location
from api_upgrades.effects.property import AddProperty, RenameProperty
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import Change, Registry
from api_upgrades.registry.reader import read_registry

HEAD = Contract({}, {})
VERSION = "summary: Something new.\n"
CHANGE = """\
title: "`a` is now `b`"
why: |
  Because.

  And so.
effects:
  - kind: rename_property
    target: [Thing, "Other.thing"]
    old: a
    new: b
  - {kind: add_property, target: Thing.c, override: {severity: breaking, reason: It is.}}
"""


def registry(tmp_path: Path, files: dict[str, str]) -> Registry:
    for name, text in files.items():
        file = tmp_path / "changes" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return read_registry(tmp_path / "changes", HEAD, tmp_path)


def test_a_registry(tmp_path: Path) -> None:
    version = "summary: |\n  Names.\nlabel: beta\ndating: by us\nsunset: 2025-01-31\norder: [z, a-b.c_D]\n"
    found = registry(
        tmp_path,
        {
            "2023-06-26/version.yaml": version,
            "2023-06-26/z.yaml": CHANGE + "upgrade: Read `b`.\n",
            "2023-06-26/a-b.c_D.yaml": CHANGE,
            "2022-05-02/version.yaml": VERSION,
        },
    )
    assert found.head is HEAD
    assert [version.id for version in found.versions] == ["2022-05-02", "2023-06-26"]
    first, latest = found.versions
    assert found.latest is latest
    assert (first.summary, first.dating, first.sunset, first.label) == ("Something new.", None, None, None)
    assert (first.order, first.changes, first.file) == ((), (), "changes/2022-05-02/version.yaml")
    assert (latest.summary, latest.dating, latest.sunset, latest.label) == ("Names.", "by us", "2025-01-31", "beta")
    assert latest.order == ("z", "a-b.c_D")
    assert [change.id for change in latest.changes] == ["a-b.c_D", "z"]
    other, change = latest.changes
    assert other.upgrade is None
    assert (change.version, change.title, change.why) == ("2023-06-26", "`a` is now `b`", "Because.\n\nAnd so.")
    assert (change.upgrade, change.file) == ("Read `b`.", "changes/2023-06-26/z.yaml")
    rename, add = change.effects
    assert isinstance(rename, RenameProperty)
    assert (rename.target, rename.old, rename.new) == ((Target.parse("Thing"), Target.parse("Other.thing")), "a", "b")
    assert isinstance(add, AddProperty)
    assert add.override is not None
    assert add.override.reason == "It is."


def test_where_things_stand(tmp_path: Path) -> None:
    files = {"1/version.yaml": VERSION, "2/version.yaml": VERSION, "2/x.yaml": CHANGE}
    change = registry(tmp_path, files).latest.changes[0]
    file = "changes/2/x.yaml"
    assert change.locate() == Location(file, 1, 1)
    assert change.locate(0) == Location(file, 7, 5)
    assert change.locate(0, "target") == Location(file, 8, 13)
    assert change.locate(0, "target", 1) == Location(file, 8, 21)
    assert change.locate(0, "new") == Location(file, 10, 10)
    assert change.locate(0, "before") == Location(file, 7, 5)
    assert change.locate(1, "override", "reason") == Location(file, 11, 82)


def test_a_change_that_nobody_read_is_located_by_its_file() -> None:
    change = Change("x", "2", "t", "w", None, (), "changes/2/x.yaml")
    assert change.locate(3, "target") == Location("changes/2/x.yaml")


@pytest.mark.parametrize(
    ("versions", "order"),
    [
        ({"2023-06-26": "", "2022-12-05": "", "2022-05-02": ""}, ["2022-05-02", "2022-12-05", "2023-06-26"]),
        ({"v9": "", "v67": "", "v10": ""}, ["v9", "v10", "v67"]),
        ({"2.11": "", "2.9": "", "2.9.1": "", "10.0": ""}, ["2.9", "2.9.1", "2.11", "10.0"]),
        ({"1.0": "", "1.0-rc": "1.0", "0.9": ""}, ["0.9", "1.0-rc", "1.0"]),
        ({"1": "", "1-rc2": "1", "1-rc10": "1", "1-b": "1-rc2", "0": ""}, ["0", "1-b", "1-rc2", "1-rc10", "1"]),
        ({"v2": "", "V3": "", "v1": ""}, ["v1", "v2", "V3"]),
        ({"2023-06": "", "2023-06-26": "", "2023-6-1": ""}, ["2023-06", "2023-6-1", "2023-06-26"]),
        ({"b": "a", "a": ""}, ["b", "a"]),
    ],
    ids=["dates", "numbers", "dots", "before", "before, nested", "case", "not padded", "the first"],
)
def test_order_of_versions(tmp_path: Path, versions: dict[str, str], order: list[str]) -> None:
    found = registry(
        tmp_path,
        {
            f"{id}/version.yaml": VERSION + (f"before: '{before}'\n" if before else "")
            for id, before in versions.items()
        },
    )
    assert [version.id for version in found.versions] == order


def test_a_long_chain_of_before(tmp_path: Path) -> None:
    files = {f"v{n}/version.yaml": f"{VERSION}before: v{n - 1}\n" for n in range(1, 1200)}
    found = registry(tmp_path, {"v0/version.yaml": VERSION, **files})
    assert [version.id for version in found.versions] == [f"v{n}" for n in reversed(range(1200))]


def test_what_is_passed_over(tmp_path: Path) -> None:
    scraps = [".DS_Store", ".gitkeep", "#x.yaml#", "x.yaml~", ".x.yaml.swp", "__pycache__/x.pyc"]
    found = registry(
        tmp_path,
        {
            "1/version.yaml": VERSION,
            "2/version.yaml": VERSION,
            "2/x.yaml": CHANGE,
            "2/lock.json": "{}",
            "api/__init__.py": "raise SystemExit",
            "unreleased/lock.json": "{}",
            "change.schema.json": "{}",
            "README.md": "# Changes\n",
            **dict.fromkeys((scrap for scrap in scraps), ""),
            **dict.fromkeys((f"2/{scrap}" for scrap in scraps), ""),
        },
    )
    assert [(version.id, len(version.changes)) for version in found.versions] == [("1", 0), ("2", 1)]


def test_what_is_not_released_yet(tmp_path: Path) -> None:
    files = {"1/version.yaml": VERSION, "2/version.yaml": VERSION, "unreleased/x.yaml": CHANGE}
    found = registry(tmp_path, files)
    assert found.unreleased is not None
    assert found.latest.id == "2"
    assert [version.id for version in found.all_versions] == ["1", "2", "unreleased"]
    assert [version.is_released for version in found.all_versions] == [True, True, False]
    assert (found.unreleased.summary, found.unreleased.file) == ("", "changes/unreleased/version.yaml")
    assert [(change.id, change.version) for change in found.unreleased.changes] == [("x", "unreleased")]

    registry(tmp_path, {"unreleased/version.yaml": "summary: To come.\norder: [y, x]\n", "unreleased/y.yaml": CHANGE})
    found = registry(tmp_path, {})
    assert found.unreleased is not None
    assert (found.unreleased.summary, found.unreleased.order) == ("To come.", ("y", "x"))


def test_nothing_is_unreleased_where_there_is_no_change(tmp_path: Path) -> None:
    found = registry(tmp_path, {"1/version.yaml": VERSION, "unreleased/version.yaml": "summary: To come.\n"})
    assert found.unreleased is None
    assert found.all_versions == found.versions


def test_additions_are_in_the_order_of_their_days(tmp_path: Path) -> None:
    files = {
        "1/version.yaml": VERSION,
        "additions/a.yaml": "date: 2024-02-01\n" + CHANGE,
        "additions/b.yaml": "date: 2024-01-31\n" + CHANGE,
    }
    found = registry(tmp_path, files).additions
    assert [(addition.id, addition.date, addition.version) for addition in found] == [
        ("b", "2024-01-31", "additions"),
        ("a", "2024-02-01", "additions"),
    ]


def test_links_within_the_registry_are_followed(tmp_path: Path) -> None:
    files = {"1/version.yaml": VERSION, "2/version.yaml": VERSION, "2/x.yaml": CHANGE, "3/version.yaml": VERSION}
    registry(tmp_path, files)
    (tmp_path / "changes/3/y.yaml").symlink_to("../2/x.yaml")
    (tmp_path / "changes/2/.#x.yaml").symlink_to("somebody@editing.12345")
    (tmp_path / "link").symlink_to("changes")
    found = read_registry(tmp_path / "link", HEAD, tmp_path)
    assert [change.id for version in found.versions for change in version.changes] == ["x", "y"]
    assert found.latest.changes[0].file == "link/3/y.yaml"


def test_names_of_files_are_relative_to_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "with a space"
    registry(root, {"1/version.yaml": VERSION})
    monkeypatch.chdir(root)
    assert read_registry(Path("changes"), HEAD, Path()).latest.file == "changes/1/version.yaml"
    assert read_registry(root / "changes", HEAD, root).latest.file == "changes/1/version.yaml"
    assert read_registry(root / "changes", HEAD, root / "docs").latest.file == "../changes/1/version.yaml"
