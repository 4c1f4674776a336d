"""Builds the titles of imported changes from the names of the API."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json
from api_upgrades.draft.importing.grouping import Group
from api_upgrades.draft.importing.intents import innermost_name
from api_upgrades.draft.importing.references import find_inherited
from api_upgrades.draft.importing.statements import THINGS, Statement, format_count, in_pairs, join_first, name_part
from api_upgrades.draft.importing.title_length import (
    MAX_LENGTH,
    MAX_UNCUT_LENGTH,
    NAMES_SHOWN,
    fit_title,
    split_words,
)
from api_upgrades.effects import Effect, TargetedEffect
from api_upgrades.effects.base import Predicate, as_code, join_names
from api_upgrades.effects.pointer_words import IS_NEW
from api_upgrades.effects.schema_words import CHANGED
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.locate import place_spot, schema_spot
from api_upgrades.openapi.properties import required_names
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target


def build_title(group: Group) -> str:
    """The title of a change, as one line of Markdown."""
    sentences = _sentences(group)
    unused = sorted({as_code(target.part.name) for target in _targets(group) if target.part})
    if group.is_unused and len(unused) > 1:
        return fit_title(lambda most, _: f"Unused objects changed: {join_first(unused, most)}")

    def write(shown: int, most_names: int, most_places: int) -> str:
        left = len(sentences) - shown
        text = "; ".join(sentence(most_names, most_places) for sentence in sentences[:shown])
        text += f", and {format_count(left, 'more change')}" if left else ""
        return text[:1].upper() + text[1:]

    # To name what else happened tells more than a second name of what the first sentence is about.
    for shown in range(len(sentences), 0, -1):
        for most in NAMES_SHOWN:
            if len(text := write(shown, *most)) <= MAX_LENGTH:
                return text
        if shown > 1 and len(text) <= MAX_UNCUT_LENGTH:
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
        names = [(kind, part.name) for kind in THINGS for part in parts if part is not None and part.kind == kind]
        if names:
            # Defaults keep the values of this turn; mypy can't infer the type of a lambda that has some.
            yield lambda most, _, names=names, done=done: _name_parts(names, most, Predicate(*done))  # type: ignore[misc]


def _name_parts(names: Sequence[tuple[str, str]], most: int, done: Predicate) -> str:
    shown = [as_code(name) for _, name in names[:most]]
    left = [kind for kind, _ in names[most:]]
    named = {kind for kind, _ in names[:most]}
    counts = [
        format_count(left.count(kind), f"more {thing}" if kind in named else thing)
        for kind, thing in THINGS.items()
        if kind in left
    ]
    return f"{join_names([*shown, *counts])} {done.one if len(names) == 1 else done.many}"


def _sentences_about_edits(
    group: Group, applied: Sequence[AppliedEffect], is_brief: bool = False
) -> Iterator[Sentence]:
    said: dict[tuple[str, Predicate, tuple[Json, ...], str], Statement] = {}
    statements = list(_statements(group, applied, is_brief))
    changes_of_names = Counter(map(_change_of_names, {statement.predicate for _, _, statement in statements}))
    for place, scope, statement in statements:
        (subject,) = statement.subjects
        change_of_names = _change_of_names(statement.predicate)
        if change_of_names is not None and changes_of_names[change_of_names] > 1:
            statement.predicate = change_of_names
        known = said.setdefault((subject, statement.predicate, statement.values, scope), statement)
        if place.part is not None and (place.section or place.steps or subject != name_part(place.part)):
            known.places[place.part] = None
            known.pairs[subject, place.part] = None
    merged: dict[Hashable, Statement] = {}
    for (_, predicate, values, scope), statement in said.items():
        places = tuple(statement.places) if scope == "holder" else bool(statement.places)
        known = merged.setdefault((predicate, values, places), statement)
        known.subjects |= statement.subjects
        known.places |= statement.places
        known.pairs |= statement.pairs
    told = [one for one in merged.values() if one.predicate != CHANGED] or list(merged.values())
    yield from (statement.write for statement in in_pairs(sorted(told, key=_importance)))


def _importance(statement: Statement) -> int:
    """How early a statement stands: what moved first, and what is no longer so before what is new."""
    text = statement.predicate.one
    if text.startswith("moved "):
        return 0
    return 1 if any(words in text for words in ("removed", "no longer", "required", "instead of", "limited")) else 2


def _change_of_names(predicate: Predicate) -> Predicate | None:
    """For one name instead of another that begins alike, what is said of all names that end as these.

    Of several operation IDs, it only says that they differ.
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
) -> Iterator[tuple[Target, str, Statement]]:
    """What each effect says, with its place and scope. The values that an enum gains or loses are said at once."""
    values: dict[tuple[Target, str], list[Json]] = {}
    for one in applied:
        if allowed := one.effect.allowed_value():
            values.setdefault((one.effect.targets[0], allowed[0]), []).append(allowed[1])
    for (target, verb), found in values.items():
        place = _newest(group, target)
        yield place, "place", Statement(Predicate(verb, verb), tuple(found), {_name_place(place): None})
    for one in applied:
        clause = None if one.effect.allowed_value() else one.clause
        if clause is not None and one.effect.targets:
            place = one.effect.place or one.effect.targets[0]
            moved = _inheritance(group, place) if one.effect.scope == "holder" else None
            predicate = _brief_predicate(one.effect) if is_brief else moved or clause.predicate
            if predicate == IS_NEW and _must_be_sent(group, place):
                predicate = Predicate("is new and required", "are new and required")
            elif predicate.one in _IN_RESPONSES and _is_only_received(group, place):
                predicate = _IN_RESPONSES[predicate.one]
            newest = _newest(group, place)
            yield newest, one.effect.scope, Statement(predicate, (), {clause.subject or _name_place(newest): None})


def _newest(group: Group, place: Target) -> Target:
    """A place whose part has the name that it has after the whole step."""
    if place.part is None or place.part in group.newer.parts:
        return place
    return replace(place, part=group.renames.to_newer(Target(place.part)).part or place.part)


_IN_RESPONSES = {
    "is now required": Predicate("is now always present", "are now always present"),
    "is no longer required": Predicate("may now be missing", "may now be missing"),
}
"""What is said of a property that is only received, where another word would sound like a demand on callers."""


def _is_only_received(group: Group, place: Target) -> bool:
    """Whether a place is in responses or webhooks, and in no request."""
    if place.section:
        return place.section.startswith("response ") or place.section == "payload"
    directions = group.usage.directions(place.part) if place.part else frozenset()
    return bool(directions) and "request" not in directions


def _must_be_sent(group: Group, place: Target) -> bool:
    """Whether requests need a new property or parameter."""
    with suppress(ContractMismatch):
        if place.steps:
            is_sent = place.section == "request" or (
                not place.section and place.part is not None and "request" in group.usage.directions(place.part)
            )
            return is_sent and place.name in required_names(schema_spot(group.newer, place.holder).read(group.newer))
        if place.section.partition(" ")[0] in PARAMETER_LOCATIONS:
            return place_spot(group.newer, place).read(group.newer).get("required") is True
    return False


def _inheritance(group: Group, place: Target) -> Predicate | None:
    """What is said of a property that moved between an object and the schema whose properties it includes."""
    if not place.steps:
        return None
    for contract, preposition in ((group.newer, "to"), (group.older, "from")):
        if (part := find_inherited(contract, place)) is not None:
            text = f"moved {preposition} {name_part(part)}"
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
        return name_part(target.part)
    properties = [step[1:] for step in target.steps if step.startswith(".")]
    name = as_code(".".join(properties[-2:]) or innermost_name(target))
    if not target.steps and target.section.partition(" ")[0] not in PARAMETER_LOCATIONS:
        word, _, status = target.section.partition(" ")
        return f"the {word} {as_code(status)}" if status else "the request body" if word == "request" else f"the {word}"
    if target.steps and not target.steps[-1].startswith("."):
        what = "items" if target.steps[-1] == "[]" else "values"
        return f"{what} of {name}" if any(step.startswith(".") for step in target.steps) else what
    return name


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
