"""Removes everything marked `x-internal` from contracts, and whatever only internal parts use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import LITERALS, NAME_MAPS, references
from api_upgrades.openapi.operation import EXAMPLE_VALUES, resolve_shared, whole_schema
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.part_places import operations_of
from api_upgrades.openapi.usage import References, Usage

INTERNAL = "x-internal"


def is_internal(value: Json) -> bool:
    """Whether a part, a property or a parameter is marked `x-internal`. A webhook is marked at its operation."""
    if not isinstance(value, Mapping):
        return False
    inside = operations_of(value).values()
    return any(isinstance(one, Mapping) and one.get("x-internal") is True for one in (value, *inside))


class Visibility:
    """Public views of contracts. JSON that several contracts share is shared by their public views too.

    A schema that only internal parts of `head` use is internal in every contract, even where nothing uses it yet. So
    nobody has to document the schemas of a new internal operation.
    """

    def __init__(self, head: Contract | None = None) -> None:
        self._internal_only: set[Part] = set()
        self._references = References()
        self._mentions: dict[int, tuple[Json, bool]] = {}
        self._public: dict[int, tuple[Json, list[Json]]] = {}
        self._contracts: dict[int, tuple[Contract, Contract]] = {}
        if head is not None:
            self._internal_only = head.parts.keys() - self.public(head).parts.keys()

    def public(self, contract: Contract) -> Contract:
        """The contract without internal parts and whatever only they use; the same object if it has none."""
        if id(contract) not in self._contracts:
            self._find_unrestricted(contract)
        if id(contract) not in self._contracts:
            self._contracts[id(contract)] = (contract, self._public_contract(contract))
        return self._contracts[id(contract)][1]

    def _find_unrestricted(self, contract: Contract) -> None:
        """Store the contracts of which nothing is internal, from the first known origin of a contract down to it.

        Nothing is internal if nothing was in the contract before, and the edit in between added nothing internal.
        """
        edits = []
        origin = contract.origin
        while origin is not None:
            edits.append(contract)
            if id(origin) in self._contracts:
                break
            contract, origin = origin, origin.origin
        if origin is None:
            origin = contract
            self._contracts[id(origin)] = (origin, self._public_contract(origin))
        for edited in reversed(edits):
            if self._contracts[id(origin)][1] is not origin or self._adds_internal(origin, edited):
                return
            self._contracts[id(edited)] = (edited, edited)
            origin = edited

    def _adds_internal(self, origin: Contract, edited: Contract) -> bool:
        pairs = [(edited.parts[part], origin.parts.get(part)) for part in edited.edited if part in edited.parts]
        pairs.append((edited.document, origin.document))
        return any(_adds_internal(*pair) for pair in pairs) or not self._internal_only.isdisjoint(edited.edited)

    def _public_contract(self, contract: Contract) -> Contract:
        marked = [part for part, value in contract.parts.items() if self._mentions_internal(value)]
        if (
            not marked
            and not self._mentions_internal(contract.document)
            and self._internal_only.isdisjoint(contract.parts)
        ):
            return contract
        pruned = _InternalFilter(contract)
        usage = Usage(contract, self._references)
        # `required` and examples of a part may name properties of the schemas that it refers to.
        affected = set(contract.parts if self._mentions_internal(contract.document) else usage.affected_by(marked))
        parts = {
            part: self._shared(value, pruned.filter_part(part, value)) if part in affected else value
            for part, value in contract.parts.items()
            if not is_internal(value)
        }
        document = self._shared(contract.document, pruned.filter_document(parts))
        shown = Contract(parts, document)
        lost = (_used_schemas(usage) | self._internal_only) - _used_schemas(Usage(shown, References()))
        return Contract({part: value for part, value in parts.items() if part not in lost}, document)

    def _mentions_internal(self, value: Json) -> bool:
        if id(value) not in self._mentions:
            self._mentions[id(value)] = (value, _mentions_internal(value))
        return self._mentions[id(value)][1]

    def _shared(self, value: Json, public: Json) -> Json:
        """The public form of some JSON; equal results are the same object."""
        _, known = self._public.setdefault(id(value), (value, [value]))
        found = next((one for one in known if json_equal(one, public)), None)
        if found is None:
            known.append(public)
        return public if found is None else found


def _used_schemas(usage: Usage) -> set[Part]:
    """The schemas that the operations and webhooks of a contract use."""
    roots = (part for part in usage.contract.parts if part.kind != "schema")
    return {part for root in roots for part in usage.closure(root)[1:]}


def is_hidden(contract: Contract, value: Json) -> bool:
    """Whether a property, a parameter or another value is internal, or a reference to something internal."""
    return _is_marked(value) or (isinstance(value, Mapping) and _is_marked(resolve_shared(contract, value)))


def _is_marked(value: Json) -> bool:
    return isinstance(value, Mapping) and value.get(INTERNAL) is True


def _mentions_internal(value: Json) -> bool:
    if isinstance(value, Mapping):
        return value.get(INTERNAL) is True or any(map(_mentions_internal, value.values()))
    return isinstance(value, list) and any(map(_mentions_internal, value))


def _adds_internal(value: Json, known: Json) -> bool:
    """Whether some JSON mentions something internal, beside older JSON that does not. Skips what both share."""
    if value is known:
        return False
    if isinstance(value, dict) and isinstance(known, dict):
        return value.get(INTERNAL) is True or any(_adds_internal(item, known.get(key)) for key, item in value.items())
    if isinstance(value, list) and isinstance(known, list):
        shared = set(map(id, known))
        return any(id(item) not in shared and _mentions_internal(item) for item in value)
    return _mentions_internal(value)


class _InternalFilter:
    """Removes internal values from the parts of one contract and keeps the order of the others."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def filter_part(self, part: Part, value: JsonObject) -> Json:
        return self._filter_schema(value) if part.kind == "schema" else self._filter_object(value)

    def filter_document(self, parts: Mapping[Part, JsonObject]) -> Json:
        """The rest of the document, without tags that only internal operations and webhooks have."""
        found = self._filter_object(self._contract.document)
        if "tags" in found:
            hidden = _tags(self._contract.parts) - _tags(parts)
            found["tags"] = [tag for tag in found["tags"] if tag.get("name") not in hidden]
        return found

    def _filter_object(self, value: Json) -> Json:
        """Any OpenAPI object other than a schema, such as an operation, a parameter or a body."""
        if isinstance(value, list):
            return [self._filter_object(item) for item in value if not self._is_hidden(item)]
        if not isinstance(value, Mapping):
            return value
        schema = whole_schema(value)
        found = {}
        for key, item in value.items():
            if key in ("schema", "itemSchema"):
                found[key] = self._filter_schema(item)
            elif key == "examples" and isinstance(item, Mapping):
                found[key] = {name: self._filter_named_example(one, schema) for name, one in item.items()}
            elif key in NAME_MAPS and isinstance(item, Mapping):  # a response may be called `default`
                found[key] = {name: self._filter_object(one) for name, one in item.items() if not self._is_hidden(one)}
            elif key in LITERALS:
                found[key] = self._filter_literal(item, schema)
            elif not self._is_hidden(item):
                found[key] = self._filter_object(item)
        return found

    def _filter_named_example(self, example: Json, schema: Json) -> Json:
        if not isinstance(example, Mapping):
            return example
        values = {key: self._filter_literal(example[key], schema) for key in EXAMPLE_VALUES if key in example}
        return {**example, **values} if values else example

    def _is_hidden(self, value: Json) -> bool:
        return is_hidden(self._contract, value)

    def _filter_schema(self, value: Json) -> Json:
        if not isinstance(value, Mapping):
            return value
        hidden = self._hidden_properties(value)
        found: dict[str, Json] = {}
        for key, item in value.items():
            if key == "required" and isinstance(item, list):
                left = [name for name in item if name not in hidden]
                if left or not item:
                    found[key] = left
            elif key in LITERALS:
                is_list = key in ("examples", "enum") and isinstance(item, list)
                found[key] = (
                    [self._filter_literal(one, value) for one in item] if is_list else self._filter_literal(item, value)
                )
            elif key in NAME_MAPS and isinstance(item, Mapping):
                found[key] = {name: self._filter_schema(one) for name, one in item.items() if not self._is_hidden(one)}
            elif isinstance(item, list):
                found[key] = [self._filter_schema(one) for one in item if not _is_marked(one)]
            else:
                found[key] = self._filter_schema(item)
        return found

    def _filter_literal(self, value: Json, schema: Json) -> Json:
        """An example or another literal without the internal properties of its schema."""
        branches = list(self._branches(schema, []))
        if isinstance(value, list):
            items: Json = next((one["items"] for one in branches if "items" in one), {})
            return [self._filter_literal(item, items) for item in value]
        if not isinstance(value, Mapping):
            return value
        hidden = self._hidden_properties(schema)
        inner = {name: one for branch in branches for name, one in branch.get("properties", {}).items()}
        return {
            name: self._filter_literal(one, inner.get(name, {})) for name, one in value.items() if name not in hidden
        }

    def _hidden_properties(self, schema: Json) -> set[str]:
        """The internal properties of an object that no other branch makes public."""
        named = [pair for branch in self._branches(schema, []) for pair in branch.get("properties", {}).items()]
        hidden = {name for name, one in named if self._is_hidden(one)}
        return hidden - {name for name, one in named if not self._is_hidden(one)}

    def _branches(self, schema: Json, seen: list[Json]) -> Iterator[JsonObject]:
        """All schemas that apply to one value: a schema, what it refers to, and the branches it combines."""
        if not isinstance(schema, Mapping) or any(schema is one for one in seen):
            return
        seen.append(schema)
        yield schema
        part = schema_of(schema["$ref"]) if isinstance(schema.get("$ref"), str) else None
        yield from self._branches(self._contract.parts.get(part) if part else None, seen)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(keyword, ()):
                yield from self._branches(branch, seen)


def _tags(parts: Mapping[Part, JsonObject]) -> set[str]:
    """The tags of some parts."""
    operations = (
        one
        for part, value in parts.items()
        if part.kind != "schema"
        for one in (operations_of(value).values() if part.kind == "webhook" else (value,))
    )
    return {tag for one in operations for tag in one.get("tags", ())}


def internal_references(contract: Contract, visibility: Visibility) -> Iterator[tuple[Part, Part]]:
    """The public parts that refer to an internal schema, each with that schema."""
    public = visibility.public(contract)
    if public is contract:
        return
    for part, value in public.parts.items():
        for schema in dict.fromkeys(map(schema_of, references(value))):
            if schema in contract.parts and schema not in public.parts and schema is not None:
                yield part, schema
