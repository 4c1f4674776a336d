"""Finds out to which change a schema belongs by what refers to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence, Set

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.draft.grouping import DisjointSets
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.properties import follower, holder_of, properties
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import References, Usage


def find_unused_schemas(*contracts: Contract) -> Set[Part]:
    """The schemas that no operation or webhook of any contract uses; none if a contract has neither."""
    unused: set[Part] = set()
    used: set[Part] = set()
    for contract in contracts:
        users = [part for part in contract.parts if part.kind != "schema"]
        if not users:
            return set()
        usage = Usage(contract, References())
        for part in contract.of_kind("schema"):
            (used if usage.directions(part) else unused).add(part)
    return unused - used


def join_schemas_with_references(
    sets: DisjointSets, applied: Sequence[AppliedEffect], resources: Mapping[Part, str]
) -> None:
    """Join each added or removed schema with the one change that adds or removes references to it.

    Of the schemas with references in several changes, those of one resource become one change.
    """
    schemas: dict[Part, int] = {}
    for index, one in enumerate(applied):
        part = one.effect.targets[0].part if one.effect.existence else None
        if part is not None and part.kind == "schema":
            schemas[part] = index
    referring: dict[Part, list[int]] = defaultdict(list)
    for index, one in enumerate(applied) if schemas else ():
        for part in _changed_references(one) & schemas.keys():
            if schemas[part] != index:
                referring[part].append(index)
    has_joined = True
    while has_joined:
        has_joined = False
        for part, index in schemas.items():
            roots = {sets.root(other) for other in referring[part]}
            if len(roots) == 1 and sets.root(index) not in roots:
                sets.join(index, roots.pop())
                has_joined = True
    first: dict[Hashable, int] = {}
    members = sets.members()
    for part, index in schemas.items():
        if all(other in schemas.values() for other in members[sets.root(index)]):
            key = applied[index].effect.existence, resources.get(part)
            sets.join(index, first.setdefault(key, index))


def _changed_references(one: AppliedEffect) -> set[Part]:
    """The schemas to which parts begin or cease to refer with an effect. A part that moved keeps its references."""
    touched = {touch.target.part for touch in one.effect.touches()}
    touched |= {target.part for move in one.effect.moves() for target in move}
    older, newer = (_references(contract, touched) for contract in (one.older, one.newer))
    return older ^ newer


def _references(contract: Contract, parts: Set[Part | None]) -> set[Part]:
    values = [contract.document if part is None else contract.parts.get(part) for part in parts]
    return {found for value in values for ref in references(value) if (found := schema_of(ref)) is not None}


def find_inherited(contract: Contract, place: Target) -> Part | None:
    """The schema behind a reference that gives an object the property at `place`, if the object lacks it itself."""
    if place.part not in contract.parts:
        return None
    try:
        holder = schema_spot(contract, place.holder).read(contract)
    except ContractMismatch:
        return None
    if not isinstance(holder, dict) or not place.steps[-1].startswith("."):
        return None
    found = properties(holder, follower(contract)).get(place.name)
    return holder_of(found.ref) if found is not None and found.ref is not None else None
