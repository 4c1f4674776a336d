"""Two operations, or two webhooks: what is called, with what, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from api_upgrades.compare.bodies import BodyComparison
from api_upgrades.compare.difference import Difference, compare_beside
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.compare.security import compare_security, compare_servers
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.contract import METHODS, Contract, Part, PartKind
from api_upgrades.openapi.locate import webhook_method
from api_upgrades.openapi.operation import parameters, resolve_shared
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target
from api_upgrades.openapi.usage import Direction

REQUEST: tuple[Direction, ...] = ("request",)
RESPONSE: tuple[Direction, ...] = ("response",)
WEBHOOK: tuple[Direction, ...] = ("webhook",)
PART_DIRECTIONS: Mapping[PartKind, tuple[Direction, ...]] = {"operation": REQUEST, "webhook": WEBHOOK, "schema": ()}

Found = tuple[Difference, tuple[Direction, ...]]

_TOLD = frozenset({"deprecated", "security", "servers", "operationId", "parameters"})
_SAID = _TOLD | {"requestBody", "responses", "callbacks"}
"""Keywords of an operation that have a comparison of their own."""


_DEPRECATED: Mapping[PartKind, RuleId] = {"operation": "operation-deprecated", "webhook": "webhook-deprecated"}
_NO_LONGER_DEPRECATED: Mapping[PartKind, RuleId] = {
    "operation": "operation-no-longer-deprecated",
    "webhook": "webhook-no-longer-deprecated",
}


@dataclass(frozen=True)
class OperationComparison:
    """An operation, or a webhook's one, in both contracts."""

    schemas: SchemaComparison
    old: Part
    new: Part

    def compare(self, old: JsonObject, new: JsonObject) -> Iterator[Found]:
        """All differences, those of what is called first."""
        if self.new.kind == "webhook":
            was, now = webhook_method(old), webhook_method(new)
            yield from self._found(self._items(old, new, was, now, "webhook-method-changed", ""))
            old, new = old.get(was, {}), new.get(now, {})
        yield from self._found(self._operation(old, new))
        yield from self._found(self._parameters())
        yield from self._found(self._request(old, new))
        if self.new.kind == "operation":
            yield from ((found, RESPONSE) for found in self._responses(old, new))
        else:
            yield from ((found, WEBHOOK) for found in self._answers(old, new, ""))
        yield from ((found, WEBHOOK) for found in self._callbacks(old, new))

    def _found(self, differences: Iterator[Difference]) -> Iterator[Found]:
        return ((found, PART_DIRECTIONS[self.new.kind]) for found in differences)

    def _targets(self, section: str) -> tuple[Target, Target]:
        """The place by its newer name, and by its older one, as a difference has them."""
        old = Target(self.old, section)
        return Target(self.new, section), old

    @property
    def _bodies(self) -> BodyComparison:
        return BodyComparison(self.schemas)

    def _operation(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        target, old_target = self._targets("")
        before, after = old.get("deprecated") is True, new.get("deprecated") is True
        if before != after:
            rule = (_DEPRECATED if after else _NO_LONGER_DEPRECATED)[self.new.kind]
            yield Difference(rule, target, old_target, "deprecated", before, after)
        if old.get("operationId") != new.get("operationId"):
            values = old.get("operationId"), new.get("operationId")
            yield Difference("operation-id-changed", target, old_target, "operationId", *values)
        if self.new.kind == "operation":
            before = old.get("security", self.schemas.old.document.get("security"))
            after = new.get("security", self.schemas.new.document.get("security"))
            yield from compare_security(before, after, old_target, target)
            yield from compare_servers(old.get("servers", ()), new.get("servers", ()), old_target, target)
        yield from compare_beside(old, new, _SAID, old_target, target)

    def _parameters(self) -> Iterator[Difference]:
        before = dict(self._named(self.schemas.old, self.old))
        after = dict(self._named(self.schemas.new, self.new))
        newer = {target: self.schemas.names.newer(target) for target in before}
        older = {moved: target for target, moved in reversed(newer.items())}
        for target, parameter in after.items():
            old_target = older.get(target)
            if old_target is None:
                rule: RuleId = "required-parameter-added" if parameter.get("required") else "parameter-added"
                yield Difference(rule, target, target, "existence", None, parameter)
                continue
            # Where a path moved, its parameters have other names without anybody noticing.
            if old_target.section != target.section and not target.section.startswith("path "):
                yield Difference("parameter-renamed", target, old_target, "name", old_target.name, target.name)
            yield from self._bodies.parameter(before[old_target], parameter, old_target, target)
        for old_target, target in newer.items():
            if target not in after:
                yield Difference("parameter-removed", target, old_target, "existence", before[old_target], None)

    @staticmethod
    def _named(contract: Contract, part: Part) -> Iterator[tuple[Target, JsonObject]]:
        for parameter in parameters(contract, part):
            if parameter.location in PARAMETER_LOCATIONS:
                yield Target(part, f"{parameter.location} {parameter.name}"), parameter.value

    def _request(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        target, old_target = self._targets("payload" if self.new.kind == "webhook" else "request")
        before, after = old.get("requestBody"), new.get("requestBody")
        if before is None and after is not None:
            required = resolve_shared(self.schemas.new, after).get("required")
            rule: RuleId = "required-request-body-added" if required else "request-body-added"
            yield Difference(rule, target, old_target, "existence", None, after)
        elif before is not None and after is None:
            yield Difference("request-body-removed", target, old_target, "existence", before, None)
        elif before is not None and after is not None:
            was, now = resolve_shared(self.schemas.old, before), resolve_shared(self.schemas.new, after)
            yield from self._bodies.request(was, now, old_target, target)

    def _responses(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        before: Mapping[str, Json] = {str(status): value for status, value in old.get("responses", {}).items()}
        after: Mapping[str, Json] = {str(status): value for status, value in new.get("responses", {}).items()}
        newer = {
            status: self.schemas.names.newer(Target(self.old, f"response {status}")).section.removeprefix("response ")
            for status in before
        }
        older = {status: old_status for old_status, status in newer.items()}
        for status in after:
            target = Target(self.new, f"response {status}")
            if status not in older:
                rule: RuleId = "success-response-added" if _is_success(status) else "error-response-added"
                yield Difference(rule, target, replace(target, part=self.old), "existence", None, after[status])
                continue
            old_target = Target(self.old, f"response {older[status]}")
            if status != older[status]:
                yield Difference("status-changed", target, old_target, "name", older[status], status)
            was, now = (
                resolve_shared(self.schemas.old, before[older[status]]),
                resolve_shared(self.schemas.new, after[status]),
            )
            yield from self._bodies.response(was, now, old_target, target)
        for old_status, status in newer.items():
            if status not in after:
                rule = "success-response-removed" if _is_success(status) else "error-response-removed"
                yield Difference(rule, *self._targets(f"response {status}"), "existence", before[old_status], None)

    def _answers(self, old: JsonObject, new: JsonObject, section: str) -> Iterator[Difference]:
        """What is expected of those to whom something is sent."""
        before, after = old.get("responses", {}), new.get("responses", {})
        for status in dict.fromkeys((*before, *after)):
            was, now = before.get(status), after.get(status)
            if not self.schemas.means_same(was, now):
                yield Difference("answer-changed", *self._targets(section), f"response {status}", was, now)

    def _callbacks(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        before, after = old.get("callbacks", {}), new.get("callbacks", {})
        for name in dict.fromkeys((*after, *before)):
            section = f"callback {name}"
            if name not in before:
                yield Difference("callback-added", *self._targets(section), "existence", None, after[name])
            elif name not in after:
                yield Difference("callback-removed", *self._targets(section), "existence", before[name], None)
            else:
                was, now = resolve_shared(self.schemas.old, before[name]), resolve_shared(self.schemas.new, after[name])
                yield from self._callback(was, now, section)

    def _callback(self, old: JsonObject, new: JsonObject, section: str) -> Iterator[Difference]:
        """A callback: where it goes, and for each of its addresses what is sent there."""
        target, old_target = self._targets(section)
        gone = [url for url in old if url not in new]
        come = [url for url in new if url not in old]
        pairs = {url: url for url in old if url in new}
        if len(gone) == len(come) == 1:
            pairs[gone[0]] = come[0]
        for url in gone:
            yield Difference("callback-moved", target, old_target, "name", url, pairs.get(url))
        for url in come:
            if url not in pairs.values():
                yield Difference("callback-moved", target, old_target, "name", None, url)
        for url, newer in pairs.items():
            was, now = old[url], new[newer]
            if not isinstance(was, Mapping) or not isinstance(now, Mapping):
                yield from compare_beside({url: was}, {url: now}, (), old_target, target)
                continue
            one, other = webhook_method(was), webhook_method(now)
            yield from self._items(was, now, one, other, "callback-moved", section)
            sent, received = was.get(one, {}), now.get(other, {})
            bodies = (
                resolve_shared(self.schemas.old, sent.get("requestBody", {})),
                resolve_shared(self.schemas.new, received.get("requestBody", {})),
            )
            yield from self._bodies.request(*bodies, old_target, target)
            yield from self._answers(sent, received, section)
            yield from self._rest(sent, received, old_target, target)

    def _rest(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """What else a callback's operation says, keyword by keyword."""
        for keyword in dict.fromkeys((*old, *new)):
            if keyword in _TOLD and not self.schemas.means_same(old.get(keyword), new.get(keyword)):
                yield Difference("callback-moved", target, old_target, keyword, old.get(keyword), new.get(keyword))
        yield from compare_beside(old, new, _SAID, old_target, target)

    def _items(
        self, old: JsonObject, new: JsonObject, was: str, now: str, rule: RuleId, section: str
    ) -> Iterator[Difference]:
        """A Path Item Object in which one method is sent."""
        target, old_target = self._targets(section)
        if was != now:
            yield Difference(rule, target, old_target, "method", was.upper(), now.upper())
        for method in METHODS:
            if method not in (was, now) and not self.schemas.means_same(old.get(method), new.get(method)):
                yield Difference(rule, target, old_target, method.upper(), old.get(method), new.get(method))
        yield from compare_beside(old, new, METHODS, old_target, target)


def _is_success(status: str) -> bool:
    return status.startswith(("2", "3"))
