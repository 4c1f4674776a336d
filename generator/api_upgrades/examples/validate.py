"""Checks that every example on the site is valid by the contract of its version.

The site shows composed payloads, so these are checked. If an object in a payload equals the composed example of its own
schema, it is checked once, as the example of that schema, and its faults are reported there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from api_upgrades.core.json import Json, JsonObject, escape_token
from api_upgrades.examples.compose import compose, compose_body
from api_upgrades.examples.fast_validator import FastValidator
from api_upgrades.examples.formats import format_checker
from api_upgrades.examples.pattern_keywords import KeywordCheck, find_untried, keep_patterns_bounded, pattern_keywords
from api_upgrades.examples.placeholder import Cut
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import LITERALS
from api_upgrades.openapi.operation import parameters, request_body, responses
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_of
from api_upgrades.openapi.properties import follower, properties
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, HIDING_FLAG, Direction

MAX_VALUE_LENGTH = 60
MAX_MESSAGE_LENGTH = 200


@dataclass(frozen=True)
class InvalidExample:
    """An example that its own contract doesn't allow, and why."""

    target: Target
    message: str
    is_composed: bool = False
    """Whether the contract states no part of the value that is invalid, as with a placeholder."""

    def __str__(self) -> str:
        return f"{self.target}: {self.message}"


def find_invalid_examples(
    contract: Contract, parts: Iterable[Part], directions: Callable[[Part], Collection[Direction]]
) -> Iterator[InvalidExample]:
    """The invalid examples of some parts and of the schemas that they reference, each once.

    `directions` returns the directions in which a schema's own example is checked. Schemas that an operation or a
    webhook uses are always checked in the direction of that use.
    """
    checkers = {direction: _ExampleChecker(contract, direction) for direction in DIRECTIONS}
    found: dict[InvalidExample, None] = {}
    for part in parts:
        if part.kind == "schema":
            for direction in directions(part):
                checkers[direction].add_schema(part)
        else:
            for direction, target, schema, value in _examples_of(contract, part):
                found |= dict.fromkeys(checkers[direction].check(target, schema, value))
    for checker in checkers.values():
        found |= dict.fromkeys(checker.check_added_schemas())
    yield from found


def _examples_of(contract: Contract, part: Part) -> Iterator[tuple[Direction, Target, JsonObject, Json]]:
    """The examples of an operation or a webhook. Yields (direction, place, schema, value)."""
    direction: Direction = "request" if part.kind == "operation" else "webhook"
    body = request_body(contract, part)
    if body is not None:
        section = "request" if part.kind == "operation" else "payload"
        yield direction, Target(part, section), body.schema, compose_body(contract, body, direction)
    if part.kind == "webhook":
        return
    for parameter in parameters(contract, part):
        target = Target(part, f"{parameter.location} {parameter.name}")
        yield direction, target, parameter.schema, compose(contract, parameter.schema, direction)
    for response in responses(contract, part):
        if response.body is not None:
            value = compose_body(contract, response.body, "response")
            yield "response", Target(part, f"response {response.status}"), response.body.schema, value


class _ExampleChecker:
    """Checks the examples of one contract in one direction."""

    def __init__(self, contract: Contract, direction: Direction) -> None:
        self._contract = contract
        self._direction = direction
        self._composed: dict[Part, Json] = {}
        self._added: list[Part] = []
        self._open_references: set[tuple[str, int]] = set()
        self._valid_references: set[tuple[str, int, frozenset[str]]] = set()
        """The references, values by id, and absent properties that the current check found valid."""
        self._absent_by_instance: dict[int, frozenset[str]] = {}
        """By the id of an object under validation, the properties that are absent in this direction."""
        self._fast_validator = FastValidator(
            contract.dialect,
            self._base_validator.VALIDATORS,
            HIDING_FLAG[direction],
            self._resolve_unless_composed,
        )

    @property
    def _base_validator(self) -> Any:
        return Draft4Validator if self._contract.dialect == "3.0" else Draft202012Validator

    @cached_property
    def _validator(self) -> Any:
        """The `jsonschema` validator, for values that the fast validator does not accept."""
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

    def add_schema(self, part: Part) -> None:
        """Add a schema whose own example `check_added_schemas` checks."""
        if part not in self._composed:
            self._composed[part] = compose(self._contract, self._contract.parts[part], self._direction)
            self._added.append(part)

    def check_added_schemas(self) -> Iterator[InvalidExample]:
        """Check the examples of all added schemas, and of the schemas that these checks add in turn."""
        for part in self._added:
            yield from self.check(Target(part), self._contract.parts[part], self._composed[part])

    def check(self, target: Target, schema: JsonObject, value: Json) -> Iterator[InvalidExample]:
        """Find the faults of an example value, checked against its schema."""
        if self._fast_validator.is_certainly_valid(schema, value):
            return
        self._valid_references.clear()
        try:
            errors: list[ValidationError] = list(self._validator.evolve(schema=schema).iter_errors(value))
        except OverflowError:  # `jsonschema` divides numbers that are too large for that; the example may be valid
            return
        except _SCHEMA_ERRORS as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            yield InvalidExample(
                target, f"cannot be checked, because its schema is invalid: {_shorten(reason, MAX_MESSAGE_LENGTH)}"
            )
            return
        best = [find_untried(error) or best_match([error]) or error for error in errors]
        found = (
            InvalidExample(_locate(target, error), _format_message(error), self._is_composed(value, error))
            for error in best
        )
        yield from sorted(found, key=str)

    def _is_composed(self, value: Json, error: ValidationError) -> bool:
        """Whether no example, default or enum of the contract states the value that an error is about.

        A composed value has the very values of the contract inside, so they are recognized by their identity.
        """
        around = [value]
        for key in error.absolute_path:
            around.append(around[-1][key])
        return self._stated_ids.isdisjoint(map(id, around)) and not isinstance(error.instance, bool | int)

    @cached_property
    def _stated_ids(self) -> frozenset[int]:
        """The ids of all values that the contract states."""
        whole = [self._contract.document, *self._contract.parts.values()]
        return frozenset(map(id, _find_stated_values(whole)))

    def _check_reference(
        self, validator: Any, ref: str, instance: Json, schema: JsonObject
    ) -> Iterator[ValidationError]:
        try:
            target = self._resolve_unless_composed(ref, instance)
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

    def _resolve_unless_composed(self, ref: str, instance: Json) -> JsonObject | None:
        """The schema at a reference, or None if the instance equals its composed example, which is checked separately.

        Raises KeyError, IndexError, ValueError or TypeError if the reference is broken.
        """
        part = schema_of(ref)
        if part is not None and part in self._contract.parts and ref == SCHEMA_REF + escape_token(part.name):
            self.add_schema(part)
            if instance == self._composed[part]:
                return None
        found: JsonObject = resolve(self._contract, ref)
        return found

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
        keyword = HIDING_FLAG[self._direction]
        found = properties(schema, follower(self._contract)).values()
        return frozenset(one.name for one in found if isinstance(one.schema, dict) and schemas.get(one.schema, keyword))


def _find_stated_values(value: Json) -> Iterator[Json]:
    """The values of examples, defaults, constants and enums at any depth, and all values inside them."""
    if isinstance(value, list):
        for item in value:
            yield from _find_stated_values(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _find_all_values(item) if key in LITERALS else _find_stated_values(item)


def _find_all_values(value: Json) -> Iterator[Json]:
    yield value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _find_all_values(item)


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
