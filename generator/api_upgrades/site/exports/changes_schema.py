"""The JSON Schema of `changes.json`, made from the classes that are its form and from the kinds of effects.

    python -m api_upgrades.site.exports.changes_schema > generator/api_upgrades/site/exports/changes.schema.json

It is kept as a file, since making it takes longer than all else that is exported; a test holds the two together.
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


def schema() -> dict[str, Any]:
    """The whole schema. Raises ValueError where a key has no description."""
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
        raise ValueError(f"an entry and a kind have the same name: {', '.join(clash)}")
    found = tidy_schema(
        document
        | {"properties": itself | document["properties"], "required": ["$schema", *document["required"]]}
        | {"$defs": entries | kinds}
    )
    return {"$schema": DIALECT, "$id": SCHEMA, "title": "Changes of an API", **found}


if __name__ == "__main__":
    sys.stdout.write(indent_json(schema()))
