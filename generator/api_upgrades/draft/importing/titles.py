"""Builds the titles of imported changes from the names of the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from api_upgrades.draft.importing.grouping import Group
from api_upgrades.draft.importing.intents import innermost_name
from api_upgrades.effects import Effect
from api_upgrades.effects.base import as_code, join_names
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target

MAX_NAMES = 2
"""The number of names that a title shows before it counts the others."""

MAX_LENGTH = 120
"""The length of a title, in characters, above which it counts the other effects."""

_THINGS = {"operation": "operation", "webhook": "webhook", "schema": "object"}


def build_title(group: Group) -> str:
    """The title of a change, as one line of Markdown."""
    if all(effect.existence for effect in group.effects):
        return _title_of_parts(group)
    first, *others = _sentences(group.effects)
    if not others:
        return first
    whole = "; ".join([first, *others])
    return whole if len(whole) <= MAX_LENGTH else f"{first}, and {_format_count(len(others), 'more change')} there"


def _title_of_parts(group: Group) -> str:
    """A title for added or removed parts, operations first, because schemas come with them."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in _THINGS}
    for target in _targets(group.effects):
        if target.part is not None:
            by_kind[target.part.kind].append(target.part.name)
    names = [(kind, name) for kind, found in by_kind.items() for name in found]
    shown = [as_code(name) for _, name in names[:MAX_NAMES]]
    left = [_THINGS[kind] for kind, _ in names[MAX_NAMES:]]
    counts = [_format_count(left.count(thing), f"more {thing}") for thing in _THINGS.values() if thing in left]
    done = "new" if group.effects[0].existence == "added" else "gone"
    return f"{join_names([*shown, *counts])} {'is' if len(names) == 1 else 'are'} {done}"


def _targets(effects: Iterable[Effect]) -> Iterator[Target]:
    return (target for effect in effects for target in effect.targets)


def _sentences(effects: Sequence[Effect]) -> list[str]:
    """One sentence for each distinct effect, with its places."""
    at_places: dict[str, list[Target]] = {}
    by_headline: dict[str, Effect] = {}
    others: dict[str, list[str]] = {}
    for effect in effects:
        if not effect.targets:
            others.setdefault(effect.kind, []).append(effect.headline())
            continue
        if effect.allowed_value():
            continue
        for target in effect.targets:
            one = effect.at(target)
            if one.place != target:  # a whole part, or an effect whose headline adds the name of the place
                key = one.at(_PLACEHOLDER).headline()
                known = by_headline.get(key)
                by_headline[key] = known.at(*known.targets, target) if known else one
            else:
                key = one.at(_standalone_target(innermost_name(target))).headline()
                at_places.setdefault(key, []).append(target)
    for text, places in _enum_sentences(effects):
        at_places.setdefault(text, []).extend(places)
    return [
        *(_summarize(texts) for texts in others.values()),
        *(_shorten_headline(effect) for effect in by_headline.values()),
        *_merge_sentences(at_places),
    ]


def _standalone_target(name: str) -> Target:
    """A target that a headline shows as a single name."""
    return Target(Part("operation", name))


_PLACEHOLDER = _standalone_target("it")


def _enum_sentences(effects: Iterable[Effect]) -> Iterator[tuple[str, list[Target]]]:
    """Sentences about added and removed enum values, one for each place."""
    values: dict[tuple[str, Target], list[str]] = {}
    for effect in effects:
        if allowed := effect.allowed_value():
            verb, value = allowed
            for target in effect.targets:
                values.setdefault((verb, target), []).append(as_code(as_text(value)))
    for (verb, target), found in values.items():
        yield f"{as_code(innermost_name(target))} {verb} {_join_some(found, 'more value')}", [target]


def _merge_sentences(at_places: Mapping[str, Sequence[Target]]) -> Iterator[str]:
    """The sentences with their places. Sentences that say the same of several properties become one."""
    by_predicate: dict[tuple[str, object], dict[str, Sequence[Target]]] = {}
    for text, places in at_places.items():
        name, separator, predicate = text.partition("` is ")
        holders = frozenset(place.holder for place in places if place.steps)
        key = (predicate, holders if predicate in ("new", "gone") else None) if separator else (text, None)
        by_predicate.setdefault(key, {})[f"{name}`" if separator else text] = places
    for (predicate, _), names in by_predicate.items():
        places = [place for found in names.values() for place in found]
        if len(names) > 1:
            text = f"{_join_some(list(names), 'more')} are {predicate}"
        else:
            text = next(iter(names)) if next(iter(names)) == predicate else f"{next(iter(names))} is {predicate}"
        yield _with_holders(text, places)


def _with_holders(text: str, places: Sequence[Target]) -> str:
    if not any(place.steps or place.section for place in places):
        return text  # the text names the schema itself
    return f"{text} {'from' if text.endswith(' gone') else 'in'} {_holder_names(places)}"


def _holder_names(places: Iterable[Target]) -> str:
    """The parts of places, as Markdown."""
    found = dict.fromkeys(place.part for place in places)
    return _join_some([as_code(Target(part)) for part in found], "more")


def _summarize(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{texts[0]}, and {len(texts) - 1} more alike"


def _shorten_headline(effect: Effect) -> str:
    first = effect.at(*effect.targets[:MAX_NAMES])
    left = len(effect.targets) - MAX_NAMES
    return first.headline() if left <= 0 else f"{first.headline()}, and {left} more"


def _join_some(names: Sequence[str], more: str) -> str:
    """The first names, and the number of the others."""
    left = len(names) - MAX_NAMES
    if left <= 1:
        return join_names(list(names))
    return join_names([*names[:MAX_NAMES], f"{left} {more}" if more == "more" else _format_count(left, more)])


def _format_count(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"
