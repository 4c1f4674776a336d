"""Finds the faults of example values with `jsonschema`, for the values that the fast validator doesn't accept.

Importing `jsonschema` takes as long as checking the examples of a small API, so nothing imports this module that can do
without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from jsonschema.exceptions import UnknownType, ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.examples.fast_validator import ReferenceResolver
from api_upgrades.examples.formats import CHECKS, FormatCheck
from api_upgrades.examples.pattern_keywords import KeywordCheck, find_untried, keep_patterns_bounded, pattern_keywords
from api_upgrades.examples.placeholder import Cut
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.properties import follower, properties
from api_upgrades.openapi.target import Target

MAX_VALUE_LENGTH = 60
MAX_MESSAGE_LENGTH = 200


class ValueFault(NamedTuple):
    """One reason why a value is invalid.

    `path` leads from the value to the one inside it that the fault is about, which is `found`.
    """

    target: Target
    message: str
    path: tuple[str | int, ...]
    found: Json


class UnreadableSchema(Exception):
    """`jsonschema` can't read a schema. The text is the reason, shortened."""


class JsonSchemaValidator:
    """Finds the faults of values by the schemas of one contract.

    A property with the `exempting_keyword` (`readOnly` for requests, `writeOnly` for responses) may always be absent.
    """

    def __init__(self, contract: Contract, exempting_keyword: str, resolve: ReferenceResolver) -> None:
        self._contract = contract
        self._exempting_keyword = exempting_keyword
        self._resolve = resolve
        self._open_references: set[tuple[str, int]] = set()
        self._valid_references: set[tuple[str, int, frozenset[str]]] = set()
        """The references, values by id, and absent properties that the current check found valid."""
        self._absent_by_instance: dict[int, frozenset[str]] = {}
        """By the id of an object under validation, the properties that are absent in this direction."""

    def find_faults(self, target: Target, schema: JsonObject, value: Json) -> list[ValueFault]:
        """The faults of a value at a place. Raises UnreadableSchema."""
        self._valid_references.clear()
        try:
            errors: list[ValidationError] = list(self._validator.evolve(schema=schema).iter_errors(value))
        except OverflowError:  # `jsonschema` divides numbers that are too large for that; the value may be valid
            return []
        except _SCHEMA_ERRORS as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise UnreadableSchema(_shorten(reason, MAX_MESSAGE_LENGTH)) from None
        best = (find_untried(error) or best_match([error]) or error for error in errors)
        return [
            ValueFault(_locate(target, one), _format_message(one), tuple(one.absolute_path), one.instance)
            for one in best
        ]

    @cached_property
    def _base_validator(self) -> Any:
        return Draft4Validator if self._contract.dialect == "3.0" else Draft202012Validator

    @cached_property
    def _validator(self) -> Any:
        adapt = _accept_null_and_cuts if self._contract.dialect == "3.0" else _accept_cuts
        keywords: dict[str, KeywordCheck] = {
            **self._base_validator.VALIDATORS,
            "$ref": self._check_reference,
            "$dynamicRef": self._check_reference,
            **pattern_keywords(self._base_validator, self._contract),
            "allOf": self._check_all_of,
            "required": self._check_required,
        }
        adapted = {name: adapt(keyword) for name, keyword in keywords.items()}
        dialect = extend(self._base_validator, adapted)  # type: ignore[no-untyped-call]  # its stub has no types
        keep_patterns_bounded(dialect, self._contract)
        # Of the keywords above, a schema with a dialect of its own (`$schema`) has only those with patterns. Its
        # references resolve within the contract, and never over the network, by the document and the empty registry.
        parts = self._contract.of_kind("schema")
        document = {"components": {"schemas": {part.name: self._contract.parts[part] for part in parts}}}
        return dialect(document, format_checker=format_checker(), registry=Registry())

    def _check_reference(
        self, validator: Any, ref: str, instance: Json, schema: JsonObject
    ) -> Iterator[ValidationError]:
        try:
            target = self._resolve(ref, instance)
        except (KeyError, IndexError, ValueError, TypeError):
            yield ValidationError(f"the reference {ref!r} cannot be resolved")
            return
        if target is None:
            return
        here = (ref, id(instance))
        known = (*here, self._absent_by_instance.get(id(instance), frozenset()))
        # A schema may contain itself for the same value. Others apply to one value over and over, through `allOf`.
        if here in self._open_references or known in self._valid_references:
            return
        self._open_references.add(here)
        is_valid = True
        try:
            for error in validator.descend(instance, target):
                is_valid = False
                yield error
            if is_valid:
                self._valid_references.add(known)
        finally:
            self._open_references.discard(here)

    def _check_required(
        self, validator: Any, names: Json, instance: Json, schema: JsonObject
    ) -> Iterator[ValidationError]:
        """Like `required`, but read-only properties may be absent from requests, and write-only ones from responses."""
        missing = [name for name in names if name not in instance] if isinstance(instance, dict) else []
        absent = self._absent_names(schema) | self._absent_by_instance.get(id(instance), frozenset()) if missing else ()
        for name in missing:
            if name not in absent:
                yield ValidationError(f"{name!r} is a required property")

    def _check_all_of(
        self, validator: Any, branches: Json, instance: Json, schema: JsonObject
    ) -> Iterator[ValidationError]:
        """Like `allOf`. A property that one branch allows to be absent may be required by another, so all branches get
        the names of such properties.
        """
        outer = self._absent_by_instance.get(id(instance), frozenset())
        self._absent_by_instance[id(instance)] = outer | self._absent_names(schema)
        try:
            yield from self._base_validator.VALIDATORS["allOf"](validator, branches, instance, schema)
        finally:
            self._absent_by_instance[id(instance)] = outer

    def _absent_names(self, schema: JsonObject) -> frozenset[str]:
        """The properties of an object that may be absent in this direction even if they are required."""
        found = properties(schema, follower(self._contract)).values()
        return frozenset(
            one.name
            for one in found
            if isinstance(one.schema, dict) and schemas.get(one.schema, self._exempting_keyword)
        )


_SCHEMA_ERRORS = (
    UnknownType,
    Unresolvable,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    ArithmeticError,
)
"""Errors that `jsonschema` raises for malformed schemas."""


def _accept_cuts(keyword: KeywordCheck) -> KeywordCheck:
    """A keyword check that accepts every value that `compose` has cut."""

    def check(validator: Any, value: Any, instance: Json, schema: JsonObject) -> Iterable[ValidationError] | None:
        return () if isinstance(instance, Cut) else keyword(validator, value, instance, schema)

    return check


def _accept_null_and_cuts(keyword: KeywordCheck) -> KeywordCheck:
    """A keyword check for OpenAPI 3.0, where null is always valid if the schema is `nullable`."""

    def check(validator: Any, value: Any, instance: Json, schema: JsonObject) -> Iterable[ValidationError] | None:
        is_valid = isinstance(instance, Cut) or (instance is None and schema.get("nullable") is True)
        return () if is_valid else keyword(validator, value, instance, schema)

    return check


def _locate(target: Target, error: ValidationError) -> Target:
    """The place of an error in the contract, found by following the keywords of its path in the schema."""
    path = list(error.absolute_schema_path)
    keywords = iter(path[:-1] if path and path[-1] == error.validator else path)
    for keyword in keywords:
        if keyword == "properties":
            name = next(keywords, None)
            if name is None:  # `jsonschema` gives no path to a property whose schema is `false`
                break
            target = target.property(str(name))
        elif keyword in ("items", "prefixItems"):
            target = target.child("[]")
        elif keyword in ("additionalProperties", "unevaluatedProperties"):
            target = target.child("{}")
        elif keyword == "patternProperties":
            target = target.child("{}")
            next(keywords)
        elif keyword in ("dependentSchemas", "dependencies"):
            next(keywords)
    return target


def _format_message(error: ValidationError) -> str:
    """The validator's message, with `null` instead of `None` and with long values shortened."""
    value = repr(error.instance)
    shown = {"None": "null", "True": "true", "False": "false"}.get(value, _shorten(value, MAX_VALUE_LENGTH))
    return _shorten(error.message.replace(value, shown, 1), MAX_MESSAGE_LENGTH)


def _shorten(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


def format_checker() -> FormatChecker:
    """A checker that supports only the formats in `CHECKS`."""
    checker = FormatChecker(formats=())
    for name, check in CHECKS.items():
        checker.checks(name, raises=ValueError)(_accept_non_strings(check))
    return checker


def _accept_non_strings(check: FormatCheck) -> Callable[[object], bool]:
    """A check that accepts every value except strings, since a format only concerns strings."""
    return lambda value: not isinstance(value, str) or bool(check(value))
