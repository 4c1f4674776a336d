"""Edits of types, bounds and values."""

from __future__ import annotations

from random import Random

from tests.sampling.model import edit, is_composed, types
from tests.sampling.values import PATTERNS, TYPES, Schema

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
