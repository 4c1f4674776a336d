"""The keywords of JSON Schema that hold patterns, for `jsonschema`, whose own ones may take forever.

A pattern that Python cannot compile accepts every value. One that takes too long gives an error that says so, which
`find_untried` finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend, validator_for

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.core.patterns import PatternTooSlow, UnsupportedPattern, matches, may_match
from api_upgrades.openapi.contract import Contract

KeywordCheck = Callable[[Any, Any, Any, Any], Iterable[ValidationError] | None]

UNTRIED = "was not checked against the pattern"
"""What the message about an example says if its pattern takes too long."""


def pattern_keywords(base: Any, contract: Contract) -> dict[str, KeywordCheck]:
    """The checks of all keywords that use patterns, for a validator class and the schemas of a contract."""

    @cache
    def name_patterns() -> frozenset[str]:
        return frozenset(_find_name_patterns([contract.document, *contract.parts.values()]))

    def check_additional(
        validator: Any, allowed: Json, instance: Json, schema: JsonObject
    ) -> Iterable[ValidationError] | None:
        patterns = schema.get("patternProperties", {})
        is_known = not isinstance(instance, dict) or _can_try(patterns, instance)
        return base.VALIDATORS["additionalProperties"](validator, allowed, instance, schema) if is_known else ()

    def check_unevaluated(
        validator: Any, allowed: Json, instance: Json, schema: JsonObject
    ) -> Iterable[ValidationError] | None:
        is_known = not isinstance(instance, dict) or _can_try(name_patterns(), instance)
        return base.VALIDATORS["unevaluatedProperties"](validator, allowed, instance, schema) if is_known else ()

    checks: dict[str, KeywordCheck] = {
        "pattern": _check_pattern,
        "patternProperties": _check_pattern_properties,
        "additionalProperties": check_additional,
        "unevaluatedProperties": check_unevaluated,
    }
    return {keyword: check for keyword, check in checks.items() if keyword in base.VALIDATORS}


def keep_patterns_bounded(validator_class: Any, contract: Contract) -> None:
    """Make a validator class use `pattern_keywords` also inside a schema with a dialect of its own (`$schema`)."""

    @cache
    def bounded(base: Any) -> Any:
        found = extend(base, pattern_keywords(base, contract))  # type: ignore[no-untyped-call]  # its stub has no types
        found.evolve = evolve
        return found

    def evolve(self: Any, **changes: Any) -> Any:
        dialect: Any = validator_for(changes.get("schema", self.schema), default=type(self))
        cls = dialect if dialect is type(self) else bounded(dialect)
        state = {one.alias: getattr(self, one.name) for one in self.__attrs_attrs__ if one.init}
        return cls(**{**state, **changes})

    validator_class.evolve = evolve


def find_untried(error: ValidationError) -> ValidationError | None:
    """The error itself or one below it that stands for a pattern that was not tried. Then the value may be valid."""
    if error.validator == "pattern" and UNTRIED in error.message:
        return error
    return next(filter(None, map(find_untried, error.context or ())), None)


def _check_pattern(validator: Any, pattern: str, instance: Json, schema: JsonObject) -> Iterator[ValidationError]:
    try:
        if isinstance(instance, str) and not matches(pattern, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")
    except PatternTooSlow:
        yield ValidationError(f"{instance!r} {UNTRIED} {pattern!r}, which takes too long")
    except UnsupportedPattern:
        return


def _check_pattern_properties(
    validator: Any, schemas_by_pattern: Json, instance: Json, schema: JsonObject
) -> Iterator[ValidationError]:
    for pattern, property_schema in schemas_by_pattern.items() if isinstance(instance, dict) else ():
        for name, value in instance.items():
            if may_match(pattern, name):
                yield from validator.descend(value, property_schema, path=name, schema_path=pattern)


def _can_try(patterns: Iterable[str], instance: JsonObject) -> bool:
    """Whether it is known for each property of an object which of the patterns its name matches."""
    return all(may_match(pattern, name) is not None for pattern in patterns for name in instance)


def _find_name_patterns(value: Json) -> Iterator[str]:
    """The keys of every `patternProperties` inside some JSON."""
    if isinstance(value, Mapping):
        if isinstance(patterns := value.get("patternProperties"), Mapping):
            yield from patterns
        for inner in value.values():
            yield from _find_name_patterns(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _find_name_patterns(inner)
