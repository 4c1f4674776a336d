"""Bundles an OpenAPI document of several files: a value in another file, to which a `$ref` points, becomes a component.

If the components have no section for such a value (OpenAPI 3.0 has none for path items), the value replaces the
reference. References within the document and everything else stay unchanged. References by the `$self` of a document,
which is its own URI, lead to that document: `https://example.com/api#/components/schemas/Book`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import NoReturn
from urllib.parse import unquote, urldefrag, urljoin

from api_upgrades.core.errors import RegistryError, RegistryErrors
from api_upgrades.core.json import Json, JsonObject, Pointer, escape_token, unescape_token
from api_upgrades.core.yaml_file import MAX_DEPTH, quote
from api_upgrades.openapi.structure import OBJECTS, ParsedFile, has_shape, inner_shape, inner_values

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
"""The section of the components for each shape of `openapi.structure`."""

MAX_VALUES = 5_000_000
"""The maximum number of lists and objects in a document, with all references to other files expanded."""


@dataclass(frozen=True)
class FilePointer:
    """A place in one of the files: the file, and the pointer to a value in it."""

    path: Path
    pointer: Pointer = ()

    def child(self, key: str | int) -> FilePointer:
        """The place of the item that the value at this place has under `key`."""
        return FilePointer(self.path, (*self.pointer, key))


class Bundler:
    """Combines a document and the files that it refers to.

    `files` has every file read so far; `read` reads another one. `origins` maps a pointer in the resulting document
    to the place in another file from which the value there was copied.
    """

    def __init__(self, path: Path, parsed: ParsedFile, read: Callable[[Path], ParsedFile]) -> None:
        self._folder = path.parent.resolve()
        self._path = self._folder / path.name
        self._read = read
        self.files = {self._path: parsed}
        self.origins: dict[Pointer, FilePointer] = {}
        self._value_count = 0
        self._uris: dict[Path, str] = {}
        # The names of components, by the place in another file that each comes from and by its section.
        self._names: dict[tuple[FilePointer, str], str] = {}
        # The components still to be added: place, shape, section, name.
        self._pending: deque[tuple[FilePointer, str, str, str]] = deque()
        self._ids = frozenset(_ids_in(parsed.data))
        self._used_names = {section: set(_section_of(parsed.data, section)) for section in SECTIONS.values()}

    def build_document(self) -> JsonObject:
        """The document with all files combined.

        Raises RegistryErrors for a reference to something that does not exist or is outside the document's folder.
        """
        root = self.files[self._path].data
        self._name_components(root)
        result: dict[str, Json] = self._rewrite(root, "document", FilePointer(self._path), (), 0)
        added: dict[str, dict[str, Json]] = {}
        while self._pending:
            place, shape, section, name = self._pending.popleft()
            added.setdefault(section, {})[name] = self._rewrite(self._value_at(place, place), shape, place, (), 3)
        if not added:
            return result
        components = dict(_as_object(result.get("components")))
        for section, values in added.items():
            components[section] = {**_as_object(components.get(section)), **values}
        return {**result, "components": components}

    def locate(self, pointer: Pointer) -> FilePointer:
        """The place in one of the files from which the value at a pointer in the document comes."""
        for size in range(len(pointer), 0, -1):
            if place := self.origins.get(pointer[:size]):
                return FilePointer(place.path, (*place.pointer, *pointer[size:]))
        return FilePointer(self._path, pointer)

    def _name_components(self, root: JsonObject) -> None:
        """If a component is only a reference to another file, remember its name for the value in that file."""
        for section in SECTIONS.values():
            for name, value in _section_of(root, section).items():
                holder = FilePointer(self._path, ("components", section, name))
                if _is_reference(value) and self._is_external(value, holder):
                    self._names.setdefault((self._follow(value["$ref"], holder), section), name)

    def _rewrite(
        self, value: Json, shape: str, place: FilePointer, inline_targets: tuple[FilePointer, ...], depth: int
    ) -> Json:
        """A value whose references to other files are changed to references within the document.

        Returns the same object if there are none. `inline_targets` are the values that enclose this one because they
        replaced a reference.
        """
        has_values = shape in OBJECTS or inner_shape(shape) is not None
        if not has_values or not isinstance(value, dict | list) or not has_shape(value, shape):
            return value
        self._value_count += 1
        if self._value_count > MAX_VALUES or depth > MAX_DEPTH:
            self._reject(place, "too large or too deeply nested when other files are included; use fewer references")
        changed = self._rewrite_mapping(value, place) if shape == "discriminator" and isinstance(value, dict) else {}
        for key, item_shape, item in inner_values(value, shape):
            new = self._rewrite(item, item_shape, place.child(key), inline_targets, depth + 1)
            if new is not item:
                changed[key] = new
        if isinstance(value, list):
            return [changed.get(index, item) for index, item in enumerate(value)] if changed else value
        rewritten = {key: changed.get(key, item) for key, item in value.items()} if changed else value
        if not self._is_external(value, place):
            return rewritten
        file, _, fragment = value["$ref"].partition("#")
        if fragment and place.path == self._path and self._find_by_uri(file, place) == self._path:
            return {**rewritten, "$ref": f"#{fragment}"}
        target = self._follow(value["$ref"], place)
        if target.path == self._path and target.pointer:
            return {**rewritten, "$ref": _format_ref(target.pointer)}
        section = SECTIONS.get(shape)
        if section is not None and not self._is_component_referring_to(target, section, place):
            return {**rewritten, "$ref": self._add_component(target, shape, section)}
        if target in inline_targets:
            self._reject(place, f"{quote(value['$ref'])} refers to itself; write out the value")
        if (pointer := self._pointer_in_document(place)) is not None:
            self.origins[pointer] = target
        inlined = self._rewrite(self._value_at(target, place), shape, target, (*inline_targets, target), depth)
        siblings = {key: item for key, item in rewritten.items() if key != "$ref"}
        return {**inlined, **siblings} if siblings and isinstance(inlined, dict) else inlined

    def _pointer_in_document(self, place: FilePointer) -> Pointer | None:
        """The pointer in the resulting document to a value of any file, or None if it is not known."""
        if place.path == self._path:
            return place.pointer
        for pointer, origin in self.origins.items():
            size = len(origin.pointer)
            if origin.path == place.path and origin.pointer == place.pointer[:size]:
                return (*pointer, *place.pointer[size:])
        return None

    def _is_component_referring_to(self, target: FilePointer, section: str, place: FilePointer) -> bool:
        """Whether `place` is the component that refers to the target, and so must be replaced by the target."""
        name = self._names.get((target, section))
        return place == FilePointer(self._path, ("components", section, name)) if name is not None else False

    def _rewrite_mapping(self, value: JsonObject, place: FilePointer) -> dict[str | int, Json]:
        """The changes to the mapping of a discriminator, whose values are references without the key `$ref`."""
        mapping = _as_object(value.get("mapping"))
        rewritten = {key: self._rewrite_mapped(ref, place.child("mapping").child(key)) for key, ref in mapping.items()}
        changed: dict[str | int, Json] = {"mapping": rewritten} if rewritten != mapping else {}
        if "defaultMapping" in value:
            default = self._rewrite_mapped(value["defaultMapping"], place.child("defaultMapping"))
            changed |= {"defaultMapping": default} if default != value["defaultMapping"] else {}
        return changed

    def _rewrite_mapped(self, ref: Json, place: FilePointer) -> Json:
        if not isinstance(ref, str):
            return ref
        is_file = "/" in ref or PurePosixPath(ref.partition("#")[0]).suffix in (".json", ".yaml", ".yml")
        if not is_file or not self._is_external({"$ref": ref}, place):
            return ref
        target = self._follow(ref, place)
        is_internal = target.path == self._path and target.pointer
        return _format_ref(target.pointer) if is_internal else self._add_component(target, "schema", "schemas")

    def _add_component(self, target: FilePointer, shape: str, section: str) -> str:
        """Make a value of another file a component, unless it is one already, and return a reference to it."""
        name = self._names.get((target, section))
        if name is None:
            base_name = str(target.pointer[-1]) if target.pointer else target.path.stem
            name = _unused_name(re.sub(r"[^A-Za-z0-9._-]+", "_", base_name), self._used_names[section])
            self._used_names[section].add(name)
            self._names[target, section] = name
            self.origins["components", section, name] = target
            self._pending.append((target, shape, section, name))
        return _format_ref(("components", section, name))

    def _is_external(self, value: JsonObject, place: FilePointer) -> bool:
        """Whether an object is a reference to another file. In another file, every reference counts as one."""
        ref = value.get("$ref")
        if not isinstance(ref, str) or (ref and place.path == self._path and ref.partition("#")[0] in self._ids):
            return False  # the `$id` of a schema in this document
        return place.path != self._path or (ref != "" and not ref.startswith("#"))

    def _follow(self, ref: str, place: FilePointer) -> FilePointer:
        """The target of a reference. If the target is only a reference itself, follows that too."""
        visited = [place]
        while True:
            target = self._resolve(ref, place)
            value = self._value_at(target, place)
            if not _is_reference(value) or not self._is_external(value, target):
                return target
            if target in visited:
                self._reject(place, f"{quote(ref)} refers to itself; write out the value")
            visited.append(target)
            ref, place = value["$ref"], target

    def _resolve(self, ref: str, place: FilePointer) -> FilePointer:
        """The place that a reference names. Raises RegistryErrors if it is outside the document's folder."""
        file, _, fragment = ref.partition("#")
        name = quote(ref)
        found = self._find_by_uri(file, place) if file else place.path
        if found is None and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", ref):
            self._reject(
                place,
                f"{name} is not a file; URLs are not downloaded, so save it as a file next to this one",
            )
        try:
            path = found or (place.path.parent / unquote(file)).resolve()
            exists = path.is_file()
        except (OSError, ValueError, RuntimeError):  # not a valid file name, or symbolic links in a circle
            path, exists = self._folder / "?", False
        if not path.is_relative_to(self._folder):
            self._reject(place, f"{name} is outside the document's folder; move that file into it")
        if fragment and not fragment.startswith("/"):
            self._reject(place, f"{name} refers to an anchor; use a path, as in '#/components/schemas/Book'")
        if not exists:
            self._reject(place, f"{name} refers to a file that does not exist; add the file, or fix the reference")
        if path not in self.files:
            self.files[path] = self._read(path)
        return FilePointer(path, tuple(unescape_token(unquote(token)) for token in fragment.split("/")[1:]))

    def _find_by_uri(self, uri: str, place: FilePointer) -> Path | None:
        """The file that a URI without a fragment identifies by its `$self`, or None.

        A file that has not been read yet is found if it stands to this one as their URIs stand to each other.
        """
        own = self._uri_of(place.path)
        try:
            whole = urljoin(own, uri)
            known = next((path for path in self.files if self._uri_of(path) == whole), None)
            folder = own.rpartition("/")[0] + "/"
            if known is not None or place.path.as_uri() == own or not whole.startswith(folder):
                return known
            path = (place.path.parent / unquote(whole.removeprefix(folder))).resolve()
            return path if path.is_file() else None
        except (OSError, ValueError, RuntimeError):  # neither a URI nor a file name
            return None

    def _uri_of(self, path: Path) -> str:
        """The URI of a file: its `$self`, or else that of the file itself."""
        if path not in self._uris:
            data = self.files[path].data
            own = data.get("$self") if isinstance(data, dict) and "openapi" in data else None
            try:
                self._uris[path] = urldefrag(urljoin(path.as_uri(), own if isinstance(own, str) else "")).url
            except ValueError:  # not a URI
                self._uris[path] = path.as_uri()
        return self._uris[path]

    def _value_at(self, target: FilePointer, place: FilePointer) -> Json:
        """The value at `target`. Raises RegistryErrors at `place`, which refers to it, if there is none."""
        parsed = self.files[target.path]
        value = parsed.data
        for key in target.pointer:
            try:
                value = value[int(key)] if isinstance(value, list) else value[key]
            except (KeyError, IndexError, ValueError, TypeError):
                what = f"{quote(_format_ref(target.pointer))} in {parsed.file}"
                self._reject(place, f"refers to {what}, which does not exist; fix the reference")
        return value

    def _reject(self, place: FilePointer, message: str) -> NoReturn:
        where = self.files[place.path].locate_key(*place.pointer, "$ref")
        raise RegistryErrors([RegistryError(where, message)])


def _ids_in(value: Json) -> Iterator[str]:
    """The addresses that the schemas in some JSON give themselves."""
    if isinstance(value, dict):
        if isinstance(value.get("$id"), str):
            yield value["$id"].removesuffix("#")
        for item in value.values():
            yield from _ids_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _ids_in(item)


def _section_of(document: JsonObject, section: str) -> JsonObject:
    """The components of a section of a document; none if the document has anything else there."""
    return _as_object(_as_object(document.get("components")).get(section))


def _as_object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _is_reference(value: Json) -> bool:
    """Whether a value is a reference and has no other keys."""
    return isinstance(value, dict) and value.keys() == {"$ref"} and isinstance(value["$ref"], str)


def _format_ref(path: Pointer) -> str:
    return "#" + "".join(f"/{escape_token(str(key))}" for key in path)


def _unused_name(name: str, used: Container[str]) -> str:
    """The name or, if it is used, the name with the lowest number that makes it unique."""
    return next(one for one in chain([name], (f"{name}_{number}" for number in count(2))) if one not in used)
