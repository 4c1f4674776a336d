"""A project without models: its registry in a folder, its head in memory, and what its versions were when released."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.files import write_files, write_text
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.draft.rename_detection import Decide, resolve_renames
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.mentions import LITERALS, NAME_MAPS
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema_edit import sort_keywords, with_nullable
from api_upgrades.openapi.semantics import Digests
from api_upgrades.registry import reader
from api_upgrades.registry.model import ADDITIONS, UNRELEASED, Registry
from api_upgrades.releases.amend import amend_version, complete_locks
from api_upgrades.releases.check import check
from api_upgrades.releases.draft_files import Draft, draft_files
from api_upgrades.releases.fault import CheckResult
from api_upgrades.releases.lock import read_locks
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.releases.release import release

WORDS = ("title", "description", "summary", "example", "examples", "x-example-omit")
TABLE = RuleTable.with_overrides({})
SOURCE = "api"


class Kept:
    """What a team does with its registry. `released` has the contract of each version, as it must be by now."""

    def __init__(self, root: Path, head: Contract) -> None:
        self.root = root
        self.folder = root / "changes"
        self.head = head = as_models_say(head)
        self.released: dict[str, Contract] = {}
        # Whether each name stands where it stood; one that goes from one place to another goes in all versions.
        self.is_ordered = True
        write_text(self.folder / "1" / "version.yaml", "summary: The first.\n")
        self.lock()
        self.released["1"] = head

    @property
    def registry(self) -> Registry:
        return reader.read_registry(self.folder, self.head, self.root)

    def standing(self) -> ProjectState:
        registry = self.registry
        return ProjectState(registry, read_locks(self.folder, self.root, [one.id for one in registry.versions]), TABLE)

    def check(self) -> CheckResult:
        return check(self.standing(), SOURCE)

    def kinds(self) -> set[str]:
        """The kinds of faults that `check` finds."""
        return {fault.kind for fault in self.check().faults}

    def lock(self) -> None:
        standing = self.standing()
        complete_locks(standing, check(standing, SOURCE)).write(standing.locks)

    def draft(self, decide: Decide, date: str | None = None) -> Draft:
        """Draft and write the files. Raises ApiUpgradesError."""
        standing = self.standing()
        goal = standing.latest_from_lock
        assert goal is not None
        names = resolve_renames(goal, standing.latest_from_source, decide, RenameMap())
        found = draft_files(standing, names, self.read, date)
        write_files(self.folder, found.files)
        return found

    def read(self, file: str) -> str:
        return (self.root / file).read_text("utf-8")

    def write_prose(self) -> None:
        """Write what is asked for; also what is breaking now since an addition came to what was before it."""
        for name in (UNRELEASED, ADDITIONS):
            for file in (self.folder / name).glob("*.yaml"):
                file.write_text(file.read_text("utf-8").replace(": TODO", ": It is so."), "utf-8")
        for fault in self.check().faults:
            if fault.kind == "prose":
                file = self.root / fault.location.file
                file.write_text(file.read_text("utf-8") + "upgrade: It is so.\n", "utf-8")

    def release(self) -> None:
        """Release what is unreleased."""
        standing = self.standing()
        version = str(len(self.released) + 1)
        release(standing, check(standing, SOURCE), version, None)
        self.released[version] = Visibility().public(self.head)

    def amend(self, version: str) -> None:
        standing = self.standing()
        locks, _ = amend_version(standing, version, "It never was so.", "2024-01-31")
        locks.write(standing.locks)

    def start_again(self) -> None:
        """Take away what is not released: what it tells of no longer fits."""
        shutil.rmtree(self.folder / UNRELEASED, ignore_errors=True)


def as_models_say(contract: Contract) -> Contract:
    """A contract in the order, and with the sections, in which models give one."""
    document = contract.to_openapi()
    components = {"schemas": {}, "securitySchemes": {}} | document.get("components", {})
    found = Contract.from_openapi({**document, "components": components})
    return Contract(
        {part: _in_order(value, part.kind == "schema") for part, value in found.parts.items()}, found.document
    )


OPERATION = (
    "summary",
    "description",
    "deprecated",
    "x-replaced-by",
    "parameters",
    "requestBody",
    "responses",
    "security",
)
BODY = ("name", "in", "description", "deprecated", "required", "content", "schema")


def _in_order(value: JsonObject, is_schema: bool = False) -> JsonObject:
    if is_schema:
        if isinstance(value.get("type"), list) and "null" in value["type"]:
            value = with_nullable(with_nullable(value, False, "3.1"), True, "3.1", as_branch=True)
        return sort_keywords({key: _inside(key, item) for key, item in value.items()})
    ranks = {key: rank for rank, key in enumerate(BODY if value.keys() & {"content", "schema"} else OPERATION)}
    ordered = sorted(
        (key for key, item in value.items() if (key, item) != ("required", False)),
        key=lambda key: ranks.get(key, len(ranks)),
    )
    return {key: _inside(key, value[key]) for key in ordered}


def _inside(key: str, value: Json) -> Json:
    if key in ("parameters", "anyOf", "oneOf", "allOf"):
        return [_in_order(one, key != "parameters") for one in value]
    if key in ("properties", "responses", "content"):
        return {name: _in_order(one, key == "properties") for name, one in value.items()}
    if key in ("schema", "items", "additionalProperties", "requestBody", "post") and isinstance(value, dict):
        return _in_order(value, key not in ("requestBody", "post"))
    return value


def promise(contract: Contract, is_ordered: bool = True) -> str:
    """The contract without words and examples, which are today's in every version; its order may be so too. What holds
    parts is there whether it holds any or none.
    """
    if not is_ordered:
        return str(sorted(Digests().of(contract).items()))
    document = contract.to_openapi()
    holders: JsonObject = {"paths": {}, "webhooks": {}, "components": {}}
    said = {**holders, **document, "components": {"schemas": {}, **document.get("components", {})}}
    return json.dumps(_without_words(said))


def _without_words(value: Json, are_names: bool = False) -> Json:
    if isinstance(value, list):
        return [_without_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: item for key, item in value.items() if are_names or key not in WORDS}
    for key in () if are_names else schemas.COMBINATIONS:
        if isinstance(kept.get(key), list):  # today's order of branches serves all versions too
            kept[key] = sorted(kept[key], key=lambda branch: json.dumps(branch, sort_keys=True))
    return {
        key: item if key in LITERALS and not are_names else _without_words(item, key in NAME_MAPS and not are_names)
        for key, item in kept.items()
    }
