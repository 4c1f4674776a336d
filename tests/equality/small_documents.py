"""Small OpenAPI documents with something of everything, drawn at random."""

from __future__ import annotations

import json
from random import Random
from typing import Any

NAMES = ("Pot", "Cup", "Jug", "Glaze", "Kiln", "Shelf")
WORDS = ("id", "colour", "size", "made_at", "lid", "notes", "tags", "owner")
VALUES = ("small", "middle", "large", "other")

Schema = dict[str, Any]


def small_document(random: Random, version: str) -> dict[str, Any]:
    """A valid document of OpenAPI 3.0 or 3.1."""
    drawn: dict[str, Any] = json.loads(json.dumps(_Draw(random, version.startswith("3.0")).document(version)))
    return drawn


class _Draw:
    def __init__(self, random: Random, older: bool) -> None:
        self.random = random
        self.older = older
        self.names = random.sample(NAMES[:4], random.randrange(1, 4))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def document(self, version: str) -> dict[str, Any]:
        schemas = {name: self.object(2) for name in self.names}
        if self.chance(0.5):
            schemas |= self.variants()
        found: dict[str, Any] = {
            "openapi": version,
            "info": {"title": "Kiln", "version": "1", "description": "An API"},
            "tags": [{"name": "Pots", "description": "All of them"}],
            "paths": self.paths(),
            "components": {"schemas": schemas, **self.shared()},
        }
        if self.chance(0.5):
            found["servers"] = [{"url": "https://kiln.test/v1"}]
        if self.chance(0.5):
            found["security"] = self.random.choice(([{"key": []}], [{"key": []}, {"login": ["read"]}]))
        if not self.older and self.chance(0.3):
            found["webhooks"] = {"pot.made": {"post": {"requestBody": self.body(), "responses": self.nothing()}}}
        return found

    def shared(self) -> dict[str, Any]:
        flow = {"authorizationUrl": "https://kiln.test/login", "scopes": {"read": "Read"}}
        return {
            "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}},
            "responses": {"Gone": {"description": "Gone", "content": self.content()}},
            "headers": {"Rate": {"schema": {"type": "integer"}}},
            "requestBodies": {"Pot": self.body()},
            "examples": {"One": {"value": "one"}},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "login": {"type": "oauth2", "flows": {"implicit": flow}},
            },
        }

    def variants(self) -> dict[str, Schema]:
        """Two schemas that a discriminator tells apart, by names or by a mapping."""
        kind: Schema = {"type": "string"}
        found: dict[str, Schema] = {
            name: {"type": "object", "required": ["kind"], "properties": {"kind": kind, word: self.leaf()}}
            for name, word in (("Bowl", "depth"), ("Plate", "width"))
        }
        discriminator: Schema = {"propertyName": "kind"}
        if self.chance(0.6):
            spelled = self.random.choice(("{}", "#/components/schemas/{}"))
            discriminator["mapping"] = {one.lower(): spelled.format(one) for one in found}
        dish = {self.random.choice(("oneOf", "anyOf")): [_ref(one) for one in found], "discriminator": discriminator}
        self.names.append("Dish")
        return {**found, "Dish": dish}

    def paths(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path in self.random.sample(("/pots", "/pots/{id}", "/kilns/{kiln}/pots/{id}"), self.random.randrange(1, 4)):
            in_path = [
                {"name": name.strip("{}"), "in": "path", "required": True, "schema": {"type": "string"}}
                for name in path.split("/")
                if name.startswith("{")
            ]
            shared = in_path and self.chance(0.4)
            item: dict[str, Any] = {"parameters": in_path} if shared else {}
            for method in self.random.sample(("get", "post", "put", "delete"), self.random.randrange(1, 3)):
                item[method] = self.operation(method, [] if shared else in_path)
                item[method]["operationId"] = f"{method}{len(found)}"
            found[path] = item
        return found

    def operation(self, method: str, in_path: list[Any]) -> dict[str, Any]:
        parameters = [dict(one) for one in in_path]
        for name, where in self.random.sample(PARAMETERS, self.random.randrange(0, 3)):
            parameters.append({"name": name, "in": where, "schema": self.leaf()})
            if self.chance(0.3):
                parameters[-1]["required"] = True
            if self.chance(0.2) and where == "query":
                parameters[-1] |= self.random.choice((SPACED, DEEP))
        if self.chance(0.3):
            parameters.append({"$ref": "#/components/parameters/Limit"})
        found: dict[str, Any] = {"summary": "Do it", "tags": ["Pots"]}
        if parameters:
            found["parameters"] = parameters
        if method in ("post", "put"):
            found["requestBody"] = {"$ref": "#/components/requestBodies/Pot"} if self.chance(0.2) else self.body()
        found["responses"] = self.responses()
        if self.chance(0.2):
            found["security"] = self.random.choice(([], [{"bearer": []}]))
        if method == "post" and self.chance(0.3):
            callback = {"post": {"requestBody": self.body(), "responses": self.nothing()}}
            found["callbacks"] = {"done": {"{$request.body#/url}": callback}}
        return found

    def nothing(self) -> dict[str, Any]:
        return {"204": {"description": "Nothing"}}

    def responses(self) -> dict[str, Any]:
        found: dict[str, Any] = {"200": {"description": "Fine", "content": self.content()}}
        if self.chance(0.3):
            found["200"]["headers"] = {
                "X-Count": {"schema": {"type": "integer"}},
                "X-Rate": {"$ref": "#/components/headers/Rate"},
            }
        if self.chance(0.3):
            found["200"]["links"] = {"Next": {"operationId": "get0", "parameters": {}, "description": "What follows"}}
        if self.chance(0.4):
            found["404"] = {"$ref": "#/components/responses/Gone"}
        return found

    def content(self) -> dict[str, Any]:
        media: dict[str, Any] = {"schema": self.schema(2)}
        found = {self.random.choice(("application/json", "application/json", "application/json; charset=utf-8")): media}
        if self.chance(0.2):
            found["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
        if self.chance(0.3):
            media |= self.random.choice((EXAMPLE, EXAMPLES, SHARED_EXAMPLES))
        return found

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {"content": self.content()}
        if self.chance(0.2):
            photo = {"photo": {"type": "string", "format": "binary"}, "note": {"type": "string"}}
            found["content"] = {"multipart/form-data": {"schema": {"type": "object", "properties": photo}}}
        return {**found, "required": True} if self.chance(0.5) else found

    def schema(self, depth: int) -> Any:
        """A schema for a body or a property: inline or by reference."""
        kinds = ["ref", "ref", "leaf", "object", "list", "map", "oneOf", "allOf", "anyOf"]
        kind = self.random.choice(kinds if depth else kinds[:3])
        if kind == "ref":
            return _ref(self.random.choice(self.names))
        if kind == "leaf":
            return self.nullable(self.leaf()) if self.chance(0.3) else self.leaf()
        if kind == "object":
            return self.object(depth - 1)
        if kind == "list":
            return {"type": "array", "items": self.schema(depth - 1), **({"maxItems": 5} if self.chance(0.3) else {})}
        if kind == "map":
            return {"type": "object", "additionalProperties": self.schema(depth - 1)}
        if kind == "allOf":
            return {"allOf": [_ref(self.random.choice(self.names)), self.object(0, ("extra", "more"))]}
        if kind == "oneOf":
            other = self.random.choice(({"type": "integer"}, self.any_list(), self.object(0)))
            return {"oneOf": [_ref(self.random.choice(self.names)), other]}
        return {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}][: self.random.randrange(2, 4)]}

    def any_list(self) -> Schema:
        """Before 3.1, a list must say what is in it."""
        return {"type": "array", "items": {}} if self.older else {"type": "array"}

    def object(self, depth: int, words: tuple[str, ...] = WORDS) -> Schema:
        names = self.random.sample(words, self.random.randrange(1, min(5, len(words) + 1)))
        properties = {name: self.property(depth) for name in names}
        required = [name for name in names if self.chance(0.4)]
        found: Schema = {"type": "object", "properties": properties, **({"required": required} if required else {})}
        if self.chance(0.15):
            found["additionalProperties"] = self.random.choice((False, {"type": "string"}))
        return found

    def property(self, depth: int) -> Any:
        if depth and self.chance(0.5):
            return self.schema(depth - 1)
        found = self.nullable(self.leaf()) if self.chance(0.3) else self.leaf()
        if self.chance(0.25):
            found[self.random.choice(("readOnly", "writeOnly", "deprecated"))] = True
        return found

    def leaf(self) -> Schema:
        number = self.random.randrange(1, 5)
        choices: list[Schema] = [
            {"type": "string"},
            {"type": "string", "description": "A text", "maxLength": 9 * number},
            {"type": "string", "format": self.random.choice(("date", "date-time", "uuid", "byte"))},
            {"type": "string", "enum": list(VALUES[:number])},
            {"type": "string", "default": "a", "example": "text"},
            {"type": "integer", "minimum": 0, "maximum": number},
            {"type": "integer"},
            {"type": "number", "minimum": number, "default": number},
            {"type": "boolean"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "string", "x-vendor-note": {"a": [1]}},
        ]
        if self.older:
            choices.append({"type": "number", "minimum": number, "exclusiveMinimum": True})
        else:
            choices += [
                {"const": number},
                {"type": "number", "exclusiveMinimum": number},
                {"type": ["string", "integer"]},
                {"type": "array", "contains": {"type": "integer"}},
            ]
        return self.random.choice(choices)

    def nullable(self, schema: Schema) -> Schema:
        if self.older:
            return {**schema, "nullable": True} if "type" in schema else schema
        if isinstance(schema.get("type"), str) and "enum" not in schema and self.chance(0.6):
            return {**schema, "type": [schema["type"], "null"]}
        return {"anyOf": [schema, {"type": "null"}]}


EXAMPLE: Schema = {"example": "text"}
EXAMPLES: Schema = {"examples": {"first": {"value": "text"}}}
SHARED_EXAMPLES: Schema = {"examples": {"first": {"$ref": "#/components/examples/One"}}}
SPACED: Schema = {"style": "spaceDelimited", "explode": False, "schema": {"type": "array", "items": {"type": "string"}}}
DEEP: Schema = {"style": "deepObject", "explode": True, "schema": {"type": "object", "additionalProperties": True}}
PARAMETERS = (("page", "query"), ("fields", "query"), ("X-Trace", "header"), ("session", "cookie"))


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
