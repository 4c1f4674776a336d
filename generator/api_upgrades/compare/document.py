"""Compares everything in two documents except their parts: servers, security, and shared components.

A difference in a shared component is also found at each operation that uses it. The findings here say only that a
component was added, removed or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from api_upgrades.compare.difference import Difference, compare_other_keywords
from api_upgrades.compare.operations import DirectedDifference
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.compare.security import (
    as_mapping,
    compare_security_schemes,
    compare_servers,
    same_schemes,
    servers_of,
)
from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction

DOCUMENT_DIRECTIONS: tuple[Direction, ...] = ("request",)
"""The directions of every difference here, except those of shared components, which have none."""

_DIALECT = ("openapi", "jsonSchemaDialect", "$self")
_SECTIONS = (
    *("parameters", "headers", "requestBodies", "responses", "links", "callbacks", "pathItems", "mediaTypes"),
    "securitySchemes",
)
_SHARED_RULES: frozenset[RuleId] = frozenset({"shared-added", "shared-removed", "shared-changed"})
_COMPARED_ELSEWHERE = frozenset({"info", "paths", "components", "servers", "security", "webhooks", *_DIALECT})


def compare_documents(comparison: SchemaComparison) -> Iterator[DirectedDifference]:
    """Find all differences outside the parts, in the order of the document."""
    old, new = comparison.old.content, comparison.new.content
    differences = (*_compare_top_level(old, new), *_compare_paths(comparison), *_compare_components(comparison))
    for difference in differences:
        yield difference, (() if difference.rule in _SHARED_RULES else DOCUMENT_DIRECTIONS)


def _compare_top_level(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    document, servers, security = Target(None), Target(None, "servers"), Target(None, "security")
    for keyword in _DIALECT:
        if old.get(keyword) != new.get(keyword):
            yield Difference("dialect-changed", document, document, keyword, old.get(keyword), new.get(keyword))
    yield from compare_servers(servers_of(old), servers_of(new), servers, servers)
    if not means_same(old.get("security") or [], new.get("security") or []):
        values = old.get("security"), new.get("security")
        yield Difference("shared-changed", security, security, "security", *values)
    yield from _compare_tags(old.get("tags", ()), new.get("tags", ()))
    yield from compare_other_keywords(old, new, _COMPARED_ELSEWHERE, document, document)


def _compare_tags(old: Sequence[JsonObject], new: Sequence[JsonObject]) -> Iterator[Difference]:
    """Compare which tags a document declares, and where they belong. Their texts are wording."""
    before, after = ({tag["name"]: tag for tag in tags if "name" in tag} for tags in (old, new))
    for name in dict.fromkeys((*after, *before)):
        place = Target(None, f"tags {name}")
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            yield Difference("tag-changed", place, place, "existence", was, now)
            continue
        for keyword in ("parent", "kind"):
            if was.get(keyword) != now.get(keyword):
                yield Difference("tag-changed", place, place, keyword, was.get(keyword), now.get(keyword))


def _compare_paths(comparison: SchemaComparison) -> Iterator[Difference]:
    """Compare paths, except for their operations. The parameters of a path count as those of its operations."""
    paths = [contract.content.get("paths", {}) for contract in (comparison.old, comparison.new)]
    extensions = [{path: item for path, item in one.items() if path.startswith("x-")} for one in paths]
    yield from compare_other_keywords(extensions[0], extensions[1], (), Target(None), Target(None))
    old, new = ({path: item for path, item in one.items() if isinstance(item, Mapping)} for one in paths)
    moved = {part.path: comparison.renames.to_newer(Target(part)).part for part in comparison.old.of_kind("operation")}
    newer = {path: part.path for path, part in moved.items() if part is not None and path not in new}
    older = {newer.get(path, path): path for path in old}
    with_operations = {
        part.path for contract in (comparison.old, comparison.new) for part in contract.of_kind("operation")
    }
    for path in dict.fromkeys((*new, *(newer.get(one, one) for one in old))):
        if path.startswith("x-"):
            continue
        was, now = old.get(older.get(path, path), {}), new.get(path, {})
        target, old_target = Target(None, f"paths {path}"), Target(None, f"paths {older.get(path, path)}")
        if was.get("servers") or now.get("servers"):
            servers = servers_of(was, comparison.old.document), servers_of(now, comparison.new.document)
            yield from compare_servers(*servers, old_target, target)
        for keyword in ("$ref",) if path in with_operations else ("parameters", "$ref"):
            if not comparison.means_same(was.get(keyword), now.get(keyword)):
                values = was.get(keyword), now.get(keyword)
                yield Difference("shared-changed", target, old_target, keyword, *values)
        yield from compare_other_keywords(was, now, ("servers", "parameters", "$ref"), old_target, target)


def _compare_components(comparison: SchemaComparison) -> Iterator[Difference]:
    old, new = comparison.old.content.get("components", {}), comparison.new.content.get("components", {})
    for section in dict.fromkeys((*new, *old)):
        if section == "examples":
            continue
        if section not in _SECTIONS:
            others = [key for key in (*old, *new) if key != section]
            yield from compare_other_keywords(old, new, others, Target(None), Target(None))
            continue
        before, after = as_mapping(old.get(section)), as_mapping(new.get(section))
        is_scheme = section == "securitySchemes"
        if is_scheme:
            names = same_schemes(comparison.old, comparison.new)
            before = {names.get(name, name): value for name, value in before.items()}
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
                yield from compare_security_schemes(was, now, place, place)
            elif not comparison.means_same(was, now):
                yield Difference("shared-changed", place, place, section, was, now)
