"""Documentation of the kinds of effects, derived from their classes: a description, an example and a JSON Schema.

The schema for editors and the schema of `changes.json` both come from here, so they always agree.
"""

from __future__ import annotations

import inspect
from typing import Any

from pydantic.json_schema import models_json_schema

from api_upgrades.core.json import JsonObject
from api_upgrades.effects import KINDS, Effect

REF = "#/$defs/{model}"

DESCRIPTIONS = {
    "absent": "Whether there was no older value.",
    "keyword": "The JSON Schema keyword.",
    "kind": "The kind of the effect.",
    "new": "The newer name.",
    "old": "The older name.",
    "override": "A severity that replaces the computed one.",
    "reason": "The reason for it.",
    "replaced_by": "What to use instead.",
    "required": "Whether it was required.",
    "severity": "How severe it is.",
    "target": "The place, or a list of places.",
    "value": "The value.",
    "was": "The older value.",
    "was_method": "The older method, if it changed.",
    "was_path": "The older path, if it changed.",
}
"""Descriptions of fields by name, for the fields that have none of their own."""


def describe_kind(kind: type[Effect]) -> tuple[str, str]:
    """The description of a kind and its example in YAML, from its docstring."""
    description, _, example = (inspect.getdoc(kind) or "").partition("\n\n")
    return description, inspect.cleandoc(example)


def kind_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind, by the name of its class, and of everything that these refer to."""
    _, whole = models_json_schema([(kind, "validation") for kind in KINDS.values()], ref_template=REF)
    found: dict[str, dict[str, Any]] = whole["$defs"]
    for kind in KINDS.values():
        made = found[kind.__name__]
        made["description"] = describe_kind(kind)[0]
        made["required"] = ["kind", *made.get("required", ())]
        made["properties"]["kind"].pop("default")
    return found


def tidy_schema(value: Any) -> Any:
    """A schema without generated titles and null defaults, in which each key has a description.

    Raises ValueError if a key has none.
    """
    if isinstance(value, list):
        return [tidy_schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: tidy_schema(item) for key, item in value.items() if key not in ("title", "default", "properties")}
    if value.get("default") is not None:
        kept["default"] = value["default"]
    if "properties" in value:
        kept["properties"] = {name: _with_description(name, part) for name, part in value["properties"].items()}
    return kept


def _with_description(name: str, part: JsonObject) -> dict[str, Any]:
    description = part.get("description") or DESCRIPTIONS.get(name)
    if not description:
        raise ValueError(f"the key {name!r} has no description")
    return {
        "description": description,
        **tidy_schema({key: item for key, item in part.items() if key != "description"}),
    }
