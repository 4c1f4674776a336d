"""The normal form of schemas: schemas that are spelled differently and mean the same have the same normal form.

The normal form is a view for comparing. The stored JSON stays as it is. It is written as JSON Schema 2020-12 with
fewer ways to say the same:

- `type` is a sorted list; null is one of the types, or a branch of `anyOf`. `const` is an `enum` of one value.
- Inline branches of an `allOf` are merged into the schema around them. What stays in `allOf` are references to
  component schemas, and branches with a keyword that cannot be merged.
- A reference to any other place is replaced by what stands there.
- Keywords that allow everything, don't apply to the type, or are no part of the contract are left out; so is what the
  rest of the schema implies or excludes.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

from api_upgrades.core.json import Json, JsonObject, escape_token, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.choices import merge_choice
from api_upgrades.openapi.conjunction import conjunction
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import SCHEMA_REF
from api_upgrades.openapi.references import canonical_reference, is_whole_schema, target_of
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.schema_edit import replace_references
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.set_aside import WRITTEN_AS
from api_upgrades.openapi.vacuous import drop_implied, drop_vacuous, plain_number

NO_CONTRACT = schemas.ANNOTATIONS | {
    *("x-internal", "x-replaced-by", "$defs", "definitions", "$id", "$anchor", "$dynamicAnchor", "$schema"),
    *("$vocabulary", "nullable", WRITTEN_AS),
}
"""Keywords that the normal form leaves out. `nullable` becomes a type where OpenAPI 3.0 gives it a meaning."""

_FLAGS = frozenset({"deprecated", "readOnly", "writeOnly", "uniqueItems"})
_BESIDE_NULL = frozenset({"deprecated", "readOnly", "writeOnly", "default"})
"""Keywords that stay beside an `anyOf` with a null branch, because they are about the value as a whole."""

_NAMED_SCHEMAS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_OPEN = frozenset({"items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "propertyNames"})
"""Keywords with a schema that limits nothing where it allows everything."""

_SINGLE_SCHEMAS = _OPEN | {"not", "if", "then", "else", "contains", "contentSchema"}
_NOTHING: JsonObject = {"not": {}}
_ONLY_NULL: JsonObject = {"type": ["null"]}


class NormalForms:
    """The normal forms of the schemas of one contract. Contracts derived from each other share what was computed."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._dialect = contract.dialect
        self._depends_on_others = False

    def of(self, schema: Json) -> JsonObject:
        """The normal form of a schema; `{"not": {}}` for `false`."""
        return self._form(schema, frozenset())

    def of_reference(self, ref: str) -> JsonObject | None:
        """The normal form of what a canonical reference leads to; None if nothing is there."""
        target = target_of(self.contract, ref)
        return self.of(target) if isinstance(target, dict | bool) else None

    def resolved(self, form: JsonObject) -> JsonObject:
        """A normal form, or that of the schema to which it only refers."""
        entered: set[str] = set()
        while len(refs := _only_references(form)) == 1 and refs[0] not in entered:
            entered.add(refs[0])
            form = self.of_reference(refs[0]) or form
        return form

    def without_aliases(self, form: JsonObject) -> JsonObject:
        """A normal form in which no reference leads to a schema that is only a reference itself."""
        found: JsonObject = replace_references(form, self._behind_aliases)
        return found

    def _behind_aliases(self, ref: str) -> str:
        entered = {ref}
        while refs := _only_references(self.of_reference(ref) or {}):
            if len(refs) > 1 or refs[0] in entered:
                break
            ref = refs[0]
            entered.add(ref)
        return ref

    def with_null_branches(self, form: JsonObject) -> JsonObject:
        """A normal form in which no branch of a choice hides null behind a reference."""
        for keyword in ("anyOf", "oneOf"):
            branches = form.get(keyword, ())
            if any("allOf" in branch for branch in branches):
                resolved = [self.resolved(branch) for branch in branches]
                pairs = zip(branches, resolved, strict=True)
                form = {**form, keyword: [_ONLY_NULL if _is_null(other) else one for one, other in pairs]}
        return form

    def _form(self, schema: Json, entered: frozenset[str]) -> JsonObject:
        """The normal form of a schema behind some references. Each schema object is brought into it once."""
        if not isinstance(schema, dict):
            return _NOTHING if schema is False else {}
        key = (id(schema), self._dialect)
        if (known := self.contract.normal_forms.get(key)) is not None:
            return known[1]
        depends, self._depends_on_others = self._depends_on_others, False
        form = self._build(schema, entered)
        if not self._depends_on_others:
            self.contract.normal_forms[key] = (schema, form)  # keep the schema, so that its id is not reused
        self._depends_on_others |= depends
        return form

    def _build(self, schema: JsonObject, entered: frozenset[str]) -> JsonObject:
        own = {key: value for key, value in schema.items() if key not in NO_CONTRACT}
        if self._dialect == "3.0" and isinstance(own.get("$ref"), str):
            own = {"$ref": own["$ref"]}  # OpenAPI 3.0 ignores what stands beside a reference
        is_nullable = self._dialect == "3.0" and schema.get("nullable") is True and "$ref" not in own
        found: dict[str, Json] = {}
        for keyword, value in own.items():
            if keyword not in _APPLIED and (kept := self._keyword(keyword, value, entered)) is not MISSING:
                found[keyword] = kept
        found = _with_own_values(_with_bounds(own, found))
        if is_nullable and "type" in found:
            found["type"] = sorted({*found["type"], "null"})
        applied = list(self._applied_schemas(own, entered))
        is_wrapped = is_nullable and bool(applied) and not _allows_null(found, applied)
        if is_wrapped and "type" in found:
            found["type"] = [name for name in found["type"] if name != "null"]
        for one in applied:
            found = merge(found, one)
        if is_wrapped:
            beside = {key: found.pop(key) for key in _BESIDE_NULL & found.keys()}
            return {"anyOf": [drop_vacuous(found), {"type": ["null"]}], **beside}
        return _with_single_branches(drop_vacuous(found))

    def _applied_schemas(self, own: JsonObject, entered: frozenset[str]) -> Iterator[JsonObject]:
        """The schemas that a value must match too: behind `$ref`, in `allOf`, and one of `anyOf` and of `oneOf`."""
        if isinstance(own.get("$ref"), str):
            yield self._behind(own["$ref"], entered)
        for branch in own["allOf"] if isinstance(own.get("allOf"), list) else ():
            yield self._form(branch, entered)
        for keyword in ("anyOf", "oneOf"):
            branches = own.get(keyword)
            if isinstance(branches, list) and branches:
                yield merge_choice(keyword, [self._form(branch, entered) for branch in branches])

    def _behind(self, ref: str, entered: frozenset[str]) -> JsonObject:
        """A reference to a whole component schema, or what stands at any other place."""
        found = canonical_reference(self.contract, ref)
        if is_whole_schema(found) or found in entered:
            self._depends_on_others |= found != ref and not ref.startswith("#/")
            return {"allOf": [{"$ref": found}]}
        self._depends_on_others = True
        target = target_of(self.contract, found)
        if not isinstance(target, dict | bool):
            return {"allOf": [{"$ref": found}]}
        return self._form(target, entered | {found})

    def _keyword(self, keyword: str, value: Json, entered: frozenset[str]) -> Json:
        """The value of one keyword in normal form; MISSING if it limits nothing."""
        if keyword in _FLAGS:
            return True if value is True else MISSING
        if keyword == "items" and isinstance(value, list):
            keyword = "prefixItems"  # as JSON Schema wrote it before 2020-12
        if keyword in _SINGLE_SCHEMAS and isinstance(value, dict | bool):
            return self._single_schema(keyword, value, entered)
        if keyword in _NAMED_SCHEMAS and isinstance(value, dict):
            return {name: self._form(one, entered) for name, one in value.items()} or MISSING
        if keyword == "prefixItems" and isinstance(value, list):
            return [self._form(one, entered) for one in value] or MISSING
        if keyword == "type":
            return _types(value)
        if keyword == "required":
            names = value if isinstance(value, list) else []
            return sorted({name for name in names if isinstance(name, str)}) or MISSING
        if keyword == "discriminator" and isinstance(value, dict):
            return self._discriminator(value)
        if keyword in ("enum", "default", "const"):
            return plain_number(value)
        return plain_number(meaning(value))

    def _single_schema(self, keyword: str, value: Json, entered: frozenset[str]) -> Json:
        form = self._form(value, entered)
        if keyword in _OPEN:
            return MISSING if not form else False if form == _NOTHING else form
        return form

    def _discriminator(self, value: JsonObject) -> JsonObject:
        """A discriminator whose mapping has references only, in their one spelling."""
        mapping = value.get("mapping")
        refs = {name: self._mapped(ref) for name, ref in mapping.items()} if isinstance(mapping, dict) else {}
        others = {key: meaning(one) for key, one in value.items() if key != "mapping"}
        if "defaultMapping" in value:
            others["defaultMapping"] = self._mapped(value["defaultMapping"])
        return {**others, "mapping": refs}

    def _mapped(self, ref: Json) -> str:
        text = str(ref)
        is_name = "/" not in text and "#" not in text
        return SCHEMA_REF + escape_token(text) if is_name else canonical_reference(self.contract, text)


_APPLIED = frozenset({"$ref", *schemas.COMBINATIONS})


def merge(one: JsonObject, other: JsonObject) -> dict[str, Json]:
    """The conjunction of two normal forms, in normal form."""
    found: dict[str, Json] = conjunction(one, other)
    if "allOf" in found:
        branches: list[Json] = []
        for branch in found["allOf"]:
            if not any(json_equal(branch, kept) for kept in branches):
                branches.append(branch)
        found["allOf"] = branches
    return found


def _with_single_branches(form: dict[str, Json]) -> dict[str, Json]:
    """A normal form without what the rest implies, whose choices of one branch are merged into it."""
    form = drop_implied(form)
    for keyword in ("anyOf", "oneOf"):
        if len(form.get(keyword, ())) == 1:
            rest = {key: value for key, value in form.items() if key != keyword}
            form = drop_vacuous(merge(rest, form[keyword][0]))
    return form


def references_in(form: JsonObject) -> list[str]:
    """The references to component schemas that a value must match."""
    return [branch["$ref"] for branch in form.get("allOf", ()) if "$ref" in branch]


def _only_references(form: JsonObject) -> list[str]:
    """The references of a normal form that says nothing else."""
    return references_in(form) if form.keys() == {"allOf"} else []


def without_references(form: JsonObject, refs: list[str]) -> JsonObject:
    """A normal form without some of its references."""
    branches = [branch for branch in form.get("allOf", ()) if branch.get("$ref") not in refs]
    rest = {key: value for key, value in form.items() if key != "allOf"}
    return {**rest, "allOf": branches} if branches else rest


def split_null(form: JsonObject) -> tuple[bool, JsonObject]:
    """Whether a value can be null, and the normal form of the other values."""
    for keyword in ("anyOf", "oneOf"):
        branches = form.get(keyword, ())
        others = [branch for branch in branches if branch.get("type") != ["null"]]
        if len(others) < len(branches) and others:
            rest = {key: value for key, value in form.items() if key != keyword}
            inner = merge(others[0], rest) if len(others) == 1 else {**rest, keyword: others}
            return True, drop_vacuous(inner)
    names = form.get("type", ())
    if "null" not in names or names == ["null"]:
        return False, form
    inner = {**form, "type": [name for name in names if name != "null"]}
    if "enum" in inner:
        inner["enum"] = [value for value in inner["enum"] if value is not None]
    return True, inner


def _is_null(form: JsonObject) -> bool:
    return form.get("type") == ["null"] and all(key == "type" or key.startswith("x-") for key in form)


def _types(value: Json) -> Json:
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    found = {name for name in names if isinstance(name, str)}
    return sorted(found - {"integer"} if "number" in found else found) or MISSING


def _allows_null(found: JsonObject, applied: list[JsonObject]) -> bool:
    """Whether null already matches every schema that applies, as far as that can be seen without references."""
    return all(not one or "null" in one.get("type", ()) for one in (found, *applied))


_BOUNDS = (("exclusiveMinimum", "minimum", operator.ge), ("exclusiveMaximum", "maximum", operator.le))


def _with_bounds(own: JsonObject, found: dict[str, Json]) -> dict[str, Json]:
    """The schema with exclusive bounds as numbers, as in OpenAPI 3.1, and only the stricter of two bounds."""
    for exclusive, inclusive, is_stricter in _BOUNDS:
        bound, limit = own.get(exclusive), found.get(inclusive)
        if isinstance(bound, bool):
            found.pop(exclusive, None)
            if bound and schemas.is_number(limit):
                found[exclusive] = found.pop(inclusive)
        elif schemas.is_number(bound) and schemas.is_number(limit):
            found.pop(inclusive if is_stricter(bound, limit) else exclusive)
    return found


def _with_own_values(found: dict[str, Json]) -> dict[str, Json]:
    """The schema with its `const` as an `enum` of one value, and the content keywords of 3.1 as formats of 3.0."""
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if found.get("contentEncoding") == "base64" and "format" not in found:
        found["format"] = "byte"
        del found["contentEncoding"]
    elif (
        found.get("contentMediaType") == "application/octet-stream" and not {"format", "contentEncoding"} & found.keys()
    ):
        found["format"] = "binary"
        del found["contentMediaType"]
    return found
