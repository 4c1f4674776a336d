"""The JSON Schema of `changes.json`, made from the classes that are its form and from the kinds of effects.

    python -m api_upgrades.exports.schema > generator/api_upgrades/exports/changes.schema.json

It is kept as a file, since making it takes longer than all else that is exported; a test holds the two together.
"""

from __future__ import annotations

import sys
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from api_upgrades.contract import JsonObject
from api_upgrades.effects import KINDS
from api_upgrades.exports.changes_json import Document, EffectEntry
from api_upgrades.exports.mount import SCHEMA
from api_upgrades.exports.openapi import indented
from api_upgrades.pages.kinds import DESCRIPTIONS, described

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_REF = "#/$defs/{model}"

_DESCRIPTIONS = DESCRIPTIONS | {
    "absent": "Whether there was nothing.",
    "kind": "The kind of the effect.",
    "override": "A severity other than the computed one.",
    "reason": "The reason for it.",
    "severity": "How severe it is.",
    "was_method": "The older method, where it was another.",
    "was_path": "The older path, where it was another.",
}
"""What keys are, where their classes don't say so."""


def schema() -> dict[str, Any]:
    """The whole schema. Raises ValueError where a key has no description."""
    document = TypeAdapter(Document).json_schema(ref_template=_REF)
    entries = document["$defs"]
    effect = entries[EffectEntry.__name__]["properties"]["effect"]
    entries[EffectEntry.__name__]["properties"]["effect"] = {
        "description": effect["description"],
        "oneOf": [{"$ref": _REF.format(model=kind.__name__)} for kind in KINDS.values()],
    }
    itself = {"$schema": {"type": "string", "description": "The address of this schema."}}
    kinds = effect_schemas()
    if clash := entries.keys() & kinds.keys():
        raise ValueError(f"an entry and a kind have the same name: {', '.join(clash)}")
    found = _tidied(
        document
        | {"properties": itself | document["properties"], "required": ["$schema", *document["required"]]}
        | {"$defs": entries | kinds}
    )
    return {"$schema": DIALECT, "$id": SCHEMA, "title": "Changes of an API", **found}


def effect_schemas() -> dict[str, dict[str, Any]]:
    """For each kind, by the name of its class, the schema of its YAML; and what these refer to."""
    _, whole = models_json_schema([(kind, "validation") for kind in KINDS.values()], ref_template=_REF)
    found: dict[str, dict[str, Any]] = whole["$defs"]
    for kind in KINDS.values():
        made = found[kind.__name__]
        made["description"] = described(kind)[0]
        made["required"] = ["kind", *made.get("required", ())]
        made["properties"]["kind"].pop("default")
    return found


def _tidied(value: Any) -> Any:
    """A schema without what says nothing: titles made from names, defaults that are null. Each key is described."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidied(item) for key, item in value.items() if key not in ("title", "default", "properties")}
    if value.get("default") is not None:
        kept["default"] = value["default"]
    if "properties" in value:
        kept["properties"] = {name: _described(name, part) for name, part in value["properties"].items()}
    return kept


def _described(name: str, part: JsonObject) -> dict[str, Any]:
    description = part.get("description") or _DESCRIPTIONS.get(name)
    if not description:
        raise ValueError(f"the key {name!r} has no description")
    return {"description": description, **_tidied({key: item for key, item in part.items() if key != "description"})}


if __name__ == "__main__":
    sys.stdout.write(indented(schema()))
