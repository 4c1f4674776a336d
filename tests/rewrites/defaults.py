"""Rewrites that write out what holds anyway, or take it away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.rewrites.model import Document, Edit, rewrite
from tests.rewrites.places import Place, is_30, mentions, of_kind, pick


@dataclass(frozen=True)
class Facts:
    """What must be known of the whole document."""

    is_30: bool
    tells_evaluated: bool

    @classmethod
    def of(cls, document: Document) -> Facts:
        return cls(is_30(document), mentions(document, {"unevaluatedProperties", "unevaluatedItems"}))


STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
Defaults = Callable[[Place, Facts], dict[str, Any]]


def _types(schema: dict[str, Any]) -> set[str]:
    found = schema.get("type")
    return {found} if isinstance(found, str) else set(found or ())


def parameter_defaults(place: Place, facts: Facts) -> dict[str, Any]:
    found: dict[str, Any] = {"deprecated": False}
    if place.value.get("in") != "path":
        found["required"] = False
    return found


def style_defaults(place: Place, facts: Facts) -> dict[str, Any]:
    """The style follows from the location, and `explode` from the style."""
    if "schema" not in place.value or place.value.get("in", "header") not in STYLES:
        return {}
    default = STYLES[place.value.get("in", "header")]
    found = {"style": default, "explode": place.value.get("style", default) == "form"}
    return {**found, "allowReserved": False} if place.value.get("in") == "query" else found


def query_defaults(place: Place, facts: Facts) -> dict[str, Any]:
    return {"allowEmptyValue": False} if place.value.get("in") == "query" else {}


def operation_defaults(place: Place, facts: Facts) -> dict[str, Any]:
    return {"deprecated": False, "parameters": [], "callbacks": {}, "tags": []}


def body_defaults(place: Place, facts: Facts) -> dict[str, Any]:
    return {"required": False}


def schema_flags(place: Place, facts: Facts) -> dict[str, Any]:
    return {"deprecated": False, "readOnly": False, "writeOnly": False}


def null_default(place: Place, facts: Facts) -> dict[str, Any]:
    return {"nullable": False} if facts.is_30 else {}


def bound_flags(place: Place, facts: Facts) -> dict[str, Any]:
    if not facts.is_30:
        return {}
    pairs = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
    return {flag: False for bound, flag in pairs if bound in place.value}


def least_bounds(place: Place, facts: Facts) -> dict[str, Any]:
    types = _types(place.value)
    found: dict[str, Any] = {"minLength": 0} if "string" in types else {}
    if "array" in types:
        found |= {"minItems": 0, "uniqueItems": False}
    return {**found, "minProperties": 0} if "object" in types else found


def additional_true(place: Place, facts: Facts) -> dict[str, Any]:
    if "object" not in _types(place.value) or facts.tells_evaluated:
        return {}
    return {"additionalProperties": True}


def additional_empty(place: Place, facts: Facts) -> dict[str, Any]:
    return {"additionalProperties": {}} if additional_true(place, facts) else {}


def empty_properties(place: Place, facts: Facts) -> dict[str, Any]:
    return {"properties": {}} if "object" in _types(place.value) else {}


def empty_required(place: Place, facts: Facts) -> dict[str, Any]:
    """OpenAPI 3.0 follows a draft in which the list of names has at least one."""
    return {"required": []} if "object" in _types(place.value) and not facts.is_30 else {}


def any_items(place: Place, facts: Facts) -> dict[str, Any]:
    free = "array" in _types(place.value) and not facts.is_30 and not facts.tells_evaluated
    return {"items": {}} if free else {}


def least_contains(place: Place, facts: Facts) -> dict[str, Any]:
    return {"minContains": 1} if "contains" in place.value else {}


def no_patterns(place: Place, facts: Facts) -> dict[str, Any]:
    return {"patternProperties": {}} if "object" in _types(place.value) and not facts.is_30 else {}


OPENAPI, SCHEMA = "OpenAPI, ", "JSON Schema 2020-12 "
ROWS: tuple[tuple[str, tuple[str, ...], Defaults, str], ...] = (
    ("parameter", ("parameter", "header"), parameter_defaults, OPENAPI + "`required`, `deprecated`: default is false."),
    ("style", ("parameter", "header"), style_defaults, OPENAPI + "`style`, `explode`: default values by location."),
    ("allow-empty-value", ("parameter",), query_defaults, OPENAPI + "`allowEmptyValue`: default value is false."),
    ("operation", ("operation",), operation_defaults, OPENAPI + "Operation Object: `deprecated` is false by default."),
    ("request-body", ("request body",), body_defaults, OPENAPI + "Request Body Object, `required`: defaults to false."),
    ("schema-flags", ("schema",), schema_flags, OPENAPI + "`readOnly`, `writeOnly`, `deprecated`: default is false."),
    ("nullable", ("schema",), null_default, OPENAPI + "Schema Object 3.0, `nullable`: default value is false."),
    ("exclusive", ("schema",), bound_flags, "JSON Schema Wright-00, 5.3 and 5.5: absence is the same as false."),
    ("least-bounds", ("schema",), least_bounds, SCHEMA + "validation, 6.3, 6.4: omitting it is the same as 0."),
    ("additional-true", ("schema",), additional_true, SCHEMA + "core, 10.3.2.3: omitting it is an empty schema."),
    ("additional-empty", ("schema",), additional_empty, SCHEMA + "core, 10.3.2.3: omitting it is an empty schema."),
    ("empty-properties", ("schema",), empty_properties, SCHEMA + "core, 10.3.2.1: omitting it is an empty object."),
    ("empty-required", ("schema",), empty_required, SCHEMA + "validation, 6.5.3: omitting it is an empty array."),
    ("any-items", ("schema",), any_items, SCHEMA + "core, 10.3.1.2: omitting it is an empty schema."),
    ("least-contains", ("schema",), least_contains, SCHEMA + "validation, 6.4.5: omitting `minContains` is 1."),
    ("no-patterns", ("schema",), no_patterns, SCHEMA + "core, 10.3.2.2: omitting it is an empty object."),
)


def _places(document: Document, kinds: tuple[str, ...]) -> Iterator[Place]:
    """The objects of some kinds, but no object in OpenAPI 3.0 that has a type from elsewhere."""
    for place in of_kind(document, *kinds):
        if not (place.kind == "schema" and "$ref" in place.value):
            yield place


def _write(kinds: tuple[str, ...], defaults: Defaults) -> Edit:
    def edit(document: Document, random: Random) -> bool:
        facts = Facts.of(document)
        found = [
            (place.value, key, value)
            for place in _places(document, kinds)
            for key, value in defaults(place, facts).items()
            if key not in place.value
        ]
        for holder, key, value in pick(random, found):
            holder[key] = value
        return bool(found)

    return edit


def _drop(kinds: tuple[str, ...], defaults: Defaults) -> Edit:
    def edit(document: Document, random: Random) -> bool:
        facts = Facts.of(document)
        found = [
            (place.value, key)
            for place in _places(document, kinds)
            for key, value in defaults(place, facts).items()
            if key in place.value and place.value[key] == value and type(place.value[key]) is type(value)
        ]
        for holder, key in pick(random, found):
            del holder[key]
        return bool(found)

    return edit


for _name, _kinds, _defaults, _because in ROWS:
    rewrite(f"write-default-{_name}", _because, inverse=f"drop-default-{_name}")(_write(_kinds, _defaults))
    rewrite(f"drop-default-{_name}", _because, inverse=f"write-default-{_name}")(_drop(_kinds, _defaults))
