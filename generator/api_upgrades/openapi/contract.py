"""The contract: what the API promises at one version, as plain OpenAPI JSON in parts.

A contract is immutable. It shares its JSON with other contracts, so nothing may edit it in place. `set_at`,
`remove_at` and the methods of `Contract` return copies of the changed path and share everything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from api_upgrades.core.json import (
    Json,
    JsonObject,
    insert_before,
    json_equal,
    share_equal,
)
from api_upgrades.openapi.mentions import is_reference, references
from api_upgrades.openapi.part import Part, PartKind, schema_of
from api_upgrades.openapi.part_places import (
    join_path_item,
    join_paths,
    operations_of,
    path_items_without_operations,
    with_marker,
    with_parts,
)
from api_upgrades.openapi.set_aside import restore, set_aside

HEAD = "head"
"""The version in documents that are generated from models."""


Dialect = Literal["3.0", "3.1"]


@dataclass(frozen=True)
class Contract:
    """The API at one version.

    `parts` holds each part's own JSON (an operation's Operation Object, a webhook's Path Item Object) in the order
    of the document. `document` is the rest: info, servers, tags, security, shared parameters and responses, and
    under `paths` what a path has besides its operations.

    Nulls in `document` mark where the parts stood, so that the order of the document is not lost: `schemas: null` and
    `webhooks: null`. In a path whose operations stand together but not last, `"": null` marks all of them; where they
    do not stand together, `get: null` marks each. `additionalOperations` counts as one operation there, unless it has
    an entry that is no operation: then it stays, and nulls in it mark its operations.
    """

    parts: Mapping[Part, JsonObject]
    document: JsonObject
    composed: dict[tuple[str, str], Json] = field(default_factory=dict, init=False, compare=False, repr=False)
    """The cache of `examples.compose`: the values that it composed for references, by reference and direction."""
    stored: Contract | None = field(default=None, compare=False, repr=False)
    """The contract of which this one is a view; `to_openapi` gives that one's document."""
    origin: Contract | None = field(default=None, compare=False, repr=False)
    """The contract of which this one is an edited copy; None if that isn't known."""
    edited: frozenset[Part] = field(default=frozenset(), compare=False, repr=False)
    """The parts that may differ from those of `origin`. All others are the same objects in both."""
    places: dict[str, dict[str, str]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """The cache of `openapi.references`: the place of each `$anchor` and each `$id`."""
    normal_forms: dict[tuple[int, str], tuple[JsonObject, JsonObject]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The cache of `openapi.normal_form`, by the id of a schema and the dialect. Derived contracts share it."""
    mentions: dict[int, tuple[JsonObject, Counter[Part], tuple[str, ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The cache of what parts refer to, by the id of a part's JSON. Contracts derived from each other share it."""
    restored: dict[int, tuple[JsonObject, Json]] = field(default_factory=dict, compare=False, repr=False)
    """The cache of `to_openapi`, by the id of a part's JSON: the part as it stands in a document."""

    @classmethod
    def from_openapi(cls, document: JsonObject) -> Contract:
        """Split an OpenAPI document into parts. Nothing is normalized, so `to_openapi` restores it.

        Whatever isn't well-formed is set aside.
        """
        return cls.split(set_aside(document))

    @classmethod
    def split(cls, document: JsonObject) -> Contract:
        """Split a document in which everything is well-formed into parts, so that `join` restores it."""
        parts: dict[Part, JsonObject] = {}
        rest: dict[str, Json] = dict(document)
        components = rest.get("components", {})
        if components.get("schemas"):
            for name, schema in components["schemas"].items():
                parts[Part("schema", name)] = schema
            rest["components"] = {**components, "schemas": None}
        if "paths" in rest:
            for path, item in rest["paths"].items():
                for method, operation in operations_of(item).items():
                    parts[Part("operation", f"{method} {path}")] = operation
            rest["paths"] = path_items_without_operations(rest["paths"])
        if rest.get("webhooks"):
            for name, item in rest["webhooks"].items():
                parts[Part("webhook", name)] = item
            rest["webhooks"] = None
        return cls(parts, rest)

    def to_openapi(self, version: str | None = None) -> dict[str, Json]:
        """The contract as one OpenAPI document. `version` is for contracts from models, which have none."""
        if self.stored is not None:
            return self.stored.to_openapi(version)
        for part, value in self.parts.items():
            if id(value) not in self.restored:  # keep the value, so that its id is not reused
                self.restored[id(value)] = value, restore(value, _SHAPES[part.kind], {})
        known = {id(value): self.restored[id(value)][1] for value in self.parts.values()}
        document: dict[str, Json] = restore(self.join(version), "document", known)
        return document

    def join(self, version: str | None = None) -> dict[str, Json]:
        """Like `to_openapi`, but what was set aside stays so."""
        document: dict[str, Json] = dict(self.document)
        if version is not None and document.get("info", {}).get("version") == HEAD:
            document["info"] = {**document["info"], "version": version}
        operations: dict[str, dict[str, Json]] = {}
        for part in self.of_kind("operation"):
            *outer, key = part.path_item_pointer
            held = operations.setdefault(part.path, {})
            for name in outer:
                held = held.setdefault(name, {})
            held[key] = self.parts[part]
        if operations or "paths" in document:
            document["paths"] = join_paths(document.get("paths", {}), operations)
        webhooks = {part.name: self.parts[part] for part in self.of_kind("webhook")}
        document = with_parts(document, "webhooks", webhooks, "components")
        schemas = {part.name: self.parts[part] for part in self.of_kind("schema")}
        if schemas or "components" in document:
            components: dict[str, Json] = document.get("components", {})
            document["components"] = with_parts(components, "schemas", schemas, next(iter(components), None))
        return document

    @cached_property
    def content(self) -> dict[str, Json]:
        """The rest of the document without position markers and empty containers of parts. Its order has no meaning."""
        found = {key: value for key, value in self.document.items() if value or key not in ("paths", "webhooks")}
        if "components" in found:
            found["components"] = {key: kept for key, kept in found["components"].items() if kept or key != "schemas"}
        if "paths" in found:
            with_operations = {part.path for part in self.of_kind("operation")}
            items = {
                path: join_path_item(item, {}) if path in with_operations else item
                for path, item in found["paths"].items()
            }
            found["paths"] = {path: item for path, item in items.items() if item or path not in with_operations}
        return {key: value for key, value in found.items() if value or key not in ("paths", "components")}

    @cached_property
    def refers_to_path_items(self) -> bool:
        """Whether a path or a webhook is a reference to a Path Item Object. That follows from the origin, if it can."""
        origin = self.origin
        is_known = origin is not None and "refers_to_path_items" in vars(origin)
        if is_known and origin and origin.document is self.document and not any(map(_is_webhook, self.edited)):
            return origin.refers_to_path_items
        paths = self.document.get("paths")
        webhooks = (self.parts[part] for part in self.of_kind("webhook"))
        return any(map(is_reference, (*(paths.values() if isinstance(paths, dict) else ()), *webhooks)))

    def is_same(self, other: Contract) -> bool:
        """Whether another contract is equal apart from the order of keys."""
        if not json_equal(self.parts, other.parts):
            return False
        return self.document is other.document or json_equal(self.content, other.content)

    def of_kind(self, kind: PartKind) -> Iterator[Part]:
        """The parts of one kind, in the order of the document."""
        return (part for part in self.parts if part.kind == kind)

    @property
    def dialect(self) -> Dialect:
        """The OpenAPI version of the parts: 3.0 has `nullable` and `example` where 3.1 uses JSON Schema."""
        return dialect_of(self.document)

    def count_mentions(self, schema: Part, *values: JsonObject) -> int:
        """The number of references to a schema in some parts, or in all parts."""
        if not values:
            return self._all_mentions[schema]
        return sum(self._mentions(value)[1][schema] for value in values)

    @cached_property
    def _all_mentions(self) -> Counter[Part]:
        """How often all parts refer to each schema. It follows from that of the origin, if it is known there."""
        known: Counter[Part] | None = vars(self.origin).get("_all_mentions") if self.origin else None
        if known is None or self.origin is None:
            total: Counter[Part] = Counter()
            for value in self.parts.values():
                total.update(self._mentions(value)[1])
            return total
        found = known.copy()
        for part in self.edited:
            if part in self.origin.parts:
                found.subtract(self._mentions(self.origin.parts[part])[1])
            if part in self.parts:
                found.update(self._mentions(self.parts[part])[1])
        return found

    def shared_references(self, value: JsonObject) -> tuple[str, ...]:
        """The references of a part to anything but schemas, without repetitions."""
        return self._mentions(value)[2]

    def _mentions(self, value: JsonObject) -> tuple[JsonObject, Counter[Part], tuple[str, ...]]:
        if id(value) not in self.mentions:  # keep the value, so that its id is not reused
            refs = Counter(references(value))
            schemas: Counter[Part] = Counter()
            for ref, count in refs.items():
                if (part := schema_of(ref)) is not None:
                    schemas[part] += count
            self.mentions[id(value)] = value, schemas, tuple(ref for ref in refs if schema_of(ref) is None)
        return self.mentions[id(value)]

    def derive(
        self, parts: Mapping[Part, JsonObject], edited: Iterable[Part], document: JsonObject | None = None
    ) -> Contract:
        """An edited copy of this contract with other parts, of which only the `edited` ones may differ."""
        document = self.document if document is None else document
        return replace(self, parts=parts, document=document, origin=self, edited=frozenset(edited))

    def view(self, parts: Mapping[Part, JsonObject], document: JsonObject) -> Contract:
        """A view of this contract, which shows other parts and another document than are stored."""
        return replace(self, parts=parts, document=document, stored=self, origin=None, edited=frozenset())

    def sharing_with(self, other: Contract) -> Contract:
        """The same contract, which shares with another one what both say at the same place, and all caches.

        Between dialects it shares nothing, because the same JSON can mean something else.
        """
        if self.dialect != other.dialect:
            return self
        parts = {part: share_equal(value, other.parts.get(part)) for part, value in self.parts.items()}
        shared = Contract(parts, share_equal(self.document, other.document))
        return replace(shared, normal_forms=other.normal_forms, mentions=other.mentions, restored=other.restored)

    def with_document(self, document: JsonObject) -> Contract:
        """The contract with the rest of its document replaced."""
        return self.derive(self.parts, (), document)

    def with_part(self, part: Part, value: JsonObject) -> Contract:
        """The contract with the JSON of an existing part replaced."""
        return self.derive({**self.parts, part: value}, [part])

    def without_part(self, part: Part) -> Contract:
        """The contract without a part. With its last operation, a path loses its path item too."""
        parts = {key: value for key, value in self.parts.items() if key != part}
        paths = self.document.get("paths", {})
        is_last = part.kind == "operation" and not any(key.path == part.path for key in parts)
        if not is_last or "$ref" in (paths.get(part.path) or {}) or part.path not in paths:
            return self.derive(parts, [part])
        left = {path: item for path, item in paths.items() if path != part.path}
        return self.derive(parts, [part], {**self.document, "paths": left})

    def with_part_renamed(self, old: Part, new: Part) -> Contract:
        """The contract with `old` renamed to `new`, in its place. The caller updates references."""
        return self.derive({new if key == old else key: value for key, value in self.parts.items()}, [old, new])

    def with_part_before(self, part: Part, value: JsonObject, before: Part | None) -> Contract:
        """The contract with a part added before another, or at the end."""
        parts = insert_before(self.parts, part, value, before)
        return self.derive(parts, [part], with_marker(self.document, part.kind))


def dialect_of(document: JsonObject) -> Dialect:
    """The dialect of a document, or of the rest of it beside the parts."""
    return "3.0" if str(document.get("openapi", "")).startswith("3.0") else "3.1"


_SHAPES: Mapping[PartKind, str] = {"schema": "schema object", "operation": "operation", "webhook": "path item"}
"""The shapes of parts, as in `structure`."""


def _is_webhook(part: Part) -> bool:
    return part.kind == "webhook"
