"""Checks that every example on the site is valid by the contract of its version.

The site shows composed payloads, so these are checked. If an object in a payload equals the composed example of its own
schema, it is checked once, as the example of that schema, and its faults are reported there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from api_upgrades.core.json import Json, JsonObject, escape_token
from api_upgrades.examples.compose import compose, compose_body
from api_upgrades.examples.fast_validator import FastValidator
from api_upgrades.examples.message import Message
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import LITERALS
from api_upgrades.openapi.operation import parameters, request_body, responses
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_of
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, HIDING_FLAG, Direction

if TYPE_CHECKING:
    from api_upgrades.examples.json_schema import JsonSchemaValidator, ValueFault


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


def find_invalid_values(contract: Contract, message: Message) -> Iterator[InvalidExample]:
    """Yield the faults of a message's body."""
    yield from _ExampleChecker(contract, message.direction).check(message.target, message.schema, message.body)


def body_validator(contract: Contract, message: Message) -> Callable[[Json], bool]:
    """A function that says whether a body is certainly valid for a message: false where only a full validation tells.

    What it learns about the message's schemas serves for all bodies.
    """
    return partial(_ExampleChecker(contract, message.direction).is_certainly_valid, message.schema)


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
        self._fast_validator = FastValidator(contract.dialect, HIDING_FLAG[direction], self._resolve_unless_composed)

    @cached_property
    def _validator(self) -> JsonSchemaValidator:
        """Finds the faults of the values that the fast validator does not accept."""
        from api_upgrades.examples.json_schema import JsonSchemaValidator

        return JsonSchemaValidator(self._contract, HIDING_FLAG[self._direction], self._resolve_unless_composed)

    def add_schema(self, part: Part) -> None:
        """Add a schema whose own example `check_added_schemas` checks."""
        if part not in self._composed:
            self._composed[part] = compose(self._contract, self._contract.parts[part], self._direction)
            self._added.append(part)

    def check_added_schemas(self) -> Iterator[InvalidExample]:
        """Check the examples of all added schemas, and of the schemas that these checks add in turn."""
        for part in self._added:
            yield from self.check(Target(part), self._contract.parts[part], self._composed[part])

    def is_certainly_valid(self, schema: JsonObject, value: Json) -> bool:
        """Whether a value is certainly valid."""
        return self._fast_validator.is_certainly_valid(schema, value)

    def check(self, target: Target, schema: JsonObject, value: Json) -> Iterator[InvalidExample]:
        """Find the faults of an example value, checked against its schema."""
        if self._fast_validator.is_certainly_valid(schema, value):
            return
        from api_upgrades.examples.json_schema import UnreadableSchema

        try:
            faults = self._validator.find_faults(target, schema, value)
        except UnreadableSchema as error:
            yield InvalidExample(target, f"cannot be checked, because its schema is invalid: {error}")
        else:
            found = (InvalidExample(fault.target, fault.message, self._is_composed(value, fault)) for fault in faults)
            yield from sorted(found, key=str)

    def _is_composed(self, value: Json, fault: ValueFault) -> bool:
        """Whether no example, default or enum of the contract states the value that a fault is about.

        A composed value has the very values of the contract inside, so they are recognized by their identity.
        """
        around = [value]
        for key in fault.path:
            around.append(around[-1][key])
        return self._stated_ids.isdisjoint(map(id, around)) and not isinstance(fault.found, bool | int)

    @cached_property
    def _stated_ids(self) -> frozenset[int]:
        """The ids of all values that the contract states."""
        whole = [self._contract.document, *self._contract.parts.values()]
        return frozenset(map(id, _find_stated_values(whole)))

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
