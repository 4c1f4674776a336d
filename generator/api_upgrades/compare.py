"""Two contracts, and every difference between them, judged by the rule table.

Wording and examples are not compared: they are not part of the contract. What the names don't lead from the older to
the newer is reported as removed and added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.compare_schemas import Difference, SchemaComparison
from api_upgrades.contract import Contract, Json, JsonObject, Part
from api_upgrades.locate import media_type, webhook_method
from api_upgrades.names import Names
from api_upgrades.operation import parameters, resolved
from api_upgrades.schema import MISSING
from api_upgrades.severity import DIRECTIONS, Direction, RuleTable, Severity
from api_upgrades.target import PARAMETER_LOCATIONS, Target

Directions = Callable[[Part], Iterable[Direction]]

REQUEST: tuple[Direction, ...] = ("request",)
RESPONSE: tuple[Direction, ...] = ("response",)
WEBHOOK: tuple[Direction, ...] = ("webhook",)
PART_DIRECTIONS: Mapping[str, tuple[Direction, ...]] = {"operation": REQUEST, "webhook": WEBHOOK, "schema": ()}


@dataclass(frozen=True)
class Finding:
    """One difference in one direction, with the rule that judged it.

    `target` is the place by its newer name; what was removed has the name it would have. `facet` says what of the
    place differs, as `Touch.facet` does. `direction` is None where nothing that is sent or received uses the place.
    """

    rule: str
    severity: Severity
    direction: Direction | None
    target: Target
    old_target: Target
    facet: str
    before: Json
    after: Json

    @property
    def text(self) -> str:
        """What differs at the target, on one line: `is new`, `type integer -> string`."""
        if self.facet == "existence":
            return "is new" if self.before is None else "is gone"
        return f"{self.facet} {_shown(self.before)} -> {_shown(self.after)}"


LONGEST = 60
"""Characters of a value in a finding's text."""


def _shown(value: Json) -> str:
    """A value as a line shows it; nothing is `none`."""
    if value is MISSING or value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=list)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def compare(
    old: Contract,
    new: Contract,
    names: Names,
    directions: Directions,
    table: RuleTable,
    among: Container[Part | None] | None = None,
) -> tuple[Finding, ...]:
    """Every difference from `old` to `new`, in the order of the newer document, what was removed last.

    `directions` tells for a schema of either contract how it is used. Parts that both share are not looked into, and
    neither are those that are not `among` some, by their newer names.
    """
    return tuple(
        _judged(difference, direction, table)
        for difference, where in _differences(old, new, names, directions, among)
        for direction in (where or (None,))
    )


def _judged(difference: Difference, direction: Direction | None, table: RuleTable) -> Finding:
    severity = table.severity(difference.rule, direction)
    return Finding(difference.rule, severity, direction, *difference[1:])


Found = tuple[Difference, tuple[Direction, ...]]


def _differences(
    old: Contract, new: Contract, names: Names, directions: Directions, among: Container[Part | None] | None
) -> Iterator[Found]:
    newer = {part: names.newer(Target(part)).part for part in old.parts}
    # Where one takes over the name of another, the name is its, and the other is gone.
    older = {moved: part for part, moved in sorted(newer.items(), key=lambda one: one[0] != one[1])}
    shared_differs = old.document is not new.document and old.document != new.document
    for part, value in new.parts.items():
        before = older.get(part)
        if among is not None and part not in among:
            continue
        if before is None:
            yield _existence(part, part, None, value)
        elif before != part or old.parts[before] is not value or (shared_differs and part.kind != "schema"):
            if before != part:
                yield _renamed(before, part)
            comparison = SchemaComparison(old, new, names)
            if part.kind == "schema":
                where = _sorted({*directions(part), *directions(before)})
                yield from (
                    (found, where)
                    for found in comparison.compare(old.parts[before], value, Target(before), Target(part))
                )
            else:
                yield from _OperationComparison(comparison, before, part).compare(old.parts[before], value)
    for part, moved in newer.items():
        if moved is None or (among is not None and moved not in among):
            continue
        if moved not in new.parts or older[moved] != part:
            yield _existence(moved, part, old.parts[part], None)


def _sorted(directions: Iterable[Direction]) -> tuple[Direction, ...]:
    return tuple(sorted(directions, key=DIRECTIONS.index))


def _existence(new: Part, old: Part, before: Json, after: Json) -> Found:
    rule = f"{new.kind}-{'added' if before is None else 'removed'}"
    return Difference(rule, Target(new), Target(old), "existence", before, after), PART_DIRECTIONS[new.kind]


def _renamed(old: Part, new: Part) -> Found:
    rule = "operation-moved" if new.kind == "operation" else f"{new.kind}-renamed"
    return Difference(rule, Target(new), Target(old), "name", old.name, new.name), PART_DIRECTIONS[new.kind]


@dataclass(frozen=True)
class _OperationComparison:
    """An operation, or a webhook's one, in both contracts."""

    schemas: SchemaComparison
    old: Part
    new: Part

    def compare(self, old: JsonObject, new: JsonObject) -> Iterator[Found]:
        if self.new.kind == "webhook":
            old, new = old.get(webhook_method(old), {}), new.get(webhook_method(new), {})
        yield from self._deprecation(old, new)
        before = old.get("security", self.schemas.old.document.get("security"))
        after = new.get("security", self.schemas.new.document.get("security"))
        if before != after and self.new.kind == "operation":
            yield self._found("security-changed", REQUEST, "", "security", before, after)
        yield from self._parameters()
        yield from self._request(old, new)
        if self.new.kind == "operation":
            yield from self._responses(old, new)

    def _targets(self, section: str) -> tuple[Target, Target]:
        return Target(self.old, section), Target(self.new, section)

    def _found(
        self, rule: str, where: tuple[Direction, ...], section: str, facet: str, before: Json, after: Json
    ) -> Found:
        old, new = self._targets(section)
        return Difference(rule, new, old, facet, before, after), where

    def _deprecation(self, old: JsonObject, new: JsonObject) -> Iterator[Found]:
        before, after = old.get("deprecated") is True, new.get("deprecated") is True
        if before != after:
            rule = f"{self.new.kind}-{'deprecated' if after else 'no-longer-deprecated'}"
            where = PART_DIRECTIONS[self.new.kind]
            yield self._found(rule, where, "", "deprecated", before, after)

    def _parameters(self) -> Iterator[Found]:
        before = dict(self._named(self.schemas.old, self.old))
        after = dict(self._named(self.schemas.new, self.new))
        newer = {target: self.schemas.names.newer(target) for target in before}
        for target, parameter in after.items():
            old_target = next((one for one, moved in newer.items() if moved == target), None)
            if old_target is None:
                rule = "required-parameter-added" if parameter.get("required") else "parameter-added"
                yield Difference(rule, target, target, "existence", None, parameter), REQUEST
                continue
            yield from (
                (found, REQUEST) for found in self._parameter(before[old_target], parameter, old_target, target)
            )
        for old_target, target in newer.items():
            if target not in after:
                yield (
                    Difference("parameter-removed", target, old_target, "existence", before[old_target], None),
                    REQUEST,
                )

    def _parameter(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        # Where a path moved, its parameters have other names without anybody noticing.
        if old_target.section != target.section and not target.section.startswith("path "):
            yield Difference("parameter-renamed", target, old_target, "name", old_target.name, target.name)
        if bool(old.get("required")) != bool(new.get("required")):
            rule = "became-required" if new.get("required") else "became-optional"
            yield Difference(rule, target, old_target, "required", bool(old.get("required")), bool(new.get("required")))
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            rule = "deprecated" if new.get("deprecated") else "no-longer-deprecated"
            yield Difference(rule, target, old_target, "deprecated", old.get("deprecated"), new.get("deprecated"))
        for keyword in ("style", "explode", "allowReserved", "allowEmptyValue"):
            if old.get(keyword) != new.get(keyword):
                yield Difference("constraint-changed", target, old_target, keyword, old.get(keyword), new.get(keyword))
        yield from self.schemas.compare(old.get("schema", {}), new.get("schema", {}), old_target, target)

    @staticmethod
    def _named(contract: Contract, part: Part) -> Iterator[tuple[Target, JsonObject]]:
        for parameter in parameters(contract, part):
            if parameter.location in PARAMETER_LOCATIONS:
                yield Target(part, f"{parameter.location} {parameter.name}"), parameter.value

    def _request(self, old: JsonObject, new: JsonObject) -> Iterator[Found]:
        section = "payload" if self.new.kind == "webhook" else "request"
        where = PART_DIRECTIONS[self.new.kind]
        before, after = old.get("requestBody"), new.get("requestBody")
        if before is None and after is not None:
            required = resolved(self.schemas.new, after).get("required")
            rule = "required-request-body-added" if required else "request-body-added"
            yield self._found(rule, REQUEST, section, "existence", None, after)
        elif before is not None and after is None:
            yield self._found("request-body-removed", REQUEST, section, "existence", before, None)
        elif before is not None and after is not None:
            was, now = resolved(self.schemas.old, before), resolved(self.schemas.new, after)
            if self.new.kind == "operation" and bool(was.get("required")) != bool(now.get("required")):
                rule = "became-required" if now.get("required") else "became-optional"
                yield self._found(
                    rule, where, section, "required", bool(was.get("required")), bool(now.get("required"))
                )
            yield from self._bodies(was, now, section, section, where)

    def _responses(self, old: JsonObject, new: JsonObject) -> Iterator[Found]:
        before: Mapping[str, Json] = {str(status): value for status, value in old.get("responses", {}).items()}
        after: Mapping[str, Json] = {str(status): value for status, value in new.get("responses", {}).items()}
        newer = {
            status: self.schemas.names.newer(Target(self.old, f"response {status}")).section.removeprefix("response ")
            for status in before
        }
        older = {status: old_status for old_status, status in newer.items()}
        for status in after:
            kind = "success" if status.startswith(("2", "3")) else "error"
            if status not in older:
                rule = f"{kind}-response-added"
                yield self._found(rule, RESPONSE, f"response {status}", "existence", None, after[status])
                continue
            section, old_section = f"response {status}", f"response {older[status]}"
            if section != old_section:
                old_target, target = Target(self.old, old_section), Target(self.new, section)
                yield Difference("status-changed", target, old_target, "name", older[status], status), RESPONSE
            was, now = resolved(self.schemas.old, before[older[status]]), resolved(self.schemas.new, after[status])
            yield from self._bodies(was, now, old_section, section, RESPONSE)
        for old_status, status in newer.items():
            if status not in after:
                kind = "success" if status.startswith(("2", "3")) else "error"
                rule = f"{kind}-response-removed"
                yield self._found(rule, RESPONSE, f"response {status}", "existence", before[old_status], None)

    def _bodies(
        self, old: JsonObject, new: JsonObject, old_section: str, section: str, where: tuple[Direction, ...]
    ) -> Iterator[Found]:
        old_target, target = Target(self.old, old_section), Target(self.new, section)
        before, after = old.get("content", {}), new.get("content", {})
        one, other = media_type(old), media_type(new)
        for media in (*before, *after):
            if (media in before) != (media in after) and where != WEBHOOK:
                rule = "media-type-added" if media in after else "media-type-removed"
                was, now = (None, media) if media in after else (media, None)
                yield Difference(rule, target, old_target, "content", was, now), where
        if one is not None and other is not None:
            was, now = before[one].get("schema", {}), after[other].get("schema", {})
            yield from ((found, where) for found in self.schemas.compare(was, now, old_target, target))
