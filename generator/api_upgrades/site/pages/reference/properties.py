"""The rows of property tables: the type, constraints, description and history of each property, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.history.timeline import Event, Timeline
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import is_hidden
from api_upgrades.openapi.part import Part, schema_part
from api_upgrades.openapi.properties import Follow, follower, holder_of, is_reference, properties
from api_upgrades.openapi.schema_view import STRUCTURE
from api_upgrades.openapi.target import Target

MAX_DEPTH = 8
"""The depth to which inline objects are shown. Deeper ones are rare, and a faulty document may nest them endlessly."""


@dataclass(frozen=True)
class TypeText:
    """A piece of a type in words. `schema` is the part to link if the piece is the name of a schema."""

    text: str
    schema: Part | None = None


ARRAY_OF = "array of "
_NO_TYPE = TypeText("")


@dataclass(frozen=True)
class PropertyRow:
    """One property, parameter or list item. `path` leads to it from the top; `depth` is the number of rows above it.

    `inherited` is the schema from which the object inherits the property; None if the property is its own. `example` is
    None if it would tell nothing: if it is null, a boolean, or one of the `values`.
    """

    name: str
    path: str
    depth: int
    type: tuple[TypeText, ...]
    required: bool
    nullable: bool
    flags: tuple[str, ...]
    constraints: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    example: str | None
    description: str
    deprecated: bool
    replaced_by: str | None
    events: tuple[Event, ...]
    inherited: Part | None = None

    @property
    def object(self) -> Part | None:
        """The schema of the value, or of the items of an array, if it is one named schema."""
        *before, last = self.type or (_NO_TYPE,)
        return last.schema if all(piece.text == ARRAY_OF for piece in before) else None


class NestedRow(NamedTuple):
    """A row as an item of nested lists.

    `children` is the number of rows directly inside it: if there are any, a list with them opens after the row. `ends`
    is the number of lists that end after the row.
    """

    row: PropertyRow
    children: int
    ends: int


def nest_rows(rows: Sequence[PropertyRow]) -> list[NestedRow]:
    """Arrange rows, each of which is followed by the rows inside it, as items of nested lists."""
    children = [0] * len(rows)
    parents: list[int] = []
    for index, row in enumerate(rows):
        del parents[row.depth :]
        if parents:
            children[parents[-1]] += 1
        parents.append(index)
    next_depths = [*(row.depth for row in rows[1:]), 0]
    return [
        NestedRow(row, children[index], max(row.depth - next_depth, 0))
        for index, (row, next_depth) in enumerate(zip(rows, next_depths, strict=False))
    ]


@dataclass(frozen=True)
class PropertyTable:
    """Creates the rows of one contract at one version. Without a `timeline`, rows have no events."""

    contract: Contract
    version: str
    timeline: Timeline | None

    def rows(self, schema: JsonObject, target: Target) -> tuple[PropertyRow, ...]:
        """The properties of an object, or of the objects in a list. Those of an inline object follow its own row.

        They include the inherited ones. But a schema that is nothing but a reference has no rows: its type is a link.
        For an inline object, only its own properties are shown; its type links to the schemas that have the others.
        """
        follow = None if is_reference(schema) else follower(self.contract)
        items = schemas.value_schema(schema).get("items")
        inside = self._inside(items, target.child("[]"), ("[]",), 0) if isinstance(items, dict) else ()
        return *self._rows(schema, target, (), 0, follow), *inside

    def rows_inside(self, name: str, schema: JsonObject, target: Target) -> tuple[PropertyRow, ...]:
        """The properties of a value that has a row of its own, such as a parameter."""
        return tuple(self._inside(schema, target, (name,), 1))

    def row(
        self, name: str, schema: JsonObject, target: Target, *, required: bool, description: str = ""
    ) -> PropertyRow:
        """Create a single row for a schema that isn't a property, such as a parameter or a body."""
        return self._row(name, (name,), 0, schema, target, required)

    def _rows(
        self, schema: JsonObject, target: Target, path: tuple[str, ...], depth: int, follow: Follow | None = None
    ) -> Iterator[PropertyRow]:
        for name, one in properties(schema, follow).items():
            inner = self._read(one.schema) if isinstance(one.schema, dict) else {}
            part = holder_of(one.ref) if one.ref else None
            place = (Target(part) if part else target).property(name)
            row = self._row(name, (*path, name), depth, inner, place, one.is_required)
            yield replace(row, inherited=part) if part else row
            yield from self._inside(inner, place, (*path, name), depth + 1)

    def _inside(self, schema: JsonObject, target: Target, path: tuple[str, ...], depth: int) -> Iterator[PropertyRow]:
        """The properties of an inline object, or of the inline objects in a list."""
        if depth >= MAX_DEPTH:
            return
        value = schemas.value_schema(schema)
        yield from self._rows(schema, target, path, depth)
        if isinstance(value.get("items"), dict):
            yield from self._inside(
                self._read(value["items"]), target.child("[]"), (*path[:-1], f"{path[-1]}[]"), depth
            )

    def _read(self, schema: JsonObject) -> JsonObject:
        """A schema without the keywords that have no effect."""
        return schemas.drop_ignored_siblings(schema, self.contract.dialect)

    def _row(
        self,
        name: str,
        path: tuple[str, ...],
        depth: int,
        schema: JsonObject,
        target: Target,
        required: bool,
    ) -> PropertyRow:
        example = schemas.example(schema)
        values = tuple(schemas.as_text(one) for one in schemas.enum_values(schema) or () if one is not None)
        has_example = not (values or example is schemas.MISSING or isinstance(example, dict | list | bool | None))
        return PropertyRow(
            name=name,
            path=".".join(path),
            depth=depth,
            type=type_texts(schema),
            required=required,
            nullable=schemas.is_nullable(schema),
            flags=tuple(self._flags(schema)),
            constraints=tuple(constraint_texts(schema)),
            values=values,
            example=schemas.as_text(example) if has_example else None,
            description=str(schemas.get(schema, "description") or ""),
            deprecated=schemas.get(schema, "deprecated") is True,
            replaced_by=schemas.get(schema, "x-replaced-by"),
            events=tuple(self.timeline.events_of(target, self.version)) if self.timeline else (),
        )

    def _flags(self, schema: JsonObject) -> Iterator[str]:
        yield from (word for keyword, word in FLAG_WORDS.items() if schemas.get(schema, keyword) is True)
        if is_hidden(self.contract, schema):
            yield "internal"


FLAG_WORDS = {"readOnly": "read-only", "writeOnly": "write-only"}

CONSTRAINT_WORDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
    "multipleOf": "a multiple of {}",
    "default": "default {}",
    "format": "{}",
}


def constraint_texts(schema: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield each constraint as (phrase with a placeholder, value): (`at least {} characters`, `1`)."""
    inner = schemas.value_schema(schema)
    for keyword, value in {**inner, **schema}.items():
        if keyword in CONSTRAINT_WORDS and keyword != "format":
            yield CONSTRAINT_WORDS[keyword], schemas.as_text(value)
        elif keyword == "uniqueItems" and value is True:
            yield "unique items{}", ""
        elif (
            keyword not in STRUCTURE | schemas.ANNOTATIONS
            and not keyword.startswith("x-")
            and keyword not in UNLISTED_KEYWORDS
        ):
            yield f"{keyword} {{}}", schemas.as_text(value)


UNLISTED_KEYWORDS = ("format", "discriminator", "xml", "uniqueItems")
"""Keywords that the table shows elsewhere, or that its readers don't need."""


def type_texts(schema: JsonObject) -> tuple[TypeText, ...]:
    """Describe a type in words. The names of schemas are separate pieces, so that they can be linked."""
    return tuple(_type_texts(schema))


def _type_texts(schema: Json) -> Iterator[TypeText]:
    value = schemas.value_schema(schema)
    name = schemas.ref(schema)
    if name is not None:
        yield TypeText(name, schema_part(name))
    elif isinstance(value.get("items"), dict) and "$ref" not in value:
        yield TypeText(ARRAY_OF)
        yield from _type_texts(value["items"])
    elif branches := value.get("oneOf") or value.get("anyOf"):
        for index, branch in enumerate(one for one in branches if one.get("type") != "null"):
            if index:
                yield TypeText(" or ")
            yield from _type_texts(branch)
    elif branches := [one for one in value.get("allOf", ()) if schemas.type_name(one) != "any"]:
        for index, branch in enumerate(branches):
            if index:
                yield TypeText(" and ")
            yield from _type_texts(branch)
    else:
        kind = value.get("format")
        yield TypeText(schemas.type_name(schema) + (f" ({kind})" if isinstance(kind, str) else ""))
