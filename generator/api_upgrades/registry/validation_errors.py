"""Converts pydantic's validation errors to plain messages about the data of a YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api_upgrades.core.errors import did_you_mean
from api_upgrades.core.json import Json, Pointer, value_at
from api_upgrades.core.yaml_file import quote


class Problem(NamedTuple):
    """One problem at a path in the data, about either the key there or its value."""

    path: Pointer
    is_about_key: bool
    message: str


_EXPECTED_TYPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "none_required": "empty",
}
"""The pydantic error types for a value of the wrong type, and the expected type in words."""


def explain_errors(model: type[BaseModel], data: Json, error: ValidationError) -> Iterator[Problem]:
    """The problems of data that is not a valid `model`: at most one for each path, and one for each missing key.

    For a union, pydantic reports errors of every branch. An error deeper inside the data is from the branch that the
    author meant. If there is one, complaints of other branches about the type of the whole value are ignored.
    """
    details_by_path: dict[Pointer, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        details_by_path.setdefault(_path_in_data(data, details["loc"]), []).append(details)
    for path, details_here in details_by_path.items():
        missing = [details for details in details_here if details["type"] == "missing"]
        for details in missing:
            location = details["loc"]
            yield Problem(path, False, f"missing key {quote(str(location[-1]))}{_field_hint(model, location)}")
        others = [details for details in details_here if details["type"] != "missing"]
        specific = [details for details in others if details["type"] not in _EXPECTED_TYPES]
        if specific:
            yield _explain_error(model, path, specific[0])
        elif others and not any(deeper[: len(path)] == path != deeper for deeper in details_by_path):
            expected = ", or ".join(dict.fromkeys(_EXPECTED_TYPES[details["type"]] for details in others))
            yield Problem(path, False, _explain_wrong_type(path, expected, value_at(data, path)))


def describe_value(value: Json) -> str:
    """A short description of a value for messages."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, int | float):
        return f"the number {str(value)[:60]}"
    return "a list" if isinstance(value, list) else "a mapping"


def _explain_wrong_type(path: Pointer, expected: str, value: Json) -> str:
    advice = ""
    if isinstance(value, bool | int | float) and "text" in expected:
        advice = "; put it in quotes"
    elif value is None:
        advice = "; give it a value, or delete the key"
    elif value in ("true", "false") and "true or false" in expected:
        advice = " in quotes"
    return f"{_describe_place(path)} must be {expected}, not {describe_value(value)}{advice}"


def _explain_error(model: type[BaseModel], path: Pointer, details: ErrorDetails) -> Problem:
    """A problem that is neither a missing key nor a value of the wrong type."""
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    place = _describe_place(path)
    if kind == "extra_forbidden":
        return _explain_unknown_key(path, _list_keys(_model_at(model, path[:-1])))
    if kind == "literal_error":
        known = context["expected"].split("'")[1::2]
        if details["loc"][-1] == "[key]":
            return _explain_unknown_key(path, known)
        hint = did_you_mean(value[:60], known) if isinstance(value, str) else ""
        return Problem(path, False, f"{place} must be {context['expected']}, not {describe_value(value)}{hint}")
    if kind == "value_error":
        return Problem(path, False, str(context["error"]))
    if kind == "too_short" and context["actual_length"]:
        return Problem(path, False, f"{place} needs at least {context['min_length']} items{_field_hint(model, path)}")
    if kind in ("string_too_short", "too_short"):
        return Problem(path, False, f"{place} is empty{_field_hint(model, path) or '; give it a value, or delete it'}")
    message = details["msg"].replace("Input should", "it must").replace("String should", "the text must")
    return Problem(path, False, f"{place}: {message[0].lower()}{message[1:]}")


def _explain_unknown_key(path: Pointer, known: list[str]) -> Problem:
    key = str(path[-1])
    advice = did_you_mean(key[:60], known) or f"; the valid keys are {', '.join(known)}"
    return Problem(path, True, f"unknown key {quote(key)}{advice}")


def _path_in_data(data: Json, location: tuple[int | str, ...]) -> Pointer:
    """The part of pydantic's location that exists in the data.

    The location also contains names of union branches and missing keys.
    """
    path: list[int | str] = []
    for key in location:
        exists = key in data if isinstance(data, dict) else isinstance(data, list) and key in range(len(data))
        if exists:
            data = data[key]
            path.append(key)
    return tuple(path)


def _describe_place(path: Pointer) -> str:
    """A path in the data as the subject of a sentence."""
    if not path:
        return "this"
    return quote(str(path[-1])) if isinstance(path[-1], str) else f"item {path[-1] + 1} of {_describe_place(path[:-1])}"


def _field_hint(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """What to write under a required key, from the description of its field."""
    holder = _model_at(model, tuple(location[:-1]))
    field = holder.model_fields.get(str(location[-1])) if holder else None
    if field is None or not field.description or not field.is_required():
        return ""
    return f": {field.description[0].lower()}{field.description[1:].rstrip('.')}"


def _model_at(model: type[BaseModel], path: Pointer) -> type[BaseModel] | None:
    """The model of the mapping at a path, if it has one."""
    found: type[BaseModel] | None = model
    for key in path:
        field = found.model_fields.get(str(key)) if found else None
        found = _find_model(field.annotation) if field else None
    return found


def _find_model(annotation: Any) -> type[BaseModel] | None:
    """The first model that a type annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for argument in get_args(annotation) if (model := _find_model(argument))), None)


def _list_keys(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []
