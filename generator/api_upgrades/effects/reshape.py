"""Properties that take another shape: one value becomes a list, one property several, or several one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from api_upgrades.core.errors import DoesNotFit, did_you_mean
from api_upgrades.core.json import JsonObject
from api_upgrades.effects.base import TargetedEffect, as_code
from api_upgrades.effects.property import follow_replacement, holder_spot
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


class OneToList(TargetedEffect):
    """A property that held one value holds a list of them, under a new name or its old one.

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
        spot = holder_spot(contract, target, self.new)
        holder = spot.read(contract)
        properties = holder.get("properties", {})
        if self.new not in properties:
            raise DoesNotFit(f"{target} has no property {self.new!r}", "new", did_you_mean(self.new, properties))
        if self.old != self.new and self.old in properties:
            raise DoesNotFit(f"{target} still has a property {self.old!r}", "old")
        single = _one_of(properties[self.new], contract.dialect)
        if single is None:
            raise DoesNotFit(f"{target.property(self.new)} is not a list", "new")
        renamed = {
            self.old if name == self.new else name: follow_replacement(kept, self.new, self.old)
            for name, kept in properties.items()
        }
        result = {**holder, "properties": {**renamed, self.old: single}}
        if "required" in holder:
            result["required"] = [self.old if name == self.new else name for name in holder["required"]]
        return spot.write(contract, result)

    def headline(self) -> str:
        return f"{as_code(self.old)} is now the list {as_code(self.new)} in {self.named()}"

    def touches(self) -> Iterator[Touch]:
        for old, new in self.moves():
            yield Touch(new, EXISTENCE)
            yield Touch(old, NAME)

    def moves(self) -> Iterator[Move]:
        return (Move(target.property(self.old), target.property(self.new)) for target in self.target)


def _one_of(schema: JsonObject, dialect: str) -> JsonObject | None:
    """The schema of one item of a list, nullable where the list was, with the list's own annotations."""
    value = schemas.value_schema(schema)
    if not isinstance(value.get("items"), dict):
        return None
    own = {key: kept for key, kept in value["items"].items() if key not in schemas.OUTSIDE - schemas.ANNOTATIONS}
    item = schema_edit.with_nullable(own, schemas.is_nullable(schema), dialect)
    beside = {key: kept for key, kept in schema.items() if key in schemas.OUTSIDE - {"example", "examples", "default"}}
    example = schemas.example(schema)
    result: JsonObject = schema_edit.merged(item, beside)
    if isinstance(example, list) and example:
        result = schema_edit.with_example(result, example[0], dialect)
    return result
