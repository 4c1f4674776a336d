"""Compares the types of a value, its own values (`enum`), and the format of a string or number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from api_upgrades.compare.difference import Difference
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject, json_equal, json_key
from api_upgrades.openapi.target import Target

TypeSet = frozenset[str] | None
"""The types that a value can have; None if it can have any."""


def types_of(form: JsonObject) -> TypeSet:
    """The types that a normal form names."""
    return frozenset(form["type"]) if "type" in form else None


def covers(wide: TypeSet, narrow: TypeSet) -> bool:
    """Whether every narrow type is contained in the wide types. Each integer is also a number."""
    if wide is None or narrow is None:
        return wide is None
    return all(name in wide or (name == "integer" and "number" in wide) for name in narrow)


def common_types(some: TypeSet, others: TypeSet) -> TypeSet:
    """The types that two sets have in common. The integers are what integers and numbers have in common."""
    if some is None or others is None:
        return some if others is None else others
    pairs = ((some, others), (others, some))
    return frozenset(name for one, other in pairs for name in one if covers(other, frozenset({name})))


def type_rule(before: TypeSet, after: TypeSet) -> RuleId | None:
    """The rule for a change of type; None if the types are the same."""
    if before == after:
        return None
    if covers(after, before):
        return "type-widened"
    return "type-narrowed" if covers(before, after) else "type-changed"


def compare_enums(
    was: JsonObject, now: JsonObject, newer_value: Callable[[Json], Json], old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare the lists of values of two normal forms. `newer_value` gives an older value its newer name.

    A single value is a constant. Clients may rely on it, so there are separate rules for removing and lifting it.
    """
    before, after = was.get("enum"), now.get("enum")
    if before is None and after is None:
        return
    if before is None:
        yield Difference("enum-introduced", target, old_target, "enum", before, after)
        return
    is_constant = len(before) == 1
    if after is None:
        rule: RuleId = "constant-lifted" if is_constant else "enum-lifted"
        yield Difference(rule, target, old_target, "enum", before, after)
        return
    newer = [newer_value(value) for value in before]
    was_possible, is_possible = set(map(json_key, newer)), set(map(json_key, after))
    for value in after:
        if json_key(value) not in was_possible:
            yield Difference("enum-value-added", target, old_target, "enum", None, value)
    for value, renamed in zip(before, newer, strict=True):
        if json_key(renamed) not in is_possible:
            rule = "constant-removed" if is_constant else "enum-value-removed"
            yield Difference(rule, target, old_target, "enum", value, None)
        elif not json_equal(renamed, value):
            yield Difference("enum-value-renamed", target, old_target, "enum", value, renamed)


def contains(values: list[Json], value: Json) -> bool:
    """Whether a list contains a value by the equality of JSON, where `true` is not 1."""
    return any(json_equal(value, one) for one in values)


_WIDER_FORMATS = (("int8", "int16", "int32", "int64"), ("uint8", "uint16", "uint32", "uint64"), ("float", "double"))
"""Formats of numbers in the OpenAPI Format Registry, each of which contains the one before it."""

HINT_FORMATS = frozenset({"password", "html", "markdown", "commonmark", "textarea", "multiline"})
"""Formats that say how to show a value, and limit nothing."""


def format_rule(before: Json, after: Json) -> RuleId:
    """The rule for a change of `format`. None means no format."""
    was, now = (None if one in HINT_FORMATS else one for one in (before, after))
    if was == now:
        return "format-hint-changed"
    if was is None or now is None:
        return "constraint-tightened" if was is None else "constraint-loosened"
    for formats in _WIDER_FORMATS:
        if was in formats and now in formats:
            is_wider = formats.index(now) > formats.index(was)
            return "constraint-loosened" if is_wider else "constraint-tightened"
    return "constraint-changed"
