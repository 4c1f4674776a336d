"""What pydantic finds wrong with the data of a YAML file, in plain words and at one place each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from api_upgrades.core.errors import did_you_mean
from api_upgrades.core.json import Json, Pointer
from api_upgrades.core.yaml_file import quote


class Fault(NamedTuple):
    """One fault: where it is in the data, whether the key there is at fault rather than its value, and what it is."""

    path: Pointer
    at_key: bool
    message: str


_WANTED = {
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
"""pydantic's types of error that say what stands in a place is of the wrong sort, and the right sort in words."""


def model_faults(model: type[BaseModel], data: Json, error: ValidationError) -> Iterator[Fault]:
    """The faults of some data that is no `model`, one a place.

    Of a union pydantic reports every branch. What one branch says about something deeper inside the data is about
    what the author meant; that the other branches want another type is not.
    """
    found: dict[Pointer, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        found.setdefault(_path(data, details["loc"]), []).append(details)
    for path, same in found.items():
        missing = [details for details in same if details["type"] == "missing"]
        for details in missing:
            yield Fault(path, False, f"missing key {quote(str(details['loc'][-1]))}{_hint(model, details['loc'])}")
        others = [details for details in same if details["type"] != "missing"]
        kept = [details for details in others if details["type"] not in _WANTED]
        if kept:
            yield _other(model, path, kept[0])
        elif others and not any(deeper[: len(path)] == path != deeper for deeper in found):
            wanted = ", or ".join(dict.fromkeys(_WANTED[details["type"]] for details in others))
            yield Fault(path, False, _wrong_type(path, wanted, _at(data, path)))


def described(value: Json) -> str:
    """A value in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, int | float):
        return f"the number {str(value)[:60]}"
    return "a list" if isinstance(value, list) else "a mapping"


def _wrong_type(path: Pointer, wanted: str, value: Json) -> str:
    advice = ""
    if isinstance(value, bool | int | float) and "text" in wanted:
        advice = "; put it in quotes"
    elif value is None:
        advice = "; write it, or take the key away"
    elif value in ("true", "false") and "true or false" in wanted:
        advice = " in quotes"
    return f"{_name(path)} must be {wanted}, not {described(value)}{advice}"


def _other(model: type[BaseModel], path: Pointer, details: ErrorDetails) -> Fault:
    """A fault that is neither a missing key nor a value of the wrong sort."""
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(path, _keys(_model_at(model, path[:-1])))
    if kind == "literal_error":
        known = context["expected"].split("'")[1::2]
        if details["loc"][-1] == "[key]":
            return _unknown_key(path, known)
        close = did_you_mean(given[:60], known) if isinstance(given, str) else ""
        return Fault(path, False, f"{_name(path)} must be {context['expected']}, not {described(given)}{close}")
    if kind == "value_error":
        return Fault(path, False, str(context["error"]))
    if kind == "too_short" and context["actual_length"]:
        return Fault(path, False, f"{_name(path)} needs at least {context['min_length']} items{_hint(model, path)}")
    if kind in ("string_too_short", "too_short"):
        return Fault(path, False, f"{_name(path)} is empty{_hint(model, path) or '; write it, or take it away'}")
    message = details["msg"].replace("Input should", "it must").replace("String should", "the text must")
    return Fault(path, False, f"{_name(path)}: {message[0].lower()}{message[1:]}")


def _unknown_key(path: Pointer, known: list[str]) -> Fault:
    key = str(path[-1])
    advice = did_you_mean(key[:60], known) or f"; the keys here are {', '.join(known)}"
    return Fault(path, True, f"unknown key {quote(key)}{advice}")


def _path(data: Json, location: tuple[int | str, ...]) -> Pointer:
    """The part of pydantic's location that is in the data: it also names the branches of unions, and missing keys."""
    path: list[int | str] = []
    for key in location:
        is_there = key in data if isinstance(data, dict) else isinstance(data, list) and key in range(len(data))
        if is_there:
            data = data[key]
            path.append(key)
    return tuple(path)


def _at(data: Json, path: Pointer) -> Json:
    for key in path:
        data = data[key]
    return data


def _name(path: Pointer) -> str:
    """A place of the data as the subject of a sentence."""
    if not path:
        return "this"
    return quote(str(path[-1])) if isinstance(path[-1], str) else f"item {path[-1] + 1} of {_name(path[:-1])}"


def _hint(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """What to write under a key that has to be there, where its field says so."""
    holder = _model_at(model, tuple(location[:-1]))
    field = holder.model_fields.get(str(location[-1])) if holder else None
    if field is None or not field.description or not field.is_required():
        return ""
    return f": {field.description[0].lower()}{field.description[1:].rstrip('.')}"


def _model_at(model: type[BaseModel], path: Pointer) -> type[BaseModel] | None:
    """The model that describes the mapping at a path."""
    found: type[BaseModel] | None = model
    for key in path:
        field = found.model_fields.get(str(key)) if found else None
        found = _model_in(field.annotation) if field else None
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for one in get_args(annotation) if (model := _model_in(one))), None)


def _keys(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []
