"""What goes with a call: bodies in their media types, parameters, headers and links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from api_upgrades.compare.difference import Difference, compare_beside
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.locate import media_type
from api_upgrades.openapi.operation import resolve_shared
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.semantics import SERIALIZATION, serialization
from api_upgrades.openapi.target import Target

_OF_PARAMETER = frozenset({"name", "in", "required", "deprecated", "schema", "content", *SERIALIZATION})
_OF_MEDIA = frozenset({"schema", "encoding"})


@dataclass(frozen=True)
class BodyComparison:
    """What compares bodies, parameters and headers, references to shared ones followed."""

    schemas: SchemaComparison

    def request(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """A Request Body Object."""
        yield from _required(old, new, old_target, target)
        yield from self.content(old, new, old_target, target)
        yield from compare_beside(old, new, ("required", "content"), old_target, target)

    def response(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """A Response Object."""
        yield from self.content(old, new, old_target, target)
        yield from self._headers(old.get("headers", {}), new.get("headers", {}), old_target, target)
        before, after = old.get("links", {}), new.get("links", {})
        for name in dict.fromkeys((*after, *before)):
            was, now = before.get(name), after.get(name)
            if not self.schemas.means_same(was, now):
                rule: RuleId = "link-added" if was is None else "link-removed" if now is None else "link-changed"
                yield Difference(rule, target, old_target, f"link {name}", was, now)
        yield from compare_beside(old, new, ("content", "headers", "links"), old_target, target)

    def parameter(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """A Parameter Object, or a Header Object."""
        yield from _required(old, new, old_target, target)
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            rule: RuleId = "deprecated" if new.get("deprecated") else "no-longer-deprecated"
            yield Difference(rule, target, old_target, "deprecated", old.get("deprecated"), new.get("deprecated"))
        was, now = serialization(old), serialization(new)
        for keyword in SERIALIZATION:
            if was[keyword] != now[keyword]:
                yield Difference("serialization-changed", target, old_target, keyword, was[keyword], now[keyword])
        if "content" in old or "content" in new:
            yield from self.content(_as_content(old), _as_content(new), old_target, target)
        else:
            yield from self.schemas.compare(old.get("schema", {}), new.get("schema", {}), old_target, target)
        yield from compare_beside(old, new, _OF_PARAMETER, old_target, target)

    def content(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """Media types. What is in several of them alike is found once."""
        before, after = old.get("content", {}), new.get("content", {})
        for media in dict.fromkeys((*before, *after)):
            if (media in before) != (media in after):
                rule: RuleId = "media-type-added" if media in after else "media-type-removed"
                was, now = (None, media) if media in after else (media, None)
                yield Difference(rule, target, old_target, "content", was, now)
        pairs = {media: media for media in before if media in after}
        one, other = media_type(old), media_type(new)
        if not pairs and one is not None and other is not None:
            pairs = {one: other}
        seen: set[str] = set()
        for media, newer in sorted(pairs.items(), key=lambda pair: pair[0] != one):  # what stands for the body first
            for found in self._media(before[media], after[newer], old_target, target):
                key = as_text([found.rule, str(found.target), found.facet, found.before, found.after])
                if key not in seen:
                    seen.add(key)
                    yield found

    def _media(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        yield from self.schemas.compare(old.get("schema", {}), new.get("schema", {}), old_target, target)
        before, after = old.get("encoding", {}), new.get("encoding", {})
        for name in dict.fromkeys((*before, *after)):
            was, now = before.get(name), after.get(name)
            if not means_same(was, now):
                yield Difference("serialization-changed", target, old_target, f"encoding {name}", was, now)
        yield from compare_beside(old, new, _OF_MEDIA, old_target, target)

    def _headers(self, old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        before = {name.lower(): (name, value) for name, value in old.items()}
        after = {name.lower(): (name, value) for name, value in new.items()}
        for key in dict.fromkeys((*after, *before)):
            name = (after.get(key) or before[key])[0]
            place, old_place = (replace(one, section=f"{one.section} header {name}") for one in (target, old_target))
            if key not in before:
                yield Difference("header-added", place, old_place, "existence", None, after[key][1])
            elif key not in after:
                yield Difference("header-removed", place, old_place, "existence", before[key][1], None)
            else:
                was, now = (
                    resolve_shared(self.schemas.old, before[key][1]),
                    resolve_shared(self.schemas.new, after[key][1]),
                )
                yield from self.parameter({"in": "header", **was}, {"in": "header", **now}, old_place, place)


def _required(old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
    was, now = bool(old.get("required")), bool(new.get("required"))
    if was != now:
        rule: RuleId = "became-required" if now else "became-optional"
        yield Difference(rule, target, old_target, "required", was, now)


def _as_content(parameter: JsonObject) -> JsonObject:
    """A parameter whose schema stands alone, as if it were text."""
    return parameter if "content" in parameter else {"content": {"text/plain": {"schema": parameter.get("schema", {})}}}
