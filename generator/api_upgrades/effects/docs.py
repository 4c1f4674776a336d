"""What the kinds of effects say of themselves: in words, with an example, and as JSON Schema.

The one place where classes become schemas: what editors read of change files and what stands in `changes.json` is the
same here, so that no two schemas tell of a kind in different ways.
"""

from __future__ import annotations

import inspect
from typing import Any

from pydantic.json_schema import models_json_schema

from api_upgrades.core.json import JsonObject
from api_upgrades.effects import KINDS, Effect

REF = "#/$defs/{model}"

DESCRIPTIONS = {
    "absent": "Whether there was nothing.",
    "keyword": "The JSON Schema keyword.",
    "kind": "The kind of the effect.",
    "new": "The newer name.",
    "old": "The older name.",
    "override": "A severity other than the computed one.",
    "reason": "The reason for it.",
    "replaced_by": "What to use instead.",
    "required": "Whether it was required.",
    "severity": "How severe it is.",
    "target": "The place, or a list of places.",
    "value": "The value.",
    "was": "What was there before.",
    "was_method": "The older method, where it was another.",
    "was_path": "The older path, where it was another.",
}
"""What a field is that is called the same for all kinds; a kind's own description comes first."""


def described(kind: type[Effect]) -> tuple[str, str]:
    """What a kind's docstring says, and the YAML that it ends with."""
    says, _, example = (inspect.getdoc(kind) or "").partition("\n\n")
    return says, inspect.cleandoc(example)


def kind_schemas() -> dict[str, dict[str, Any]]:
    """For each kind, by the name of its class, the schema of its YAML; and what these refer to."""
    _, whole = models_json_schema([(kind, "validation") for kind in KINDS.values()], ref_template=REF)
    found: dict[str, dict[str, Any]] = whole["$defs"]
    for kind in KINDS.values():
        made = found[kind.__name__]
        made["description"] = described(kind)[0]
        made["required"] = ["kind", *made.get("required", ())]
        made["properties"]["kind"].pop("default")
    return found


def tidied(value: Any) -> Any:
    """A schema without what says nothing: titles made from names, defaults that are null. Each key is described.

    Raises ValueError where a key has no description.
    """
    if isinstance(value, list):
        return [tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: tidied(item) for key, item in value.items() if key not in ("title", "default", "properties")}
    if value.get("default") is not None:
        kept["default"] = value["default"]
    if "properties" in value:
        kept["properties"] = {name: _described(name, part) for name, part in value["properties"].items()}
    return kept


def _described(name: str, part: JsonObject) -> dict[str, Any]:
    description = part.get("description") or DESCRIPTIONS.get(name)
    if not description:
        raise ValueError(f"the key {name!r} has no description")
    return {"description": description, **tidied({key: item for key, item in part.items() if key != "description"})}
