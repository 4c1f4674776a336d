"""How bad a difference is: the rule table. Data, which a site's options may override.

A rule is about one sort of difference and gives a verdict for each direction in which a schema is used: in what you
send (request), in what you get back (response) and in what is sent to you (webhook). What the versioning page says
is breaking is this table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

from api_upgrades.errors import ApiUpgradesError, did_you_mean

Severity = Literal["breaking", "risky", "additive", "neutral"]
Direction = Literal["request", "response", "webhook"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

MEANINGS: Mapping[Severity, str] = {
    "breaking": "Code that was right for the older version can fail with the newer one.",
    "risky": "Code that takes nothing for granted goes on working; other code can fail.",
    "additive": "There is more than before, or less is asked for. Nothing has to be done.",
    "neutral": "Nothing that is sent or received changes.",
}


class Verdict(NamedTuple):
    """What a rule says of one direction, and why, as a sentence."""

    severity: Severity
    why: str


@dataclass(frozen=True)
class Rule:
    """One sort of difference, and what it means in each direction in which it can occur."""

    id: str
    what: str
    verdicts: Mapping[Direction, Verdict]


def rank(severity: Severity | None) -> int:
    """What to sort by to have the worst first; where the severity isn't known comes last."""
    return len(SEVERITIES) if severity is None else SEVERITIES.index(severity)


def worst(severities: Iterable[Severity]) -> Severity:
    """The worst of some severities; `neutral` of none."""
    return min(severities, key=SEVERITIES.index, default="neutral")


def _rule(
    id: str,
    what: str,
    request: tuple[Severity, str] | None = None,
    response: tuple[Severity, str] | None = None,
    webhook: tuple[Severity, str] | None = None,
) -> Rule:
    """A rule; a webhook is read as a response is, unless it says otherwise."""
    found = {"request": request, "response": response, "webhook": webhook or response}
    return Rule(id, what, {direction: Verdict(*found[direction]) for direction in DIRECTIONS if found[direction]})  # type: ignore[misc]  # None is filtered out


_TABLE: tuple[str | Rule, ...] = (
    "Properties",
    _rule(
        "property-added",
        "An optional property is added",
        ("additive", "Calls may leave it out."),
        ("additive", "Readers ignore properties that they don't know."),
    ),
    _rule(
        "required-property-added",
        "A required property is added",
        ("breaking", "Calls that leave it out are refused."),
        ("additive", "Readers ignore properties that they don't know."),
    ),
    _rule(
        "property-removed",
        "A property is removed",
        ("breaking", "What you send there has no effect any more, or is refused."),
        ("breaking", "Code that reads it finds nothing."),
    ),
    _rule(
        "property-renamed",
        "A property is renamed",
        ("breaking", "The older name has no effect any more, or is refused."),
        ("breaking", "Code that reads the older name finds nothing."),
    ),
    _rule(
        "property-moved",
        "A property moves to another object",
        ("breaking", "It has no effect any more where it was."),
        ("breaking", "Code that reads it where it was finds nothing."),
    ),
    _rule(
        "property-became-list",
        "A single value becomes a list",
        ("breaking", "A single value is refused."),
        ("breaking", "Code that expects a single value gets a list."),
    ),
    _rule(
        "became-required",
        "What was optional becomes required",
        ("breaking", "Calls that leave it out are refused."),
        ("additive", "It is always there now."),
    ),
    _rule(
        "became-optional",
        "What was required becomes optional",
        ("additive", "Calls may leave it out now."),
        ("breaking", "Code that counts on it can find nothing."),
    ),
    _rule(
        "became-nullable",
        "A value may be null",
        ("additive", "Calls may send null now."),
        ("breaking", "Code that counts on a value can get null."),
    ),
    _rule(
        "became-not-nullable",
        "A value may no longer be null",
        ("breaking", "Calls that send null are refused."),
        ("additive", "There always is a value now."),
    ),
    _rule(
        "became-read-only",
        "A property becomes read-only",
        ("breaking", "What you send there has no effect any more, or is refused."),
        ("neutral", "What you get is the same."),
    ),
    _rule(
        "became-writable",
        "A property is no longer read-only",
        ("additive", "Calls may send it now."),
        ("neutral", "What you get is the same."),
    ),
    _rule(
        "became-write-only",
        "A property becomes write-only",
        ("neutral", "What you send is the same."),
        ("breaking", "Code that reads it finds nothing."),
    ),
    _rule(
        "became-readable",
        "A property is no longer write-only",
        ("neutral", "What you send is the same."),
        ("additive", "Readers ignore properties that they don't know."),
    ),
    _rule(
        "deprecated",
        "A property or parameter is deprecated",
        ("neutral", "It still works; the replacement is there to move to."),
        ("neutral", "It is still sent; the replacement is there to move to."),
    ),
    _rule(
        "no-longer-deprecated",
        "A property or parameter is no longer deprecated",
        ("neutral", "It works as it did."),
        ("neutral", "It is sent as it was."),
    ),
    "Values",
    _rule(
        "type-changed",
        "A value is of another type",
        ("breaking", "Values of the older type are refused."),
        ("breaking", "Code that expects the older type gets another."),
    ),
    _rule(
        "type-widened",
        "A value may be of more types",
        ("additive", "What you send is still accepted."),
        ("breaking", "Code that expects the older type can get another."),
    ),
    _rule(
        "type-narrowed",
        "A value may be of fewer types",
        ("breaking", "Values of a type that is gone are refused."),
        ("additive", "What you get is of a type that you already expect."),
    ),
    _rule(
        "variant-added",
        "One more form of a value is possible",
        ("additive", "What you send is still accepted."),
        ("risky", "Code that handles each form by name meets one that it doesn't know."),
    ),
    _rule(
        "variant-removed",
        "A form of a value is no longer possible",
        ("breaking", "Values of this form are refused."),
        ("additive", "The forms that you get are ones that you already expect."),
    ),
    _rule(
        "enum-value-added",
        "An enum allows one more value",
        ("additive", "What you send is still accepted."),
        ("risky", "Code that lists every value meets one that it doesn't know."),
    ),
    _rule(
        "enum-value-removed",
        "An enum no longer allows a value",
        ("breaking", "Calls that send the value are refused."),
        ("risky", "Code that waits for the value never sees it again."),
    ),
    _rule(
        "enum-value-renamed",
        "A value of an enum goes by another name",
        ("breaking", "Calls that send the older value are refused."),
        ("breaking", "Code that looks for the older value never sees it again."),
    ),
    _rule(
        "enum-introduced",
        "A value is limited to a list of values",
        ("breaking", "Any other value is refused."),
        ("additive", "What you get is among what you already expect."),
    ),
    _rule(
        "enum-lifted",
        "A value is no longer limited to a list",
        ("additive", "What you send is still accepted."),
        ("risky", "Code that lists every value meets one that it doesn't know."),
    ),
    _rule(
        "constraint-tightened",
        "A value has to meet a stricter constraint",
        ("breaking", "Values that no longer meet it are refused."),
        ("additive", "What you get is among what you already expect."),
    ),
    _rule(
        "constraint-loosened",
        "A value has to meet a looser constraint",
        ("additive", "What you send is still accepted."),
        ("risky", "Code that counts on the older constraint can get other values."),
    ),
    _rule(
        "constraint-changed",
        "A value has to meet another constraint",
        ("breaking", "Values that met the older one can be refused."),
        ("breaking", "Code that counts on the older form can get another."),
    ),
    _rule(
        "default-changed",
        "A default value is another",
        ("risky", "Calls that leave it out mean something else."),
        ("neutral", "What you get says its value."),
    ),
    _rule(
        "extension-changed",
        "An extension of the schema is another",
        ("neutral", "Extensions don't alter what is sent."),
        ("neutral", "Extensions don't alter what is received."),
    ),
    "Operations",
    _rule("operation-added", "An operation is added", ("additive", "Nobody calls it yet.")),
    _rule("operation-removed", "An operation is removed", ("breaking", "Calls to it fail.")),
    _rule("operation-moved", "An operation has another method or path", ("breaking", "Calls to the older one fail.")),
    _rule("operation-deprecated", "An operation is deprecated", ("neutral", "It still works.")),
    _rule("operation-no-longer-deprecated", "An operation is no longer deprecated", ("neutral", "It works as it did.")),
    _rule("security-changed", "Other credentials are asked for", ("breaking", "Calls with the older ones can fail.")),
    "Parameters and bodies",
    _rule("parameter-added", "An optional parameter is added", ("additive", "Calls may leave it out.")),
    _rule("required-parameter-added", "A required parameter is added", ("breaking", "Calls without it are refused.")),
    _rule(
        "parameter-removed", "A parameter is removed", ("breaking", "It is refused, or ignored and the answer another.")
    ),
    _rule("parameter-renamed", "A parameter is renamed", ("breaking", "The older name is refused, or has no effect.")),
    _rule("request-body-added", "An optional request body is added", ("additive", "Calls may leave it out.")),
    _rule("required-request-body-added", "A required body is added", ("breaking", "Calls without it are refused.")),
    _rule("request-body-removed", "A request body is removed", ("breaking", "What you send there has no effect.")),
    _rule(
        "media-type-added",
        "One more media type is possible",
        ("additive", "What you send is still accepted."),
        ("additive", "You get it only if you ask for it."),
    ),
    _rule(
        "media-type-removed",
        "A media type is no longer possible",
        ("breaking", "Bodies of this type are refused."),
        ("breaking", "Calls that ask for this type fail."),
    ),
    "Responses",
    _rule(
        "success-response-added",
        "An operation can succeed with one more status",
        response=("risky", "Code that expects one status meets another."),
    ),
    _rule(
        "error-response-added",
        "An operation can fail with one more status",
        response=("additive", "Code that handles errors by class handles this one."),
    ),
    _rule(
        "success-response-removed",
        "An operation no longer succeeds with a status",
        response=("breaking", "Code that expects the status never sees it again."),
    ),
    _rule(
        "error-response-removed",
        "An operation no longer fails with a status",
        response=("additive", "There is less to handle."),
    ),
    _rule(
        "status-changed",
        "A response comes with another status",
        response=("breaking", "Code that expects the older status never sees it again."),
    ),
    "Webhooks",
    _rule("webhook-added", "A webhook is added", webhook=("additive", "It comes only where you subscribe to it.")),
    _rule("webhook-removed", "A webhook is removed", webhook=("breaking", "Code that waits for it waits in vain.")),
    _rule("webhook-renamed", "A webhook is renamed", webhook=("breaking", "Code that waits for it waits in vain.")),
    _rule("webhook-deprecated", "A webhook is deprecated", webhook=("neutral", "It is still sent.")),
    _rule(
        "webhook-no-longer-deprecated", "A webhook is no longer deprecated", webhook=("neutral", "It is still sent.")
    ),
    "Objects",
    _rule("schema-added", "An object is added", request=("neutral", "What uses it is judged where it is used.")),
    _rule("schema-removed", "An object is removed", request=("neutral", "What used it is judged where it was used.")),
    _rule("schema-renamed", "An object has another name", request=("neutral", "Its name is not part of any message.")),
)
"""The rules, below the heading of what they are about."""

RULES: tuple[Rule, ...] = tuple(one for one in _TABLE if isinstance(one, Rule))


def _groups() -> Iterator[tuple[str, tuple[str, ...]]]:
    starts = [index for index, one in enumerate(_TABLE) if isinstance(one, str)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield str(_TABLE[start]), tuple(one.id for one in _TABLE[start:end] if isinstance(one, Rule))


GROUPS: Mapping[str, tuple[str, ...]] = dict(_groups())
"""The ids of the rules by what they are about, in the order of the table."""


@dataclass(frozen=True)
class RuleTable:
    """The rules by id, with a site's own severities put in."""

    rules: Mapping[str, Rule]

    @classmethod
    def with_overrides(cls, overrides: Mapping[str, str]) -> RuleTable:
        """The table with other severities: `property-removed: risky`, or `property-removed.request: risky`.

        Raises ApiUpgradesError for a rule, direction or severity that isn't there.
        """
        rules = {rule.id: rule for rule in RULES}
        for key, severity in overrides.items():
            id, _, direction = key.partition(".")
            if id not in rules:
                raise ApiUpgradesError(f"severity: there is no rule {id!r}{did_you_mean(id, rules)}")
            found = rules[id].verdicts
            if direction and direction not in found:
                raise ApiUpgradesError(f"severity: rule {id!r} has no direction {direction!r}, only {', '.join(found)}")
            if severity not in SEVERITIES:
                raise ApiUpgradesError(f"severity: {key}: {severity!r} is not one of {', '.join(SEVERITIES)}")
            verdicts = {
                one: Verdict(severity, verdict.why) if direction in ("", one) else verdict
                for one, verdict in found.items()
            }
            rules[id] = replace(rules[id], verdicts=verdicts)
        return cls(rules)

    def severity(self, id: str, direction: Direction | None) -> Severity:
        """The severity of a rule in a direction; without one, nothing is sent or received, so `neutral`."""
        return "neutral" if direction is None else self.rules[id].verdicts[direction].severity

    def why(self, id: str, direction: Direction | None) -> str:
        """The reason for that severity, as one sentence."""
        return "Nothing uses it yet." if direction is None else self.rules[id].verdicts[direction].why
