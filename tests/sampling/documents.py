"""Documents that send and receive one schema, drawn at random."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.sampling.truth import ROOT
from tests.sampling.values import PATTERNS, Schema

WORDS = ("colour", "size", "made_at", "lid", "notes", "owner")
VALUES = ("small", "middle", "large", "other")


def draw_document(random: Random) -> dict[str, Any]:
    """A document of OpenAPI 3.1, in which one operation has the schema in its request and in its response."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ROOT}"}}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "Fine", "content": content}}}
    draw = _Draw(random)
    drawn = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": {ROOT: draw.root(), "Part": draw.open_object(), "Word": draw.scalar()}},
    }
    found: dict[str, Any] = json.loads(json.dumps(drawn))
    schemas = found["components"]["schemas"]
    for name in ("Part", "Word"):
        if f'/{name}"' not in json.dumps(schemas):
            del schemas[name]
    return found


class _Draw:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.named = 0

    def name(self, word: str) -> str:
        """A name that no other property of the document has."""
        self.named += 1
        return f"{word}_{self.named}"

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def root(self) -> Schema:
        found = self.object(2)
        if self.chance(0.2):
            found.pop("additionalProperties", None)
            found["allOf"] = [self.random.choice(({"$ref": "#/components/schemas/Part"}, self.open_object()))]
        return found

    def schema(self, depth: int) -> Schema:
        kinds = ("scalar", "scalar", "scalar", "ref", "object", "map", "array", "oneOf", "anyOf", "any")
        kind = self.random.choice(kinds if depth else kinds[:4])
        if kind == "scalar":
            return self.scalar()
        if kind == "ref":
            return {"$ref": f"#/components/schemas/{self.random.choice(('Part', 'Word'))}"}
        if kind == "object":
            return self.object(depth - 1)
        if kind == "map":
            return {"type": "object", "additionalProperties": self.scalar()}
        if kind == "array":
            found: Schema = {"type": "array", "items": self.schema(depth - 1)}
            if self.chance(0.5):
                found |= self.random.choice(({"maxItems": 3}, {"minItems": 1}, {"minItems": 1, "maxItems": 2}))
            return found
        if kind in ("oneOf", "anyOf"):
            return {kind: self.variants()}
        return {}

    def variants(self) -> list[Schema]:
        """Branches of different types, or objects that a constant tells apart."""
        if self.chance(0.5):
            chosen = self.random.sample(("string", "integer", "boolean"), 2)
            return [self.of_type(one) for one in chosen]
        return [
            {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"const": kind}, self.name(kind): self.scalar()},
            }
            for kind in ("a", "b", "c")[: self.random.randrange(2, 4)]
        ]

    def object(self, depth: int) -> Schema:
        names = [self.name(word) for word in self.random.sample(WORDS, self.random.randrange(2, 4))]
        properties = {name: self.schema(depth) if depth >= 0 else self.scalar() for name in names}
        for name in names:
            if self.chance(0.1) and "$ref" not in properties[name]:
                properties[name][self.random.choice(("readOnly", "writeOnly"))] = True
        found: Schema = {"type": "object", "properties": properties}
        required = [name for name in names if self.chance(0.4)]
        if required:
            found["required"] = required
        if self.chance(0.2):
            found["additionalProperties"] = False
        return found

    def open_object(self) -> Schema:
        """An object of scalars."""
        found = self.object(-1)
        found.pop("additionalProperties", None)
        return found

    def of_type(self, name: str) -> Schema:
        number = self.random.randrange(1, 6)
        if name == "string":
            choices: tuple[Schema, ...] = (
                {},
                {"maxLength": number + 3},
                {"minLength": number},
                {"enum": list(VALUES[:number])},
            )
            patterns = {"pattern": self.random.choice(list(PATTERNS))}
            return {"type": "string", **self.random.choice((*choices, patterns))}
        if name in ("integer", "number"):
            bounds: tuple[Schema, ...] = (
                {},
                {"minimum": number},
                {"maximum": number + 5},
                {"exclusiveMinimum": number},
            )
            return {"type": name, **self.random.choice((*bounds, {"multipleOf": number + 1}, {"enum": [1, 2, 3]}))}
        return {"type": name}

    def scalar(self) -> Schema:
        found = self.of_type(self.random.choice(("string", "string", "integer", "number", "boolean")))
        if self.chance(0.15):
            return {"const": self.random.choice((1, "one", True))}
        if self.chance(0.15) and "enum" not in found:
            return {**found, "type": [found["type"], "null"]}
        return {"anyOf": [found, {"type": "null"}]} if self.chance(0.1) else found
