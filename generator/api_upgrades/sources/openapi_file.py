"""An OpenAPI document from a file, as plain data, with the places of what stands in it.

JSON or YAML, 3.0 or 3.1. Files that it refers to are read too, below its own folder and nowhere else. A document that
refers to none is what its file says: nothing is added, taken away or put in order.
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
from api_upgrades.openapi.structure import Parsed, refuse_faults
from api_upgrades.sources.bundle import Bundle, Place

MAX_JSON_BYTES = 64 * 1024 * 1024
MAX_YAML_BYTES = 16 * 1024 * 1024
"""Reading YAML takes ten times as long as reading JSON."""


@dataclass(frozen=True)
class OpenApiFile:
    """A document, and every file that was read for it, its own first.

    What was brought from another file has its place there in `origins`, by where it stands in the document.
    """

    document: JsonObject
    files: tuple[Path, ...]
    origins: Mapping[Pointer, Place] = field(default_factory=dict)

    def positions(self) -> Iterator[tuple[Pointer, Path, int]]:
        """Where in the document and on which line of a file everything stands, as far as the files are as they were."""
        here: dict[Place, list[Pointer]] = {Place(self.files[0]): [()]}
        for pointer, place in self.origins.items():
            here.setdefault(place, []).append(pointer)
        for file in self.files:
            try:
                found = list(parse(file, file.name).positions())
            except ApiUpgradesError:  # edited since it was read
                continue
            for path, line, _ in found:
                for size in range(len(path) + 1):
                    for base in here.get(Place(file, path[:size]), ()):
                        whole = (*base, *path[size:])
                        if self.origins.get(whole, place := Place(file, path)) == place:
                            yield whole, file, line


def read_document(file: Path, root: Path | None = None) -> OpenApiFile:
    """Read a document. Messages name files relative to `root` where they are below it.

    Raises RegistryErrors with what is wrong and where: no OpenAPI 3.0 or 3.1, cut off, too large, nested too deep, a
    key twice, a value where the generator needs one of another type, a reference to a file that can't be followed. A
    reference inside the document may lead nowhere.
    """
    root = root or Path.cwd()

    def read(path: Path) -> Parsed:
        return parse(path, _name(path, root))

    parsed = read(file)
    check_document(parsed)
    bundle = Bundle(file, parsed, read)
    return OpenApiFile(bundle.document(), tuple(bundle.files), bundle.origins)


def parse(path: Path, file: str) -> Parsed:
    """Read one file of JSON or YAML under the name `file`: by its suffix and, where that isn't JSON's, its content."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_JSON_BYTES + 1)
    except OSError as error:
        _refuse(Location(file), f"cannot be read: {error.strerror}")
    if path.suffix == ".json" or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        if len(data) > MAX_JSON_BYTES:
            _refuse(Location(file), f"larger than {MAX_JSON_BYTES >> 20} MiB; split it")
        try:
            return json_file.parse(yaml_file.decode(data, file), file)
        except RegistryErrors:
            if path.suffix == ".json":
                raise
    if len(data) > MAX_YAML_BYTES:
        _refuse(Location(file), f"larger than {MAX_YAML_BYTES >> 20} MiB; write it as JSON, which may be larger")
    return yaml_file.parse(data, file, MAX_YAML_BYTES)


def check_document(parsed: Parsed) -> None:
    """Raises RegistryErrors for what is no OpenAPI document of a version that is known, or not of its shape."""
    document, first = parsed.data, Location(parsed.file, 1, 1)
    if not isinstance(document, dict):
        _refuse(first, "must be an object, with 'openapi: 3.1.0' in it")
    if "swagger" in document:
        where = parsed.locate_key("swagger")
        _refuse(where, "is Swagger 2.0; convert it to OpenAPI 3 first, as with: npx swagger2openapi FILE")
    version = document.get("openapi")
    where = parsed.locate_key("openapi")
    if version is None:
        _refuse(first, "is not an OpenAPI document: it has no 'openapi'; write 'openapi: 3.1.0' into it")
    if not isinstance(version, str):
        _refuse(where, 'the version of OpenAPI is text; write it in full and in quotes, as in "3.1.0"')
    if not re.fullmatch(r"3\.[01](\.[0-9]+)?(-[A-Za-z0-9.]+)?", version):
        _refuse(where, f"OpenAPI {yaml_file.quote(version)} is not known here; 3.0 and 3.1 are")
    refuse_faults(parsed, "document")


def _name(path: Path, root: Path) -> str:
    path, root = path.absolute(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _refuse(location: Location, message: str) -> NoReturn:
    raise RegistryErrors([RegistryError(location, message)])
