"""Edits of properties, and of what else an object may have."""

from __future__ import annotations

from random import Random

from tests.sampling.model import Alter, edit, new_name, scalar, types
from tests.sampling.value_edits import add_bound, change_type, widen_type
from tests.sampling.values import Schema

# Properties


def _optional(schema: Schema) -> list[str]:
    return [name for name in schema.get("properties", {}) if name not in schema.get("required", ())]


@edit("required added")
def add_required(schema: Schema, random: Random) -> bool:
    if not _optional(schema):
        return False
    schema.setdefault("required", []).append(random.choice(_optional(schema)))
    return True


@edit("required removed")
def remove_required(schema: Schema, random: Random) -> bool:
    if not schema.get("required"):
        return False
    schema["required"].remove(random.choice(schema["required"]))
    return True


@edit("property added")
def add_property(schema: Schema, random: Random) -> bool:
    if "properties" not in schema:
        return False
    schema["properties"][new_name(schema, random)] = scalar(random)
    return True


@edit("required property added")
def add_required_property(schema: Schema, random: Random) -> bool:
    if "properties" not in schema:
        return False
    name = new_name(schema, random)
    schema["properties"][name] = {**scalar(random), **random.choice(({}, {}, {"readOnly": True}, {"writeOnly": True}))}
    schema.setdefault("required", []).append(name)
    return True


@edit("property removed")
def remove_property(schema: Schema, random: Random) -> bool:
    if not schema.get("properties"):
        return False
    name = random.choice(list(schema["properties"]))
    del schema["properties"][name]
    if name in schema.get("required", ()):
        schema["required"].remove(name)
    return True


@edit("property becomes false")
def forbid_property(schema: Schema, random: Random) -> bool:
    if not _optional(schema):
        return False
    schema["properties"][random.choice(_optional(schema))] = False
    return True


def _toggle(flag: str) -> Alter:
    def alter(schema: Schema, random: Random) -> bool:
        found = [one for one in schema.get("properties", {}).values() if isinstance(one, dict) and "$ref" not in one]
        if not found:
            return False
        one = random.choice(found)
        one[flag] = not one.get(flag, False)
        return True

    return alter


edit("readOnly toggled")(_toggle("readOnly"))
edit("writeOnly toggled")(_toggle("writeOnly"))


@edit("readOnly property edited")
def edit_read_only(schema: Schema, random: Random) -> bool:
    found = [one for one in schema.get("properties", {}).values() if isinstance(one, dict) and one.get("readOnly")]
    return bool(found) and change_type(random.choice(found), random)


# Other properties


@edit("additional properties closed")
def close(schema: Schema, random: Random) -> bool:
    if "properties" not in schema or "additionalProperties" in schema:
        return False
    schema["additionalProperties"] = False
    return True


@edit("additional properties opened")
def open_up(schema: Schema, random: Random) -> bool:
    if schema.get("additionalProperties") is not False:
        return False
    del schema["additionalProperties"]
    return True


@edit("additional properties typed")
def type_additional(schema: Schema, random: Random) -> bool:
    if types(schema) != ["object"] or isinstance(schema.get("additionalProperties"), dict):
        return False
    schema["additionalProperties"] = {"type": "integer"}
    return True


@edit("map gets a named property")
def name_in_map(schema: Schema, random: Random) -> bool:
    if not isinstance(schema.get("additionalProperties"), dict):
        return False
    schema.setdefault("properties", {})[new_name(schema, random)] = scalar(random)
    return True


@edit("type widened and more asked")
def widen_and_ask(schema: Schema, random: Random) -> bool:
    """A wider type must not hide what else the schema asks for now."""
    if types(schema) == ["object"] and set(schema.get("properties", ())) - set(schema.get("required", ())):
        return widen_type(schema, random) and add_required(schema, random)
    if types(schema) == ["integer"]:
        return widen_type(schema, random) and add_bound(schema, random)
    return False
