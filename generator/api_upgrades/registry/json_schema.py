"""The JSON Schema of change files, by which an editor completes and checks them: made from the classes that load them.

It is draft 07 of JSON Schema, the newest that every release of VS Code's YAML extension understands. Some of what a
person reads there is in that extension's own keywords: `markdownDescription`, `patternErrorMessage`, `errorMessage`.
"""

from __future__ import annotations

from typing import Any

from api_upgrades.core.json_text import indent_json
from api_upgrades.effects import KINDS
from api_upgrades.effects.docs import REF, describe_kind, kind_schemas, tidy_schema
from api_upgrades.registry.file_models import AdditionFile

SCHEMA_FILE = "change.schema.json"
"""The schema's name in the folder of a registry."""

SCHEMA_LINE = f"# yaml-language-server: $schema=../{SCHEMA_FILE}"
"""The first line of a change file, by which an editor finds the schema."""

DIALECT = "http://json-schema.org/draft-07/schema#"


def schema_text() -> str:
    """The schema of a change file, as its own file has it."""
    return indent_json(change_schema())


def change_schema() -> dict[str, Any]:
    """The schema of a change file. One of `additions/` has a `date` besides; where a file is, no schema can tell."""
    found = tidy_schema(AdditionFile.model_json_schema(ref_template=REF))
    properties = found["properties"]
    for part in properties.values():
        part["description"] = f"{part['description'][0].upper()}{part['description'][1:]}."
    properties["effects"]["items"] = _EFFECT
    return {
        "$schema": DIALECT,
        "description": "One change of the API, and how to undo it.",
        "type": "object",
        "required": [key for key in found["required"] if key != "date"],
        "additionalProperties": False,
        "properties": properties,
        "$defs": _definitions(),
    }


_EFFECT = {
    "description": "One edit of the contract.",
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {
            "description": "Which kind of effect it is.",
            "anyOf": [{"$ref": f"{REF.format(model=name)}/properties/kind"} for name in KINDS],
        }
    },
    "allOf": [
        {
            "if": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": name}}},
            "then": {"$ref": REF.format(model=name)},
        }
        for name in KINDS
    ],
}
"""First the kind, then the keys of that kind. So an editor offers, and finds fault with, no others."""

_ANYTHING = ["string", "number", "boolean", "object", "array", "null"]
"""Said of keys that take any value: an editor puts no colon after a key that is said to have no type."""


def _definitions() -> dict[str, Any]:
    """The kinds under their names, which an editor shows, and what they refer to."""
    found: dict[str, Any] = tidy_schema(kind_schemas())
    for name, kind in KINDS.items():
        found[name] = made = found.pop(kind.__name__)
        says, example = describe_kind(kind)
        markdown = f"{says}\n\n```yaml\n{example}\n```"
        made["properties"]["kind"] = {"const": name, "description": says, "markdownDescription": markdown}
        for part in made["properties"].values():
            if part.keys() == {"description"}:
                part["type"] = _ANYTHING
    return found
