"""Builds the titles of imported changes from the names of the API."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from api_upgrades.core.json import Json
from api_upgrades.draft.importing.grouping import Group
from api_upgrades.draft.importing.intents import innermost_name
from api_upgrades.draft.importing.references import find_inherited
from api_upgrades.draft.importing.title_length import MAX_LENGTH, MAX_NAMES, NAMES_SHOWN, fit_title, split_words
from api_upgrades.effects import Effect, TargetedEffect
from api_upgrades.effects.base import Predicate, as_code, join_names
from api_upgrades.effects.schema_words import CHANGED
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

_THINGS = {"operation": "operation", "webhook": "webhook", "schema": "object"}


def build_title(group: Group) -> str:
    """The title of a change, as one line of Markdown."""
    sentences = _sentences(group)
    unused = sorted({as_code(target.part.name) for target in _targets(group) if target.part})
    if group.is_unused and len(unused) > 1:
        return fit_title(lambda most, _: f"Unused objects changed: {_join(unused, most)}")

    def write(shown: int, most_names: int, most_places: int) -> str:
        left = len(sentences) - shown
        text = "; ".join(sentence(most_names, most_places) for sentence in sentences[:shown])
        text += f", and {_format_count(left, 'more change')}" if left else ""
        return text[:1].upper() + text[1:]

    # To name what else happened tells more than a second name of what the first sentence is about.
    for shown in range(len(sentences), 0, -1):
        for most in NAMES_SHOWN:
            if len(text := write(shown, *most)) <= MAX_LENGTH:
                return text
    return fit_title(lambda *most: write(1, *most))


def _targets(group: Group) -> Iterator[Target]:
    return (target for one in group.applied for target in one.effect.targets)


Sentence = Callable[[int, int], str]
"""Writes a sentence with at most so many subjects and so many places."""


def _sentences(group: Group) -> list[Sentence]:
    """One sentence for each distinct thing that happened, the most important first."""
    told = [one for one in group.applied if not one.effect.extension] or list(group.applied)
    edits = [one for one in told if not one.effect.existence]
    found = [*_sentences_about_edits(group, edits), *_headlines(edits)]
    is_same_kind = len({one.effect.kind for one in edits}) == 1
    if len(found) > 1 and is_same_kind and edits[0].effect.place and edits[0].effect.restructures:
        found = list(_sentences_about_edits(group, edits, is_brief=True))  # the same data, described in another way
    parts = [one for one in told if one.effect.existence]
    if found and all(one.effect.targets[0].part.kind == "schema" for one in parts if one.effect.targets[0].part):
        return found  # schemas come and go with what refers to them
    return [*_sentences_about_parts(parts), *found]


def _sentences_about_parts(applied: Sequence[AppliedEffect]) -> Iterator[Sentence]:
    """Sentences about added and removed parts, operations first, because schemas come with them."""
    for existence, done in (("removed", ("was removed", "were removed")), ("added", ("is new", "are new"))):
        parts = [one.effect.targets[0].part for one in applied if one.effect.existence == existence]
        names = [(kind, part.name) for kind in _THINGS for part in parts if part is not None and part.kind == kind]
        if names:
            # Defaults keep the values of this turn; mypy can't infer the type of a lambda that has some.
            yield lambda most, _, names=names, done=done: _name_parts(names, most, Predicate(*done))  # type: ignore[misc]


def _name_parts(names: Sequence[tuple[str, str]], most: int, done: Predicate) -> str:
    shown = [as_code(name) for _, name in names[:most]]
    left = [kind for kind, _ in names[most:]]
    named = {kind for kind, _ in names[:most]}
    counts = [
        _format_count(left.count(kind), f"more {thing}" if kind in named else thing)
        for kind, thing in _THINGS.items()
        if kind in left
    ]
    return f"{join_names([*shown, *counts])} {done.one if len(names) == 1 else done.many}"


_PREPOSITIONS = {"was removed": "from", "moved to": "from", "moved from": "to"}
"""The preposition between a predicate that begins with certain words and a place."""


@dataclass
class _Statement:
    """What is said of some subjects at some places."""

    predicate: Predicate
    values: tuple[Json, ...] = ()
    """Enum values with which the sentence continues."""
    subjects: dict[str, None] = field(default_factory=dict)
    places: dict[Part, None] = field(default_factory=dict)
    also: _Statement | None = None
    """What else is said in the same sentence, of the same subjects at the same places."""

    @property
    def preposition(self) -> str:
        return _PREPOSITIONS.get(" ".join(self.predicate.one.split()[:2]), "in")

    def write(self, most_names: int, most_places: int) -> str:
        subjects = list(self.subjects)
        is_plural = len(subjects) > 1 or subjects[0].startswith("items of ")
        text = f"{_join(subjects, most_names)} {self._write_predicate(is_plural, most_names)}"
        if self.also is not None:
            text = f"{text} and {self.also._write_predicate(is_plural, most_names)}"
        return f"{text} {self.preposition} {_join_parts(list(self.places), most_places)}" if self.places else text

    def _write_predicate(self, is_plural: bool, most: int) -> str:
        text = self.predicate.many if is_plural else self.predicate.one
        if not self.values:
            return text
        return f"{text} {_join([as_code(as_text(value)) for value in self.values], most, 'more value')}"


def _sentences_about_edits(
    group: Group, applied: Sequence[AppliedEffect], is_brief: bool = False
) -> Iterator[Sentence]:
    said: dict[tuple[str, Predicate, tuple[Json, ...], str], _Statement] = {}
    statements = list(_statements(group, applied, is_brief))
    changes_of_names = Counter(map(_change_of_names, {statement.predicate for _, _, statement in statements}))
    for place, scope, statement in statements:
        (subject,) = statement.subjects
        change_of_names = _change_of_names(statement.predicate)
        if change_of_names is not None and changes_of_names[change_of_names] > 1:
            statement.predicate = change_of_names
        known = said.setdefault((subject, statement.predicate, statement.values, scope), statement)
        if place.part is not None and (place.section or place.steps or subject != _name_part(place.part)):
            known.places[place.part] = None
    merged: dict[Hashable, _Statement] = {}
    for (_, predicate, values, scope), statement in said.items():
        places = tuple(statement.places) if scope == "holder" else bool(statement.places)
        known = merged.setdefault((predicate, values, places), statement)
        known.subjects |= statement.subjects
        known.places |= statement.places
    told = [one for one in merged.values() if one.predicate != CHANGED] or list(merged.values())
    yield from (statement.write for statement in _in_pairs(sorted(told, key=_importance)))


def _in_pairs(statements: Sequence[_Statement]) -> Iterator[_Statement]:
    """The statements, where two that say something of the same subjects and places are one."""
    waiting: dict[Hashable, _Statement] = {}
    firsts = []
    for one in statements:
        key = (tuple(one.subjects), tuple(one.places), one.preposition)
        if (first := waiting.pop(key, None)) is not None:
            first.also = one
            if len(first.write(1, 1)) <= MAX_LENGTH:
                continue
            first.also = None
        firsts.append(one)
        waiting[key] = one
    return iter(firsts)


def _importance(statement: _Statement) -> int:
    """How early a statement stands: what moved first, and what is no longer so before what is new."""
    text = statement.predicate.one
    if text.startswith("moved "):
        return 0
    return 1 if any(words in text for words in ("removed", "no longer", "required", "instead of", "limited")) else 2


def _change_of_names(predicate: Predicate) -> Predicate | None:
    """For one name instead of another that begins alike, what is said of all names that end as these.

    Operation IDs are names too, of which each is another.
    """
    if predicate.one.startswith("has the operation ID "):
        return Predicate("has a different operation ID", "have different operation IDs")
    found = re.fullmatch("is `([^`]+)` instead of `([^`]+)`", predicate.one)
    if found is None:
        return None
    new, old = map(split_words, found.groups())
    while new and old and new[0] == old[0]:
        del new[0], old[0]
    if not new or not old or len("".join(new)) == len(found[1]):
        return None
    text = f"`…{''.join(new)}` instead of `…{''.join(old)}`"
    return Predicate(f"is {text}", f"are {text}")


def _statements(
    group: Group, applied: Sequence[AppliedEffect], is_brief: bool
) -> Iterator[tuple[Target, str, _Statement]]:
    """What each effect says, with its place and scope. The values that an enum gains or loses are said at once."""
    values: dict[tuple[Target, str], list[Json]] = {}
    for one in applied:
        if allowed := one.effect.allowed_value():
            values.setdefault((one.effect.targets[0], allowed[0]), []).append(allowed[1])
    for (target, verb), found in values.items():
        yield target, "place", _Statement(Predicate(verb, verb), tuple(found), {_name_place(target): None})
    for one in applied:
        clause = None if one.effect.allowed_value() else one.clause
        if clause is not None and one.effect.targets:
            place = one.effect.place or one.effect.targets[0]
            moved = _inheritance(group, place) if one.effect.scope == "holder" else None
            predicate = _brief_predicate(one.effect) if is_brief else moved or clause.predicate
            yield place, one.effect.scope, _Statement(predicate, (), {clause.subject or _name_place(place): None})


def _inheritance(group: Group, place: Target) -> Predicate | None:
    """What is said of a property that moved between an object and the schema whose properties it includes."""
    if not place.steps:
        return None
    for contract, preposition in ((group.newer, "to"), (group.older, "from")):
        if (part := find_inherited(contract, place)) is not None:
            text = f"moved {preposition} {_name_part(part)}"
            return Predicate(text, text)
    return None


def _brief_predicate(effect: Effect) -> Predicate:
    """The predicate of a headline that doesn't depend on the newer contract."""
    assert isinstance(effect, TargetedEffect), "only such effects have a predicate"
    return effect.predicate() or CHANGED


def _name_place(target: Target) -> str:
    """The innermost name of a place, after that of the property around it if there is one, as a subject."""
    if target.part is None:
        return "the API"
    if not target.steps and not target.section:
        return _name_part(target.part)
    properties = [step[1:] for step in target.steps if step.startswith(".")]
    name = as_code(".".join(properties[-2:]) or innermost_name(target))
    if not target.steps and target.section.partition(" ")[0] not in PARAMETER_LOCATIONS:
        word, _, status = target.section.partition(" ")
        return f"the {word} {as_code(status)}" if status else "the request body" if word == "request" else f"the {word}"
    if target.steps and not target.steps[-1].startswith("."):
        what = "an item" if target.steps[-1] == "[]" else "a value"
        return f"{what} of {name}" if any(step.startswith(".") for step in target.steps) else what
    return name


def _join_parts(parts: Sequence[Part], most: int) -> str:
    """The first of the parts that hold something, and the number of the others.

    If `most` is 0, it is only the number of several parts, and if it is less, of a single part too.
    """
    if len(parts) > most + 1 and most <= 0:
        return _format_count(len(parts), _THINGS[parts[0].kind])
    return _join([_name_part(part) for part in parts], max(most, 1))


def _join(names: Sequence[str], most: int, more: str = "more") -> str:
    """The first names, and the number of the others."""
    left = len(names) - most
    if left <= 0 or (left == 1 and most >= MAX_NAMES):
        return join_names(list(names))
    return join_names([*names[:most], f"{left} more" if more == "more" else _format_count(left, more)])


def _name_part(part: Part) -> str:
    return as_code(part.name)


def _headlines(applied: Sequence[AppliedEffect]) -> Iterator[Sentence]:
    """Sentences of the effects that have no predicate, such as renames. Of each kind, one is shown."""
    by_kind: dict[str, list[AppliedEffect]] = {}
    for one in applied:
        if one.clause is None:
            by_kind.setdefault(one.effect.kind, []).append(one)
    for found in by_kind.values():
        first, left = found[0].effect.headline(found[0].newer), len(found) - 1
        text = f"{first}, likewise {left} more" if left else first
        yield lambda *_, text=text: text


def _format_count(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
