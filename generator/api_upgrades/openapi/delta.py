"""What differs between two contracts. The cost follows the edits between them, where these are known."""

from __future__ import annotations

from collections.abc import Mapping, Set

from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.references import target_of


def find_changed_parts(older: Contract, newer: Contract) -> list[Part]:
    """The parts that were added or removed, or whose own JSON differs.

    Operations and webhooks also count if the rest of the document differs in something that applies to them.
    """
    return [*find_edited_parts(older, newer), *find_parts_in_other_context(older, newer)]


def find_edited_parts(older: Contract, newer: Contract) -> list[Part]:
    """The parts that are not the same object in both contracts: in the newer one's order, then those that are gone."""
    edited: Set[Part] | None = _edits_between(older, newer)
    if edited is None:
        edited = older.parts.keys() | newer.parts.keys()
    differing = {part for part in edited if older.parts.get(part) is not newer.parts.get(part)}
    return [
        *in_order_of(newer, differing),
        *in_order_of(older, {part for part in differing if part not in newer.parts}),
    ]


def in_order_of(contract: Contract, parts: Set[Part | None]) -> list[Part]:
    """Those of some parts that a contract has, in its order."""
    if len(parts) > 1:
        return [part for part in contract.parts if part in parts]
    return [part for part in parts if part in contract.parts and part is not None]


def derived_in_one_step(contract: Contract, origin: Contract) -> Contract:
    """A contract as one edit of another from which it was derived, so that nothing keeps what was in between."""
    edited = None if contract is origin or contract.origin is origin else _edits_between(origin, contract)
    if edited is None:
        return contract
    return origin.derive(contract.parts, edited, contract.document)


def _edits_between(one: Contract, other: Contract) -> frozenset[Part] | None:
    """The parts that edits between two contracts touched; None if neither was derived from the other.

    Both are followed to their origins in turn, because neighbours may be derived from a thousand others.
    """
    ends: tuple[Contract | None, Contract | None] = (one, other)
    edits: tuple[list[frozenset[Part]], list[frozenset[Part]]] = ([], [])
    while any(ends):
        for end, goal, found in zip(ends, (other, one), edits, strict=True):
            if end is goal:
                return frozenset().union(*found)
            if end is not None:
                found.append(end.edited)
        ends = (ends[0] and ends[0].origin, ends[1] and ends[1].origin)
    return None


API_WIDE_KEYS = ("openapi", "security", "servers", "x-api-version")
"""Document keys that apply to every operation that does not override them."""


def find_parts_in_other_context(older: Contract, newer: Contract) -> list[Part]:
    """The operations and webhooks of the newer contract to which something outside them applies that differs.

    That can be a key of the whole document, their path item, or a shared component.
    """
    was, now = older.document, newer.document
    keys = _find_differing_keys(was, now)
    sections = _find_differing_keys(_object_at(was, "components"), _object_at(now, "components"))
    if not keys:
        return []
    found = (part for part in newer.parts if part.kind != "schema")
    if not keys.isdisjoint(API_WIDE_KEYS) or "securitySchemes" in sections:
        return list(found)
    paths = _find_differing_keys(_object_at(was, "paths"), _object_at(now, "paths"))
    components = _SharedComponents(older, newer) if keys - {"info", "tags", "components"} or sections else None
    return [
        part
        for part in found
        if (part.kind == "operation" and part.path in paths)
        or (components is not None and components.differ_in(newer.parts[part]))
    ]


def _object_at(document: JsonObject, key: str) -> JsonObject:
    value = document.get(key)
    return value if isinstance(value, Mapping) else {}


def _find_differing_keys(was: JsonObject, now: JsonObject) -> set[str]:
    if was is now:
        return set()
    return {key for key in (*was, *now) if was.get(key) is not now.get(key) and was.get(key) != now.get(key)}


class _SharedComponents:
    """The components other than schemas of two contracts. Each is compared once."""

    def __init__(self, older: Contract, newer: Contract) -> None:
        self._older, self._newer = older, newer
        self._known: dict[str, tuple[bool, tuple[str, ...]]] = {}

    def differ_in(self, value: JsonObject) -> bool:
        """Whether anything differs to which some JSON refers, directly or not."""
        queue = list(self._newer.shared_references(value))
        for ref in queue:
            differs, inside = self._compare(ref)
            if differs:
                return True
            queue += (one for one in inside if one not in queue)
        return False

    def _compare(self, ref: str) -> tuple[bool, tuple[str, ...]]:
        if ref not in self._known:
            was, now = target_of(self._older, ref), target_of(self._newer, ref)
            inside = (one for one in references(now) if schema_of(one) is None)
            self._known[ref] = was is not now and was != now, tuple(dict.fromkeys(inside))
        return self._known[ref]
