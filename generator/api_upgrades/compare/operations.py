"""Compares two operations, or two webhooks: parameters, request, responses, security and callbacks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from api_upgrades.compare.bodies import BodyComparison
from api_upgrades.compare.difference import Difference, compare_other_keywords
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.compare.security import compare_security, compare_servers, same_schemes, servers_of, with_names
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import webhook_method, webhook_operation
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.methods import METHODS, OTHER_METHODS
from api_upgrades.openapi.operation import parameter_objects, path_item, resolve_shared
from api_upgrades.openapi.part import Part, PartKind, schema_of
from api_upgrades.openapi.part_places import operations_of
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target
from api_upgrades.openapi.usage import Direction

REQUEST: tuple[Direction, ...] = ("request",)
RESPONSE: tuple[Direction, ...] = ("response",)
WEBHOOK: tuple[Direction, ...] = ("webhook",)

PART_DIRECTIONS: Mapping[PartKind, tuple[Direction, ...]] = {"operation": REQUEST, "webhook": WEBHOOK, "schema": ()}
"""The directions of a difference in a part as a whole."""

DirectedDifference = tuple[Difference, tuple[Direction, ...]]
"""A difference, and the directions in which it is found."""

_CALL_KEYWORDS = frozenset({"deprecated", "security", "servers", "operationId", "parameters"})
"""Keywords of an operation about the call as a whole, and not about its bodies."""

_KNOWN_KEYWORDS = _CALL_KEYWORDS | {"requestBody", "responses", "callbacks"}
"""Keywords of an operation that have a comparison of their own."""

_DEPRECATED: Mapping[PartKind, RuleId] = {"operation": "operation-deprecated", "webhook": "webhook-deprecated"}
_NO_LONGER_DEPRECATED: Mapping[PartKind, RuleId] = {
    "operation": "operation-no-longer-deprecated",
    "webhook": "webhook-no-longer-deprecated",
}


@dataclass(frozen=True)
class OperationComparison:
    """Compares an operation, or a webhook, with the one that it became."""

    schemas: SchemaComparison
    old: Part
    new: Part
    has_other_context: bool = True
    """Whether something outside the part that applies to it may differ."""

    def compare(self, old: JsonObject, new: JsonObject) -> Iterator[DirectedDifference]:
        """All differences; those of the request come before those of the responses."""
        if self.new.kind == "webhook":
            was, now = webhook_method(old), webhook_method(new)
            yield from self._add_part_directions(
                self._compare_path_items(old, new, was, now, "webhook-method-changed", "")
            )
            old, new = webhook_operation(old), webhook_operation(new)
        yield from self._add_part_directions(self._compare_keywords(old, new))
        yield from self._add_part_directions(self._compare_parameters())
        yield from self._add_part_directions(self._compare_requests(old, new))
        if self.new.kind == "operation":
            yield from ((found, RESPONSE) for found in self._compare_responses(old, new))
        else:
            yield from ((found, WEBHOOK) for found in self._compare_expected_responses(old, new, ""))
        yield from ((found, WEBHOOK) for found in self._compare_callbacks(old, new))

    def _is_same(self, old: Json, new: Json, target: Target, old_target: Target) -> bool:
        """Whether something inside the part is the same object in both, and means the same."""
        return (
            old is new
            and self.schemas.old.dialect == self.schemas.new.dialect
            and not (self.has_other_context and any(schema_of(ref) is None for ref in references(new)))
            and not self.schemas.renames.concerns(new, old_target, target)
        )

    def _add_part_directions(self, differences: Iterator[Difference]) -> Iterator[DirectedDifference]:
        return ((difference, PART_DIRECTIONS[self.new.kind]) for difference in differences)

    def _targets(self, section: str) -> tuple[Target, Target]:
        """The targets of a section, first by the newer name of the part and then by the older, as in `Difference`."""
        return Target(self.new, section), Target(self.old, section)

    @property
    def _bodies(self) -> BodyComparison:
        return BodyComparison(self.schemas)

    def _compare_keywords(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        target, old_target = self._targets("")
        before, after = old.get("deprecated") is True, new.get("deprecated") is True
        if before != after:
            rule = (_DEPRECATED if after else _NO_LONGER_DEPRECATED)[self.new.kind]
            yield Difference(rule, target, old_target, "deprecated", before, after)
        if old.get("operationId") != new.get("operationId"):
            values = old.get("operationId"), new.get("operationId")
            yield Difference("operation-id-changed", target, old_target, "operationId", *values)
        before, after = old.get("tags", ()), new.get("tags", ())
        for tag in dict.fromkeys((*before, *after)):
            if (tag in before) != (tag in after):
                values = (tag, None) if tag in before else (None, tag)
                yield Difference("tag-changed", target, old_target, "tags", *values)
        if self.new.kind == "operation":
            before = old.get("security", self.schemas.old.document.get("security"))
            after = new.get("security", self.schemas.new.document.get("security"))
            names = same_schemes(self.schemas.old, self.schemas.new)
            yield from compare_security(with_names(before, names), after, old_target, target)
            yield from compare_servers(*self._own_servers(old, new), old_target, target)
        yield from compare_other_keywords(old, new, _KNOWN_KEYWORDS, old_target, target)

    def _own_servers(self, old: JsonObject, new: JsonObject) -> tuple[list[JsonObject], list[JsonObject]]:
        """The servers of the two operations, if either has its own. Those of paths and documents are compared once."""
        if not old.get("servers") and not new.get("servers"):
            return [], []
        return _servers(self.schemas.old, self.old, old), _servers(self.schemas.new, self.new, new)

    def _compare_parameters(self) -> Iterator[Difference]:
        if self.new.kind == "operation" and self._have_same_parameters:
            return
        before = _parameters_by_target(self.schemas.old, self.old)
        after = _parameters_by_target(self.schemas.new, self.new)
        renames, bodies = self.schemas.renames, self._bodies
        # The name of a parameter for the whole query string isn't sent, so an operation's only one stays the same.
        whole, new_whole = ([one for one in found if _is_querystring(one)] for found in (before, after))
        if len(whole) == len(new_whole) == 1:
            renames += RenameMap((Move(renames.to_newer(whole[0]), new_whole[0]),))
            bodies = BodyComparison(replace(self.schemas, renames=renames))
        newer = {target: renames.to_newer(target) for target in before}
        spelled = {_without_case(target): target for target in after}
        newer = {target: spelled.get(_without_case(moved), moved) for target, moved in newer.items()}
        older = {moved: target for target, moved in reversed(newer.items())}
        for target, parameter in after.items():
            old_target = older.get(target)
            if old_target is None:
                rule: RuleId = "required-parameter-added" if parameter.get("required") else "parameter-added"
                yield Difference(rule, target, target, "existence", None, parameter)
                continue
            # Callers don't see the names of path parameters, so a rename of one is no difference.
            is_same_name = _without_case(old_target).section == _without_case(target).section
            if not is_same_name and not target.section.startswith("path "):
                rule = "querystring-renamed" if _is_querystring(target) else "parameter-renamed"
                yield Difference(rule, target, old_target, "name", old_target.name, target.name)
            if not self._is_same(before[old_target], parameter, target, old_target):
                yield from bodies.compare_parameters(before[old_target], parameter, old_target, target)
        for old_target, target in newer.items():
            if target not in after:
                yield Difference("parameter-removed", target, old_target, "existence", before[old_target], None)

    @property
    def _have_same_parameters(self) -> bool:
        """Whether the operation and its path list the same objects as parameters."""
        (was, was_of_path), (now, now_of_path) = (
            (contract.parts[part].get("parameters"), path_item(contract, part).get("parameters"))
            for contract, part in ((self.schemas.old, self.old), (self.schemas.new, self.new))
        )
        targets = self._targets("")
        return self._is_same(was, now, *targets) and self._is_same(was_of_path, now_of_path, *targets)

    def _compare_requests(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        target, old_target = self._targets("payload" if self.new.kind == "webhook" else "request")
        before, after = old.get("requestBody"), new.get("requestBody")
        if before is None and after is not None:
            required = resolve_shared(self.schemas.new, after).get("required")
            rule: RuleId = "required-request-body-added" if required else "request-body-added"
            yield Difference(rule, target, old_target, "existence", None, after)
        elif before is not None and after is None:
            yield Difference("request-body-removed", target, old_target, "existence", before, None)
        elif before is not None and after is not None and not self._is_same(before, after, target, old_target):
            was, now = resolve_shared(self.schemas.old, before), resolve_shared(self.schemas.new, after)
            yield from self._bodies.compare_request_bodies(was, now, old_target, target)

    def _compare_responses(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        before, after = _items(old.get("responses", {})), _items(new.get("responses", {}))
        yield from self._compare_extensions(old, new, "responses")
        newer = {
            status: self.schemas.renames.to_newer(Target(self.old, f"response {status}")).section.removeprefix(
                "response "
            )
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
            if self._is_same(before[older[status]], after[status], target, old_target):
                continue
            was, now = (
                resolve_shared(self.schemas.old, before[older[status]]),
                resolve_shared(self.schemas.new, after[status]),
            )
            yield from self._bodies.compare_responses(was, now, old_target, target)
        for old_status, status in newer.items():
            if status not in after:
                rule = "success-response-removed" if _is_success(status) else "error-response-removed"
                yield Difference(rule, *self._targets(f"response {status}"), "existence", before[old_status], None)

    def _compare_extensions(self, old: JsonObject, new: JsonObject, keyword: str) -> Iterator[Difference]:
        """Compare the extensions in a map of an operation."""
        was, now = (_extensions(one.get(keyword, {})) for one in (old, new))
        target, old_target = self._targets("")
        yield from compare_other_keywords(was, now, (), old_target, target)

    def _compare_expected_responses(self, old: JsonObject, new: JsonObject, section: str) -> Iterator[Difference]:
        """Compare the responses that the API expects from the receiver of a webhook or callback."""
        before, after = _items(old.get("responses", {})), _items(new.get("responses", {}))
        for status in dict.fromkeys((*before, *after)):
            was, now = before.get(status), after.get(status)
            target, old_target = self._targets(section)
            resolved = resolve_shared(self.schemas.old, was or {}), resolve_shared(self.schemas.new, now or {})
            found = self._bodies.compare_responses(*resolved, old_target, target)
            is_found = any(one.rule != "extension-changed" for one in found)
            if (was is None) != (now is None) or is_found:
                yield Difference("answer-changed", *self._targets(section), f"response {status}", was, now)

    def _compare_callbacks(self, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
        before, after = _items(old.get("callbacks", {})), _items(new.get("callbacks", {}))
        yield from self._compare_extensions(old, new, "callbacks")
        for name in dict.fromkeys((*after, *before)):
            section = f"callback {name}"
            if name not in before:
                yield Difference("callback-added", *self._targets(section), "existence", None, after[name])
            elif name not in after:
                yield Difference("callback-removed", *self._targets(section), "existence", before[name], None)
            else:
                was, now = resolve_shared(self.schemas.old, before[name]), resolve_shared(self.schemas.new, after[name])
                yield from self._compare_callback(was, now, section)

    def _compare_callback(self, old: JsonObject, new: JsonObject, section: str) -> Iterator[Difference]:
        """Compare the URLs of a callback, and the requests that it sends to each."""
        target, old_target = self._targets(section)
        removed = [url for url in old if url not in new]
        added = [url for url in new if url not in old]
        pairs = {url: url for url in old if url in new}
        if len(removed) == len(added) == 1:
            pairs[removed[0]] = added[0]
        for url in removed:
            yield Difference("callback-moved", target, old_target, "name", url, pairs.get(url))
        for url in added:
            if url not in pairs.values():
                yield Difference("callback-moved", target, old_target, "name", None, url)
        for url, newer in pairs.items():
            if url.startswith("x-"):
                yield from compare_other_keywords({url: old[url]}, {url: new[newer]}, (), old_target, target)
                continue
            was, now = resolve_shared(self.schemas.old, old[url]), resolve_shared(self.schemas.new, new[newer])
            old_method, method = webhook_method(was), webhook_method(now)
            yield from self._compare_path_items(was, now, old_method, method, "callback-moved", section)
            yield from self._compare_callback_operations(webhook_operation(was), webhook_operation(now), section)

    def _compare_callback_operations(self, old: JsonObject, new: JsonObject, section: str) -> Iterator[Difference]:
        target, old_target = self._targets(section)
        was = resolve_shared(self.schemas.old, old.get("requestBody", {}))
        now = resolve_shared(self.schemas.new, new.get("requestBody", {}))
        yield from self._bodies.compare_request_bodies(was, now, old_target, target)
        yield from self._compare_expected_responses(old, new, section)
        defaults = (self.schemas.old.document, self.schemas.new.document)
        for keyword in dict.fromkeys((*old, *new)):
            if keyword not in _CALL_KEYWORDS:
                continue
            inherited = [one.get(keyword) if keyword == "security" else None for one in defaults]
            before, after = old.get(keyword, inherited[0]), new.get(keyword, inherited[1])
            if keyword == "parameters":
                before, after = _sent_parameters(before), _sent_parameters(after)
            if keyword == "security":
                before = with_names(before, same_schemes(self.schemas.old, self.schemas.new))
                before, after = _in_one_order(before), _in_one_order(after)
            if not self.schemas.means_same({keyword: before or None}, {keyword: after or None}):
                yield Difference("callback-moved", target, old_target, keyword, before, after)
        yield from compare_other_keywords(old, new, _KNOWN_KEYWORDS, old_target, target)

    def _compare_path_items(
        self, old: JsonObject, new: JsonObject, old_method: str, method: str, rule: RuleId, section: str
    ) -> Iterator[Difference]:
        """Compare two Path Item Objects, except the operations of `old_method` and `method`, compared elsewhere."""
        target, old_target = self._targets(section)
        if old_method != method:
            yield Difference(rule, target, old_target, "method", old_method, method)
        before, after = operations_of(old), operations_of(new)
        for one in dict.fromkeys((*before, *after)):
            if one not in (old_method, method) and not self.schemas.means_same(before.get(one), after.get(one)):
                yield Difference(rule, target, old_target, one, before.get(one), after.get(one))
        yield from compare_other_keywords(old, new, (*METHODS, OTHER_METHODS), old_target, target)
        yield from compare_other_keywords(_other_entries(old), _other_entries(new), (), old_target, target)


def _in_one_order(security: Json) -> Json:
    """The alternatives of a `security` value in one order: a call satisfies any of them."""
    return sorted(security, key=json.dumps) if isinstance(security, list) else security


def _other_entries(item: JsonObject) -> JsonObject:
    """The `additionalOperations` of a Path Item Object that are no operations; an empty object if there are none."""
    entries = {method: one for method, one in item.get(OTHER_METHODS, {}).items() if method not in operations_of(item)}
    return {OTHER_METHODS: entries} if entries else {}


def _servers(contract: Contract, part: Part, operation: JsonObject) -> list[JsonObject]:
    """The servers of an operation: its own, else those of its path, else those of the document."""
    return servers_of(operation, path_item(contract, part), contract.document)


def _parameters_by_target(contract: Contract, part: Part) -> dict[Target, JsonObject]:
    return {
        Target(part, f"{location} {name}"): value
        for (location, name), value in parameter_objects(contract, part).items()
        if location in PARAMETER_LOCATIONS and (location, name.lower()) not in _IGNORED
    }


_IGNORED = frozenset(("header", name) for name in ("accept", "content-type", "authorization"))
"""Parameters that OpenAPI ignores, because media types and security schemes say the same."""


def _sent_parameters(parameters: Json) -> list[Json]:
    """The parameters of a callback without those that OpenAPI ignores."""
    found = parameters if isinstance(parameters, list) else []
    return [one for one in found if (one.get("in"), str(one.get("name")).lower()) not in _IGNORED]


def _without_case(target: Target) -> Target:
    """A header parameter in small letters, as its name is the same in capitals; any other place as it is."""
    return replace(target, section=target.section.lower()) if target.section.startswith("header ") else target


def _items(values: Json) -> dict[str, Json]:
    """The entries of a map that are not extensions, by their names as text."""
    found = values if isinstance(values, Mapping) else {}
    return {str(name): value for name, value in found.items() if isinstance(value, Mapping) and not _is_extension(name)}


def _extensions(values: Json) -> dict[str, Json]:
    """The extensions of a map."""
    found = values if isinstance(values, Mapping) else {}
    return {str(name): value for name, value in found.items() if _is_extension(name)}


def _is_extension(name: Json) -> bool:
    return str(name).startswith("x-")


def _is_querystring(parameter: Target) -> bool:
    return parameter.section.startswith("querystring ")


def _is_success(status: str) -> bool:
    return status.startswith(("2", "3"))
