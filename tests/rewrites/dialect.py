"""Rewrites of a document into another version of OpenAPI."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.rewrites.model import Document, rewrite
from tests.rewrites.places import Place, mentions, walk

UPGRADE = (
    "OpenAPI 3.1: `nullable` became the type `null`, exclusive bounds are numbers, `example` of a schema a list of "
    "`examples`, and files are described by `contentEncoding` and `contentMediaType`. OpenAPI 3.0.3: `nullable` adds "
    "null only to a `type` beside it, and an `enum` without null still excludes it."
)
ONLY_31 = {"const", "$defs", "patternProperties", "contains", "propertyNames", "if", "then", "else", "prefixItems"} | {
    *("dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "contentMediaType"),
    *("contentEncoding", "contentSchema", "minContains", "maxContains", "examples"),
}


@rewrite("convert-to-3.1", UPGRADE, only="3.0")
def convert_to_31(document: Document, random: Random) -> bool:
    """The whole document. Not one with keywords that mean something only in 3.1."""
    places = list(walk(document))
    schemas = [place for place in places if place.kind == "schema" and isinstance(place.value, dict)]
    if any(ONLY_31 & place.value.keys() for place in schemas):
        return False
    for place in schemas:
        if place.is_reference:
            place.put({"$ref": place.value["$ref"]})
        else:
            _convert(place)
    document["openapi"] = random.choice(("3.1.0", "3.1.1"))
    return True


def _convert(place: Place) -> None:
    schema: dict[str, Any] = place.value
    nullable, enum, type_ = schema.pop("nullable", False), schema.get("enum"), schema.get("type")
    if nullable is True and isinstance(type_, str) and not (isinstance(enum, list) and None not in enum):
        schema["type"] = [type_, "null"]
    for bound, flag in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if flag in schema and schema.pop(flag) is True and bound in schema:
            schema[flag] = schema.pop(bound)
    if "example" in schema:
        schema["examples"] = [schema.pop("example")]
    media = next((above for above in place.parents() if above.kind == "media type"), None)
    if schema.get("type") == "string" and schema.get("format") == "byte":
        del schema["format"]
        schema["contentEncoding"] = "base64"
    elif schema.get("type") == "string" and schema.get("format") == "binary" and media is not None:
        if place.parent == "media type" and "json" not in media.key and "/" in media.key:
            del schema["type"], schema["format"]
        elif str(media.key).startswith("multipart/"):
            del schema["format"]
            schema["contentMediaType"] = "application/octet-stream"


@rewrite("patch-version", "OpenAPI, Versions: patch versions address errors in the document, not the feature set.")
def patch_version(document: Document, random: Random) -> bool:
    major, minor, patch = document["openapi"].split(".")
    if mentions(document, {"nullable"}):
        return False
    document["openapi"] = f"{major}.{minor}.{(int(patch[:1]) + 1) % 2}"
    return True


@rewrite(
    "write-default-dialect",
    "OpenAPI 3.1, `jsonSchemaDialect`: if it is not set, the OAS dialect schema id must be used.",
    only="3.1",
)
def write_default_dialect(document: Document, random: Random) -> bool:
    if "jsonSchemaDialect" in document or document["openapi"].startswith("3.2"):
        return False
    document["jsonSchemaDialect"] = "https://spec.openapis.org/oas/3.1/dialect/base"
    return True


@rewrite(
    "convert-to-3.2",
    "OpenAPI 3.2: a document of 3.1 that uses no undefined field is one of 3.2 with the same meaning.",
    only="3.1",
)
def convert_to_32(document: Document, random: Random) -> bool:
    if document["openapi"].startswith("3.2"):
        return False
    document["openapi"] = "3.2.0"
    return True
