"""Kinds of effects that reshape properties: one value becomes a list, one property becomes several, or several
become one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, JsonObject, insert_before, set_at, value_at
from api_upgrades.effects.base import Properties, TargetedEffect, as_code, join_names
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot
from api_upgrades.openapi.properties import branches, properties, required_names, with_branches
from api_upgrades.openapi.property_edit import find_property, with_old_name, with_required_name
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


class OneToList(TargetedEffect):
    """A property with one value became a list of values, under its old name or a new one.

    {kind: one_to_list, target: Conversation, old: assigned_provider, new: assigned_providers}
    """

    kind: Literal["one_to_list"] = "one_to_list"
    is_named_by_place = True
    old: str
    new: str

    @property
    def subject(self) -> str:
        return self.new

    @property
    def place(self) -> Target:
        return self.target[0].property(self.new)

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot, whole, found = find_property(contract, target.property(self.new), "new")
        if self.old != self.new and self.old in properties(whole):
            raise ContractMismatch(f"{target} still has a property {self.old!r}", "old")
        single = _item_schema(value_at(whole, found.pointer), contract.dialect)
        if single is None:
            raise ContractMismatch(f"{target.property(self.new)} is not a list", "new")
        renamed = with_branches(whole, lambda branch: with_old_name(branch, self.new, self.old))
        return spot.write(contract, set_at(renamed, (*found.pointer[:-1], self.old), single))

    def headline(self, newer: Contract | None = None) -> str:
        return f"{as_code(self.old)} is now the array {as_code(self.new)} in {self.target_names()}"

    def touches(self) -> Iterator[Touch]:
        for old, new in self.moves():
            yield Touch(new, EXISTENCE)
            yield Touch(old, NAME)

    def moves(self) -> Iterator[Move]:
        return (Move(target.property(self.old), target.property(self.new)) for target in self.target)


def _item_schema(schema: JsonObject, dialect: str) -> JsonObject | None:
    """The schema of one item of a list, nullable if the list is, with the annotations of the list."""
    value = schemas.value_schema(schema)
    if not isinstance(value.get("items"), dict):
        return None
    own = {
        key: kept for key, kept in value["items"].items() if key not in schemas.PROPERTY_KEYWORDS - schemas.ANNOTATIONS
    }
    item = schema_edit.with_nullable(own, schemas.is_nullable(schema), dialect)
    beside = {
        key: kept
        for key, kept in schema.items()
        if key in schemas.PROPERTY_KEYWORDS - {"example", "examples", "default"}
    }
    example = schemas.example(schema)
    result: JsonObject = schema_edit.merge_keywords(item, beside)
    if isinstance(example, list) and example:
        result = schema_edit.with_example(result, example[0], dialect)
    return result


SEPARATORS = (" ", ", ", "-", "/", ".", ":", "_", "|", ",", ";")
"""What a draft looks for between the pieces of an example, the likeliest first."""


class SplitProperty(TargetedEffect):
    """One property became several, each with a piece of its value.

    {kind: split_property, target: Patient, old: name, new: [first_name, last_name]}
    """

    kind: Literal["split_property"] = "split_property"
    is_named_by_place = True
    old: str
    new: list[str] = Field(min_length=2, description="The newer names, in the order of the pieces.")
    separator: str = Field(" ", min_length=1, description="What stood between the pieces in the older value.")
    was: dict[str, Any] | None = Field(
        None, description="The older schema; a string by default. If it has no example, those of the pieces are joined."
    )
    required: bool | None = Field(None, description="Whether it was required; by default, whether all pieces are.")
    before: str | None = Field(
        None, description="The property it stood before, or null if last. If omitted, it replaces the first piece."
    )

    @property
    def place(self) -> Target:
        return self.target[0].property(self.new[0])

    @property
    def subject(self) -> str:
        return " ".join(self.new)

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot, holder = _read_branch(contract, target, self.new)
        pieces = {name: holder["properties"][name] for name in self.new}
        if self.was is None and not all(map(_is_plain_string, pieces.values())):
            raise ContractMismatch(
                f"{join_names(self.new)} are not plain strings; give the older schema as 'was'", "was"
            )
        schema: JsonObject = self.was or {"type": "string"}
        examples = [schemas.example(piece) for piece in pieces.values()]
        if schemas.example(schema) is schemas.MISSING and schemas.MISSING not in examples:
            joined = self.separator.join(map(schemas.as_text, examples))
            schema = schema_edit.with_example(schema, joined, contract.dialect)
        is_required = set(self.new) <= set(holder.get("required", ())) if self.required is None else self.required
        older = _exchange_properties(holder, target, self.new, {self.old: (schema, is_required)})
        if "before" in self.model_fields_set:
            older = _move_property(older, target, self.old, self.before)
        return spot.write(contract, older)

    def headline(self, newer: Contract | None = None) -> str:
        return f"{as_code(self.old)} is now {join_names([as_code(name) for name in self.new])} in {self.target_names()}"

    def touches(self) -> Iterator[Touch]:
        return (Touch(target.property(name), EXISTENCE) for target in self.target for name in (*self.new, self.old))

    @classmethod
    def candidates(cls, holder: Target, older: Properties, newer: Properties) -> Iterator[Self]:
        added = _string_examples(newer, older)
        for old, example in _string_examples(older, newer).items():
            for separator, new in _find_division(example, added):
                schema, is_required = older[old].schema, older[old].is_required
                fields: dict[str, Any] = {} if separator == " " else {"separator": separator}
                if not _is_string_with_example(schema):
                    fields["was"] = schema
                if is_required != all(newer[name].is_required for name in new):
                    fields["required"] = is_required
                here = dict.fromkeys(old if name in new else name for name in newer)
                order = [name for name in older if name in here]
                if [name for name in here if name in order] != order:
                    fields["before"] = next(iter(order[order.index(old) + 1 :]), None)
                yield cls.model_validate({"target": str(holder), "old": old, "new": new} | fields)


class JoinProperties(TargetedEffect):
    """Several properties became one, whose value holds theirs.

    {kind: join_properties, target: Patient, old: [first_name, last_name], new: name}
    """

    kind: Literal["join_properties"] = "join_properties"
    is_named_by_place = True
    old: list[str] = Field(min_length=2, description="The older names, in the order of the pieces.")
    new: str
    separator: str = Field(" ", min_length=1, description="What stands between the pieces in the newer value.")
    was: dict[str, dict[str, Any]] = Field(
        {}, description="The older schemas by their names; by default strings, with a piece of the newer example."
    )
    required: list[str] | None = Field(
        None, description="Which of them were required; by default all, if the newer one is."
    )

    @property
    def place(self) -> Target:
        return self.target[0].property(self.new)

    @property
    def subject(self) -> str:
        return self.new

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot, holder = _read_branch(contract, target, [self.new])
        whole = holder["properties"][self.new]
        if not self.was.keys() >= set(self.old) and not _is_plain_string(whole):
            raise ContractMismatch(f"{self.new!r} is not a plain string; give the older schemas as 'was'", "was")
        required = self.required
        if required is None:
            required = self.old if self.new in holder.get("required", ()) else []
        older: dict[str, tuple[Json, bool]] = {}
        for name, piece in zip(self.old, self._pieces(whole, target), strict=True):
            schema: JsonObject = self.was.get(name, {"type": "string"})
            if piece is not None and schemas.example(schema) is schemas.MISSING:
                schema = schema_edit.with_example(schema, piece, contract.dialect)
            older[name] = schema, name in required
        return spot.write(contract, _exchange_properties(holder, target, [self.new], older))

    def _pieces(self, whole: JsonObject, target: Target) -> Sequence[str | None]:
        """The newer example divided into one piece for each older property; all None if it can't be divided."""
        example = schemas.example(whole)
        if not isinstance(example, str):
            return [None] * len(self.old)
        pieces = example.split(self.separator, len(self.old) - 1)
        if len(pieces) == len(self.old):
            return pieces
        if self.was.keys() >= set(self.old):
            return [None] * len(self.old)
        raise ContractMismatch(
            f"the example {example!r} of {target.property(self.new)} does not divide into {len(self.old)} pieces at "
            f"{self.separator!r}; give the older schemas as 'was'",
            "separator",
        )

    def headline(self, newer: Contract | None = None) -> str:
        return (
            f"{join_names([as_code(name) for name in self.old])} are now {as_code(self.new)} in {self.target_names()}"
        )

    def touches(self) -> Iterator[Touch]:
        return (Touch(target.property(name), EXISTENCE) for target in self.target for name in (self.new, *self.old))

    @classmethod
    def candidates(cls, holder: Target, older: Properties, newer: Properties) -> Iterator[Self]:
        removed = _string_examples(older, newer)
        for new, example in _string_examples(newer, older).items():
            for separator, old in _find_division(example, removed):
                was = {name: older[name].schema for name in old}
                fields: dict[str, Any] = {} if separator == " " else {"separator": separator}
                if not _is_plain_string(newer[new].schema) or not all(map(_is_string_with_example, was.values())):
                    fields["was"] = was
                required = [name for name in old if older[name].is_required]
                if required != (old if newer[new].is_required else []):
                    fields["required"] = required
                yield cls.model_validate({"target": str(holder), "old": old, "new": new} | fields)


def _read_branch(contract: Contract, target: Target, names: Sequence[str]) -> tuple[Spot, JsonObject]:
    """The branch of an object that declares some properties. Raises ContractMismatch if no branch has all."""
    spot, whole, first = find_property(contract, target.property(names[0]), "new")
    for name in names:
        find_property(contract, target.property(name), "new")
        involved = [
            branch.pointer
            for branch in branches(whole)
            if name in branch.schema.get("properties", {}) or name in required_names(branch.schema)
        ]
        if involved != [first.branch]:
            raise ContractMismatch(f"{target} has {name!r} in another or more than one branch of its 'allOf'", "new")
    return spot.below(*first.branch), value_at(whole, first.branch)


def _exchange_properties(
    holder: JsonObject, target: Target, newer: Sequence[str], older: Mapping[str, tuple[Json, bool]]
) -> JsonObject:
    """An object without its newer properties, and with the older ones where the first of the newer ones was."""
    declared = holder["properties"]
    for name in older:
        if name in declared and name not in newer:
            raise ContractMismatch(f"{target} still has a property {name!r}", "old")
    first = next(name for name in declared if name in newer)
    kept: dict[str, Json] = {}
    for name, schema in declared.items():
        if name == first:
            kept |= {other: schema for other, (schema, _) in older.items()}
        if name not in newer:
            kept[name] = schema
    for name in newer:
        holder = with_required_name(holder, name, False)
    holder = {**holder, "properties": kept}
    for name, (_, is_required) in older.items():
        holder = with_required_name(holder, name, is_required)
    return holder


def _move_property(holder: JsonObject, target: Target, name: str, before: str | None) -> JsonObject:
    """An object with one property moved before another, or to the end."""
    left = {other: kept for other, kept in holder["properties"].items() if other != name}
    if before is not None and before not in left:
        raise ContractMismatch(f"{target} has no property {before!r}", "before", did_you_mean(before, left))
    is_required = name in holder.get("required", ())
    moved = {
        **with_required_name(holder, name, False),
        "properties": insert_before(left, name, holder["properties"][name], before),
    }
    return with_required_name(moved, name, is_required)


def _is_plain_string(schema: Json) -> bool:
    """Whether a schema says only that a value is a string, apart from what it says of the property."""
    return (
        isinstance(schema, dict)
        and schema.get("type") == "string"
        and schema.keys() - schemas.PROPERTY_KEYWORDS == {"type"}
    )


def _is_string_with_example(schema: Json) -> bool:
    """Whether a schema is a string with an example and nothing else, which is what the effects can derive."""
    return _is_plain_string(schema) and schema.keys() in ({"type", "example"}, {"type", "examples"})


def _string_examples(candidates: Properties, others: Properties) -> dict[str, str]:
    """The examples of the string properties that `others` lacks, by name. Examples that are no text are omitted."""
    found = {}
    for name, candidate in candidates.items():
        schema = candidate.schema
        if name not in others and isinstance(schema, dict) and schemas.types(schema) == ("string",):
            example = schemas.example(schema)
            if isinstance(example, str):
                found[name] = example
    return found


def _find_division(example: str, pieces: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """The separator at which an example divides into other examples, and their names; at most one such pair."""
    for separator in SEPARATORS:
        texts = example.split(separator)
        names = [[name for name, piece in pieces.items() if piece == text] for text in texts]
        if len(texts) > 1 and all(len(found) == 1 for found in names) and len(set(texts)) == len(texts):
            yield separator, [name for (name,) in names]
            return
