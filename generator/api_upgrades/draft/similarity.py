"""Says how similar the places of two contracts are: whether one may be the other under a new name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, json_equal
from api_upgrades.draft.schema_shapes import is_list
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import place_spot
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.properties import properties
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.semantics import digest, meaning
from api_upgrades.openapi.target import Target

MIN_NAME_SIMILARITY = 0.6
"""The minimum similarity of two names, by `difflib`, for a rename."""

MIN_SHARED_PROPERTIES = 0.7
"""The minimum share of common properties for two schemas to be the same."""

MIN_SHARED_LEAVES = 0.5
"""The minimum share of common JSON leaves for two schemas to be the same."""


@dataclass(frozen=True)
class RemovedPlace:
    """A removed place: the name that it would have now, and its older name."""

    target: Target
    origin: Target


class SimilarityIndex:
    """How similar places of two contracts are. Traits of parts are cached, because each is compared with many."""

    def __init__(self, was: Contract, now: Contract) -> None:
        self._was = was
        self._now = now
        self._traits: dict[tuple[bool, Part], _Traits] = {}

    def candidates(self, place: RemovedPlace, gone: Sequence[RemovedPlace], new: Sequence[Target]) -> list[Target]:
        """The likely new names of a place: those similar or, if none is similar and no other place fits them, all."""
        likely = [one for one in new if self._could_be_renamed(place, one)]
        others = [
            other for other in gone if other != place and any(self._could_be_renamed(other, one) for one in likely)
        ]
        similar = [
            one
            for one in sorted(likely, key=lambda one: -similarity(place.target, one))
            if similarity(place.target, one) >= MIN_NAME_SIMILARITY
            # A place that is more similar to another removed place belongs to that one.
            and all(similarity(other.target, one) <= similarity(place.target, one) for other in others)
        ]
        return similar or (likely if not others else [])

    def _could_be_renamed(self, old: RemovedPlace, new: Target) -> bool:
        """Whether a rename is possible. A property or parameter must have the same type and the same example."""
        if not are_siblings(old.target, new):
            return False
        if old.target.part is not None and not new.section and not new.steps:
            return self._are_similar_parts(old.origin, new)
        if new.steps[-1:] and new.steps[-1].startswith("="):
            return similarity(old.target, new) >= MIN_NAME_SIMILARITY
        try:
            before, after = _read_place(self._was, old.origin), _read_place(self._now, new)
        except ContractMismatch:  # behind a shared reference, which no rename can edit
            return False
        if new.section.startswith("response ") and not new.steps:
            return old.target.name[0] == new.name[0] and json_equal(meaning(before), meaning(after))
        if is_list(after) and not is_list(before):  # a value may have become a list
            return similarity(old.target, new) >= MIN_NAME_SIMILARITY and _is_list_of(before, after)
        if not json_equal(meaning(before), meaning(after)):
            return False
        example, other = _example(before), _example(after)
        if example is MISSING and other is MISSING:  # equal references match; two plain strings prove nothing
            return schemas.ref(before) is not None or similarity(old.target, new) >= MIN_NAME_SIMILARITY
        return json_equal(example, other)

    def _are_similar_parts(self, old: Target, new: Target) -> bool:
        """Whether two parts may be the same."""
        if old.part is None or new.part is None or old.part.kind != new.part.kind:
            return False
        if old.part not in self._was.parts or new.part not in self._now.parts:
            return False  # an operation in a shared path item, which no rename can edit
        if old.part.kind == "operation":
            before, after = self._was.parts[old.part], self._now.parts[new.part]
            has_same_id = "operationId" in before and before["operationId"] == after.get("operationId")
            return has_same_id or old.part.path == new.part.path
        one, other = self._traits_of(False, old.part), self._traits_of(True, new.part)
        return one.meaning == other.meaning or (old.part.kind == "schema" and one.resembles(other))

    def _traits_of(self, is_new: bool, part: Part) -> _Traits:
        if (is_new, part) not in self._traits:
            value = meaning((self._now if is_new else self._was).parts[part])
            names, leaves = frozenset(properties(value)), frozenset(_leaves(value))
            self._traits[is_new, part] = _Traits(digest(value), names, leaves, dict(_values(value)))
        return self._traits[is_new, part]


class _Traits(NamedTuple):
    """What identifies a part."""

    meaning: str
    properties: frozenset[str]
    leaves: frozenset[str]
    values: Mapping[str, frozenset[str]]

    def resembles(self, other: _Traits) -> bool:
        """Whether two schemas have nearly the same properties, most of them equal.

        Where one property allows only other values in both, such as a `type` with another name, they are different.
        """
        return (
            _overlap(self.properties, other.properties) >= MIN_SHARED_PROPERTIES
            and _overlap(self.leaves, other.leaves) >= MIN_SHARED_LEAVES
            and not any(_are_unlike(values, other.values.get(path, values)) for path, values in self.values.items())
        )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _leaves(value: Json, path: str = "") -> Iterator[str]:
    """Each leaf of some JSON with its path, as text."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for item in value:
            yield from _leaves(item, f"{path}/-")
    else:
        yield f"{path} {value!r}"


def _values(value: Json, path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """The values of each `enum` and `const` in some JSON, as text, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("enum", "const"):
                found = item if isinstance(item, list) else [item]
                if found:
                    yield path, frozenset(map(repr, found))
            else:
                yield from _values(item, f"{path}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, f"{path}/-")


def _are_unlike(values: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two sets of allowed values have none in common, and none with similar names."""
    return values.isdisjoint(others) and not any(
        _similarity_of(one, other) >= MIN_NAME_SIMILARITY for one in values for other in others
    )


def similarity(old: Target, new: Target) -> float:
    """The similarity of two names, from 0 to 1."""
    return _similarity_of(bare_name(old), bare_name(new))


@lru_cache(65536)
def _similarity_of(old: str, new: str) -> float:
    """The similarity of two names. Names that share at least half of their words count as similar."""
    one, other = _words(old), _words(new)
    ratio = difflib.SequenceMatcher(None, "".join(one), "".join(other)).ratio()
    shares = len({*one} & {*other}) * 2 >= max(len(one), len(other))
    return max(ratio, MIN_NAME_SIMILARITY if shares else 0)


def _words(name: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", name)]


def _is_list_of(before: Json, after: Json) -> bool:
    """Whether the items of a list have the schema of a former single value, ignoring null."""
    item = schemas.value_schema(after)["items"]
    return json_equal(meaning(schemas.value_schema(before)), meaning(schemas.value_schema(item)))


def _read_place(contract: Contract, target: Target) -> Json:
    """The schema of a property, or the content of a parameter."""
    spot = place_spot(contract, target)
    found = spot.read(contract)
    return {key: value for key, value in found.items() if key not in ("name", "in")} if not target.steps else found


def _example(value: Json) -> Json:
    return schemas.example(value.get("schema", value)) if isinstance(value, dict) else MISSING


def are_siblings(old: Target, new: Target) -> bool:
    """Whether two places have the same holder; two parts always do."""
    if not old.section and not old.steps:
        return not new.section and not new.steps
    return old.holder == new.holder and old.section.partition(" ")[0] == new.section.partition(" ")[0]


def bare_name(target: Target) -> str:
    return target.name.removeprefix("=")
