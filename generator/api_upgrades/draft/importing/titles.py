"""What a change of an imported step is called: what happened, by the names of the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from api_upgrades.draft.importing.grouping import Group
from api_upgrades.draft.importing.intents import named
from api_upgrades.effects import Effect
from api_upgrades.effects.base import as_code, join_names
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target

SHOWN = 2
"""How many of several names a title shows."""

LONG = 120
"""Of a title, in characters: what else happened is counted then, and not told."""

_THINGS = {"operation": "operation", "webhook": "webhook", "schema": "object"}


def title(group: Group) -> str:
    """One line of Markdown."""
    if all(effect.existence for effect in group.effects):
        return _come_or_gone(group)
    first, *others = _sentences(group.effects)
    if not others:
        return first
    whole = "; ".join([first, *others])
    return whole if len(whole) <= LONG else f"{first}, and {_counted(len(others), 'more change')} there"


def _come_or_gone(group: Group) -> str:
    """Parts that came or went: the operations first, as objects come with them."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in _THINGS}
    for target in _targets(group.effects):
        if target.part is not None:
            by_kind[target.part.kind].append(target.part.name)
    names = [(kind, name) for kind, found in by_kind.items() for name in found]
    shown = [as_code(name) for _, name in names[:SHOWN]]
    left = [_THINGS[kind] for kind, _ in names[SHOWN:]]
    counts = [_counted(left.count(thing), f"more {thing}") for thing in _THINGS.values() if thing in left]
    done = "new" if group.effects[0].existence == "added" else "gone"
    return f"{join_names([*shown, *counts])} {'is' if len(names) == 1 else 'are'} {done}"


def _targets(effects: Iterable[Effect]) -> Iterator[Target]:
    return (target for effect in effects for target in effect.targets)


def _sentences(effects: Sequence[Effect]) -> list[str]:
    """What happened, each thing once with the places where it did."""
    at_places: dict[str, list[Target]] = {}
    at_wholes: dict[str, Effect] = {}
    others: dict[str, list[str]] = {}
    for effect in effects:
        if not effect.targets:
            others.setdefault(effect.kind, []).append(effect.headline())
            continue
        if effect.allowed_value():
            continue
        for target in effect.targets:
            one = effect.at(target)
            if one.place != target:  # a whole part, or a place whose name the headline says
                key = one.at(_IT).headline()
                known = at_wholes.get(key)
                at_wholes[key] = known.at(*known.targets, target) if known else one
            else:
                key = one.at(_called(named(target))).headline()
                at_places.setdefault(key, []).append(target)
    for text, places in _of_values(effects):
        at_places.setdefault(text, []).extend(places)
    return [
        *(_first_of(texts) for texts in others.values()),
        *(_first_of_targets(effect) for effect in at_wholes.values()),
        *_together(at_places),
    ]


def _called(name: str) -> Target:
    """What a headline speaks of by a name that stands alone."""
    return Target(Part("operation", name))


_IT = _called("it")


def _of_values(effects: Iterable[Effect]) -> Iterator[tuple[str, list[Target]]]:
    """What values of enums came or went, those of one place together."""
    values: dict[tuple[str, Target], list[str]] = {}
    for effect in effects:
        if allowed := effect.allowed_value():
            verb, value = allowed
            for target in effect.targets:
                values.setdefault((verb, target), []).append(as_code(as_text(value)))
    for (verb, target), found in values.items():
        yield f"{as_code(named(target))} {verb} {_some(found, 'more value')}", [target]


def _together(at_places: Mapping[str, Sequence[Target]]) -> Iterator[str]:
    """What happened at places: what is said of several properties is said once."""
    by_predicate: dict[tuple[str, object], dict[str, Sequence[Target]]] = {}
    for text, places in at_places.items():
        name, is_one, predicate = text.partition("` is ")
        holders = frozenset(place.holder for place in places if place.steps)
        key = (predicate, holders if predicate in ("new", "gone") else None) if is_one else (text, None)
        by_predicate.setdefault(key, {})[f"{name}`" if is_one else text] = places
    for (predicate, _), names in by_predicate.items():
        places = [place for found in names.values() for place in found]
        if len(names) > 1:
            text = f"{_some(list(names), 'more')} are {predicate}"
        else:
            text = next(iter(names)) if next(iter(names)) == predicate else f"{next(iter(names))} is {predicate}"
        yield _at(text, places)


def _at(text: str, places: Sequence[Target]) -> str:
    if not any(place.steps or place.section for place in places):
        return text  # which names the schema itself
    return f"{text} {'from' if text.endswith(' gone') else 'in'} {_holders(places)}"


def _holders(places: Iterable[Target]) -> str:
    """The parts in which places are."""
    found = dict.fromkeys(place.part for place in places)
    return _some([as_code(Target(part)) for part in found], "more")


def _first_of(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{texts[0]}, and {len(texts) - 1} more alike"


def _first_of_targets(effect: Effect) -> str:
    first = effect.at(*effect.targets[:SHOWN])
    left = len(effect.targets) - SHOWN
    return first.headline() if left <= 0 else f"{first.headline()}, and {left} more"


def _some(names: Sequence[str], more: str) -> str:
    """The first of some names, and how many there are beside them."""
    left = len(names) - SHOWN
    if left <= 1:
        return join_names(list(names))
    return join_names([*names[:SHOWN], f"{left} {more}" if more == "more" else _counted(left, more)])


def _counted(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
