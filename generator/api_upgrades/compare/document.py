"""What two documents have beside their parts: servers, security, and what parts share.

What an operation has of it is found at the operation too. Here it is told that there is something else to refer to.
"""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.compare.difference import Difference, compare_beside
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.compare.security import as_names, compare_scheme, compare_servers
from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction

DIRECTIONS: tuple[Direction, ...] = ("request",)
_DIALECT = ("openapi", "jsonSchemaDialect")
_SECTIONS = (
    *("parameters", "headers", "requestBodies", "responses", "links", "callbacks", "pathItems", "mediaTypes"),
    "securitySchemes",
)
_SHARED: frozenset[RuleId] = frozenset({"shared-added", "shared-removed", "shared-changed"})
_TOLD = frozenset({"info", "paths", "components", "servers", "security", "webhooks", *_DIALECT})


def compare_documents(schemas: SchemaComparison) -> Iterator[tuple[Difference, tuple[Direction, ...]]]:
    """All differences beside the parts, in the order of a document."""
    old, new = schemas.old.content, schemas.new.content
    for found in (*_document(old, new), *_paths(schemas), *_components(schemas)):
        yield found, (() if found.rule in _SHARED else DIRECTIONS)


def _document(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    whole, servers, security = Target(None), Target(None, "servers"), Target(None, "security")
    for keyword in _DIALECT:
        if old.get(keyword) != new.get(keyword):
            yield Difference("dialect-changed", whole, whole, keyword, old.get(keyword), new.get(keyword))
    yield from compare_servers(old.get("servers", ()), new.get("servers", ()), servers, servers)
    if not means_same(old.get("security"), new.get("security")):
        values = old.get("security"), new.get("security")
        yield Difference("shared-changed", security, security, "security", *values)
    yield from compare_beside(old, new, _TOLD, whole, whole)


def _paths(schemas: SchemaComparison) -> Iterator[Difference]:
    """What a path has beside its operations. Its parameters are those of its operations."""
    old, new = schemas.old.content.get("paths", {}), schemas.new.content.get("paths", {})
    moved = {part.path: schemas.names.newer(Target(part)).part for part in schemas.old.of_kind("operation")}
    newer = {path: part.path for path, part in moved.items() if part is not None and path not in new}
    older = {newer.get(path, path): path for path in old}
    used = {part.path for contract in (schemas.old, schemas.new) for part in contract.of_kind("operation")}
    for path in dict.fromkeys((*new, *(newer.get(one, one) for one in old))):
        was, now = old.get(older.get(path, path), {}), new.get(path, {})
        target, old_target = Target(None, f"paths {path}"), Target(None, f"paths {older.get(path, path)}")
        yield from compare_servers(was.get("servers", ()), now.get("servers", ()), old_target, target)
        for keyword in ("parameters", "$ref"):
            is_told = keyword == "parameters" and path in used
            if not is_told and not schemas.means_same(was.get(keyword), now.get(keyword)):
                values = was.get(keyword), now.get(keyword)
                yield Difference("shared-changed", target, old_target, keyword, *values)
        yield from compare_beside(was, now, ("servers", "parameters", "$ref"), old_target, target)


def _components(schemas: SchemaComparison) -> Iterator[Difference]:
    old, new = schemas.old.content.get("components", {}), schemas.new.content.get("components", {})
    for section in dict.fromkeys((*new, *old)):
        if section == "examples":
            continue
        if section not in _SECTIONS:
            others = [key for key in (*old, *new) if key != section]
            yield from compare_beside(old, new, others, Target(None), Target(None))
            continue
        before, after = as_names(old.get(section)), as_names(new.get(section))
        is_scheme = section == "securitySchemes"
        for name in dict.fromkeys((*after, *before)):
            place = Target(None, f"{section} {name}")
            was, now = before.get(name), after.get(name)
            if was is None:
                rule: RuleId = "security-scheme-added" if is_scheme else "shared-added"
                yield Difference(rule, place, place, "existence", None, now)
            elif now is None:
                rule = "security-scheme-removed" if is_scheme else "shared-removed"
                yield Difference(rule, place, place, "existence", was, None)
            elif is_scheme:
                yield from compare_scheme(was, now, place, place)
            elif not schemas.means_same(was, now):
                yield Difference("shared-changed", place, place, section, was, now)
