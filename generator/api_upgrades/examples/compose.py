"""Composes the example of a schema, such as the payload of one version, from the examples of its properties.

Every property carries its own example value, so the payload follows from the contract and changes with it. A value is
the first of these that the schema has: its `const`, its example, its default, its first enum value, a value composed
from its properties or items, a placeholder of its type.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from json.encoder import encode_basestring

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.examples.placeholder import CutList, CutObject, minimum_length, placeholder, type_of
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import Body
from api_upgrades.openapi.properties import branches, properties_of, required_names
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.schema import MISSING, PROPERTY_KEYWORDS
from api_upgrades.openapi.usage import Direction

MAX_VALUES = 2_000
MAX_DEPTH = 60
"""The values and the nesting of one payload from which on it gets only what is required.

A chain of 30 schemas, each with two properties of the next one, would give a billion values.
"""
CUT_VALUES = 3_000
CUT_DEPTH = 100
MAX_CALLS = 50_000
"""The values and the nesting from which on objects and lists are cut: they become empty, even if that is not valid."""

_ENDLESS: Json = object()
"""The schema has no finite value, because it requires itself."""
_UNKNOWN: Json = object()
"""The value is unknown: the reference is broken."""


def compose(contract: Contract, schema: JsonObject, direction: Direction) -> Json:
    """Compose the example of a schema as sent (request) or received (response, webhook).

    A request has the required properties and the optional ones with an example. It has no read-only properties, and no
    optional ones that are replaced or marked `x-example-omit`. Responses and webhooks have all properties that are not
    write-only.

    Where a schema contains itself, the recursion ends: the property is omitted, the list is empty or the value is null,
    whichever the schema allows. A payload that gets too large is completed with what is required, and cut where that is
    too large as well: what is cut is a `placeholder.Cut`. The result shares JSON with the contract, so don't edit it.
    """
    value = _Composer(contract, direction).value(schema, frozenset({id(schema)}))
    return None if _is_absent(value) else value


def compose_body(contract: Contract, body: Body, direction: Direction) -> Json:
    """Compose the example of a body. If its schema gives nothing, use the example of its media type."""
    value = compose(contract, body.schema, direction)
    return body.example if value in (None, {}, []) and body.example is not MISSING else value


def is_sent(contract: Contract, schema: JsonObject, required: bool) -> bool:
    """Whether a property or parameter is part of a composed request."""
    return _Composer(contract, "request").is_shown(schema, required)


def as_json(value: Json) -> str:
    """JSON as the site shows it: the format of an indented `json.dumps`, in a third of the time."""
    return _to_json(value, "\n")


def _to_json(value: Json, line: str) -> str:
    """JSON nested in other JSON. `line` is a line break followed by the current indentation."""
    if isinstance(value, str):
        return encode_basestring(value)
    inner = f"{line}  "
    if isinstance(value, dict) and value:
        items = [f"{_key(key)}: {_to_json(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(items)}{line}}}"
    if isinstance(value, list | tuple) and value:
        return f"[{inner}{f',{inner}'.join([_to_json(item, inner) for item in value])}{line}]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: Json) -> str:
    """A key as JSON, where every key is a string."""
    return encode_basestring(key if isinstance(key, str) else json.dumps(key))


def _is_absent(value: Json) -> bool:
    return value is _ENDLESS or value is _UNKNOWN


def _count_values(value: Json) -> int:
    """The number of values in some JSON, itself included."""
    if isinstance(value, dict):
        return 1 + sum(map(_count_values, value.values()))
    return 1 + sum(map(_count_values, value)) if isinstance(value, list) else 1


def _own_value(schema: JsonObject) -> Json:
    """The value that the schema states, or MISSING. An empty default is ignored, since a composed value shows more."""
    if (const := schemas.get(schema, "const", MISSING)) is not MISSING:
        return const
    if (example := schemas.example(schema)) is not MISSING:
        return example
    if (default := schemas.get(schema, "default")) not in (None, [], {}):
        return default
    enum = schemas.value_schema(schema).get("enum")
    return next((one for one in enum if one is not None), None) if isinstance(enum, list) and enum else MISSING


def _restricting_keywords(schema: JsonObject) -> set[str]:
    """The keywords of a schema that restrict its value."""
    return {key for key in schema if key not in _UNRESTRICTING_KEYWORDS and not key.startswith("x-")}


_UNRESTRICTING_KEYWORDS = PROPERTY_KEYWORDS | {"nullable", "discriminator"}


class _Composer:
    """Composes one payload. `path` has the ids of all schemas that contain the current value."""

    def __init__(self, contract: Contract, direction: Direction) -> None:
        self._contract = contract
        self._direction = direction
        self._values = 0
        self._calls = 0
        self._depth = 0
        self._deepest = 0
        self._cuts = 0  # how often something was omitted because of the values around it
        self._bare: set[str] = set()  # references whose closure has no example

    def value(self, schema: Json, path: frozenset[int]) -> Json:
        if not isinstance(schema, dict):
            return _ENDLESS if schema is False else None
        schema = schemas.drop_ignored_siblings(schema, self._contract.dialect)
        own = _own_value(schema)
        self._calls += 1
        self._deepest = max(self._deepest, self._depth)
        if own is not MISSING:
            self._values += _count_values(own)
            return own
        if self._is_large and schemas.is_nullable(schema):
            self._cuts += 1
            return None
        if self._depth >= CUT_DEPTH or self._calls > MAX_CALLS:
            self._cuts += 1
            return CutList() if type_of(schema) == "array" else CutObject()
        self._depth += 1
        found = self._value_by_keywords(schema, path)
        self._depth -= 1
        return None if _is_absent(found) and schemas.is_nullable(schema) else found

    @property
    def _is_large(self) -> bool:
        """Whether the payload gets only what is required from here on."""
        return self._values > MAX_VALUES or self._depth >= MAX_DEPTH

    def _value_by_keywords(self, schema: JsonObject, path: frozenset[int]) -> Json:
        for keyword in ("oneOf", "anyOf"):
            if isinstance(schema.get(keyword), list):
                rest = {key: kept for key, kept in schema.items() if key != keyword}
                return self._first_branch(schema[keyword], rest, path)
        says = _restricting_keywords(schema)
        if "$ref" in schema and says <= {"$ref", "type"}:
            return self._referenced_value(schema["$ref"], path)
        if says == {"allOf"} and len(schema["allOf"]) == 1:
            return self.value(schema["allOf"][0], path)
        if says & {"$ref", "allOf"}:
            cuts = self._cuts
            merged, inner_path = self._merge(schema, path)
            if not merged and self._cuts > cuts:  # all of it is the schemas that contain this value
                return _ENDLESS
            if "properties" in merged:  # the example of one branch lacks the properties of the others
                merged = {key: kept for key, kept in merged.items() if key not in ("example", "examples")}
            found = self.value(merged, inner_path)
            # A property may refer to a schema that was merged, without being inside itself.
            return self.value(merged, path) if found is _ENDLESS and inner_path != path else found
        self._values += 1
        kind = type_of(schema)
        if kind in ("object", "array") and self._values > CUT_VALUES:
            self._cuts += 1
            return CutObject() if kind == "object" else CutList()
        if kind == "object":
            return self._object(schema, path)
        return self._list(schema, path) if kind == "array" else placeholder(kind, schema)

    def _first_branch(self, branches: list[Json], rest: JsonObject, path: frozenset[int]) -> Json:
        """The value of the first branch that isn't null and is finite, combined with the rest of the schema."""
        found: Json = None
        for branch in branches:
            if branch == {"type": "null"}:
                continue
            is_whole = isinstance(branch, dict) and not branch.keys().isdisjoint(("$ref", "type"))
            beside = _restricting_keywords(rest) - {"type"} if is_whole else _restricting_keywords(rest)
            found = self.value({"allOf": [rest, branch]} if beside else branch, path)
            if found is not _ENDLESS:
                return found
        return found

    def _target(self, ref: Json) -> Json:
        """The target of a `$ref`, or MISSING."""
        try:
            return resolve(self._contract, ref)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError):
            return MISSING

    def _referenced_value(self, ref: Json, path: frozenset[int]) -> Json:
        """The value of a reference, composed once for each contract unless it depends on the schemas around it."""
        known = self._contract.composed
        value, size, height = known.get((ref, self._direction), (None, CUT_VALUES, CUT_DEPTH))
        if self._values + size <= MAX_VALUES and self._depth + height <= MAX_DEPTH:
            self._values += size
            self._deepest = max(self._deepest, self._depth + height)
            return value
        target = self._target(ref)
        if target is MISSING:
            return _UNKNOWN
        if id(target) in path:
            self._cuts += 1
            return None if schemas.is_nullable(target) else _ENDLESS
        cuts, values, deepest = self._cuts, self._values, self._deepest
        self._deepest = self._depth
        found = self.value(target, path | {id(target)})
        if self._cuts == cuts:
            known[ref, self._direction] = found, self._values - values, self._deepest - self._depth
        self._deepest = max(self._deepest, deepest)
        return found

    def _merge(self, schema: JsonObject, path: frozenset[int]) -> tuple[dict[str, Json], frozenset[int]]:
        """A schema with its `$ref` and `allOf` merged into one, and the path with all schemas that this entered.

        An outer schema overrides the ones inside it.
        """
        entered = set(path)

        def follow(ref: str) -> Json:
            target = self._target(ref)
            if id(target) not in entered:
                entered.add(id(target))
                return target
            if target is not MISSING:
                self._cuts += 1
            return None

        found = list(branches(schema, follow))
        merged: dict[str, Json] = {}
        for branch in found:
            said = branch.schema
            apart = {"$ref", "allOf", "properties", "required", *schemas.null_wrapper_pointer(said)[:1]}
            merged |= {key: value for key, value in said.items() if key not in apart}
        if any("properties" in branch.schema for branch in found):
            merged["properties"] = {name: one.schema for name, one in properties_of(found).items()}
        if needed := [name for branch in found for name in required_names(branch.schema)]:
            merged["required"] = needed
        return merged, frozenset(entered)

    def _object(self, schema: JsonObject, path: frozenset[int]) -> Json:
        properties: Mapping[str, Json] = schema.get("properties", {})
        required = dict.fromkeys(required_names(schema))
        others = schema.get("additionalProperties")
        result: dict[str, Json] = {}
        for name, value in self._entries(properties, required, others):
            if isinstance(value, dict):
                value = schemas.drop_ignored_siblings(value, self._contract.dialect)
            if value is not True and not self.is_shown(value, name in required):
                continue
            if self._is_large and name not in required:
                self._cuts += 1
                continue
            found = self.value(value, path)
            if found is _ENDLESS and name in required:
                return _ENDLESS
            if name in required or not _is_absent(found):
                result[name] = None if found is _UNKNOWN else found
        if not properties and not result and isinstance(others, dict) and others:
            key, found = self.value(schema.get("propertyNames", {}), path), self.value(others, path)
            return {} if _is_absent(found) else {key if isinstance(key, str) else "key": found}
        return result

    @staticmethod
    def _entries(properties: Mapping[str, Json], required: Iterable[str], others: Json) -> Iterator[tuple[str, Json]]:
        """The properties by name, and the required names that are not declared as properties."""
        yield from properties.items()
        for name in required:
            if name not in properties:
                yield name, others if isinstance(others, dict) else True

    def is_shown(self, schema: Json, required: bool) -> bool:
        """Whether a property is part of a payload in this direction."""
        if not isinstance(schema, dict):
            return required or self._direction != "request"
        if self._direction != "request":
            return schemas.get(schema, "writeOnly") is not True
        if schemas.get(schema, "readOnly") is True:
            return False
        if required:
            return True
        is_replaced = schemas.get(schema, "deprecated") is True and schemas.get(schema, "x-replaced-by") is not None
        return not is_replaced and not schemas.get(schema, "x-example-omit") and self._carries_example(schema)

    def _carries_example(self, schema: JsonObject) -> bool:
        """Whether a schema or anything inside it has an example. A `const` counts as one."""
        waiting: list[Json] = [schema]
        seen: set[str] = set()
        while waiting:
            one = waiting.pop()
            if not isinstance(one, dict):
                continue
            if "const" in one or schemas.example(one) is not MISSING:
                return True
            ref = one.get("$ref")
            if isinstance(ref, str) and ref not in seen and ref not in self._bare:
                seen.add(ref)
                waiting.append(self._target(ref))
            for keyword in ("allOf", "oneOf", "anyOf", "prefixItems"):
                waiting.extend(one.get(keyword, ()))
            waiting.extend((one.get("items"), one.get("additionalProperties"), *one.get("properties", {}).values()))
        self._bare |= seen
        return False

    def _list(self, schema: JsonObject, path: frozenset[int]) -> Json:
        least = minimum_length(schema, "minItems")
        if schema.get("maxItems") == 0:
            return []
        if self._is_large and not least:
            self._cuts += 1
            return []
        found = [self.value(one, path) for one in schema.get("prefixItems", ())]
        if any(one is _ENDLESS for one in found):
            return _ENDLESS
        result = [None if one is _UNKNOWN else one for one in found]
        missing = max(least - len(result), 0)
        if "items" not in schema or (result and not missing):
            return self._repeat(result, None, missing, 1, schema) if missing else result
        values = self._values
        item = self.value(schema["items"], path)
        if item is _ENDLESS and missing:
            return _ENDLESS
        if _is_absent(item):
            return self._repeat(result, None, missing, 1, schema) if missing else result
        return self._repeat(result, item, max(missing, 1), self._values - values, schema)

    def _repeat(self, result: list[Json], item: Json, count: int, size: int, schema: JsonObject) -> list[Json]:
        """A list with an item as often as needed. `size` is the number of values in the item."""
        fitting = max(1, min(count, (CUT_VALUES - self._values) // max(size, 1) + 1))
        self._values += size * (fitting - 1)
        complete = [*result, *[item] * fitting]
        if fitting < count:
            self._cuts += 1
        wanted = schema.get("minItems")
        return CutList(complete) if isinstance(wanted, int) and len(complete) < wanted else complete
