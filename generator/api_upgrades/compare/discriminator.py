"""Compares discriminators: the property that names the variant of a value, and the mapping of names to variants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api_upgrades.compare.difference import Difference
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject, unescape_token
from api_upgrades.openapi.normal_form import references_in
from api_upgrades.openapi.part import SCHEMA_REF
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target

_COMPARED_KEYWORDS = ("propertyName", "mapping", "defaultMapping")


def compare_discriminators(
    old: Json, new: Json, variants: Sequence[Sequence[JsonObject]], old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare two Discriminator Objects, or None where there is none. `old` must use the newer names of schemas.

    `variants` are the branches beside the older and the newer one. A variant without a mapping is mapped by its name.
    """

    def difference(rule: RuleId, before: Json, after: Json) -> Difference:
        return Difference(rule, target, old_target, "discriminator", before, after)

    if not isinstance(old, dict) or not isinstance(new, dict):
        if old is None:
            yield difference("discriminator-added", old, new)
        elif new is None:
            yield difference("discriminator-removed", old, new)
        else:
            yield difference("discriminator-changed", old, new)
        return
    if old.get("propertyName") != new.get("propertyName"):
        yield difference("discriminator-changed", old.get("propertyName"), new.get("propertyName"))
    before, after = (_full_mapping(one, branches) for one, branches in zip((old, new), variants, strict=True))
    for name in dict.fromkeys((*before, *after)):
        was, now = (f"{name}: {one[name]}" if name in one else None for one in (before, after))
        if was is None:
            yield difference("discriminator-value-added", was, now)
        elif now is None:
            yield difference("discriminator-value-removed", was, now)
        elif was != now:
            yield difference("discriminator-value-changed", was, now)
    others = [{key: value for key, value in one.items() if key not in _COMPARED_KEYWORDS} for one in (old, new)]
    if not means_same(*others):
        yield difference("extension-changed", *others)


def _full_mapping(discriminator: JsonObject, variants: Sequence[JsonObject]) -> dict[str, Json]:
    """The mapping with the names that OpenAPI gives to variants without one: those of their schemas."""
    found: dict[str, Json] = dict(discriminator.get("mapping") or {})
    for ref in (ref for variant in variants for ref in references_in(variant) if ref not in found.values()):
        found.setdefault(_schema_name(ref), ref)
    if "defaultMapping" in discriminator:
        found["any other value"] = discriminator["defaultMapping"]
    return found


def _schema_name(ref: Json) -> str:
    """The name of the schema that a mapping refers to, whether by its name or by a reference."""
    return unescape_token(str(ref).removeprefix(SCHEMA_REF))
