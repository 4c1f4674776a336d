"""From a registry's folder to a registry, checked whole.

The only reader of YAML. What a file says is checked here for its form. Whether an effect fits its contract is found
when the contracts are derived; `Change.locate` says where such an effect stands.
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
    RESERVED,
    UNRELEASED,
    WORDING,
    Addition,
    Change,
    Registry,
    Version,
    natural,
)
from api_upgrades.registry.validation_errors import described, model_faults

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.|$))*")
_LONGEST = 100
MAX_BYTES = 16 * 1024 * 1024
"""Of a file. What an import found in large documents may be long."""

_DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
_SCRAP = re.compile(r"\.#.*|\.(?!.*\.ya?ml$).*|#.*|.*~")
"""Files that editors and the desktop leave behind. A hidden YAML file isn't one: somebody may miss a change."""

_Model = TypeVar("_Model", bound=BaseModel)


def load(folder: Path, head: Contract, root: Path) -> Registry:
    """Read a registry. Raises RegistryErrors with all that is wrong; messages name files relative to `root`."""
    reader = _Reader(folder, root)
    folders = reader.folders()
    order, first = reader.ordered(folders)
    versions = [reader.version(folders[name], is_first=name == first) for name in order]
    unreleased = reader.unreleased()
    additions = reader.additions()
    if reader.errors:
        raise RegistryErrors(reader.errors)
    return Registry(head, tuple(version for version in versions if version), unreleased, additions)


def name_fault(name: str, others: Iterable[str]) -> str:
    """What is wrong with the name of a version or a change, beside those that there are; nothing if it is fine."""
    same = [other for other in others if other.casefold() == name.casefold()]
    if not _NAME.fullmatch(name):
        return "use letters, digits, '-', '_' and single dots, and begin with a letter or a digit"
    if len(name) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    if name.casefold().split(".")[0] in _DEVICES:
        return "it is the name of a device on Windows, where nobody could check it out"
    if name.casefold() in RESERVED:
        return f"the name is reserved; {', '.join(RESERVED)} mean something else"
    return f"its name and {same[0]!r} differ only in case; rename one" if same else ""


def _form(version: str, is_wording: bool) -> type[ChangeFile | WordingFile]:
    if is_wording:
        return WordingFile
    return AdditionFile if version == ADDITIONS else ChangeFile


@dataclass(frozen=True)
class _Folder:
    """A version's folder and its `version.yaml`; `form` is None where that is missing or wrong."""

    path: Path
    files: dict[str, Path]
    source: YamlFile | None
    form: VersionFile | None


@lru_cache(65536)
def _made(model: type[_Model], text: str) -> _Model:
    """What some JSON is as a model, the same object wherever it is the same. Raises ValidationError."""
    return model.model_validate(json.loads(text))


class _Reader:
    """Reads a registry, and collects what is wrong with it."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.errors: list[RegistryError] = []
        self._folder = folder
        self._root = root

    def folders(self) -> dict[str, _Folder]:
        """The versions' folders by name."""
        found: dict[str, _Folder] = {}
        for name, path in self._entries(self._folder).items():
            if path.is_dir() and name not in NOT_VERSIONS:
                if self._is_named_well(path, name, "version", found):
                    found[name] = self._version_folder(path)
            elif path.suffix in (".yaml", ".yml"):
                self._report(self._place(path), "not read here; move it into the folder of its version")
        if not found and not self.errors:
            self._report(self._place(self._folder), "no versions; make a folder for one, with a 'version.yaml'")
        return found

    def ordered(self, folders: Mapping[str, _Folder]) -> tuple[list[str], str | None]:
        """The versions' names, oldest first, and which of them is the first if that is certain."""
        certain = not self.errors
        groups: dict[str | None, list[str]] = {}
        for name, found in folders.items():
            before = found.form.before if found.form else None
            if before is not None and found.source and before not in folders:
                hint = did_you_mean(before, folders)
                self._report(found.source.locate("before"), f"there is no version {quote(before)}{hint}")
                before, certain = None, False
            groups.setdefault(before, []).append(name)
        newest_first: list[str] = []
        pending = sorted(groups.get(None, ()), key=natural)
        while pending:
            name = pending.pop()
            newest_first.append(name)
            pending.extend(sorted(groups.get(name, ()), key=natural))
        order = newest_first[::-1]
        for name, found in folders.items():
            if name not in newest_first and found.source:
                self._report(found.source.locate("before"), f"{name} comes before itself; take one 'before' away")
                order, certain = [*order, name], False
        return order, order[0] if certain and order else None

    def version(self, folder: _Folder, is_first: bool) -> Version | None:
        """One version with its changes, None where its own file is wrong."""
        name = folder.path.name
        changes, wording, ids = self._changes(folder.files, name, is_first)
        if folder.source is None or folder.form is None:
            return None
        form = folder.form
        self._check_order(form.order, folder.source, name, ids)
        return Version(
            name,
            form.summary,
            form.dating,
            form.sunset,
            form.label,
            tuple(form.order),
            changes,
            folder.source.file,
            wording=wording,
        )

    def unreleased(self) -> Version | None:
        """The changes on their way, None where there are none."""
        path = self._folder / UNRELEASED
        if not path.is_dir():
            return None
        files = self._entries(path)
        files.pop("lock.json", None)
        file = files.pop("version.yaml", None)
        source = self._read(file) if file else None
        form = (self._valid(UnreleasedFile, source) if source else None) or UnreleasedFile.model_validate({})
        changes, wording, ids = self._changes(files, UNRELEASED, False)
        if source:
            self._check_order(form.order, source, UNRELEASED, ids)
        if not changes and wording is None:
            return None
        order = tuple(form.order)
        name = self._place(path / "version.yaml").file
        summary = form.summary or ""
        return Version(UNRELEASED, summary, None, form.sunset, form.label, order, changes, name, wording=wording)

    def additions(self) -> tuple[Addition, ...]:
        """What went live in every version, in the order of its dates."""
        path = self._folder / ADDITIONS
        if not path.is_dir():
            return ()
        changes, *_ = self._changes(self._entries(path), ADDITIONS, False)
        found = [change for change in changes if isinstance(change, Addition)]
        return tuple(sorted(found, key=lambda addition: (addition.date, addition.id)))

    def _changes(
        self, files: Mapping[str, Path], version: str, is_first: bool
    ) -> tuple[tuple[Change, ...], Change | None, list[str]]:
        """The changes of a folder that could be read, what it puts in other words, and the ids of all changes there."""
        changes: list[Change] = []
        wording: Change | None = None
        ids: list[str] = []
        for file, path in files.items():
            if path.suffix != ".yaml" or not path.is_file():
                self._report(self._place(path), self._why_unread(path, files))
                continue
            self._is_named_well(path, file.removesuffix(".yaml"), "change", ids)
            change = self._change(path, version, is_first)
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
                self._report(source.locate("order", index), f"{version} has no change {quote(id)}{hint}")
            elif id in seen:
                self._report(source.locate("order", index), f"{quote(id)} is here twice; take one away")
            seen.append(id)

    def _version_folder(self, path: Path) -> _Folder:
        files = self._entries(path)
        files.pop("lock.json", None)
        file = files.pop("version.yaml", None)
        if file is None:
            self._report(self._place(path), "has no 'version.yaml'; write one with a 'summary'")
            return _Folder(path, files, None, None)
        source = self._read(file)
        return _Folder(path, files, source, self._valid(VersionFile, source) if source else None)

    def _change(self, path: Path, version: str, is_first: bool) -> Change | None:
        source = self._read(path)
        if source is None:
            return None
        if is_first:
            self._report(
                source.locate_key("effects"),
                f"{version} is the first version: nothing before it can have changed. "
                "Take the change away, and say what the version brought in its 'version.yaml'",
            )
            return None
        is_wording = path.stem == WORDING and version != ADDITIONS
        form = self._valid(_form(version, is_wording), source)
        given = source.data.get("effects") if isinstance(source.data, dict) else None
        found = [self._effect(source, index) for index in range(len(given) if isinstance(given, list) else 0)]
        if form is None or None in found:
            return None
        kept = tuple(effect for effect in found if effect)
        if isinstance(form, WordingFile):
            return Change(WORDING, version, "In other words", "", None, kept, source.file, source)
        read = (path.stem, version, form.title, form.why, form.upgrade, kept, source.file, source)
        return Addition(*read, date=form.date) if isinstance(form, AdditionFile) else Change(*read)

    def _effect(self, source: YamlFile, index: int) -> Effect | None:
        data = source.data["effects"][index]
        here = source.locate("effects", index)
        if not isinstance(data, dict):
            self._report(here, f"an effect is keys and values, like {{kind: add_property, ...}}, not {described(data)}")
        elif "kind" not in data:
            self._report(here, "missing key 'kind': say which kind of effect this is, like 'add_property'")
        elif not isinstance(data["kind"], str) or data["kind"] not in effects.KINDS:
            hint = did_you_mean(str(data["kind"])[:60], effects.KINDS) or f"; the kinds are {', '.join(effects.KINDS)}"
            self._report(source.locate("effects", index, "kind"), f"unknown kind {described(data['kind'])}{hint}")
        else:
            return self._valid(effects.KINDS[data["kind"]], source, "effects", index)
        return None

    def _valid(self, model: type[_Model], source: YamlFile, *at: str | int) -> _Model | None:
        """What stands at a path of a file as a model; None where it isn't one."""
        data = source.data
        for key in at:
            data = data[key]
        prefix = f"{data['kind']}: " if at else ""
        try:
            made: _Model = _made(model, json.dumps(data))
            return made
        except ValidationError as error:
            for fault in model_faults(model, data, error):
                locate = source.locate_key if fault.at_key else source.locate
                self._report(locate(*at, *fault.path), prefix + fault.message)
        return None

    def _read(self, path: Path) -> YamlFile | None:
        try:
            return read(path, self._place(path).file, MAX_BYTES)
        except RegistryErrors as found:
            self.errors.extend(found.errors)
        return None

    def _entries(self, folder: Path) -> dict[str, Path]:
        """What is in a folder, by name and in its order, without scraps and without links that lead elsewhere."""
        base = os.path.realpath(self._folder)
        found: dict[str, Path] = {}
        try:
            for name in sorted(os.listdir(folder)):
                path = folder / name
                if name == "__pycache__" or (_SCRAP.fullmatch(name) and not path.is_dir()):
                    continue
                if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(base):
                    self._report(self._place(path), "a link that leaves the registry; put the file itself here")
                    continue
                found[name] = path
        except OSError as error:
            self._report(self._place(folder), f"cannot be read: {error.strerror}")
        return found

    def _is_named_well(self, path: Path, name: str, what: str, others: Iterable[str]) -> bool:
        """Whether a name can be one of an address and a file on every system, and is no other's."""
        message = name_fault(name, others)
        if message:
            self._report(self._place(path), f"not a name for a {what}: {message}")
        return not message

    def _why_unread(self, path: Path, files: Mapping[str, Path]) -> str:
        if path.suffix == ".yml" and f"{path.stem}.yaml" in files:
            return f"two changes with the id {quote(path.stem)}; take this one away, as only '.yaml' is read"
        if path.suffix == ".yaml":
            return "not a file; put the change itself here"
        if path.suffix == ".yml":
            return f"not read; name it {quote(path.stem + '.yaml')}"
        return "not a change; a version's folder holds '.yaml' files and 'lock.json' only, so move it elsewhere"

    def _place(self, path: Path) -> Location:
        """A file or folder as messages name it: from the root on, with what a terminal can't show as escapes."""
        relative = Path(os.path.relpath(path, self._root)).as_posix()
        return Location("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in relative))

    def _report(self, location: Location, message: str) -> None:
        self.errors.append(RegistryError(location, message))
