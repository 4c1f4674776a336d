"""The sentences of which the titles of imported changes consist."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from api_upgrades.core.json import Json
from api_upgrades.draft.importing.title_length import MAX_NAMES, MAX_UNCUT_LENGTH
from api_upgrades.effects.base import Predicate, as_code, join_names
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import as_text

THINGS = {"operation": "operation", "webhook": "webhook", "schema": "object"}


_PREPOSITIONS = {"was removed": "from", "moved to": "from", "moved from": "to"}
"""The preposition between a predicate that begins with certain words and a place."""


@dataclass
class Statement:
    """What is said of some subjects at some places."""

    predicate: Predicate
    values: tuple[Json, ...] = ()
    """Enum values with which the sentence continues."""
    subjects: dict[str, None] = field(default_factory=dict)
    places: dict[Part, None] = field(default_factory=dict)
    pairs: dict[tuple[str, Part], None] = field(default_factory=dict)
    """Each subject with each of its places."""
    also: Statement | None = None
    """What else is said in the same sentence, of the same subjects at the same places."""

    @property
    def preposition(self) -> str:
        return _PREPOSITIONS.get(" ".join(self.predicate.one.split()[:2]), "in")

    def write(self, most_names: int, most_places: int) -> str:
        subjects, places = list(self.subjects), list(self.places)
        is_plural = len(subjects) > 1 or subjects[0].partition(" ")[0] in ("items", "values")
        predicate = self._write_predicate(is_plural, most_names)
        if self.also is not None:
            predicate = f"{predicate} and {self.also._write_predicate(is_plural, most_names)}"
        if len(self.pairs) < len(subjects) * len(places):  # not each of them in each place
            is_short = len(self.pairs) <= most_names + 1
            return (
                f"{self._write_by_place() if is_short else join_first([*self._write_pairs()], most_names)} {predicate}"
            )
        text = f"{join_first(subjects, most_names)} {predicate}"
        return f"{text} {self.preposition} {_join_parts(places, most_places)}" if places else text

    def _write_by_place(self) -> str:
        """The subjects in each place: `` `name` and `note` in `A`, and `text` in `B` ``."""
        held = {place: [subject for subject, at in self.pairs if at == place] for place in self.places}
        texts = [f"{join_names(names)} {self.preposition} {name_part(place)}" for place, names in held.items()]
        return ", and ".join(texts) if len(self.pairs) > len(texts) else join_names(texts)

    def _write_pairs(self) -> Iterator[str]:
        """Each subject with its place, first those at places and with subjects that no other one named yet."""
        waiting = list(self.pairs)
        while waiting:
            seen: set[str | Part] = set()
            for pair in list(waiting):
                if seen.isdisjoint(pair):
                    seen.update(pair)
                    waiting.remove(pair)
                    yield f"{pair[0]} {self.preposition} {name_part(pair[1])}"

    def _write_predicate(self, is_plural: bool, most: int) -> str:
        text = self.predicate.many if is_plural else self.predicate.one
        if not self.values:
            return text
        last = "or" if "no longer" in text else "and"
        return f"{text} {join_first([as_code(as_text(value)) for value in self.values], most, 'more value', last)}"


def _join_parts(parts: Sequence[Part], most: int) -> str:
    """The first of the parts that hold something, and the number of the others.

    If `most` is 0, it is only the number of several parts, and if it is less, of a single part too.
    """
    if len(parts) > most + 1 and most <= 0:
        return format_count(len(parts), THINGS[parts[0].kind])
    return join_first([name_part(part) for part in parts], max(most, 1))


def join_first(names: Sequence[str], most: int, more: str = "more", last: str = "and") -> str:
    """The first names, and the number of the others."""
    left = len(names) - most
    if left <= 0 or (left == 1 and most >= MAX_NAMES):
        return join_names(list(names), last)
    return join_names([*names[:most], f"{left} more" if more == "more" else format_count(left, more)], last)


def name_part(part: Part) -> str:
    return as_code(part.name)


def format_count(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"


def in_pairs(statements: Sequence[Statement]) -> Iterator[Statement]:
    """The statements, where two that say something of the same subjects and places are one."""
    waiting: dict[Hashable, Statement] = {}
    firsts = []
    for one in statements:
        key = (tuple(one.subjects), tuple(one.places), one.preposition)
        if (first := waiting.pop(key, None)) is not None:
            first.also = one
            if len(first.write(1, 1)) <= MAX_UNCUT_LENGTH:
                continue
            first.also = None
        firsts.append(one)
        waiting[key] = one
    return iter(firsts)
