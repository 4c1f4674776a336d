"""References by RFC 3986 and RFC 6901: one spelling for all references to one place, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from api_upgrades.core.json import Json, escape_token, unescape_token
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import LITERALS
from api_upgrades.openapi.part import SCHEMA_REF, decode_fragment, schema_part

_NAMES = {"anchors": ("$anchor", "$dynamicAnchor"), "ids": ("$id",)}
"""The keywords that give a schema a name to refer to, besides its place."""


def canonical_reference(contract: Contract, ref: str) -> str:
    """The reference in its one spelling: a JSON Pointer without percent-encoding.

    The name of an `$anchor`, an `$id` and the address of the document itself (`$self`) become pointers too. A
    reference to another document stays as it is.
    """
    if ref.startswith("#/"):
        return decode_fragment(ref)
    base = contract.document.get("$self")
    if isinstance(base, str) and base and ref.partition("#")[0] == base:
        return canonical_reference(contract, f"#{ref.partition('#')[2]}")
    address, _, fragment = ref.partition("#")
    fragment = unquote(fragment)
    start = _places(contract, "ids").get(address, "" if address else "#")
    if not start:
        return ref
    if fragment and not fragment.startswith("/"):
        return _places(contract, "anchors").get(fragment, ref)
    return start + fragment


def is_whole_schema(ref: str) -> bool:
    """Whether a canonical reference leads to a component schema as a whole, not to a place inside it."""
    return ref.startswith(SCHEMA_REF) and "/" not in ref[len(SCHEMA_REF) :]


def resolve(contract: Contract, ref: str) -> Json:
    """The value behind a local `$ref`. Raises KeyError, IndexError, TypeError or ValueError if it does not resolve."""
    ref = canonical_reference(contract, ref)
    keys = [unescape_token(token) for token in ref.removeprefix("#/").split("/")] if ref != "#" else []
    if keys[:2] == ["components", "schemas"] and len(keys) > 2:
        value: Json = contract.parts[schema_part(keys[2])]
        keys = keys[3:]
    elif keys[:1] in (["paths"], ["webhooks"]):
        value = contract.join()  # operations and webhooks are parts, which the document doesn't hold
    else:
        value = contract.document
    for key in keys:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def target_of(contract: Contract, ref: str) -> Json:
    """What stands behind a reference; None if nothing does."""
    try:
        return resolve(contract, ref)
    except (KeyError, IndexError, ValueError, TypeError):
        return None


def _places(contract: Contract, kind: str) -> Mapping[str, str]:
    """The canonical references of the schemas with an anchor, or with an id, by that name."""
    if kind not in contract.places:
        contract.places[kind] = {
            value[keyword]: ref
            for part in contract.of_kind("schema")
            for ref, value in _objects(SCHEMA_REF + escape_token(part.name), contract.parts[part])
            for keyword in _NAMES[kind]
            if isinstance(value.get(keyword), str)
        }
    return contract.places[kind]


def _objects(ref: str, value: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Each object inside some JSON that can be a schema, with the reference to it."""
    if isinstance(value, dict):
        yield ref, value
        for key, item in value.items():
            if key not in LITERALS:
                yield from _objects(f"{ref}/{escape_token(str(key))}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _objects(f"{ref}/{index}", item)
