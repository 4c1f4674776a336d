"""Adds, removes and renames properties of contracts, in whichever branch an object declares them."""

from __future__ import annotations

from collections.abc import Sequence

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import (
    Json,
    JsonObject,
    Pointer,
    format_pointer,
    insert_before,
    json_equal,
    set_at,
    value_at,
)
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import is_internal
from api_upgrades.openapi.locate import Spot, missing_property_error, object_spot, schema_spot
from api_upgrades.openapi.properties import Property, branches, properties, required_names, with_branches
from api_upgrades.openapi.target import Target


def find_property(contract: Contract, target: Target, field: str = "target") -> tuple[Spot, JsonObject, Property]:
    """Find a property: the spot of its object, the object's schema, and the property. It must be an own one.

    Raises ContractMismatch, which names `field` as the wrong field of the effect.
    """
    _require_property(target)
    spot = object_spot(contract, schema_spot(contract, target.holder), target.holder, target.name)
    whole = spot.read(contract)
    found = properties(whole).get(target.name)
    if found is None:
        raise missing_property_error(contract, whole, target, field)
    return spot, whole, found


def _require_property(target: Target) -> None:
    if not target.steps or not target.steps[-1].startswith("."):
        raise ContractMismatch(f"{target} is not a property", "target")


def take_property(contract: Contract, target: Target) -> tuple[Contract, JsonObject]:
    """The contract without a property, and the property's schema."""
    spot, whole, found = find_property(contract, target)

    def without(branch: JsonObject) -> JsonObject:
        if target.name in branch.get("properties", {}):
            left = {name: kept for name, kept in branch["properties"].items() if name != target.name}
            branch = {**branch, "properties": left}
        return with_required_name(branch, target.name, False)

    return spot.write(contract, with_branches(whole, without)), found.schema


def put_property(
    contract: Contract, target: Target, schema: Json, required: bool, before: str | None, branch: str | None = None
) -> Contract:
    """The contract with one more property.

    It goes into the given branch, or into that of the property after it, or into the first branch with properties.
    """
    _require_property(target)
    spot = schema_spot(contract, target.holder)
    if branch is None:
        spot = object_spot(contract, spot, target.holder, before or target.name)
    whole = spot.read(contract)
    own = properties(whole)
    if target.name in own and is_internal(own[target.name].schema):  # the public view removed it
        return put_property(take_property(contract, target)[0], target, schema, required, before, branch)
    if target.name in own:
        raise ContractMismatch(f"{target.holder} still has a property {target.name!r}", "target")
    if before is not None and before not in own:
        raise ContractMismatch(f"{target.holder} has no property {before!r}", "before", did_you_mean(before, own))
    place = own[before].branch if before is not None else _default_branch(whole)
    if branch is not None:
        place = _branch_at(whole, branch, target.holder)
    holder = value_at(whole, place)
    declared = insert_before(holder.get("properties", {}), target.name, schema, before)
    added = schema_edit.merge_keywords(holder, {"properties": declared})
    return spot.write(contract, set_at(whole, place, with_required_name(added, target.name, required)))


def with_requiredness(contract: Contract, target: Target, required: bool, branch: str | None = None) -> Contract:
    """The contract with a property required or not; unchanged if it is so already.

    The given branch requires it, by default the one that declares it. If it is not required, no branch requires it.
    """
    spot, whole, found = find_property(contract, target)
    if found.is_required == required:
        return contract
    if not required:
        return spot.write(contract, with_branches(whole, lambda one: with_required_name(one, target.name, False)))
    place = found.branch if branch is None else _branch_at(whole, branch, target.holder)
    holder = with_required_name(value_at(whole, place), target.name, True, tuple(properties(whole)))
    return spot.write(contract, set_at(whole, place, holder))


def _default_branch(schema: JsonObject) -> Pointer:
    """The branch of an object to which properties are added by default."""
    found = (branch.pointer for branch in branches(schema) if "properties" in branch.schema)
    return next(found, schemas.value_pointer(schema))


def _branch_at(schema: JsonObject, text: str, holder: Target) -> Pointer:
    """The pointer of the branch that a JSON Pointer names."""
    found = {format_pointer(branch.pointer): branch.pointer for branch in branches(schema)}
    if text not in found:
        raise ContractMismatch(f"{holder} has no branch {text!r}", "branch", did_you_mean(text, found))
    return found[text]


def with_required_name(holder: JsonObject, name: str, required: bool, known: Sequence[str] = ()) -> JsonObject:
    """A branch with a property required or not. Its required names have the order of its properties or of `known`."""
    names: list[str] = list(required_names(holder))
    if (name in names) == required:
        return holder
    if not required:
        names.remove(name)
    else:
        order = {other: index for index, other in enumerate(known or holder.get("properties", {}))}
        here = order.get(name, len(order))
        names.insert(sum(order.get(other, -1) < here for other in names), name)
    if not names:
        return {key: kept for key, kept in holder.items() if key != "required"}
    return schema_edit.merge_keywords(holder, {"required": names})


def with_old_name(branch: JsonObject, new: str, old: str) -> JsonObject:
    """A branch of an object with a newer name replaced by the older one everywhere."""
    result = dict(branch)
    if "properties" in branch:
        result["properties"] = {
            old if name == new else name: _with_old_replacement(kept, new, old)
            for name, kept in branch["properties"].items()
        }
    if "required" in branch:
        result["required"] = [old if name == new else name for name in required_names(branch)]
    discriminator = branch.get("discriminator")
    if isinstance(discriminator, dict) and discriminator.get("propertyName") == new:
        result["discriminator"] = {**discriminator, "propertyName": old}
    return branch if json_equal(result, branch) else result


def _with_old_replacement(schema: Json, new: str, old: str) -> Json:
    """A sibling schema whose `x-replaced-by` follows the renamed property."""
    if isinstance(schema, dict) and schema.get("x-replaced-by") == new:
        return {**schema, "x-replaced-by": old}
    return schema
