"""Kinds of effects on the parameters of operations. The kinds of `value.py` and `enum.py` edit their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import insert_before
from api_upgrades.effects.base import OlderValueEffect, Predicate, TargetedEffect, as_code
from api_upgrades.effects.keyword_words import UNKNOWN, describe_keyword_change
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import is_internal
from api_upgrades.openapi.locate import parameter_index, part_spot, section_spot
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target


def _read_location(target: Target) -> str:
    location = target.section.partition(" ")[0]
    if location not in PARAMETER_LOCATIONS or target.steps:
        raise ContractMismatch(f"{target} is not a parameter; write for example 'GET /x query email'", "target")
    return location


class AddParameter(TargetedEffect):
    """A parameter was added.

    {kind: add_parameter, target: GET /patients query phone}
    """

    kind: Literal["add_parameter"] = "add_parameter"
    is_named_by_place = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        location = _read_location(target)
        spot = part_spot(contract, target)
        operation = spot.read(contract)
        index = parameter_index(contract, operation, location, target.name)
        if index is None:
            raise ContractMismatch(f"{target.part} has no {location} {target.name}", "target")
        pointer = ("parameters", index) if len(operation["parameters"]) > 1 else ("parameters",)
        return spot.below(*pointer).erase(contract)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is new", "are new")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RemoveParameter(TargetedEffect):
    """A parameter was removed.

    {kind: remove_parameter, target: GET /patients query page, was: {schema: {type: integer}}, before: email}
    """

    kind: Literal["remove_parameter"] = "remove_parameter"
    was: dict[str, Any] = Field(description="The Parameter Object, without `name` and `in`.")
    before: str | None = Field(None, description="The parameter before which it stood (last, if omitted).")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        location = _read_location(target)
        spot = part_spot(contract, target)
        operation = spot.read(contract)
        parameters = list(operation.get("parameters", ()))
        index = parameter_index(contract, operation, location, target.name)
        if index is not None and is_internal(parameters[index]):  # it is missing only in the public view
            del parameters[index]
        elif index is not None:
            raise ContractMismatch(f"{target} still exists", "target")
        names = [str(one.get("name")) for one in parameters]
        if self.before is not None and self.before not in names:
            hint = did_you_mean(self.before, names)
            raise ContractMismatch(f"{target.part} has no parameter {self.before!r}", "before", hint)
        index = len(names) if self.before is None else names.index(self.before)
        parameters.insert(index, {"name": target.name, "in": location, **self.was})
        following = next((key for key in ("requestBody", "responses") if key in operation), None)
        if "parameters" in operation:
            return spot.below("parameters").write(contract, parameters)
        return spot.write(contract, insert_before(operation, "parameters", parameters, following))

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was removed", "were removed")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


KIND_OF_KEY = {"name": "rename_parameter", "in": "add_parameter", "required": "make_required", "description": "wording"}
"""Keys of a parameter that other kinds edit. The kinds in `value.py` and `enum.py` edit its schema."""


class ChangeParameter(OlderValueEffect):
    """The serialization of a parameter changed: its style, `explode`, or an extension.

    {kind: change_parameter, target: GET /patients query ids, keyword: explode, was: false}
    """

    kind: Literal["change_parameter"] = "change_parameter"
    keyword: str = Field(description="The key of the Parameter Object.")

    @property
    def extension(self) -> str | None:
        return self.keyword if self.keyword.startswith("x-") else None

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        _read_location(target)
        if self.keyword in KIND_OF_KEY:
            raise ContractMismatch(f"use {KIND_OF_KEY[self.keyword]!r} for {self.keyword!r}", "keyword")
        spot = section_spot(contract, target)
        found = spot.read(contract)
        if not self.absent:
            return spot.write(contract, {**found, self.keyword: self.was})
        return spot.write(contract, {key: kept for key, kept in found.items() if key != self.keyword})

    def predicate(self, newer: Contract | None = None) -> Predicate:
        now = UNKNOWN
        if newer is not None:
            now = section_spot(newer, self.target[0]).read(newer).get(self.keyword, MISSING)
        return describe_keyword_change(self.keyword, MISSING if self.absent else self.was, now)

    def touches(self) -> Iterator[Touch]:
        # The default of `explode` depends on the style.
        facets = ("style", "explode") if self.keyword == "style" else (self.keyword,)
        return (Touch(target, facet) for target in self.target for facet in facets)


class RenameParameter(TargetedEffect):
    """A parameter was renamed.

    {kind: rename_parameter, target: GET /patients query cursor, old: after}
    """

    kind: Literal["rename_parameter"] = "rename_parameter"
    is_named_by_place = True
    old: str

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        location = _read_location(target)
        if location == "path":
            raise ContractMismatch(f"{target} is named in the path; use 'move_operation'", "target")
        spot = section_spot(contract, target)
        operation = part_spot(contract, target).read(contract)
        if parameter_index(contract, operation, location, self.old) is not None:
            raise ContractMismatch(f"{target.sibling(self.old)} still exists", "old")
        return spot.write(contract, {**spot.read(contract), "name": self.old})

    def headline(self, newer: Contract | None = None) -> str:
        return "; ".join(f"{as_code(move.old)} is now {as_code(move.new.name)}" for move in self.moves())

    def touches(self) -> Iterator[Touch]:
        for old, new in self.moves():
            yield Touch(new, NAME)
            yield Touch(old, NAME)

    def moves(self) -> Iterator[Move]:
        return (Move(target.sibling(self.old), target) for target in self.target)
