"""Reads an OpenAPI document from a file as plain data, and finds the file and line of its values.

The file is JSON or YAML, of OpenAPI 3.0, 3.1 or 3.2. Files that it refers to are also read, but only from its own
folder and below. The data of a document in a single file is returned unchanged, except that references by its `$self`
become local ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from api_upgrades.core import json_file, yaml_file
from api_upgrades.core.errors import ApiUpgradesError, Location, RegistryError, RegistryErrors
from api_upgrades.core.json import JsonObject, Pointer
from api_upgrades.openapi.mistakes import find_mistakes
from api_upgrades.openapi.structure import ParsedFile, check_structure, find_faults, locate_faults
from api_upgrades.sources.bundle import Bundler, FilePointer

MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_YAML_BYTES = 16 * 1024 * 1024
"""Lower than the limit for JSON, because reading YAML takes ten times as long."""


@dataclass(frozen=True)
class OpenApiFile:
    """A document, and every file that was read for it, starting with its own.

    `origins` maps a pointer in the document to the place in another file from which the value there was copied.
    `mistakes` are notes about what is wrong in the document. It is kept anyway.
    """

    document: JsonObject
    files: tuple[Path, ...]
    origins: Mapping[Pointer, FilePointer] = field(default_factory=dict)
    mistakes: tuple[RegistryError, ...] = ()

    def positions(self) -> Iterator[tuple[Pointer, Path, int]]:
        """(pointer in the document, file, line) of every value. Files that can no longer be read are left out."""
        pointers: dict[FilePointer, list[Pointer]] = {FilePointer(self.files[0]): [()]}
        for pointer, place in self.origins.items():
            pointers.setdefault(place, []).append(pointer)
        for file in self.files:
            try:
                found = list(parse_file(file, file.name).positions())
            except ApiUpgradesError:  # the file has been edited since the document was read
                continue
            if not self.origins and file == self.files[0]:
                yield from ((path, file, line) for path, line, _ in found)
                continue
            for path, line, _ in found:
                for size in range(len(path) + 1):
                    for base in pointers.get(FilePointer(file, path[:size]), ()):
                        pointer = (*base, *path[size:])
                        if self.origins.get(pointer, place := FilePointer(file, path)) == place:
                            yield pointer, file, line


def read_document(file: Path, root: Path | None = None) -> OpenApiFile:
    """Read a document. Messages name files relative to `root` (default: the current folder) if they are below it.

    Raises RegistryErrors if the file is not OpenAPI 3.0, 3.1 or 3.2, is truncated, too large or too deeply nested, has
    a duplicate key, or refers to a file that cannot be read. All other mistakes are kept. Broken references and
    invalid examples are reported by `verify`, and the others are in `mistakes`.
    """
    root = root or Path.cwd()

    def read(path: Path) -> ParsedFile:
        return parse_file(path, _name_in_messages(path, root))

    parsed = read(file)
    _check_version(parsed)
    bundle = Bundler(file, parsed, read)
    document = bundle.build_document()
    return OpenApiFile(document, tuple(bundle.files), bundle.origins, tuple(_find_mistakes(document, bundle)))


def _find_mistakes(document: JsonObject, bundle: Bundler) -> Iterator[RegistryError]:
    """Notes about the mistakes of a document, file by file, each at its place."""
    by_file: dict[Path, list[tuple[Pointer, str]]] = {file: [] for file in bundle.files}
    ignored = ((pointer, f"{message}; it is kept and otherwise ignored") for pointer, message in find_faults(document))
    for pointer, message in (*ignored, *find_mistakes(document)):
        place = bundle.locate(pointer)
        by_file[place.path].append((place.pointer, message))
    for file, found in by_file.items():
        yield from locate_faults(bundle.files[file], found)


def parse_file(path: Path, file: str) -> ParsedFile:
    """Read a JSON or YAML file. Messages call it `file`.

    Without the suffix `.json`, the content decides which of the two it is.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_JSON_BYTES + 1)
    except OSError as error:
        _reject(Location(file), f"cannot be read: {error.strerror}")
    if path.suffix == ".json" or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        if len(data) > MAX_JSON_BYTES:
            _reject(Location(file), f"larger than {MAX_JSON_BYTES >> 20} MiB; split it")
        try:
            return json_file.parse(yaml_file.decode(data, file), file)
        except RegistryErrors:
            if path.suffix == ".json":
                raise
    if len(data) > MAX_YAML_BYTES:
        _reject(Location(file), f"larger than {MAX_YAML_BYTES >> 20} MiB; write it as JSON, which may be larger")
    return yaml_file.parse(data, file, MAX_YAML_BYTES)


def check_document(parsed: ParsedFile) -> None:
    """Raise RegistryErrors if a file is not a well-formed OpenAPI document of a supported version."""
    _check_version(parsed)
    check_structure(parsed, "document")


def _check_version(parsed: ParsedFile) -> None:
    """Raise RegistryErrors if a file is not an OpenAPI document of a supported version."""
    document, first = parsed.data, Location(parsed.file, 1, 1)
    if not isinstance(document, dict):
        _reject(first, "an OpenAPI document must be an object, with 'openapi: 3.1.0' in it")
    if "swagger" in document:
        where = parsed.locate_key("swagger")
        _reject(
            where,
            "Swagger 2.0 is not supported; convert it to OpenAPI 3, for example with: npx swagger2openapi FILE",
        )
    version = document.get("openapi")
    where = parsed.locate_key("openapi")
    if version is None:
        _reject(first, "not an OpenAPI document, because it has no 'openapi'; add 'openapi: 3.1.0'")
    if not isinstance(version, str):
        _reject(where, 'the version of OpenAPI must be text; write it in full and in quotes, as in "3.1.0"')
    if not re.fullmatch(r"3\.[012](\.[0-9]+)?(-[A-Za-z0-9.]+)?", version):
        _reject(where, f"OpenAPI {yaml_file.quote(version)} is not supported; use 3.0, 3.1 or 3.2")


def _name_in_messages(path: Path, root: Path) -> str:
    path, root = path.absolute(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _reject(location: Location, message: str) -> NoReturn:
    raise RegistryErrors([RegistryError(location, message)])
