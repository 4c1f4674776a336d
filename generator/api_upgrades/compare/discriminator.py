"""Compares discriminators: the property that names the variant of a value, and the mapping of names to variants."""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.compare.difference import Difference
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.contract import SCHEMA_REF
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target

_COMPARED_KEYWORDS = ("propertyName", "mapping", "defaultMapping")


def compare_discriminators(old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
    """Compare two Discriminator Objects, or None where there is none. `old` must use the newer names of schemas."""

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
    before, after = _schemas_by_name(old), _schemas_by_name(new)
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


def _schemas_by_name(discriminator: JsonObject) -> dict[str, str]:
    """The name of each mapped schema by the value that selects it; `any other value` selects the default one."""
    found = {str(value): _schema_name(ref) for value, ref in (discriminator.get("mapping") or {}).items()}
    if "defaultMapping" in discriminator:
        found["any other value"] = _schema_name(discriminator["defaultMapping"])
    return found


def _schema_name(ref: Json) -> str:
    """The name of the schema that a mapping refers to, whether by its name or by a reference."""
    return str(ref).removeprefix(SCHEMA_REF)
