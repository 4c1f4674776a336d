"""Finds schemas whose names others took over, and that mean the same as before under a new name.

Names of schemas are no contract: if `Pot` is called `PotOutput` now, and another schema is called `Pot`, nothing
changed for a client. But if a reference to `Pot` stayed where it was, `Pot` is the schema that changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping

from api_upgrades.compare.types import HINT_FORMATS
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import find_edited_parts
from api_upgrades.openapi.mentions import NAME_MAPS, references
from api_upgrades.openapi.normal_form import NormalForms
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_of, schema_part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.schema_edit import replace_references
from api_upgrades.openapi.semantics import digest
from api_upgrades.openapi.target import Target


def find_taken_names(old: Contract, new: Contract, renames: RenameMap) -> list[Move]:
    """The moves of such schemas, beside the given renames."""
    edited = find_edited_parts(old, new)
    fixed = {*renames.parts, *(renames.to_newer(Target(part)).part for part in renames.parts if part)}
    schemas = [part for part in edited if part.kind == "schema" and part not in fixed]
    contested = {part for part in schemas if part in old.parts and part in new.parts}
    users = [old.parts[part] for part in edited if part in old.parts]
    # What refers to a schema and is unchanged has kept the reference.
    contested = {part for part in contested if old.count_mentions(part) == old.count_mentions(part, *users)}
    if not contested:
        return []
    was, now = _Shapes(old), _Shapes(new)
    same = {part for part in contested if json_equal(was.form(part), now.form(part))}
    before, after = was.group(schemas, same), now.group(schemas, same)
    names: dict[Part, Part] = {}
    for shape, parts in before.items():
        part, others = max(parts, key=old.count_mentions), after.get(shape, [])
        if others and set(parts).isdisjoint(others) and not contested.isdisjoint([part, *others]):
            name = max(others, key=new.count_mentions)
            # If nothing refers to the schema, no reader can tell whether it was renamed, or edited beside a new one.
            if name in old.parts or part not in new.parts or old.count_mentions(part):
                names[part] = name
    return _moves(_without_doubtful(names, was, now))


class _Shapes:
    """What the schemas of a contract say of values, whichever schemas they refer to: these may be renamed as well."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._forms = NormalForms(contract)
        self._known: dict[Part, str] = {}

    def form(self, part: Part) -> JsonObject:
        return self._forms.of(self.contract.parts[part])

    def of(self, part: Part) -> str:
        """The digest of a schema's normal form without references, extensions and formats that are only hints."""
        if part not in self._known:
            form = replace_references(self.form(part), lambda ref: SCHEMA_REF)
            self._known[part] = digest(_without_hints(form))
        return self._known[part]

    def group(self, parts: Iterable[Part], same: Container[Part]) -> dict[str, list[Part]]:
        """Those of some schemas that the contract has, by their shapes, without the ones that are the `same`."""
        found: dict[str, list[Part]] = defaultdict(list)
        for part in parts:
            if part in self.contract.parts and part not in same:
                found[self.of(part)].append(part)
        return found


def _without_hints(value: Json) -> Json:
    if isinstance(value, list):
        return [_without_hints(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {name: _without_hints(one) for name, one in held.items()}
        if key in NAME_MAPS and isinstance(held, dict)
        else _without_hints(held)
        for key, held in value.items()
        if not key.startswith("x-") and not (key == "format" and held in HINT_FORMATS)
    }


def _without_doubtful(names: dict[Part, Part], was: _Shapes, now: _Shapes) -> dict[Part, Part]:
    """The new names of schemas, without those of schemas that may have changed instead.

    That is so if something kept its reference to a schema, or to another schema that had the new name before.
    """
    old, new = was.contract, now.contract

    def users() -> Iterator[tuple[JsonObject, JsonObject | None]]:
        shared = dict(_shared_objects(new))
        for place, value in _shared_objects(old):
            yield value, shared.get(place)
        for user, value in old.parts.items():
            yield value, new.parts.get(names.get(user, user))

    def is_kept(part: Part) -> bool:
        return any(
            old.count_mentions(part, value) and new.count_mentions(part, newer) and not refers_to_taker(value, part)
            for value, newer in users()
            if newer is not None
        )

    def refers_to_taker(value: JsonObject, part: Part) -> bool:
        """Whether some older JSON also refers to a schema that means what the newer one with this name means."""
        if part not in new.parts:
            return False
        others = {other for ref in references(value) if (other := schema_of(ref)) in old.parts and other != part}
        return any(was.of(other) == now.of(part) for other in others if other is not None)

    def is_free(name: Part) -> bool:
        return (
            name not in old.parts
            or name in names
            or not any(
                old.count_mentions(name, value) and (newer is None or new.count_mentions(name, newer))
                for value, newer in users()
            )
        )

    taken = Counter(names.values())
    kept = {part: name for part, name in names.items() if taken[name] == 1 and is_free(name) and not is_kept(part)}
    return kept if len(kept) == len(names) else _without_doubtful(kept, was, now)


def _shared_objects(contract: Contract) -> Iterator[tuple[tuple[str, str], JsonObject]]:
    """What a contract holds beside its parts, by its section and name: shared components, and path items."""
    components = contract.document.get("components", {})
    for section, held in (*components.items(), ("paths", contract.document.get("paths", {}))):
        if isinstance(held, dict):
            yield from (((section, name), value) for name, value in held.items() if isinstance(value, dict))


def _moves(names: Mapping[Part, Part]) -> list[Move]:
    """The moves to new names, through names in between that no contract has."""
    between = [Move(Target(part), Target(schema_part(f"{part.name}\0{name.name}"))) for part, name in names.items()]
    return between + [Move(move.new, Target(name)) for move, name in zip(between, names.values(), strict=True)]
