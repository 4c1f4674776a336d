"""OpenAPI 3.2: every keyword that it adds is read, kept, compared, imported and shown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.renames import NO_RENAMES
from api_upgrades.openapi.usage import DIRECTIONS
from api_upgrades.sources.openapi_file import read_document
from tests.test_import import exported, run, text, write_series
from tests.test_plugin import build, faults, html

TABLE = RuleTable.with_overrides({})
OPERATION = {"responses": {"204": {"description": "Done."}}}


def document(**sections: Any) -> dict[str, Any]:
    return {"openapi": "3.2.0", "info": {"title": "Kiln", "version": "1"}, **sections}


def names(contract: Contract) -> list[str]:
    return [part.name for part in contract.of_kind("operation")]


PATH_ITEMS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the method QUERY": ({"query": OPERATION}, ["QUERY /p"]),
    "another method": ({"additionalOperations": {"LINK": OPERATION}}, ["LINK /p"]),
    "other methods between": (
        {"summary": "P", "get": OPERATION, "additionalOperations": {"LINK": OPERATION, "M-SEARCH": OPERATION}}
        | {"post": OPERATION, "parameters": []},
        ["GET /p", "LINK /p", "M-SEARCH /p", "POST /p"],
    ),
    "operations apart": (
        {"query": OPERATION, "servers": [], "additionalOperations": {"Notify": OPERATION}, "x-a": 1},
        ["QUERY /p", "Notify /p"],
    ),
    "no other method": ({"get": OPERATION, "additionalOperations": {}}, ["GET /p"]),
    "no operation at all": ({"additionalOperations": {}, "summary": "P"}, []),
    "methods that have a key of their own": (
        {"additionalOperations": {"POST": OPERATION, "get": OPERATION, "LINK": OPERATION, "x-a": None}},
        ["LINK /p"],
    ),
    "names that are no methods": (
        {"get": OPERATION, "additionalOperations": {"a method": OPERATION, "webhook": OPERATION}, "put": OPERATION},
        ["GET /p", "PUT /p"],
    ),
}


@pytest.mark.parametrize("name", PATH_ITEMS)
def test_operations_of_any_method_are_parts_and_stay_in_place(name: str) -> None:
    item, operations = PATH_ITEMS[name]
    whole = document(paths={"/a": {"get": OPERATION}, "/p": item, "/z": {"summary": "Z"}})
    contract = Contract.from_openapi(whole)
    assert names(contract) == ["GET /a", *operations]
    assert json.dumps(contract.to_openapi()) == json.dumps(whole)
    without = contract
    for part in [part for part in contract.of_kind("operation") if part.path == "/p"]:
        without = without.without_part(part)
    assert None not in without.content["paths"].get("/p", {}).values()


LOCAL = "#/components/schemas/Book"


@pytest.mark.parametrize(
    ("own", "ref"),
    [
        ("https://example.com/api/openapi", "https://example.com/api/openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi", "openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi", "/api/openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi", "//example.com/api/openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi#", "../api/openapi#/components/schemas/Book"),
        ("/api/openapi", "/api/openapi#/components/schemas/Book"),
        ("urn:example:api", "urn:example:api#/components/schemas/Book"),
        (None, "openapi.json#/components/schemas/Book"),
    ],
)
def test_a_reference_by_the_uri_of_the_document_is_a_local_one(tmp_path: Path, own: str | None, ref: str) -> None:
    cat = {"type": "object", "discriminator": {"propertyName": "a", "mapping": {"b": ref}, "defaultMapping": ref}}
    schemas = {"Book": {"type": "object"}, "Shelf": {"items": {"$ref": ref}}, "Cat": cat}
    whole = document(**({"$self": own} if own else {}), paths={}, components={"schemas": schemas})
    (tmp_path / "openapi.json").write_text(json.dumps(whole))
    read = read_document(tmp_path / "openapi.json")
    assert json.dumps(read.document) == json.dumps(whole).replace(json.dumps(ref), json.dumps(LOCAL))


def test_files_refer_to_each_other_by_their_uris(tmp_path: Path) -> None:
    """As in appendix F of the specification: no file is at its URI."""
    first = document(
        **{"$self": "https://example.com/api/openapi"},
        paths={"/foo": {"query": {"requestBody": {"$ref": "shared/foo#/components/requestBodies/Foo"}}}},
        components={"schemas": {"Bar": {"type": "string"}}},
    )
    content = {"application/json": {"schema": {"$ref": "https://example.com/api/openapi#/components/schemas/Bar"}}}
    second = document(
        **{"$self": "https://example.com/api/shared/foo"},
        components={"requestBodies": {"Foo": {"content": content}}},
    )
    (tmp_path / "shared").mkdir()
    (tmp_path / "openapi.json").write_text(json.dumps(first))
    (tmp_path / "shared" / "foo").write_text(json.dumps(second))
    read = read_document(tmp_path / "openapi.json").document
    assert read["paths"]["/foo"]["query"]["requestBody"] == {"$ref": "#/components/requestBodies/Foo"}
    body = read["components"]["requestBodies"]["Foo"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Bar"}


def test_path_items_and_media_types_of_other_files_are_read(tmp_path: Path) -> None:
    item = {"additionalOperations": {"LINK": {"responses": {"200": {"content": {"a/b": {"$ref": "media.json"}}}}}}}
    (tmp_path / "openapi.json").write_text(json.dumps(document(paths={"/p": {"$ref": "item.json"}})))
    (tmp_path / "item.json").write_text(json.dumps(item))
    (tmp_path / "media.json").write_text(json.dumps({"itemSchema": {"$ref": "event.json"}}))
    (tmp_path / "event.json").write_text(json.dumps({"type": "object"}))
    contract = Contract.from_openapi(read_document(tmp_path / "openapi.json").document)
    assert names(contract) == ["LINK /p"]
    (operation,) = (contract.parts[part] for part in contract.of_kind("operation"))
    assert operation["responses"]["200"]["content"] == {"a/b": {"itemSchema": {"$ref": "#/components/schemas/event"}}}


@pytest.mark.parametrize(
    ("own", "ref", "message"),
    [
        ("https://example.com/a", "https://example.org/a#/b", "'https://example.org/a#/b' is not a file"),
        ("https://[a", "https://[a#/b", "'https://[a#/b' is not a file"),
        ("https://example.com/a", "../../../etc/passwd#/b", "is outside the document's folder"),
    ],
)
def test_a_reference_by_another_uri_is_refused(tmp_path: Path, own: str, ref: str, message: str) -> None:
    whole = document(**{"$self": own}, paths={"/p": {"get": {"requestBody": {"$ref": ref}}}})
    (tmp_path / "openapi.json").write_text(json.dumps(whole))
    with pytest.raises(ApiUpgradesError, match=re.escape(message)):
        read_document(tmp_path / "openapi.json")


WHOLE = """\
openapi: 3.2.0
$self: https://example.com/kiln/openapi
info: {title: Kiln, version: "1"}
servers: [{url: https://api.example.com, name: production}]
tags:
  - {name: kilns, summary: Kilns, kind: nav}
  - {name: firings, summary: Firings, parent: kilns}
paths:
  /kilns:
    query:
      tags: [kilns]
      requestBody: {content: {application/json: {$ref: "#/components/mediaTypes/Search"}}}
      responses:
        "200":
          summary: Found
          description: The kilns.
          content: {application/jsonl: {itemSchema: {$ref: "#/components/schemas/Kiln"}}}
    get:
      tags: [kilns]
      parameters:
        - name: filter
          in: querystring
          content:
            application/x-www-form-urlencoded:
              schema: {type: object, properties: {color: {type: string, examples: [red]}}}
        - {name: session, in: cookie, style: cookie, schema: {type: string, examples: [abc]}}
      responses: {"204": {description: Done.}}
    additionalOperations:
      LINK:
        tags: [kilns]
        summary: Link two kilns
        responses: {"204": {description: Linked.}}
      UNLINK: {tags: [kilns], responses: {"204": {description: Unlinked.}}}
  /photos:
    post:
      tags: [kilns]
      requestBody:
        content:
          multipart/mixed:
            itemSchema: {type: string}
            prefixEncoding: [{contentType: image/png, headers: {X-A: {schema: {type: string}}}}]
            itemEncoding:
              contentType: multipart/mixed
              itemEncoding: {contentType: image/gif}
              prefixEncoding: [{contentType: image/png}]
          multipart/form-data:
            schema: {type: object, properties: {a: {type: object, properties: {b: {type: string}}}}}
            encoding: {a: {contentType: multipart/form-data, encoding: {b: {contentType: text/html}}}}
      responses: {"204": {description: Done.}}
  /firings/{id}/events:
    parameters: [{name: id, in: path, required: true, schema: {type: string, examples: [f1]}}]
    get:
      tags: [firings]
      responses:
        "200":
          description: Events.
          content:
            text/event-stream:
              itemSchema:
                type: object
                required: [data]
                properties:
                  event: {type: string, enum: [heating, cooling], examples: [heating]}
                  data: {type: string, examples: ["900"]}
webhooks:
  firingDone:
    additionalOperations:
      NOTIFY:
        tags: [firings]
        requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Kiln"}}}}
        responses: {"204": {description: Thanks.}}
components:
  schemas:
    Kiln:
      type: object
      required: [name]
      xml: {nodeType: element}
      properties:
        name: {type: string, examples: [Bertha]}
        glaze: {$ref: "#/components/schemas/Glaze"}
    Glaze:
      type: object
      discriminator: {propertyName: kind, mapping: {matte: Matte}, defaultMapping: Shiny}
      oneOf: [{$ref: "#/components/schemas/Matte"}, {$ref: "#/components/schemas/Shiny"}]
    Matte: {type: object, required: [kind], properties: {kind: {const: matte}}}
    Shiny: {type: object, required: [kind], properties: {kind: {const: gold}, shine: {type: integer}}}
  mediaTypes:
    Search:
      schema: {type: object, required: [text], properties: {text: {type: string}, color: {type: string}}}
      examples: {a: {dataValue: {text: raku}, serializedValue: "{}"}}
  securitySchemes:
    oauth:
      type: oauth2
      oauth2MetadataUrl: https://a.example.com/.well-known/oauth-authorization-server
      deprecated: true
      flows:
        deviceAuthorization:
          deviceAuthorizationUrl: https://a.example.com/device
          tokenUrl: https://a.example.com/token
          scopes: {read: Read}
"""
"""A document with every keyword that OpenAPI 3.2 adds."""

MULTIPART = "paths /photos post requestBody content multipart/mixed"

KEYWORDS: dict[str, tuple[Any, str]] = {
    "$self": ("https://example.com/b", "dialect-changed document"),
    "servers 0 name": ("test", "extension-changed document servers"),
    "tags 0 summary": ("All kilns", ""),
    "tags 0 kind": ("audience", "tag-changed document tags kilns"),
    "tags 1 parent": ("nobody", "tag-changed document tags firings"),
    "paths /kilns query": (
        {"responses": {"204": {"description": "None."}}},
        "operation-removed QUERY /kilns; success-response-removed QUERY /kilns response 200",
    ),
    "paths /kilns query responses 200 summary": ("All", ""),
    "paths /kilns query responses 200 content application/jsonl itemSchema": (
        {"type": "string"},
        "type-widened QUERY /kilns response 200; type-changed QUERY /kilns response 200",
    ),
    "paths /kilns query requestBody content application/json": (
        {"schema": {"type": "string"}},
        "media-type-removed QUERY /kilns request; type-changed QUERY /kilns request",
    ),
    "paths /kilns get parameters 0 in": ("query", "parameter-removed GET /kilns querystring filter"),
    "paths /kilns get parameters 1 style": ("form", "serialization-changed GET /kilns cookie session"),
    "paths /kilns additionalOperations LINK": (
        {"deprecated": True, "responses": {"204": {"description": "Linked."}}},
        "operation-removed LINK /kilns; operation-deprecated LINK /kilns",
    ),
    "paths /kilns additionalOperations": ({}, "operation-removed UNLINK /kilns"),
    f"{MULTIPART} itemSchema": ({"type": "integer"}, "POST /photos request"),
    f"{MULTIPART} prefixEncoding": ([{"contentType": "image/gif"}], "serialization-changed POST /photos request"),
    f"{MULTIPART} prefixEncoding 0 headers": ({}, "serialization-changed POST /photos request"),
    f"{MULTIPART} itemEncoding": ({"contentType": "a/b"}, "serialization-changed POST /photos request"),
    f"{MULTIPART} itemEncoding itemEncoding": ({"contentType": "a/b"}, "serialization-changed POST /photos request"),
    f"{MULTIPART} itemEncoding prefixEncoding": ([], "serialization-changed POST /photos request"),
    "paths /photos post requestBody content multipart/form-data encoding a encoding": (
        {"b": {"contentType": "text/css"}},
        "serialization-changed POST /photos request",
    ),
    "paths /firings/{id}/events get responses 200 content text/event-stream itemSchema properties event": (
        {"type": "integer"},
        "GET /firings/{id}/events response 200[].event",
    ),
    "webhooks firingDone additionalOperations NOTIFY requestBody content application/json schema": (
        {"type": "string"},
        "webhook firingDone payload",
    ),
    "components schemas Kiln xml nodeType": ("attribute", "-changed Kiln"),
    "components schemas Glaze discriminator defaultMapping": (
        "Matte",
        "discriminator-value-removed Glaze; discriminator-value-changed Glaze",
    ),
    "components mediaTypes Search schema": ({"type": "string"}, "QUERY /kilns request"),
    "components mediaTypes Search examples a dataValue": ({"text": "b"}, ""),
    "components mediaTypes Search examples a serializedValue": ("{ }", ""),
    "components securitySchemes oauth oauth2MetadataUrl": (
        "https://b.example.com",
        "security-scheme-reduced document securitySchemes; security-scheme-changed document securitySchemes",
    ),
    "components securitySchemes oauth deprecated": (
        False,
        "security-scheme-no-longer-deprecated document securitySchemes oauth",
    ),
    "components securitySchemes oauth flows deviceAuthorization": (
        {"scopes": {}},
        "security-scheme-reduced document securitySchemes oauth; oauth-scope-removed document securitySchemes oauth",
    ),
    "components securitySchemes oauth flows deviceAuthorization deviceAuthorizationUrl": (
        "https://b.example.com",
        "security-scheme-changed document securitySchemes oauth",
    ),
}
"""Each keyword by its path, with another value, and what is found without it and with the other; empty for wording."""


def without(document: Any, path: list[str], other: Any = None) -> Any:
    """The document without the value at a path or, given another value, with that instead."""
    if isinstance(document, list):
        inner = without(document[int(path[0])], path[1:], other)
        return [inner if index == int(path[0]) else item for index, item in enumerate(document)]
    key = path[0]
    assert key in document
    if len(path) > 1:
        return {**document, key: without(document[key], path[1:], other)}
    kept = {name: value for name, value in document.items() if name != key}
    return kept if other is None else {**document, key: other}


def whole(version: str = "3.2.0") -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(WHOLE)
    return {**parsed, "openapi": version}


def differences_of(older: dict[str, Any], newer: dict[str, Any]) -> tuple[Finding, ...]:
    old, new = Contract.from_openapi(older), Contract.from_openapi(newer)
    return compare(old, new, NO_RENAMES, lambda part: DIRECTIONS, TABLE)


def findings(older: dict[str, Any], newer: dict[str, Any]) -> list[str]:
    return [f"{found.rule} {found.target}" for found in differences_of(older, newer)]


@pytest.mark.parametrize("version", ["3.1.0", "3.2.0"])
@pytest.mark.parametrize("path", KEYWORDS)
def test_a_difference_in_a_keyword_is_found(path: str, version: str) -> None:
    """OpenAPI 3.1 doesn't know the keywords, but allows them, so a difference in them is found there too."""
    other, expected = KEYWORDS[path]
    document = whole(version)
    removed, _, changed = expected.partition("; ")
    for altered, finding in (
        (without(document, path.split()), removed),
        (without(document, path.split(), other), changed or removed),
    ):
        found = findings(document, altered)
        assert any(finding in one for one in found) if finding else found == []
        assert bool(findings(altered, document)) == bool(finding)


def test_an_import_is_exact_whichever_keyword_comes_or_goes(tmp_path: Path) -> None:
    series = [whole()]
    for path, (other, _) in KEYWORDS.items():
        series += [without(whole(), path.split()), without(whole(), path.split(), other), whole()]
    files = write_series(tmp_path, series)
    result = run("import", *files, "--out", tmp_path / "project")
    assert result.exit_code == 0, result.output
    checked = run("--root", tmp_path / "project", "check", "--allow-todo")
    assert checked.exit_code == 0, checked.output
    for number, file in enumerate(files, 1):
        assert exported(tmp_path / "project", f"v{number}") == text(read_document(file).document)


def test_a_method_may_be_any_token(tmp_path: Path) -> None:
    """A token of HTTP may have characters that mean something in HTML, Markdown, URLs and shells."""
    methods = ("LINK", "Link", "A|B", "`x`", "a&amp", "*b*", "_c_", "#d", "~e~", "f'g", "%41", "h.i", "!k", "$l", "-n")
    operations = {method: {**OPERATION, "tags": ["t"]} for method in methods}
    tag = {"name": "t", "summary": "<b>T</b>", "parent": "<b>P</b>"}
    older = document(tags=[tag], paths={"/p": {"additionalOperations": operations}})
    newer = without(older, ["paths", "/p", "additionalOperations", "A|B"], {**OPERATION, "deprecated": True})
    files = write_series(tmp_path, [older, newer])
    assert run("import", *files, "--out", tmp_path / "project").exit_code == 0
    assert exported(tmp_path / "project", "v1") == text(read_document(files[0]).document)
    site = build(tmp_path / "project")
    assert faults(site) == []
    assert not any("<b>T" in page.read_text(encoding="utf-8") for page in site.rglob("*.html"))


def test_what_older_documents_have_under_the_new_names_is_kept(tmp_path: Path) -> None:
    """Before 3.2 these are unknown keys, which may hold anything."""
    tag = {"name": "kilns", "parent": ["a"], "kind": {"b": 1}, "summary": None}
    older = {**whole("3.1.0"), "$self": {"c": 1}, "tags": [tag], "servers": [{"url": "/", "name": 5}]}
    files = write_series(tmp_path, [older, {**older, "tags": [{**tag, "parent": 1}]}])
    assert run("import", *files, "--out", tmp_path / "project").exit_code == 0
    assert exported(tmp_path / "project", "v1") == text(read_document(files[0]).document)
    assert faults(build(tmp_path / "project")) == []


REWRITES: dict[str, Any] = {
    # "treating them as if the values were in an array in the same order" (Sequential Media Types)
    "paths /firings/{id}/events get responses 200 content text/event-stream": {
        "schema": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["data"],
                "properties": {"event": {"type": "string", "enum": ["heating", "cooling"]}, "data": {"type": "string"}},
            },
        }
    },
    # "Map[string, Media Type Object | Reference Object]" (Request Body Object)
    "paths /kilns query requestBody content application/json": {
        "schema": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string"}, "color": {"type": "string"}},
        }
    },
    # "the value of `name` is not used in the parameter serialization" (Parameter Object)
    "paths /kilns get parameters 0 name": "q",
    # "The schema name or URI reference to a schema" (Discriminator Object)
    "components schemas Glaze discriminator defaultMapping": "#/components/schemas/Shiny",
    # "Each name or URI MUST correspond to a security scheme" (Security Requirement Object)
    "security": [{"#/components/securitySchemes/oauth": ["read"]}],
}
"""Other spellings of the same, by their paths, each with the sentence of the specification that says so."""


@pytest.mark.parametrize("path", REWRITES)
def test_another_spelling_of_the_same_is_neutral_and_imports(tmp_path: Path, path: str) -> None:
    older = {**whole(), "security": [{"oauth": ["read"]}]}
    newer = without(older, path.split(), REWRITES[path])
    for one, other in ((older, newer), (newer, older)):
        assert [found for found in differences_of(one, other) if found.severity != "neutral"] == []
    files = write_series(tmp_path, [older, newer, older])
    result = run("import", *files, "--out", tmp_path / "project")
    assert result.exit_code == 0, result.output
    checked = run("--root", tmp_path / "project", "check", "--allow-todo")
    assert checked.exit_code == 0, checked.output
    assert exported(tmp_path / "project", "v1") == text(read_document(files[0]).document)


def test_the_site_shows_a_document_with_every_keyword(tmp_path: Path) -> None:
    files = write_series(tmp_path, [whole(), without(whole(), ["paths", "/kilns", "additionalOperations", "UNLINK"])])
    assert run("import", *files, "--out", tmp_path / "project").exit_code == 0
    site = build(tmp_path / "project")
    assert faults(site) == []
    kilns = html(site, "reference/v1/kilns")
    for method, address in (("QUERY", "query-kilns"), ("LINK", "link-kilns"), ("UNLINK", "unlink-kilns")):
        usual = " au-query" if method == "QUERY" else ""
        section = kilns.partition(f'<h3 id="{address}">')[2].partition("</section>")[0]
        assert f'<span class="au-method{usual}">{method}</span> <code>/kilns</code>' in section
    assert "unlink-kilns" not in html(site, "reference/latest/kilns")
    assert "<h1>Kilns</h1>" in kilns
    assert "<h4>Query string</h4>" in kilns
    assert re.search("<summary>[0-9]+ propert(y|ies) of filter</summary>", kilns)
    firings = html(site, "reference/latest/firings")
    assert '<p class="au-crumb">Part of Kilns</p>' in firings
    twin = (site / "reference/latest/firings/index.md").read_text(encoding="utf-8")
    assert "| `[].event` | string, optional | One of `heating`, `cooling`." in twin
    assert "Content-Type: text/event-stream\n\nevent: heating\ndata: 900\n" in twin
    twin = (site / "reference/latest/kilns/index.md").read_text(encoding="utf-8")
    assert "curl -X QUERY https://api.example.com/kilns" in twin
    assert "curl 'https://api.example.com/kilns?color=red'" in twin
    assert "OAuth 2.0: device authorization (deprecated)" in (site / "reference/latest/index.md").read_text(
        encoding="utf-8"
    )
    document = json.loads((site / "reference/v1/openapi.json").read_text(encoding="utf-8"))
    assert text(document) == text(read_document(files[0]).document)
