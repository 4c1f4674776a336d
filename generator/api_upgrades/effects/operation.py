"""Kinds of effects on operations and on their statuses, responses, request bodies and security."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, JsonObject, insert_before, json_equal
from api_upgrades.effects.base import Predicate, TargetedEffect, as_code, join_names
from api_upgrades.effects.call_words import describe_security_change
from api_upgrades.effects.schema import require_whole_part, with_whole_part, without_whole_part
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot, part_spot, section_spot
from api_upgrades.openapi.methods import METHOD_PATTERN
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


class AddOperation(TargetedEffect):
    """An operation was added.

    {kind: add_operation, target: POST /copilot/notes}
    """

    kind: Literal["add_operation"] = "add_operation"
    is_named_by_place = True
    existence = "added"

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return without_whole_part(contract, target, "operation")

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is new", "are new")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RemoveOperation(TargetedEffect):
    """An operation was removed.

    {kind: remove_operation, target: GET /ping, was: {responses: {"200": {description: It answers.}}}}
    """

    kind: Literal["remove_operation"] = "remove_operation"
    existence = "removed"
    was: dict[str, Any]
    before: str | None = Field(None, description="The operation before which it stood (last, if omitted).")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return with_whole_part(contract, target, "operation", self.was, self.before)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was removed", "were removed")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


_NOT_A_METHOD = "not a method of HTTP; write it as a request sends it, as in 'PUT'"


def _check_method(text: str) -> str:
    if not re.fullmatch(METHOD_PATTERN, text):
        raise ValueError(f"{text!r} is {_NOT_A_METHOD}")
    return text


Method = Annotated[
    str,
    AfterValidator(_check_method),
    Field(json_schema_extra={"pattern": f"^{METHOD_PATTERN}$(?!\\n)", "patternErrorMessage": _NOT_A_METHOD}),
]
"""A method of HTTP, in capitals if it is a usual one."""


class MoveOperation(TargetedEffect):
    """The method or the path of an operation changed, or both. Path parameters are matched by position.

    {kind: move_operation, target: ["PATCH /patients/{id}", "PATCH /tasks/{id}"], was_method: PUT}
    """

    kind: Literal["move_operation"] = "move_operation"
    is_named_by_place = True
    was_method: Method | None = None
    was_path: str | None = Field(None, pattern="^/")

    def _old_part(self, part: Part) -> Part:
        return Part("operation", f"{self.was_method or part.method} {self.was_path or part.path}")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        if self.was_method is None and self.was_path is None:
            raise ContractMismatch("give 'was_method', 'was_path' or both", "kind")
        new = require_whole_part(target, "operation")
        old = self._old_part(new)
        operation = part_spot(contract, target).read(contract)
        if old == new:
            raise ContractMismatch(f"changes nothing at {target}", "target")
        if old in contract.parts:
            raise ContractMismatch(f"{old} still exists", "was_path" if self.was_path else "was_method")
        reverted = contract.with_part_renamed(new, old).with_part(old, _restore_path_parameters(operation, new, old))
        return replace(reverted, document=_restore_path_item(reverted, new.path, old.path))

    def intent(self, resource: str) -> Hashable:
        (target,) = self.target
        if target.part is None:
            return self.kind
        return self.kind, self.was_method, _path_difference(self._old_part(target.part).path, target.part.path)

    def headline(self, newer: Contract | None = None) -> str:
        found: dict[str, list[str]] = {}  # the renamed path parameters, with the operations that have them
        moved = []
        for move in self.moves():
            if names := _only_renamed_path_parameters(move):
                found.setdefault(names, []).append(as_code(move.new))
            elif not move.new.section:
                moved.append(f"{as_code(move.old)} is now {as_code(move.new)}")
        renamed = [f"the path parameter {names} in {join_names(operations)}" for names, operations in found.items()]
        text = "; ".join((*moved, *renamed))
        return text[0].upper() + text[1:]

    def touches(self) -> Iterator[Touch]:
        for move in self.moves():
            yield Touch(move.new, NAME)
            yield Touch(move.old, NAME)

    def moves(self) -> Iterator[Move]:
        for target in self.target:
            if target.part is not None:
                old = self._old_part(target.part)
                yield Move(Target(old), target)
                for name, other in _renamed_path_parameters(target.part, old).items():
                    yield Move(replace(target, section=f"path {other}"), replace(target, section=f"path {name}"))


def _only_renamed_path_parameters(move: Move) -> str:
    """The renamed path parameters, if nothing else changed: callers send the same request. Otherwise empty."""
    old, new = move.old.part, move.new.part
    if move.new.section or not old or not new or old.method != new.method or _template(old.path) != _template(new.path):
        return ""
    names = [f"`{other}` is now `{name}`" for name, other in _renamed_path_parameters(new, old).items()]
    return join_names(names) if names else ""


def _template(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def _path_difference(old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which segments of a path were replaced by which: both paths without the segments that both end and begin with."""
    older, newer = old.split("/"), new.split("/")
    while older and newer and older[-1] == newer[-1]:
        del older[-1], newer[-1]
    while older and newer and older[0] == newer[0]:
        del older[0], newer[0]
    return tuple(older), tuple(newer)


def path_parameter_names(path: str) -> list[str]:
    return re.findall(r"\{([^{}]+)\}", path)


def _renamed_path_parameters(new: Part, old: Part) -> dict[str, str]:
    """The path parameters whose names differ: the older name by the newer one."""
    names = zip(path_parameter_names(new.path), path_parameter_names(old.path), strict=False)
    return {name: other for name, other in names if name != other}


def _restore_path_parameters(operation: JsonObject, new: Part, old: Part) -> JsonObject:
    names = _renamed_path_parameters(new, old)
    if not names or "parameters" not in operation:
        return operation
    return {
        **operation,
        "parameters": [
            {**parameter, "name": names[parameter["name"]]}
            if parameter.get("in") == "path" and parameter.get("name") in names
            else parameter
            for parameter in operation["parameters"]
        ],
    }


def _restore_path_item(contract: Contract, new: str, old: str) -> JsonObject:
    """The rest of the document, with the path item at the older path, and at the newer one if operations stay there."""
    paths = contract.document.get("paths", {})
    stays = any(part.path == new for part in contract.of_kind("operation"))
    if new == old or new not in paths:
        return contract.document
    item = paths[new]
    if old not in paths:
        moved: Mapping[str, Json] = (
            {**paths, old: item} if stays else {old if path == new else path: kept for path, kept in paths.items()}
        )
    elif not stays and json_equal(paths[old], item):  # the last of several operations that moved together
        moved = {path: kept for path, kept in paths.items() if path != new}
    else:
        return contract.document
    return {**contract.document, "paths": moved}


class ChangeStatus(TargetedEffect):
    """The status of a response changed.

    {kind: change_status, target: POST /patients, old: "200", new: "201"}
    """

    kind: Literal["change_status"] = "change_status"
    is_named_by_place = True
    old: str
    new: str

    @property
    def subject(self) -> str:
        return self.new

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        require_whole_part(target, "operation")
        spot, responses = _read_responses(contract, target)
        if self.new not in responses:
            raise ContractMismatch(f"{target} has no response {self.new}", "new", did_you_mean(self.new, responses))
        if self.old in responses:
            raise ContractMismatch(f"{target} still has a response {self.old}", "old")
        older = {self.old if status == self.new else status: kept for status, kept in responses.items()}
        return spot.write(contract, older)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate(
            f"answers {as_code(self.new)} instead of {as_code(self.old)}",
            f"answer {as_code(self.new)} instead of {as_code(self.old)}",
        )

    def touches(self) -> Iterator[Touch]:
        for old, new in self.moves():
            yield Touch(new, NAME)
            yield Touch(old, NAME)

    def moves(self) -> Iterator[Move]:
        for target in self.target:
            yield Move(replace(target, section=f"response {self.old}"), replace(target, section=f"response {self.new}"))


def _read_responses(contract: Contract, target: Target) -> tuple[Spot, Mapping[str, Json]]:
    spot = part_spot(contract, target)
    return spot.below("responses"), spot.read(contract).get("responses", {})


def _read_status(target: Target) -> str:
    status = target.section.removeprefix("response ")
    if not target.section.startswith("response ") or target.steps:
        raise ContractMismatch(f"{target} is not a response; write for example 'POST /x response 409'", "target")
    return status


class AddResponse(TargetedEffect):
    """A response with another status was added to an operation.

    {kind: add_response, target: POST /patients response 409}
    """

    kind: Literal["add_response"] = "add_response"
    is_named_by_place = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        _read_status(target)
        spot, responses = _read_responses(contract, target)
        if _read_status(target) not in responses:
            raise ContractMismatch(f"{target} does not exist", "target", did_you_mean(_read_status(target), responses))
        return spot.write(contract, {key: kept for key, kept in responses.items() if key != _read_status(target)})

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is new", "are new")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RemoveResponse(TargetedEffect):
    """A response was removed from an operation.

    {kind: remove_response, target: GET /patients response 404, was: {description: There is none.}}
    """

    kind: Literal["remove_response"] = "remove_response"
    was: dict[str, Any]
    before: str | None = Field(None, description="The status before which it stood (last, if omitted).")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        status = _read_status(target)
        spot, responses = _read_responses(contract, target)
        if status in responses:
            raise ContractMismatch(f"{target} still exists", "target")
        if self.before is not None and self.before not in responses:
            raise ContractMismatch(f"{target.part} has no response {self.before}", "before")
        return spot.write(contract, insert_before(responses, status, self.was, self.before))

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was removed", "were removed")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


def _require_request(target: Target) -> None:
    if target.section != "request" or target.steps:
        raise ContractMismatch(f"{target} is not a request body; write for example 'POST /x request'", "target")


class AddRequestBody(TargetedEffect):
    """A request body was added to an operation.

    {kind: add_request_body, target: POST /exports request}
    """

    kind: Literal["add_request_body"] = "add_request_body"
    is_named_by_place = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        _require_request(target)
        section_spot(contract, target)
        return part_spot(contract, target).below("requestBody").erase(contract)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is new", "are new")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RemoveRequestBody(TargetedEffect):
    """The request body of an operation was removed.

    {kind: remove_request_body, target: POST /exports request, was: {content: {application/json: {}}}}
    """

    kind: Literal["remove_request_body"] = "remove_request_body"
    was: dict[str, Any]

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        _require_request(target)
        spot = part_spot(contract, target)
        operation = spot.read(contract)
        if "requestBody" in operation:
            raise ContractMismatch(f"{target} still exists", "target")
        return spot.write(contract, insert_before(operation, "requestBody", self.was, "responses"))

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was removed", "were removed")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class ChangeSecurity(TargetedEffect):
    """The security requirements of an operation changed.

    {kind: change_security, target: GET /patients, was: [{basic: []}]}
    """

    kind: Literal["change_security"] = "change_security"
    was: list[dict[str, Any]] | None = Field(description="The older `security`; null if the API-wide setting applied.")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        part = require_whole_part(target, "operation")
        operation = part_spot(contract, target).read(contract)
        older = {key: kept for key, kept in operation.items() if key != "security" or self.was is not None}
        return contract.with_part(part, older if self.was is None else {**older, "security": self.was})

    def predicate(self, newer: Contract | None = None) -> Predicate:
        if newer is None:
            return Predicate("requires different credentials", "require different credentials")
        was, now = (newer.document.get("security") if one is None else one for one in (self.was, self._read(newer)))
        return describe_security_change(was, now)

    def _read(self, contract: Contract) -> Json:
        return part_spot(contract, self.target[0]).read(contract).get("security")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "security") for target in self.target)
