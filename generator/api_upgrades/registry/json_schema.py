"""The JSON Schema of change files, which editors use to complete and check them.

It is generated from the classes that load the files. Its dialect is draft 07, the newest that every release of VS
Code's YAML extension supports. Some texts are in keywords of that extension: `markdownDescription`,
`patternErrorMessage`, `errorMessage`.
"""

from __future__ import annotations

from typing import Any

from api_upgrades.core.json_text import indent_json
from api_upgrades.effects import KINDS
from api_upgrades.effects.docs import REF, describe_kind, kind_schemas, tidy_schema
from api_upgrades.registry.file_models import AdditionFile
from api_upgrades.registry.layout import SCHEMA_FILE

SCHEMA_LINE = f"# yaml-language-server: $schema=../{SCHEMA_FILE}"
"""The first line of a change file, which tells editors where the schema is."""

DIALECT = "http://json-schema.org/draft-07/schema#"


def render_change_schema() -> str:
    """The text of the schema's file."""
    return indent_json(build_change_schema())


def build_change_schema() -> dict[str, Any]:
    """The schema of a change file.

    It allows a `date` in every file, although only those in `additions/` have one: a schema cannot check the folder.
    """
    schema = tidy_schema(AdditionFile.model_json_schema(ref_template=REF))
    properties = schema["properties"]
    for field in properties.values():
        field["description"] = f"{field['description'][0].upper()}{field['description'][1:]}."
    properties["effects"]["items"] = _EFFECT_SCHEMA
    return {
        "$schema": DIALECT,
        "description": "One change of the API, and how to undo it.",
        "type": "object",
        "required": [key for key in schema["required"] if key != "date"],
        "additionalProperties": False,
        "properties": properties,
        "$defs": _build_definitions(),
    }


_EFFECT_SCHEMA = {
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
"""The keys depend on the kind, so that an editor offers and accepts only the keys of that kind."""

_ALL_TYPES = ["string", "number", "boolean", "object", "array", "null"]
"""The type of keys that take any value. Without a type, an editor adds no colon after the key."""


def _build_definitions() -> dict[str, Any]:
    """The schema of each kind under the name of the kind, which editors show, and all schemas that these refer to."""
    definitions: dict[str, Any] = tidy_schema(kind_schemas())
    definitions |= tidy_schema(AdditionFile.model_json_schema(ref_template=REF))["$defs"]
    for name, kind in KINDS.items():
        definitions[name] = schema = definitions.pop(kind.__name__)
        description, example = describe_kind(kind)
        markdown = f"{description}\n\n```yaml\n{example}\n```"
        schema["properties"]["kind"] = {"const": name, "description": description, "markdownDescription": markdown}
        for field in schema["properties"].values():
            if field.keys() == {"description"}:
                field["type"] = _ALL_TYPES
    return definitions
