"""Compares request bodies, responses, parameters and headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from api_upgrades.compare.difference import Difference, compare_other_keywords
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import media_type
from api_upgrades.openapi.operation import resolve_shared, whole_schema
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.semantics import SERIALIZATION, serialization
from api_upgrades.openapi.target import Target

_PARAMETER_KEYWORDS = frozenset({"name", "in", "required", "deprecated", "schema", "content", *SERIALIZATION})
_MEDIA_KEYWORDS = frozenset({"schema", "itemSchema", "encoding", "prefixEncoding", "itemEncoding"})


@dataclass(frozen=True)
class BodyComparison:
    """Compares bodies, parameters and headers of two contracts. The caller resolves references to shared components."""

    schemas: SchemaComparison

    def compare_request_bodies(
        self, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare two Request Body Objects."""
        yield from _compare_required(old, new, old_target, target)
        yield from self._compare_content(old, new, old_target, target)
        yield from compare_other_keywords(old, new, ("required", "content"), old_target, target)

    def compare_responses(
        self, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare two Response Objects."""
        yield from self._compare_content(old, new, old_target, target)
        yield from self._compare_headers(old.get("headers", {}), new.get("headers", {}), old_target, target)
        before, after = old.get("links", {}), new.get("links", {})
        for name in dict.fromkeys((*after, *before)):
            was, now = before.get(name), after.get(name)
            (link, extensions), (new_link, new_extensions) = (
                _split_extensions(_resolve(contract, one))
                for contract, one in ((self.schemas.old, was), (self.schemas.new, now))
            )
            yield from compare_other_keywords(extensions, new_extensions, (), old_target, target)
            if not self.schemas.means_same(link, new_link):
                rule: RuleId = "link-added" if was is None else "link-removed" if now is None else "link-changed"
                yield Difference(rule, target, old_target, f"link {name}", was, now)
        yield from compare_other_keywords(old, new, ("content", "headers", "links"), old_target, target)

    def compare_parameters(
        self, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare two Parameter Objects, or two Header Objects."""
        yield from _compare_required(old, new, old_target, target)
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            rule: RuleId = "deprecated" if new.get("deprecated") else "no-longer-deprecated"
            yield Difference(rule, target, old_target, "deprecated", old.get("deprecated"), new.get("deprecated"))
        was, now = serialization(old), serialization(new)
        for keyword in SERIALIZATION:
            if was[keyword] != now[keyword]:
                yield Difference("serialization-changed", target, old_target, keyword, was[keyword], now[keyword])
        if ("content" in old) != ("content" in new):
            media, newer_media = _written_as(old), _written_as(new)
            yield Difference("serialization-changed", target, old_target, "content", media, newer_media)
        if "content" in old or "content" in new:
            yield from self._compare_content(_ensure_content(old), _ensure_content(new), old_target, target)
        else:
            yield from self.schemas.compare(old.get("schema", {}), new.get("schema", {}), old_target, target)
        yield from compare_other_keywords(old, new, _PARAMETER_KEYWORDS, old_target, target)

    def _compare_content(
        self, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare media types. A difference that several of them share is found once."""
        before, after = _content(old), _content(new)
        for media in dict.fromkeys((*before, *after)):
            if media not in before:
                yield Difference("media-type-added", target, old_target, "content", None, media)
            elif media not in after:
                yield Difference("media-type-removed", target, old_target, "content", media, None)
        pairs = {media: media for media in before if media in after}
        main, new_main = (None if one is None else media_type_key(one) for one in (media_type(old), media_type(new)))
        if not pairs and main is not None and new_main is not None:
            pairs = {main: new_main}
        seen: set[str] = set()
        for media, newer in sorted(pairs.items(), key=lambda pair: pair[0] != main):  # the main media type first
            was, now = (
                resolve_shared(self.schemas.old, before[media]),
                resolve_shared(self.schemas.new, after[newer]),
            )
            for found in self._compare_media_types(media, was, now, old_target, target):
                key = as_text([found.rule, str(found.target), found.facet, found.before, found.after])
                if key not in seen:
                    seen.add(key)
                    yield found

    def _compare_media_types(
        self, media: str, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        schemas = whole_schema(old), whole_schema(new)
        old_form, new_form = (
            _without_binary(forms.resolved(forms.of(schema)))
            for forms, schema in zip((self.schemas.old_forms, self.schemas.new_forms), schemas, strict=True)
        )
        if _is_text(media) or (_limits(old_form) and _limits(new_form)):
            yield from self.schemas.compare(*schemas, old_target, target)
        else:
            yield from self.schemas.compare_forms(old_form, new_form, old_target, target)
        yield from self.schemas.compare(
            _schema_beside(old), _schema_beside(new), old_target.child("[]"), target.child("[]")
        )
        before, after = _encodings(old), _encodings(new)
        for name in dict.fromkeys((*before, *after)):
            was, now = before.get(name), after.get(name)
            if not means_same(was, now):
                yield Difference("serialization-changed", target, old_target, name, was, now)
        yield from compare_other_keywords(old, new, _MEDIA_KEYWORDS, old_target, target)

    def _compare_headers(
        self, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        before, after = _headers(old), _headers(new)
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
                yield from self.compare_parameters({"in": "header", **was}, {"in": "header", **now}, old_place, place)


def _resolve(contract: Contract, value: Json) -> Json:
    """A link, or the shared one behind a reference; None without any."""
    return resolve_shared(contract, value) if isinstance(value, Mapping) else value


def _split_extensions(value: Json) -> tuple[Json, JsonObject]:
    """A value without its extensions, and these."""
    if not isinstance(value, Mapping):
        return value, {}
    extensions = {key: item for key, item in value.items() if key.startswith("x-")}
    return {key: item for key, item in value.items() if key not in extensions}, extensions


def _headers(headers: JsonObject) -> dict[str, tuple[str, Json]]:
    """The headers of a response with their names as written, by the name in small letters.

    OpenAPI ignores a header `Content-Type`, because the media types say the same.
    """
    return {name.lower(): (name, value) for name, value in headers.items() if name.lower() != "content-type"}


def _content(holder: JsonObject) -> dict[str, JsonObject]:
    """The Media Type Objects of a body, by their media types in one spelling."""
    content = holder.get("content")
    if not isinstance(content, Mapping):
        return {}
    return {
        media_type_key(media): value if isinstance(value, Mapping) else {}
        for media, value in content.items()
        if not media.startswith("x-")
    }


def media_type_key(media: str) -> str:
    """A media type in one spelling: small letters, without spaces, and without the charset that JSON always has."""
    name, *parameters = (one.strip() for one in media.split(";"))
    kept = [_parameter(one) for one in parameters if one]
    name = name.lower()
    if name.endswith("json"):
        kept = [one for one in kept if one != "charset=utf-8"]
    return ";".join((name, *sorted(kept)))


def _parameter(text: str) -> str:
    name, equals, value = text.partition("=")
    name, value = name.strip().lower(), value.strip().strip('"')
    return name + equals + (value.lower() if name == "charset" else value)


_TEXT = ("json", "xml", "yaml", "x-www-form-urlencoded")


def _is_text(media: str) -> bool:
    """Whether a media type has a text that a schema describes, and not only bytes."""
    name = media.partition(";")[0]
    return name.startswith(("text/", "multipart/")) or name.endswith(_TEXT)


def _limits(form: JsonObject) -> bool:
    """Whether a normal form says more than extensions."""
    return any(not key.startswith("x-") for key in form)


def _without_binary(form: JsonObject) -> JsonObject:
    """The normal form of a body, or an empty one if it only says that the body is made of bytes."""
    extensions = {key: value for key, value in form.items() if key.startswith("x-")}
    limits = {key: value for key, value in form.items() if key not in extensions}
    return extensions if limits in ({"type": ["string"], "format": "binary"}, {"format": "binary"}) else form


def _compare_required(old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
    was, now = bool(old.get("required")), bool(new.get("required"))
    if was != now:
        rule: RuleId = "became-required" if now else "became-optional"
        yield Difference(rule, target, old_target, "required", was, now)


def _schema_beside(content: JsonObject) -> JsonObject:
    """The `itemSchema` of a Media Type Object that has a `schema` too; one that allows anything if it has not."""
    found: JsonObject = content.get("itemSchema", {}) if "schema" in content else {}
    return found


def _encodings(content: JsonObject) -> dict[str, JsonObject]:
    """The Encoding Objects of a Media Type Object, by what they encode: a property, a position, or the items."""
    found = {f"encoding {name}": value for name, value in content.get("encoding", {}).items()}
    found |= {f"prefixEncoding {index}": value for index, value in enumerate(content.get("prefixEncoding", ()))}
    return found | ({"itemEncoding": content["itemEncoding"]} if "itemEncoding" in content else {})


def _written_as(parameter: JsonObject) -> str | None:
    """The media type in which a parameter is written; None if a style says how."""
    return next(iter(parameter.get("content", {})), None)


def _ensure_content(parameter: JsonObject) -> JsonObject:
    """The parameter with its schema in `content`, where a schema without a media type counts as text."""
    return parameter if "content" in parameter else {"content": {"text/plain": {"schema": parameter.get("schema", {})}}}
