"""Edits of schemas, by kind: each changes one schema of a document, somewhere where it applies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.rewrites.places import of_kind
from tests.sampling.values import MAP_NAMES, NEW_NAMES, PATTERNS, TYPES, Schema

Document = dict[str, Any]
Alter = Callable[[Schema, Random], bool]
"""Edits one schema in place, and says whether it did."""


@dataclass(frozen=True)
class Edit:
    """A kind of edit."""

    name: str
    alter: Alter

    def apply(self, document: Document, random: Random) -> Document | None:
        """An edited copy; None if no schema can be edited so."""
        before = json.dumps(document)
        edited: Document = json.loads(before)
        places = [
            one.value for one in of_kind(edited, "schema") if any(above.is_component for above in (one, *one.parents()))
        ]
        random.shuffle(places)
        for schema in places:
            if self.alter(schema, random) and json.dumps(edited) != before:
                return edited
        return None


EDITS: dict[str, Edit] = {}


def edit(name: str) -> Callable[[Alter], Alter]:
    def register(alter: Alter) -> Alter:
        assert name not in EDITS, name
        EDITS[name] = Edit(name, alter)
        return alter

    return register


def types(schema: Schema) -> list[str]:
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def is_composed(schema: Schema) -> bool:
    return bool({"oneOf", "anyOf", "allOf", "$ref"} & schema.keys())


def new_name(schema: Schema, random: Random) -> str:
    """The name of a property that is new here."""
    names = MAP_NAMES if isinstance(schema.get("additionalProperties"), dict) else NEW_NAMES
    return random.choice([name for name in names if name not in schema.get("properties", {})])


SCALARS: tuple[Schema, ...] = (
    {"type": "string"},
    {"type": "integer", "minimum": 3},
    {"type": "boolean"},
    {"type": "string", "maxLength": 2},
)


def scalar(random: Random) -> Schema:
    return dict(random.choice(SCALARS))


# Types


@edit("type widened")
def widen_type(schema: Schema, random: Random) -> bool:
    found = types(schema)
    if not found or "const" in schema or "enum" in schema:
        return False
    if found == ["integer"] and random.random() < 0.4:
        schema["type"] = "number"
    else:
        schema["type"] = [
            *found,
            random.choice([one for one in TYPES if one not in (*found, "null", "number", "integer")]),
        ]
    return True


@edit("type narrowed")
def narrow_type(schema: Schema, random: Random) -> bool:
    found = types(schema)
    if found == ["number"] and "enum" not in schema:
        schema["type"] = "integer"
    elif len(found) > 1:
        schema["type"] = random.choice(found)
    elif not found and not is_composed(schema) and not {"const", "enum"} & schema.keys():
        schema["type"] = random.choice(TYPES[:4])
    else:
        return False
    return True


@edit("type changed")
def change_type(schema: Schema, random: Random) -> bool:
    if types(schema) not in (["string"], ["integer"], ["boolean"], ["number"]):
        return False
    new = random.choice([one for one in TYPES[:4] if one != schema["type"]])
    for key in [key for key in schema if key not in ("readOnly", "writeOnly")]:
        del schema[key]
    schema["type"] = new
    return True


@edit("type widened and more asked")
def widen_and_ask(schema: Schema, random: Random) -> bool:
    """A wider type must not hide what else the schema asks for now."""
    if types(schema) == ["object"] and set(schema.get("properties", ())) - set(schema.get("required", ())):
        return widen_type(schema, random) and add_required(schema, random)
    if types(schema) == ["integer"]:
        return widen_type(schema, random) and add_bound(schema, random)
    return False


@edit("null allowed")
def allow_null(schema: Schema, random: Random) -> bool:
    found = types(schema)
    if not found or "null" in found or "enum" in schema or "const" in schema:
        return False
    if random.random() < 0.5 and not is_composed(schema):
        inner = {key: schema.pop(key) for key in list(schema) if key not in ("readOnly", "writeOnly")}
        schema["anyOf"] = [inner, {"type": "null"}]
    else:
        schema["type"] = [*found, "null"]
    return True


@edit("null forbidden")
def forbid_null(schema: Schema, random: Random) -> bool:
    found = types(schema)
    if "null" in found and len(found) > 1:
        (schema["type"],) = [one for one in found if one != "null"][:1]
        return True
    if {"type": "null"} in schema.get("anyOf", ()) and len(schema["anyOf"]) == 2:
        (inner,) = (one for one in schema.pop("anyOf") if one != {"type": "null"})
        schema |= inner
        return True
    return False


# Bounds

BOUNDS = {"minimum": 1, "exclusiveMinimum": 1, "minLength": 1, "minItems": 1}
LIMITS = {"maximum": -1, "exclusiveMaximum": -1, "maxLength": -1, "maxItems": -1}
FOR_TYPE = {
    "string": ("minLength", "maxLength"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "array": ("minItems", "maxItems"),
}


def _move_bound(schema: Schema, random: Random, sign: int) -> bool:
    found = [key for key in (*BOUNDS, *LIMITS) if key in schema]
    if not found or "enum" in schema or "const" in schema:
        return False
    key = random.choice(found)
    moved = schema[key] + sign * {**BOUNDS, **LIMITS}[key]
    if moved < 0:
        return False
    schema[key] = moved
    return True


@edit("bound tightened")
def tighten_bound(schema: Schema, random: Random) -> bool:
    return _move_bound(schema, random, 1)


@edit("bound loosened")
def loosen_bound(schema: Schema, random: Random) -> bool:
    return _move_bound(schema, random, -1)


@edit("bound added")
def add_bound(schema: Schema, random: Random) -> bool:
    fitting = [key for one in types(schema) for key in FOR_TYPE.get(one, ()) if key not in schema]
    if not fitting or {"enum", "const"} & schema.keys():
        return False
    schema[random.choice(fitting)] = random.choice((2, 3, 4))
    return True


@edit("bound removed")
def remove_bound(schema: Schema, random: Random) -> bool:
    found = [key for key in (*BOUNDS, *LIMITS) if key in schema]
    if not found:
        return False
    del schema[random.choice(found)]
    return True


@edit("multipleOf changed")
def change_multiple(schema: Schema, random: Random) -> bool:
    if "multipleOf" in schema:
        schema["multipleOf"] = random.choice((schema["multipleOf"] * 2, schema["multipleOf"] + 1, 1))
        return True
    if types(schema) == ["integer"] and "enum" not in schema:
        schema["multipleOf"] = 2
        return True
    return False


@edit("uniqueItems toggled")
def toggle_unique(schema: Schema, random: Random) -> bool:
    if types(schema) != ["array"]:
        return False
    schema["uniqueItems"] = not schema.get("uniqueItems", False)
    return True


@edit("pattern changed")
def change_pattern(schema: Schema, random: Random) -> bool:
    if types(schema) != ["string"] or {"enum", "minLength"} & schema.keys():
        return False
    options = [one for one in (*PATTERNS, None) if one != schema.get("pattern")]
    new = random.choice(options)
    if new is None:
        del schema["pattern"]
    else:
        schema["pattern"] = new
    return True


# Values


@edit("enum value added")
def add_enum_value(schema: Schema, random: Random) -> bool:
    if not schema.get("enum"):
        return False
    schema["enum"].insert(random.randrange(len(schema["enum"]) + 1), "another" if "string" in types(schema) else 99)
    return True


@edit("enum value removed")
def remove_enum_value(schema: Schema, random: Random) -> bool:
    if len(schema.get("enum", ())) < 2:
        return False
    schema["enum"].remove(random.choice(schema["enum"]))
    return True


@edit("enum introduced")
def introduce_enum(schema: Schema, random: Random) -> bool:
    if types(schema) != ["string"] or len(schema) > 1:
        return False
    schema["enum"] = ["a", "abc"]
    return True


@edit("enum lifted")
def lift_enum(schema: Schema, random: Random) -> bool:
    return schema.pop("enum", None) is not None


@edit("const changed")
def change_const(schema: Schema, random: Random) -> bool:
    if "const" not in schema:
        return False
    schema["const"] = random.choice((2, "two", False))
    return True


@edit("const added or removed")
def toggle_const(schema: Schema, random: Random) -> bool:
    if "const" in schema:
        del schema["const"]
        return True
    if types(schema) == ["string"] and len(schema) == 1:
        schema["const"] = "abc"
        return True
    return False


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
