"""Edits of what a schema is composed of, and several edits in one schema."""

from __future__ import annotations

from random import Random

from tests.sampling.model import EDITS, edit, new_name, scalar, types
from tests.sampling.object_edits import (
    add_property,
    add_required,
    add_required_property,
    remove_property,
    remove_required,
)
from tests.sampling.value_edits import add_bound, change_type, loosen_bound, tighten_bound, widen_type
from tests.sampling.values import Schema

# Composition


def _branches(schema: Schema) -> list[str]:
    return [keyword for keyword in ("oneOf", "anyOf") if schema.get(keyword)]


@edit("variant added")
def add_variant(schema: Schema, random: Random) -> bool:
    for keyword in _branches(schema):
        schema[keyword].append(random.choice(({"type": "array"}, {"type": "null"}, {"type": "string", "minLength": 5})))
        return True
    return False


@edit("variant removed")
def remove_variant(schema: Schema, random: Random) -> bool:
    for keyword in _branches(schema):
        if len(schema[keyword]) > 1:
            schema[keyword].remove(random.choice(schema[keyword]))
            return True
    return False


@edit("variant edited inside")
def edit_variant(schema: Schema, random: Random) -> bool:
    inside = random.choice(
        (add_property, add_required_property, add_required, remove_required, add_bound, remove_property)
    )
    for keyword in _branches(schema):
        branch = random.choice(schema[keyword])
        if isinstance(branch, dict):
            return inside(branch, random)
    return False


@edit("first anyOf or oneOf added")
def add_first_variants(schema: Schema, random: Random) -> bool:
    if _branches(schema) or "$ref" in schema or not types(schema):
        return False
    if types(schema) == ["object"] and schema.get("properties"):
        names = list(schema["properties"])
        branches: list[Schema] = [{"required": [name]} for name in random.sample(names, min(2, len(names)))]
    elif types(schema) == ["string"]:
        branches = [{"minLength": 4}, {"pattern": "^x"}]
    elif types(schema) == ["integer"]:
        branches = [{"minimum": 10}, {"maximum": 2}]
    else:
        return False
    schema[random.choice(("anyOf", "oneOf"))] = branches
    return True


@edit("last anyOf or oneOf removed")
def remove_variants(schema: Schema, random: Random) -> bool:
    for keyword in _branches(schema):
        del schema[keyword]
        return True
    return False


@edit("oneOf becomes anyOf")
def one_to_any(schema: Schema, random: Random) -> bool:
    if "oneOf" not in schema or "anyOf" in schema:
        return False
    schema["anyOf"] = schema.pop("oneOf")
    return True


@edit("anyOf becomes oneOf")
def any_to_one(schema: Schema, random: Random) -> bool:
    if "anyOf" not in schema or "oneOf" in schema:
        return False
    schema["oneOf"] = schema.pop("anyOf")
    return True


@edit("allOf branch added")
def add_branch(schema: Schema, random: Random) -> bool:
    if types(schema) == ["object"] and schema.get("properties"):
        name = random.choice(list(schema["properties"]))
        options: tuple[Schema, ...] = (
            {"required": [name]},
            {"properties": {name: scalar(random)}},
            {"type": "object", "properties": {new_name(schema, random): scalar(random)}},
            {"minProperties": 2},
        )
    elif types(schema) == ["string"]:
        options = ({"minLength": 3}, {"pattern": "^x"}, {"enum": ["a", "abc"]})
    else:
        return False
    schema.setdefault("allOf", []).append(random.choice(options))
    return True


@edit("allOf branch removed")
def remove_branch(schema: Schema, random: Random) -> bool:
    if not schema.get("allOf"):
        return False
    schema["allOf"].remove(random.choice(schema["allOf"]))
    if not schema["allOf"]:
        del schema["allOf"]
    return True


@edit("not added or removed")
def toggle_not(schema: Schema, random: Random) -> bool:
    if "not" in schema:
        del schema["not"]
    elif types(schema) == ["string"]:
        schema["not"] = random.choice(({"enum": ["a"]}, {"minLength": 5}))
    elif types(schema) == ["object"] and schema.get("properties"):
        schema["not"] = {"required": [random.choice(list(schema["properties"]))]}
    else:
        return False
    return True


@edit("items edited")
def edit_items(schema: Schema, random: Random) -> bool:
    items = schema.get("items")
    inside = random.choice(
        (change_type, widen_type, add_bound, tighten_bound, loosen_bound, add_required, add_property)
    )
    return isinstance(items, dict) and inside(items, random)


# Two edits in one schema


@edit("two edits in one schema")
def edit_twice(schema: Schema, random: Random) -> bool:
    others = [EDITS[name] for name in EDITS if name != "two edits in one schema"]
    random.shuffle(others)
    done = 0
    for other in others:
        done += other.alter(schema, random)
        if done == 2:
            return True
    return False
