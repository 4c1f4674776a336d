"""The OpenAPI document of an application, without what its framework says of itself.

Pydantic gives every model and every field a title made of its name, and FastAPI every body; and where a field may be
left out, some write `default: null`. Nobody promised these. All else stays as the framework has it, its own answer to
calls that are not valid (`422`) included, since callers do get that.
"""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.structure import inner_values


def clean_document(document: JsonObject) -> JsonObject:
    """The document without automatic titles and `default: null`."""
    found: JsonObject = _clean_value(document, "document", ())
    return found


def _clean_value(value: Json, shape: str, names: tuple[str, ...]) -> Json:
    """The same for a value of a shape, whose title may have been made of some names."""
    if isinstance(value, list) and shape.startswith("["):
        return [_clean_value(item, of, ()) for _, of, item in inner_values(value, shape)]
    if not isinstance(value, dict):
        return value
    found = {}
    inner = {key: (of, tuple(_title_sources(key, shape, value, names))) for key, of, _ in inner_values(value, shape)}
    for key, item in value.items():
        if shape.startswith("schema") and (
            (key == "title" and item in _automatic_titles(names)) or (key == "default" and item is None)
        ):
            continue
        found[key] = _clean_value(item, *inner[key]) if key in inner else item
    return found


def _title_sources(key: str | int, shape: str, value: JsonObject, names: tuple[str, ...]) -> Iterator[str]:
    """What a title inside of a value can have been made of."""
    if shape in ("{schema}", "{schema object}"):
        yield str(key)
    elif shape == "operation" and isinstance(value.get("operationId"), str):
        yield from (f"{kind}_{value['operationId']}" for kind in ("Response", "Body"))
    elif shape == "parameter" and isinstance(value.get("name"), str):
        yield value["name"]
    elif shape in ("request body", "response", "{response}", "media type", "{media type}"):
        yield from names


def _automatic_titles(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        model = name.removesuffix("-Input").removesuffix("-Output")
        yield from (name, model, model.rpartition("__")[2], name.title().replace("_", " ").strip())
