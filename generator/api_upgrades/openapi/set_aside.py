"""Sets aside the values of a document that the generator cannot read, so that no reader meets them.

The JSON of a contract is always well-formed, as `structure` defines it. Where a document has a value of another form
(an `enum` that is an object), the contract holds that value under another name, and `restore` moves it back:

    {"enum": {...}}                          {"x-ignored-enum": {...}}
    {"enum": null}                           {"x-null-enum": true}
    {"required": ["a", 1]}                   {"required": ["a"], "x-ignored-in-required": [{"at": "/1", "value": 1}]}
    {"responses": {"x-a": 1, "200": {...}}}  {"responses": {"200": {...}},
                                              "x-ignored-in-responses": [{"at": "/x-a", "value": 1, "before": "200"}]}
    {"schema": true}                         {"schema": {"x-written-as": true}}
    {"schema": false}                        {"schema": {"not": {}, "x-written-as": false}}
    {"properties": {"a": null}}              {"properties": {"a": {"x-written-as": "null"}}}

So every reader sees extensions, which may hold anything, and effects can change them like any other extension. An
extension inside a map, such as that of the responses, is set aside too, because it is not an item of the map. A key of
the document that already starts like one of these names gets the prefix once more.
"""

from __future__ import annotations

from collections.abc import Mapping

from api_upgrades.core.json import Json, JsonObject, escape_token, insert_before, unescape_token
from api_upgrades.openapi.structure import (
    EXTENSIBLE_MAPS,
    OBJECTS,
    has_shape,
    inner_shape,
    is_extension,
    is_map_reference,
)

IGNORED = "x-ignored-"
"""The prefix of the name of a value that is set aside."""

NULL = "x-null-"
"""The prefix of the name of a null that is set aside. An extension that is null is hard to tell from none at all."""

IGNORED_ENTRIES = "x-ignored-in-"
"""The prefix of the name of entries that are set aside from a list or a map."""

WRITTEN_AS = "x-written-as"
"""The key of an object that stands for a schema that is `true` or `false`, or for an item of a map that is null."""

_NULL = {WRITTEN_AS: "null"}


def set_aside(value: Json, shape: str = "document") -> Json:
    """A value of some shape in which everything of another form is set aside; the same object if there is nothing."""
    if isinstance(value, bool) and shape == "schema object":
        return {WRITTEN_AS: True} if value else {"not": {}, WRITTEN_AS: False}
    forms = _forms(shape)
    if forms is None or not isinstance(value, Mapping):
        return value
    found: dict[str, Json] = {}
    for key, item in value.items():
        form = forms.get(key)
        if key.startswith((IGNORED, NULL)) or key == WRITTEN_AS:
            found[f"{IGNORED}{key}"] = item
        elif form is not None and not has_shape(item, form):
            found[f"{NULL}{key}" if item is None else f"{IGNORED}{key}"] = True if item is None else item
        elif form is None:
            found[key] = item
        else:
            entries: list[dict[str, Json]] = []
            found[key] = _set_aside_entries(item, form, "", entries)
            if entries:
                found[f"{IGNORED_ENTRIES}{key}"] = entries
    return value if _is_same(found, value) else found


def _set_aside_entries(value: Json, shape: str, at: str, entries: list[dict[str, Json]]) -> Json:
    """A list or map without the entries of another form, which are added to `entries`, or any other value."""
    of = inner_shape(shape)
    if of is None or not isinstance(value, dict | list):
        return set_aside(value, shape)
    if isinstance(value, list):
        items: list[Json] = []
        for index, item in enumerate(value):
            if has_shape(item, of):
                items.append(_set_aside_entries(item, of, f"{at}/{index}", entries))
            else:
                entries.append({"at": f"{at}/{index}", "value": item})
        return value if _is_same_list(items, value) else items
    found: dict[str, Json] = {}
    ignored: list[dict[str, Json]] = []  # those whose following key is still to come
    for key, item in value.items():
        pointer = f"{at}/{escape_token(str(key))}"
        is_null = item is None and (of in OBJECTS or of in EXTENSIBLE_MAPS)
        if is_map_reference(key, item, shape):
            found[key] = item
        elif is_extension(key, item, shape) or not (is_null or has_shape(item, of)):
            ignored.append({"at": pointer, "value": item})
        else:
            entries += [{**entry, "before": key} for entry in ignored]
            ignored = []
            found[key] = _NULL if is_null else _set_aside_entries(item, of, pointer, entries)
    entries += ignored
    return value if _is_same(found, value) else found


def restore(value: Json, shape: str, known: Mapping[int, Json]) -> Json:
    """The value in its own form, with everything moved back; the same object if nothing was set aside.

    `known` has the results for some objects inside the value, by the id of each.
    """
    if id(value) in known:
        return known[id(value)]
    if shape == "schema object" and value in ({WRITTEN_AS: True}, {"not": {}, WRITTEN_AS: False}):
        return value[WRITTEN_AS]
    if value == _NULL and shape in OBJECTS:
        return None
    forms = _forms(shape)
    if forms is None or not isinstance(value, Mapping):
        return value
    found: dict[str, Json] = {}
    for key, item in value.items():
        name = key.removeprefix(IGNORED)
        if key.startswith(IGNORED_ENTRIES):
            if key.removeprefix(IGNORED_ENTRIES) not in value:
                found[key] = item
        elif name != key and (name not in value or name.startswith((IGNORED, NULL))):
            found[name] = item
        elif key.startswith(NULL) and (name := key.removeprefix(NULL)) not in value:
            found[name] = None
        elif key in forms:
            restored = _restore_entries(item, forms[key], known)
            for entry in value.get(f"{IGNORED_ENTRIES}{key}", ()):
                restored = _insert(restored, [unescape_token(token) for token in entry["at"].split("/")[1:]], entry)
            found[key] = restored
        else:
            found[key] = item
    return value if _is_same(found, value) else found


def _restore_entries(value: Json, shape: str, known: Mapping[int, Json]) -> Json:
    if value == _NULL and shape in EXTENSIBLE_MAPS:
        return None
    of = inner_shape(shape)
    if of is None or not isinstance(value, dict | list):
        return restore(value, shape, known)
    if isinstance(value, list):
        items = [_restore_entries(item, of, known) for item in value]
        return value if _is_same_list(items, value) else items
    found = {key: _restore_entries(item, of, known) for key, item in value.items()}
    return value if _is_same(found, value) else found


def _insert(value: Json, path: list[str], entry: JsonObject) -> Json:
    """A copy of a list or map with an entry at a path. Without the object around it, the value is returned as it is."""
    key, *rest = path
    if isinstance(value, list):
        index = int(key)
        return [*value[:index], entry["value"], *value[index:]]
    if not rest:
        return insert_before(value, key, entry["value"], entry.get("before"))
    return {name: _insert(item, rest, entry) if name == key else item for name, item in value.items()}


def _forms(shape: str) -> Mapping[str, str] | None:
    """The shapes of the values of an object with fixed keys; None for lists, maps and scalars."""
    return OBJECTS.get(shape) if inner_shape(shape) is None else None


def _is_same_list(found: list[Json], value: list[Json]) -> bool:
    return len(found) == len(value) and all(item is was for item, was in zip(found, value, strict=True))


def _is_same(found: JsonObject, value: JsonObject) -> bool:
    """Whether a copy has the same keys and the same objects."""
    return len(found) == len(value) and all(
        key == other and item is was for (key, item), (other, was) in zip(found.items(), value.items(), strict=True)
    )
