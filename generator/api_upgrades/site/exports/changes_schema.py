"""Generate the JSON Schema of `changes.json` from the classes that define its format and from the kinds of effects.

    python -m api_upgrades.site.exports.changes_schema > generator/api_upgrades/site/exports/changes.schema.json

The result is kept as a file, because generating it takes longer than all other exports. A test fails if the file is
outdated.
"""

from __future__ import annotations

import sys
from typing import Any

from pydantic import TypeAdapter

from api_upgrades.core.json_text import indent_json
from api_upgrades.effects import KINDS
from api_upgrades.effects.docs import REF, kind_schemas, tidy_schema
from api_upgrades.site.exports.addresses import SCHEMA
from api_upgrades.site.exports.changes_json import Document, EffectEntry

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def build_schema() -> dict[str, Any]:
    """Build the whole schema. Raises ValueError if a key has no description, or a name is used twice."""
    document = TypeAdapter(Document).json_schema(ref_template=REF)
    entries = document["$defs"]
    effect = entries[EffectEntry.__name__]["properties"]["effect"]
    entries[EffectEntry.__name__]["properties"]["effect"] = {
        "description": effect["description"],
        "oneOf": [{"$ref": REF.format(model=kind.__name__)} for kind in KINDS.values()],
    }
    itself = {"$schema": {"type": "string", "description": "The address of this schema."}}
    kinds = kind_schemas()
    if clash := entries.keys() & kinds.keys():
        raise ValueError(f"an entry and a kind of effect have the same class name: {', '.join(clash)}")
    found = tidy_schema(
        document
        | {"properties": itself | document["properties"], "required": ["$schema", *document["required"]]}
        | {"$defs": entries | kinds}
    )
    return {"$schema": DIALECT, "$id": SCHEMA, "title": "Changes of an API", **found}


if __name__ == "__main__":
    sys.stdout.write(indent_json(build_schema()))
