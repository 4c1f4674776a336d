"""Reads a registry from its folder of YAML files, and reports all errors at once.

This checks each file by itself. Deriving the contracts shows whether an effect matches its contract; `Change.locate`
gives the location for such an error.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from api_upgrades import effects
from api_upgrades.core.errors import Location, RegistryError, RegistryErrors, did_you_mean
from api_upgrades.core.yaml_file import YamlFile, quote, read
from api_upgrades.effects import Effect
from api_upgrades.openapi.contract import Contract
from api_upgrades.registry.file_models import AdditionFile, ChangeFile, UnreleasedFile, VersionFile, WordingFile
from api_upgrades.registry.model import (
    ADDITIONS,
    NOT_VERSIONS,
    RESERVED_NAMES,
    UNRELEASED,
    WORDING,
    Addition,
    Change,
    Registry,
    Version,
    natural_sort_key,
)
from api_upgrades.registry.validation_errors import describe_value, explain_errors

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.|$))*")
_MAX_NAME_LENGTH = 100
MAX_BYTES = 16 * 1024 * 1024
"""The maximum size of a file. A change that was imported from large documents may be long."""

_WINDOWS_DEVICES = (
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
)
_IGNORED_FILE = re.compile(r"\.#.*|\.(?!.*\.ya?ml$).*|#.*|.*~")
"""Files that editors and desktops leave behind. A hidden YAML file is an error instead, as it may be a lost change."""

_Model = TypeVar("_Model", bound=BaseModel)


def read_registry(folder: Path, head: Contract, root: Path) -> Registry:
    """Read a registry. Raises RegistryErrors with all errors. Messages name files relative to `root`."""
    reader = _Reader(folder, root)
    folders = reader.read_folders()
    order, first = reader.sort_versions(folders)
    versions = [reader.read_version(folders[name], is_first=name == first) for name in order]
    unreleased = reader.read_unreleased()
    additions = reader.read_additions()
    if reader.errors:
        raise RegistryErrors(reader.errors)
    return Registry(head, tuple(version for version in versions if version), unreleased, additions)


def find_name_problem(name: str, others: Iterable[str]) -> str:
    """What is wrong with a name for a version or change, or an empty string. `others` are the existing names."""
    same = [other for other in others if other.casefold() == name.casefold()]
    if not _NAME.fullmatch(name):
        return "use letters, digits, '-', '_' and single dots, and start with a letter or a digit"
    if len(name) > _MAX_NAME_LENGTH:
        return f"it is longer than {_MAX_NAME_LENGTH} characters"
    if name.casefold().split(".")[0] in _WINDOWS_DEVICES:
        return "it is the name of a device on Windows, so git could not check it out there"
    if name.casefold() in RESERVED_NAMES:
        return f"it is one of the reserved names {', '.join(RESERVED_NAMES)}"
    return f"its name and {same[0]!r} differ only in case; rename one" if same else ""


def _file_model(version: str, is_wording: bool) -> type[ChangeFile | WordingFile]:
    if is_wording:
        return WordingFile
    return AdditionFile if version == ADDITIONS else ChangeFile


@dataclass(frozen=True)
class _VersionFolder:
    """A version's folder and its `version.yaml`. `content` is None if that file is missing or invalid."""

    path: Path
    files: dict[str, Path]
    source: YamlFile | None
    content: VersionFile | None


@lru_cache(65536)
def _parse_model(model: type[_Model], text: str) -> _Model:
    """Some JSON as a model, cached so that equal JSON gives the same object. Raises ValidationError."""
    return model.model_validate(json.loads(text))


class _Reader:
    """Reads a registry and collects its errors."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.errors: list[RegistryError] = []
        self._folder = folder
        self._root = root

    def read_folders(self) -> dict[str, _VersionFolder]:
        """The folders of all versions, by name."""
        folders: dict[str, _VersionFolder] = {}
        for name, path in self._list_folder(self._folder).items():
            if path.is_dir() and name not in NOT_VERSIONS:
                if self._check_name(path, name, "version", folders):
                    folders[name] = self._read_version_folder(path)
            elif path.suffix in (".yaml", ".yml"):
                self._add_error(self._locate(path), "a change file must be in the folder of its version; move it there")
        if not folders and not self.errors:
            self._add_error(
                self._locate(self._folder), "there are no versions; create a folder for one, with a 'version.yaml'"
            )
        return folders

    def sort_versions(self, folders: Mapping[str, _VersionFolder]) -> tuple[list[str], str | None]:
        """The names of the versions, oldest first, and the name of the first version if that is certain."""
        is_certain = not self.errors
        names_by_before: dict[str | None, list[str]] = {}
        for name, folder in folders.items():
            before = folder.content.before if folder.content else None
            if before is not None and folder.source and before not in folders:
                hint = did_you_mean(before, folders)
                self._add_error(folder.source.locate("before"), f"there is no version {quote(before)}{hint}")
                before, is_certain = None, False
            names_by_before.setdefault(before, []).append(name)
        newest_first: list[str] = []
        pending = sorted(names_by_before.get(None, ()), key=natural_sort_key)
        while pending:
            name = pending.pop()
            newest_first.append(name)
            pending.extend(sorted(names_by_before.get(name, ()), key=natural_sort_key))
        order = newest_first[::-1]
        for name, folder in folders.items():
            if name not in newest_first and folder.source:
                self._add_error(folder.source.locate("before"), f"{name} comes before itself; delete one 'before'")
                order, is_certain = [*order, name], False
        return order, order[0] if is_certain and order else None

    def read_version(self, folder: _VersionFolder, is_first: bool) -> Version | None:
        """One version with its changes, or None if its `version.yaml` is invalid."""
        name = folder.path.name
        changes, wording, ids = self._read_changes(folder.files, name, is_first)
        if folder.source is None or folder.content is None:
            return None
        content = folder.content
        self._check_order(content.order, folder.source, name, ids)
        return Version(
            name,
            content.summary,
            content.dating,
            content.sunset,
            content.label,
            tuple(content.order),
            changes,
            folder.source.file,
            wording=wording,
        )

    def read_unreleased(self) -> Version | None:
        """The unreleased changes, or None if there are none."""
        path = self._folder / UNRELEASED
        if not path.is_dir():
            return None
        files = self._list_folder(path)
        files.pop("lock.json", None)
        file = files.pop("version.yaml", None)
        source = self._read_yaml(file) if file else None
        content = (self._validate(UnreleasedFile, source) if source else None) or UnreleasedFile.model_validate({})
        changes, wording, ids = self._read_changes(files, UNRELEASED, False)
        if source:
            self._check_order(content.order, source, UNRELEASED, ids)
        if not changes and wording is None:
            return None
        order = tuple(content.order)
        name = self._locate(path / "version.yaml").file
        summary = content.summary or ""
        return Version(UNRELEASED, summary, None, content.sunset, content.label, order, changes, name, wording=wording)

    def read_additions(self) -> tuple[Addition, ...]:
        """The additions, sorted by date."""
        path = self._folder / ADDITIONS
        if not path.is_dir():
            return ()
        changes, *_ = self._read_changes(self._list_folder(path), ADDITIONS, False)
        additions = [change for change in changes if isinstance(change, Addition)]
        return tuple(sorted(additions, key=lambda addition: (addition.date, addition.id)))

    def _read_changes(
        self, files: Mapping[str, Path], version: str, is_first: bool
    ) -> tuple[tuple[Change, ...], Change | None, list[str]]:
        """The valid changes of a folder, its rewordings, and the ids of all its changes, even of invalid ones."""
        changes: list[Change] = []
        wording: Change | None = None
        ids: list[str] = []
        for file, path in files.items():
            if path.suffix != ".yaml" or not path.is_file():
                self._add_error(self._locate(path), self._explain_unread_file(path, files))
                continue
            self._check_name(path, file.removesuffix(".yaml"), "change", ids)
            change = self._read_change(path, version, is_first)
            if path.stem == WORDING and version != ADDITIONS:
                wording = change
                continue
            ids.append(path.stem)
            if change:
                changes.append(change)
        return tuple(changes), wording, ids

    def _check_order(self, order: Iterable[str], source: YamlFile, version: str, ids: Iterable[str]) -> None:
        seen: list[str] = []
        for index, id in enumerate(order):
            if id not in ids:
                hint = did_you_mean(id, ids)
                self._add_error(source.locate("order", index), f"{version} has no change {quote(id)}{hint}")
            elif id in seen:
                self._add_error(source.locate("order", index), f"{quote(id)} is listed twice; delete one")
            seen.append(id)

    def _read_version_folder(self, path: Path) -> _VersionFolder:
        files = self._list_folder(path)
        files.pop("lock.json", None)
        file = files.pop("version.yaml", None)
        if file is None:
            self._add_error(self._locate(path), "'version.yaml' is missing; write one with a 'summary'")
            return _VersionFolder(path, files, None, None)
        source = self._read_yaml(file)
        return _VersionFolder(path, files, source, self._validate(VersionFile, source) if source else None)

    def _read_change(self, path: Path, version: str, is_first: bool) -> Change | None:
        source = self._read_yaml(path)
        if source is None:
            return None
        if is_first:
            self._add_error(
                source.locate_key("effects"),
                f"{version} is the first version, so it cannot have changes. "
                "Delete the change, and describe the version in its 'version.yaml'",
            )
            return None
        is_wording = path.stem == WORDING and version != ADDITIONS
        content = self._validate(_file_model(version, is_wording), source)
        items = source.data.get("effects") if isinstance(source.data, dict) else None
        count = len(items) if isinstance(items, list) else 0
        found = [self._read_effect(source, index) for index in range(count)]
        if content is None or None in found:
            return None
        valid = tuple(effect for effect in found if effect)
        if isinstance(content, WordingFile):
            return Change(WORDING, version, "In other words", "", None, valid, source.file, source)
        fields = (path.stem, version, content.title, content.why, content.upgrade, valid, source.file, source)
        show = tuple(content.show)
        if isinstance(content, AdditionFile):
            return Addition(*fields, show, date=content.date)
        return Change(*fields, show)

    def _read_effect(self, source: YamlFile, index: int) -> Effect | None:
        data = source.data["effects"][index]
        here = source.locate("effects", index)
        if not isinstance(data, dict):
            self._add_error(
                here, f"an effect must be a mapping, like {{kind: add_property, ...}}, not {describe_value(data)}"
            )
        elif "kind" not in data:
            self._add_error(here, "missing key 'kind': write the kind of the effect, like 'add_property'")
        elif not isinstance(data["kind"], str) or data["kind"] not in effects.KINDS:
            hint = did_you_mean(str(data["kind"])[:60], effects.KINDS) or f"; the kinds are {', '.join(effects.KINDS)}"
            self._add_error(
                source.locate("effects", index, "kind"), f"unknown kind {describe_value(data['kind'])}{hint}"
            )
        else:
            return self._validate(effects.KINDS[data["kind"]], source, "effects", index)
        return None

    def _validate(self, model: type[_Model], source: YamlFile, *path: str | int) -> _Model | None:
        """The value at a path of a file as a model, or None if it is invalid."""
        data = source.data
        for key in path:
            data = data[key]
        prefix = f"{data['kind']}: " if path else ""
        try:
            parsed: _Model = _parse_model(model, json.dumps(data))
            return parsed
        except ValidationError as error:
            for problem in explain_errors(model, data, error):
                locate = source.locate_key if problem.is_about_key else source.locate
                self._add_error(locate(*path, *problem.path), prefix + problem.message)
        return None

    def _read_yaml(self, path: Path) -> YamlFile | None:
        try:
            return read(path, self._locate(path).file, MAX_BYTES)
        except RegistryErrors as error:
            self.errors.extend(error.errors)
        return None

    def _list_folder(self, folder: Path) -> dict[str, Path]:
        """The entries of a folder sorted by name, without ignored files and without links that leave the registry."""
        base = os.path.realpath(self._folder)
        entries: dict[str, Path] = {}
        try:
            for name in sorted(os.listdir(folder)):
                path = folder / name
                if name == "__pycache__" or (_IGNORED_FILE.fullmatch(name) and not path.is_dir()):
                    continue
                if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(base):
                    self._add_error(
                        self._locate(path), "a link to a file outside the registry; put the file itself here"
                    )
                    continue
                entries[name] = path
        except OSError as error:
            self._add_error(self._locate(folder), f"cannot be read: {error.strerror}")
        return entries

    def _check_name(self, path: Path, name: str, what: str, others: Iterable[str]) -> bool:
        """Whether a name is unique and can be used in URLs and as a file name on every system. Adds an error if not.

        `what` is `version` or `change`.
        """
        message = find_name_problem(name, others)
        if message:
            self._add_error(self._locate(path), f"invalid name for a {what}: {message}")
        return not message

    def _explain_unread_file(self, path: Path, files: Mapping[str, Path]) -> str:
        """The message about a file in a version's folder that is not read."""
        if path.suffix == ".yml" and f"{path.stem}.yaml" in files:
            return f"two changes have the id {quote(path.stem)}; delete this file, because only '.yaml' files are read"
        if path.suffix == ".yaml":
            return "not a file; put the change itself here"
        if path.suffix == ".yml":
            return f"this file is not read; rename it to {quote(path.stem + '.yaml')}"
        return "not a change; a version's folder has only '.yaml' files and 'lock.json', so move it elsewhere"

    def _locate(self, path: Path) -> Location:
        """The location of a file or folder: its path relative to the root, with unprintable characters escaped."""
        relative = Path(os.path.relpath(path, self._root)).as_posix()
        return Location("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in relative))

    def _add_error(self, location: Location, message: str) -> None:
        self.errors.append(RegistryError(location, message))
