"""Finds the JSON that a target names: its part, and the place inside the part.

Steps go through the non-null branch of a schema and into the inline branches of an `allOf`, at any depth. They follow a
`$ref` only if nothing else refers to the same schema, because an edit behind a shared `$ref` would also change places
that the target doesn't name. A `$ref` among the branches of an `allOf` is never followed: an inherited property is
named by the target of the schema that declares it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, JsonObject, Pointer, remove_at, set_at, value_at
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part, schema_of, schema_part
from api_upgrades.openapi.part_places import operations_of
from api_upgrades.openapi.properties import follower, holder_of, pointer_of, properties
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

JSON_MEDIA_TYPE = "application/json"


@dataclass(frozen=True)
class Spot:
    """One place in the JSON of one part (of the rest of the document where `part` is None)."""

    part: Part | None
    pointer: Pointer

    def read(self, contract: Contract) -> Json:
        return value_at(contract.document if self.part is None else contract.parts[self.part], self.pointer)

    def write(self, contract: Contract, value: Json) -> Contract:
        """The contract with `value` at this spot."""
        if self.part is None:
            return contract.with_document(set_at(contract.document, self.pointer, value))
        return contract.with_part(self.part, set_at(contract.parts[self.part], self.pointer, value))

    def erase(self, contract: Contract) -> Contract:
        """The contract with nothing at this spot."""
        if self.part is None:
            return contract.with_document(remove_at(contract.document, self.pointer))
        return contract.with_part(self.part, remove_at(contract.parts[self.part], self.pointer))

    def below(self, *keys: str | int) -> Spot:
        return Spot(self.part, (*self.pointer, *keys))


def part_spot(contract: Contract, target: Target) -> Spot:
    """The part of a target as a whole. Raises ContractMismatch where the contract hasn't got it."""
    part = target.part
    if part is not None and part not in contract.parts:
        known = (other.name for other in contract.of_kind(part.kind))
        message = f"{part.kind} {part.name!r} does not exist"
        raise ContractMismatch(message, "target", partial(did_you_mean, part.name, known))
    return Spot(part, ())


def section_spot(contract: Contract, target: Target) -> Spot:
    """The JSON of a target's section: an Operation Object, a Request Body, Response or Parameter Object.

    For a schema it is the schema itself, for a webhook without a section its one operation.
    """
    spot = part_spot(contract, target)
    section, _, name = target.section.partition(" ")
    if target.part is not None and target.part.kind == "webhook":
        if not operations_of(spot.read(contract)):
            raise ContractMismatch(f"{target.part} has no operation", "target")
        spot = spot.below(*webhook_pointer(spot.read(contract)))
        section = "request" if section == "payload" else section
    if not section:
        return spot
    found = spot.read(contract)
    if section == "request":
        spot, missing = spot.below("requestBody"), "requestBody" not in found
    elif section == "response":
        name = name or success_status(found)
        spot, missing = spot.below("responses", name), name not in found.get("responses", {})
    elif section in PARAMETER_LOCATIONS:
        index = parameter_index(contract, found, section, name)
        spot, missing = spot.below("parameters", -1 if index is None else index), index is None
    else:
        missing = True
    if missing:
        raise ContractMismatch(f"{target.part} has no {section} {name}".rstrip(), "target")
    if "$ref" in spot.read(contract):
        shared = spot.read(contract)["$ref"]
        raise ContractMismatch(f"{target.part} shares {shared!r} with others; use 'replace' on the document", "target")
    return spot


def webhook_method(item: JsonObject) -> str:
    """The method of the first operation in a webhook's Path Item Object; `POST` where it holds none."""
    methods = operations_of(item)
    return next((method for method in methods if method not in _UNUSUAL_METHODS), next(iter(methods), "POST"))


_UNUSUAL_METHODS = ("OPTIONS", "HEAD", "TRACE")
"""Methods that stand for a webhook only if it has no other."""


def webhook_pointer(item: JsonObject) -> Pointer:
    """Where a webhook's Path Item Object holds its operation, or would."""
    return Part("operation", webhook_method(item)).path_item_pointer


def webhook_operation(item: JsonObject) -> JsonObject:
    """The operation of a webhook; an empty object if it has none."""
    return operations_of(item).get(webhook_method(item), {})


def success_status(operation: JsonObject) -> str:
    """The first 2xx status of an operation, in its own order; else `default`."""
    return next((status for status in operation.get("responses", {}) if str(status).startswith("2")), "default")


def parameter_index(contract: Contract, operation: JsonObject, location: str, name: str) -> int | None:
    """The index of a parameter in the list of an operation, which may also contain shared ones; None if not found."""
    for index, parameter in enumerate(operation.get("parameters", ())):
        found = _follow_reference(contract, parameter)
        if found.get("in") == location and found.get("name") == name:
            return index
    return None


def _follow_reference(contract: Contract, value: JsonObject) -> JsonObject:
    try:
        found: JsonObject = resolve(contract, value["$ref"]) if "$ref" in value else value
    except (KeyError, IndexError, ValueError, TypeError):
        return value
    return found


def media_type(body: JsonObject) -> str | None:
    """The media type whose schema stands for a body: JSON where there is one, else the first."""
    content = body.get("content", {})
    return JSON_MEDIA_TYPE if JSON_MEDIA_TYPE in content else next(iter(content), None)


def place_spot(contract: Contract, target: Target) -> Spot:
    """The spot of a target itself: the schema of a property, or an operation, a parameter, a body, a response."""
    return schema_spot(contract, target) if target.steps else section_spot(contract, target)


def schema_spot(contract: Contract, target: Target) -> Spot:
    """The spot of the schema that a target names. Raises ContractMismatch, which suggests a similar name."""
    spot, walked = _start_of_steps(contract, target)
    for step in target.steps[len(walked.steps) :]:
        spot = _follow_step(contract, spot, step, walked)
        walked = walked.child(step)
    return spot


def _start_of_steps(contract: Contract, target: Target) -> tuple[Spot, Target]:
    """The spot of the outermost schema of a target, and the target of that spot.

    It is the schema of the target's section or, if a body has no schema but its items have one, that of the items.
    """
    spot = section_spot(contract, target)
    section, whole = target.section.partition(" ")[0], Target(target.part, target.section)
    if target.part is None or (target.part.kind != "schema" and not section):
        raise ContractMismatch(
            f"{target} is not a schema; say which: 'request', 'response', 'payload' or a parameter", "target"
        )
    if not section:
        return spot, whole
    media = media_type(spot.read(contract))
    if media is not None:
        spot = spot.below("content", media)
    content = spot.read(contract)
    if media is not None and "$ref" in content:
        shared = content["$ref"]
        raise ContractMismatch(f"{target.part} shares {shared!r} with others; use 'replace' on the document", "target")
    if "schema" in content:
        return spot.below("schema"), whole
    if "itemSchema" in content:
        if target.steps[:1] != ("[]",):
            raise ContractMismatch(f"{whole} is a sequence; name its items: {whole.child('[]')}", "target")
        return spot.below("itemSchema"), whole.child("[]")
    missing = "body" if section in ("request", "response", "payload") else "schema"
    raise ContractMismatch(f"{whole if missing == 'schema' else target} has no {missing}", "target")


def _follow_step(contract: Contract, spot: Spot, step: str, target: Target) -> Spot:
    if step == "[]" or step == "{}":
        spot = value_spot(contract, spot, target)
        keyword = "items" if step == "[]" else "additionalProperties"
        if not isinstance(spot.read(contract).get(keyword), Mapping):
            raise ContractMismatch(f"{target} is not a {'list' if step == '[]' else 'map'}", "target")
        return spot.below(keyword)
    name = step.removeprefix(".")
    spot = object_spot(contract, spot, target, name)
    schema = spot.read(contract)
    pointer = pointer_of(schema, name)
    if pointer is None:
        raise missing_property_error(contract, schema, target.property(name))
    return spot.below(*pointer)


def missing_property_error(
    contract: Contract, schema: JsonObject, target: Target, field: str = "target"
) -> ContractMismatch:
    """The error that an object has no property of its own under the name of a target."""
    inherited = properties(schema, follower(contract)).get(target.name)
    part = holder_of(inherited.ref) if inherited is not None and inherited.ref is not None else None
    if part is not None:
        named = Target(part).property(target.name)
        return ContractMismatch(f"{target.holder} inherits {target.name!r} from {part}; use the target {named}", field)
    hint = partial(did_you_mean, target.name, properties(schema))
    return ContractMismatch(f"{target.holder} has no property {target.name!r}", field, hint)


def value_spot(contract: Contract, spot: Spot, target: Target) -> Spot:
    """The spot of the schema that describes the value.

    It is the non-null branch or, if that is a `$ref` that nothing else uses, the schema behind it.
    """
    seen: set[Part] = set()
    while True:
        inside = spot.below(*schemas.value_pointer(spot.read(contract)))
        ref = inside.read(contract).get("$ref")
        if ref is None:
            return inside
        part = schema_of(ref)
        if part is None or part not in contract.parts:
            raise ContractMismatch(f"{target} refers to {ref!r}, which isn't there", "target")
        if part in seen:
            raise ContractMismatch(f"{target} refers to itself", "target")
        if contract.count_mentions(part) > 1:
            raise ContractMismatch(
                f"{target} is a {part.name}, which others use too; name the schema: {part.name}", "target"
            )
        seen.add(part)
        spot, target = Spot(part, ()), Target(schema_part(part.name))


def object_spot(contract: Contract, spot: Spot, target: Target, name: str) -> Spot:
    """The spot of the schema in which a property is declared, or would be.

    It is the schema at `spot` or, if that is a `$ref` that nothing else uses, the schema behind it.
    """
    schema = spot.read(contract)
    if pointer_of(schema, name) is not None or "$ref" not in schemas.value_schema(schema):
        return spot
    return value_spot(contract, spot, target)


def has_place(contract: Contract, target: Target) -> bool:
    """Whether a contract has what a target names."""
    if target.part is not None and target.part not in contract.parts:
        return False  # without the search for similar names
    try:
        place_spot(contract, target)
    except ContractMismatch:
        return False
    return True


def canonical_target(contract: Contract, target: Target, *, of_value: bool = False) -> Target:
    """The target that names a place by the part that contains it, so that each place has only one name.

    A place behind a `$ref` that nothing else uses is named by the schema there, and `response` alone becomes the first
    2xx. With `of_value`, a reference at the end is followed too, also from the items of a list, since that is where an
    enum is declared. Steps that the contract doesn't have are kept as they are.
    """
    whole = Target(target.part, target.section)
    try:
        if target.section == "response":
            whole = replace(whole, section=f"response {section_spot(contract, whole).pointer[1]}")
        spot, walked = _start_of_steps(contract, Target(whole.part, whole.section, target.steps[:1]))
    except ContractMismatch:
        return Target(whole.part, whole.section, target.steps)
    start = len(walked.steps)
    for index, step in enumerate(target.steps[start:], start):
        if step.startswith("="):
            return canonical_target(contract, replace(walked, steps=walked.steps), of_value=True).child(step)
        try:
            if not step.startswith(".") or pointer_of(spot.read(contract), step[1:]) is None:
                walked = _private_target(contract, spot, walked)
            spot = _follow_step(contract, spot, step, walked)
        except ContractMismatch:
            return replace(walked, steps=walked.steps + target.steps[index:])
        walked = walked.child(step)
    return _value_target(contract, spot, walked) if of_value else walked


def _private_target(contract: Contract, spot: Spot, walked: Target) -> Target:
    """The target of a place's value: the place itself, or the schema behind a `$ref` that nothing else uses."""
    part = value_spot(contract, spot, walked).part
    return walked if part == spot.part or part is None else Target(part)


def _value_target(contract: Contract, spot: Spot, walked: Target) -> Target:
    try:
        standing = _private_target(contract, spot, walked)
        value = value_spot(contract, spot, walked)
        if isinstance(value.read(contract).get("items"), Mapping):
            items = _private_target(contract, value.below("items"), standing.child("[]"))
            return items if items.part != standing.part else standing
    except ContractMismatch:
        return walked
    return standing
