"""Names and texts that are hard on everything: on files, addresses, JSON Pointers, YAML, HTML and Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from api_upgrades.core.json import Json, escape_token

NAMES: Mapping[str, tuple[str, ...]] = {
    "white space": (
        " ",
        "a b",
        " a",
        "a ",
        "\t",
        "a\tb",
        "\n",
        "a\nb",
        "a\r\nb",
        "\xa0",
        "a\u2028b",
        "a\u200bb",
        "\ufeffa",
        "\x85",
    ),
    "addresses": (
        "/",
        "a/b",
        "//",
        "~",
        "~1",
        "~0a",
        "~01",
        "a~1b",
        "%",
        "%2F",
        "a%20b",
        "%zz",
        "#",
        "a#b",
        "?",
        "a?b=c&d",
        "{",
        "}",
        "{a}",
        "{a",
        "{{ 7*7 }}",
        "{% raw %}",
        "{}",
        "[]",
        "[0]",
        "a[]",
        "a{}",
        "a[b]",
        "..",
        ".",
        "../../x",
        "a.b",
        ".a",
        "a.",
        "a..b",
        "$",
        "$ref",
        "$id",
        "$defs",
        "@",
        "-",
        "--",
        "_",
        "__proto__",
        "constructor",
        "0",
        "-1",
    ),
    "YAML": (
        ":",
        "a: b",
        "# a",
        "& a",
        "*a",
        "! a",
        "| a",
        "> a",
        "- a",
        "? a",
        "a: |",
        "null",
        "~",
        "true",
        "yes",
        "1e3",
        "<<",
        "'",
        '"',
        "a'b",
        'a"b',
        '""',
        "\\",
        "a\\b",
        "\\u0041",
        "`",
        "``",
        ",",
        ";",
        "=",
        "a=b",
        "'''",
        '"""',
        "---",
        "...",
    ),
    "markup": (
        "<b>",
        "<script>alert(1)</script>",
        "&amp;",
        "&#60;",
        "]]>",
        "<!--",
        "*a*",
        "_a_",
        "[a](javascript:alert(1))",
        "|",
        "~~~",
    ),
    "characters": (
        "Ü",
        "u\u0308",
        "名前",
        "🙂",
        "\u202ea",
        "I",
        "İ",
        "\u0131",
        "ß",
        "SS",
        "\ue001",
        "\ue005",
        "\x7f",
        "a\x00",
        "\uffff",
    ),
    "files": (
        "CON",
        "nul",
        "aux.txt",
        "com1",
        "LPT9",
        "PRN.",
        "Desktop.ini",
        "index",
        "INDEX",
        "latest",
        "Latest",
        "assets",
        "path",
        "from",
        "additions",
        "unreleased",
        "wording",
        "search",
        "upgrades",
        "a" * 300,
        "Ü" * 200,
        "A" * 300,
    ),
    "words": (
        "document",
        "GET",
        "GET /a",
        "webhook",
        "webhook a",
        "request",
        "response",
        "payload",
        "query",
        "x-",
        "x-a",
        "default",
        "properties",
        "items",
        "allOf",
        "example",
        "schemas",
        "components",
        "paths",
        "parameters",
        "get",
        "post",
        "200",
    ),
}


def reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{escape_token(name)}"}


def document(name: str, version: int) -> dict[str, Any]:
    """A document in which every name is `name`, with a difference between its two versions at every place."""
    text = {"type": "string", "maxLength": version, "description": name, "title": name}
    values = {"type": "string", "enum": [name, f"{name} {version}"], "default": name, "description": name}
    schema = {
        "type": "object",
        "title": name,
        "description": name,
        "properties": {name: text, f"{name}{version}": text, "self": reference(name), "values": values},
        "required": [name][: version - 1],
        f"x-{name}": version,
        "example": {name: "a"},
    }
    body = {"content": {"application/json": {"schema": reference(name)}}}
    parameters = [{"name": name, "in": "query", "schema": text, "description": name}]
    parameters += [{"name": f"{name}{version}", "in": "header", "schema": values}]

    def operation(id: str) -> Json:
        return {
            "operationId": id,
            "summary": name,
            "description": name,
            "tags": [name],
            "parameters": parameters,
            "requestBody": body,
            "responses": {"200": {"description": name, **body, "headers": {name: {"schema": text}}}},
            "security": [{name: [f"{name}{version}"]}],
            f"x-{name}": [version],
        }

    flows = {"implicit": {"authorizationUrl": name, "scopes": {f"{name}{version}": name}}}
    components = {
        "schemas": {name: schema, f"{name}{version}": {"type": "string"}},
        "securitySchemes": {name: {"type": "oauth2", "flows": flows}},
        "responses": {name: {"description": f"{name}{version}"}},
    }
    paths = {f"/{name}": {"get": operation(name), "post": operation(f"{name} 2")}}
    if version == 2:
        paths[f"/{name}/2"] = {"get": operation(f"{name} 3")}
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": name, "description": name, "contact": {"name": name, "url": name}},
        "servers": [{"url": name, "description": name}],
        "tags": [{"name": name, "description": name, "externalDocs": {"url": name, "description": name}}],
        "paths": paths,
        "webhooks": {name: {"post": operation(f"{name} 4")}, f"{name}{version}": {"post": operation(f"{name} 5")}},
        "components": components,
        "externalDocs": {"url": name, "description": name},
        f"x-{name}": {name: version},
    }


def document_of_all(names: Iterable[str], version: int) -> dict[str, Any]:
    """One document with many names at each place."""
    found: dict[str, Any] = reduce(_merge, (document(name, version) for name in names))
    return found


def _merge(one: Json, other: Json) -> Json:
    """Two documents as one: objects and lists hold what both hold, and the first text counts."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**other, **{key: _merge(value, other[key]) if key in other else value for key, value in one.items()}}
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else one


def text_of(document: Json) -> str:
    """JSON as `export` writes it, with the order of keys."""
    return json.dumps(document)
