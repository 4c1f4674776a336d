"""One document out of several files: what a `$ref` to another file leads to becomes a component of the document.

A reference whose place has no section among the components, as a path's has none in OpenAPI 3.0, is replaced by what it
leads to. References inside the document, and all that is no reference, stay as they are.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Container
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import NoReturn
from urllib.parse import unquote

from api_upgrades.core.errors import RegistryError, RegistryErrors
from api_upgrades.core.json import Json, JsonObject, Pointer, escape_token, unescape_token
from api_upgrades.core.yaml_file import MAX_DEPTH, quote
from api_upgrades.openapi.structure import Parsed, inner_values, refuse_faults

SECTIONS = {
    "schema": "schemas",
    "schema object": "schemas",
    "response": "responses",
    "parameter": "parameters",
    "example": "examples",
    "request body": "requestBodies",
    "header": "headers",
    "security scheme": "securitySchemes",
    "link": "links",
    "callback": "callbacks",
}
"""Where among the components a thing is kept, by the name of its form."""

MAX_VALUES = 5_000_000
"""How many lists and objects a document may have with all references to other files written out."""


@dataclass(frozen=True)
class FilePointer:
    """A value in one of the files."""

    path: Path
    pointer: Pointer = ()

    def child(self, key: str | int) -> FilePointer:
        """The place of what it holds under a key."""
        return FilePointer(self.path, (*self.pointer, key))


class Bundle:
    """The files of a document, as they are found: `files`. `read` gives any of them, under the name for messages.

    `origins` has the place of what was brought from elsewhere, by where it stands in the document.
    """

    def __init__(self, path: Path, parsed: Parsed, read: Callable[[Path], Parsed]) -> None:
        self._folder = path.parent.resolve()
        self._path = self._folder / path.name
        self._read = read
        self.files = {self._path: parsed}
        self.origins: dict[Pointer, FilePointer] = {}
        self._values = 0
        self._names: dict[tuple[FilePointer, str], str] = {}
        self._pending: deque[tuple[FilePointer, str, str, str]] = deque()
        components = parsed.data.get("components", {})
        self._used_names = {section: set(components.get(section, ())) for section in SECTIONS.values()}

    def build_document(self) -> JsonObject:
        """The document, of one piece. Raises RegistryErrors where a reference leads nowhere, or out of the folder."""
        root = self.files[self._path].data
        self._name_components(root)
        result: dict[str, Json] = self._rewrite(root, "document", FilePointer(self._path), (), 0)
        found: dict[str, dict[str, Json]] = {}
        while self._pending:
            place, shape, section, name = self._pending.popleft()
            found.setdefault(section, {})[name] = self._rewrite(self._value_at(place, place), shape, place, (), 3)
        if not found:
            return result
        components = dict(result.get("components", {}))
        for section, more in found.items():
            components[section] = {**components.get(section, {}), **more}
        return {**result, "components": components}

    def _name_components(self, root: JsonObject) -> None:
        """A component that is no more than a reference to another file gives what is there its name."""
        for section in SECTIONS.values():
            for name, value in root.get("components", {}).get(section, {}).items():
                holder = FilePointer(self._path, ("components", section, name))
                if _is_reference(value) and self._is_external(value, holder):
                    self._names.setdefault((self._follow(value["$ref"], holder), section), name)

    def _rewrite(
        self, value: Json, shape: str, place: FilePointer, inline_targets: tuple[FilePointer, ...], depth: int
    ) -> Json:
        """A value with its references to other files led to this one; the same object where there are none."""
        if not isinstance(value, dict | list) or shape in ("any", "object"):
            return value
        self._values += 1
        if self._values > MAX_VALUES or depth > MAX_DEPTH:
            self._reject(place, "too large or too deep, with what is in other files written out here; say it once")
        changed = self._rewrite_mapping(value, place) if shape == "discriminator" and isinstance(value, dict) else {}
        for key, of, item in inner_values(value, shape):
            new = self._rewrite(item, of, place.child(key), inline_targets, depth + 1)
            if new is not item:
                changed[key] = new
        if isinstance(value, list):
            return [changed.get(index, item) for index, item in enumerate(value)] if changed else value
        whole = {key: changed.get(key, item) for key, item in value.items()} if changed else value
        if not self._is_external(value, place):
            return whole
        target = self._follow(value["$ref"], place)
        if target.path == self._path and target.pointer:
            return {**whole, "$ref": _format_ref(target.pointer)}
        section = SECTIONS.get(shape)
        if section is not None and not self._is_component_of(target, section, place):
            return {**whole, "$ref": self._add_component(target, shape, section)}
        if target in inline_targets:
            self._reject(place, f"{quote(value['$ref'])} leads back to itself; write out what is meant")
        refuse_faults(self.files[target.path], shape, target.pointer)
        if (here := self._pointer_in_document(place)) is not None:
            self.origins[here] = target
        instead = self._rewrite(self._value_at(target, place), shape, target, (*inline_targets, target), depth)
        beside = {key: item for key, item in whole.items() if key != "$ref"}
        return {**instead, **beside} if beside else instead

    def _pointer_in_document(self, place: FilePointer) -> Pointer | None:
        """Where in the document a place stands, as far as that is known."""
        if place.path == self._path:
            return place.pointer
        for here, origin in self.origins.items():
            size = len(origin.pointer)
            if origin.path == place.path and origin.pointer == place.pointer[:size]:
                return (*here, *place.pointer[size:])
        return None

    def _is_component_of(self, target: FilePointer, section: str, place: FilePointer) -> bool:
        """Whether a place is the component whose name the target has, so that the target stands there itself."""
        name = self._names.get((target, section))
        return place == FilePointer(self._path, ("components", section, name)) if name is not None else False

    def _rewrite_mapping(self, value: JsonObject, place: FilePointer) -> dict[str | int, Json]:
        """The mapping of a discriminator, whose values are references without being called so."""
        found = {}
        for key, ref in value.get("mapping", {}).items():
            is_file = "/" in ref or PurePosixPath(ref.partition("#")[0]).suffix in (".json", ".yaml", ".yml")
            if is_file and self._is_external({"$ref": ref}, place):
                target = self._follow(ref, place.child("mapping").child(key))
                is_here = target.path == self._path and target.pointer
                found[key] = (
                    _format_ref(target.pointer) if is_here else self._add_component(target, "schema", "schemas")
                )
        return {"mapping": {**value["mapping"], **found}} if found else {}

    def _add_component(self, target: FilePointer, shape: str, section: str) -> str:
        """A reference to what stands at a place, which becomes a component if it isn't one yet."""
        name = self._names.get((target, section))
        if name is None:
            refuse_faults(self.files[target.path], shape, target.pointer)
            wanted = str(target.pointer[-1]) if target.pointer else target.path.stem
            name = _unused_name(re.sub(r"[^A-Za-z0-9._-]+", "_", wanted), self._used_names[section])
            self._used_names[section].add(name)
            self._names[target, section] = name
            self.origins["components", section, name] = target
            self._pending.append((target, shape, section, name))
        return _format_ref(("components", section, name))

    def _is_external(self, value: JsonObject, place: FilePointer) -> bool:
        """Whether an object is a reference that leads out of the document's own file, or stands in another one."""
        ref = value.get("$ref")
        return isinstance(ref, str) and (place.path != self._path or not ref.startswith("#"))

    def _follow(self, ref: str, place: FilePointer) -> FilePointer:
        """Where a reference leads, through those that are no more than references themselves."""
        passed = [place]
        while True:
            target = self._resolve(ref, place)
            value = self._value_at(target, place)
            if not _is_reference(value) or not self._is_external(value, target):
                return target
            if target in passed:
                self._reject(place, f"{quote(ref)} leads back to itself; write out what is meant")
            passed.append(target)
            ref, place = value["$ref"], target

    def _resolve(self, ref: str, place: FilePointer) -> FilePointer:
        """The place that a reference names. Raises RegistryErrors for one outside of the document's folder."""
        file, _, fragment = ref.partition("#")
        name = quote(ref)
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", ref):
            self._reject(place, f"{name} is no file of this folder; nothing is fetched, so save it beside this file")
        try:
            path = (place.path.parent / unquote(file)).resolve() if file else place.path
            is_there = path.is_file()
        except (OSError, ValueError, RuntimeError):  # a name that no file can have, or links in a circle
            path, is_there = self._folder / "?", False
        if not path.is_relative_to(self._folder):
            self._reject(place, f"{name} lies outside of the document's folder; move that file into it")
        if fragment and not fragment.startswith("/"):
            self._reject(place, f"{name} names an anchor; write a path, as in '#/components/schemas/Book'")
        if not is_there:
            self._reject(place, f"{name} refers to a file that isn't there; put it there, or mend the reference")
        if path not in self.files:
            self.files[path] = self._read(path)
        return FilePointer(path, tuple(unescape_token(unquote(token)) for token in fragment.split("/")[1:]))

    def _value_at(self, target: FilePointer, place: FilePointer) -> Json:
        """What stands at a place to which another one refers."""
        parsed = self.files[target.path]
        value = parsed.data
        for key in target.pointer:
            try:
                value = value[int(key)] if isinstance(value, list) else value[key]
            except (KeyError, IndexError, ValueError, TypeError):
                what = f"{quote(_format_ref(target.pointer))} in {parsed.file}"
                self._reject(place, f"refers to {what}, which isn't there; mend the reference")
        return value

    def _reject(self, place: FilePointer, message: str) -> NoReturn:
        where = self.files[place.path].locate_key(*place.pointer, "$ref")
        raise RegistryErrors([RegistryError(where, message)])


def _is_reference(value: Json) -> bool:
    """Whether a value is a reference and nothing beside."""
    return isinstance(value, dict) and value.keys() == {"$ref"} and isinstance(value["$ref"], str)


def _format_ref(path: Pointer) -> str:
    return "#" + "".join(f"/{escape_token(str(key))}" for key in path)


def _unused_name(name: str, used: Container[str]) -> str:
    """The name, or the name with the first number that makes it new."""
    return next(one for one in chain([name], (f"{name}_{number}" for number in count(2))) if one not in used)
