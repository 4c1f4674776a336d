"""Removes automatic keywords from the OpenAPI document of an application.

Pydantic generates a title from the name of each model and field, and FastAPI from the name of each body. Some
frameworks write `default: null` for an optional field. These are not part of the API's contract. Everything else stays
as the framework wrote it. That includes its own response to invalid requests (`422`), because clients receive it.
"""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.structure import inner_values


def clean_document(document: JsonObject) -> JsonObject:
    """The document without automatic titles and `default: null`."""
    cleaned: JsonObject = _clean_value(document, "document", ())
    return cleaned


def _clean_value(value: Json, shape: str, names: tuple[str, ...]) -> Json:
    """One value of the document, without automatic titles and `default: null`.

    `shape` says which OpenAPI object it is, as in `openapi.structure`. Its title is automatic if it derives from one of
    `names`.
    """
    if isinstance(value, list) and shape.startswith("["):
        return [_clean_value(item, item_shape, ()) for _, item_shape, item in inner_values(value, shape)]
    if not isinstance(value, dict):
        return value
    cleaned = {}
    inner = {
        key: (item_shape, tuple(_title_sources(key, shape, value, names)))
        for key, item_shape, _ in inner_values(value, shape)
    }
    for key, item in value.items():
        if shape.startswith("schema") and (
            (key == "title" and item in _automatic_titles(names)) or (key == "default" and item is None)
        ):
            continue
        cleaned[key] = _clean_value(item, *inner[key]) if key in inner else item
    return cleaned


def _title_sources(key: str | int, shape: str, value: JsonObject, names: tuple[str, ...]) -> Iterator[str]:
    """The names from which a framework may have generated the title of the value under `key`."""
    if shape in ("{schema}", "{schema object}"):
        yield str(key)
    elif shape == "operation" and isinstance(value.get("operationId"), str):
        yield from (f"{kind}_{value['operationId']}" for kind in ("Response", "Body"))
    elif shape == "parameter" and isinstance(value.get("name"), str):
        yield value["name"]
    elif shape in ("request body", "response", "responses", "media type", "{media type}"):
        yield from names


def _automatic_titles(names: tuple[str, ...]) -> Iterator[str]:
    """The titles that pydantic and FastAPI generate from some names."""
    for name in names:
        model = name.removesuffix("-Input").removesuffix("-Output")
        yield from (name, model, model.rpartition("__")[2], name.title().replace("_", " ").strip())
