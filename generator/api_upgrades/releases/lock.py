"""`lock.json`, the record of a version as it was released: its format, and reading and writing it.

A lock holds the effects that led to the version, and the digest of each part that differs from the previous version
(null for a removed part). The newest lock also holds the complete contract, and the ids of the additions that the
digests of all locks include. So the total size of the locks grows with what changed, and every released contract can
be derived from the locks alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors
from api_upgrades.core.files import write_text_durably
from api_upgrades.core.json import JsonObject
from api_upgrades.registry.model import Amendment

LOCK_FILE = "lock.json"


class Lock(BaseModel):
    """One `lock.json`. `effects` are written as in change files, oldest first."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    additions: list[str] | None = None
    amendments: list[Amendment] = []
    effects: list[dict[str, Any]]
    parts: dict[str, Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | None]
    contract: dict[str, Any] | None = None

    def to_text(self) -> str:
        """Return the file's text, with one line for each effect and each part, so that a diff shows which changed."""
        lines = [f'  "additions": {_to_json_line(self.additions)}'] if self.additions is not None else []
        if self.amendments:
            amendments = [_to_json_line(amendment.model_dump()) for amendment in self.amendments]
            lines.append(_format_block("amendments", "[]", amendments))
        lines.append(_format_block("effects", "[]", [_to_json_line(effect) for effect in self.effects]))
        parts = [f"{_to_json_line(name)}: {_to_json_line(self.parts[name])}" for name in sorted(self.parts)]
        lines.append(_format_block("parts", "{}", parts))
        if self.contract is not None:
            contract = json.dumps(self.contract, ensure_ascii=False, indent=1).replace("\n", "\n  ")
            lines.append(f'  "contract": {contract}')
        return "{\n" + ",\n".join(lines) + "\n}\n"


def _to_json_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _format_block(key: str, brackets: str, lines: Iterable[str]) -> str:
    content = ",\n".join(f"    {line}" for line in lines)
    return f'  "{key}": {brackets[0]}\n{content}\n  {brackets[1]}' if content else f'  "{key}": {brackets}'


@dataclass(frozen=True)
class Locks:
    """The locks of a registry by version, oldest first. Versions without a lock are left out.

    `folder` is the registry's folder. Messages show paths relative to `root`.
    """

    folder: Path
    root: Path
    by_version: Mapping[str, Lock]

    def display_path(self, *path: str) -> str:
        """Return a path below the registry's folder as messages show it."""
        return Path(os.path.relpath(self.folder.joinpath(*path), self.root)).as_posix()

    def lock_file(self, version: str) -> str:
        """Return the path of a version's lock as messages show it."""
        return self.display_path(version, LOCK_FILE)

    @property
    def additions(self) -> tuple[str, ...]:
        """The ids of the additions that all digests include, as the newest lock lists them."""
        lists = [lock.additions for lock in self.by_version.values() if lock.additions is not None]
        return tuple(lists[-1]) if lists else ()

    def with_locks(self, by_version: Mapping[str, Lock]) -> Locks:
        return replace(self, by_version=by_version)

    def compact(self) -> Locks:
        """Return the locks without the fields that only the newest lock needs."""
        newest = next(reversed([*self.by_version]), None)
        unneeded = {"additions": None, "contract": None}
        return self.with_locks(
            {id: lock if id == newest else lock.model_copy(update=unneeded) for id, lock in self.by_version.items()}
        )

    @cached_property
    def digests(self) -> Mapping[str, Mapping[str, str]]:
        """The digest of each part of each version, by version and part."""
        digests: dict[str, dict[str, str]] = {}
        current: dict[str, str] = {}
        for version, lock in self.by_version.items():
            merged = {**current, **lock.parts}
            current = {part: digest for part, digest in merged.items() if digest is not None}
            digests[version] = current
        return digests

    def write(self, before: Locks) -> None:
        """Write the locks whose text differs from `before`, the newest last: released contracts are derived from it.

        If the process is killed halfway, each version has either its old or its new state. For this, a lock that
        inherits a digest from an older lock that is about to change first gets its own copy of that digest.
        """
        texts = {version: lock.to_text() for version, lock in before.by_version.items()}
        for locks in (before._make_independent_of(self), self):
            for version, lock in locks.by_version.items():
                text = lock.to_text()
                if texts.get(version) != text:  # compares texts, since the order of keys counts
                    write_text_durably(self.folder / version / LOCK_FILE, text)
                    texts[version] = text

    def _make_independent_of(self, updated: Locks) -> Locks:
        """Return these locks, changed so that none inherits a digest that `updated` changes in an older lock."""
        independent = dict(self.by_version)
        for version, lock in self.by_version.items():
            was, now = self._inherited_digests(version), updated._inherited_digests(version)
            changed = [part for part in {**was, **now} if was.get(part) != now.get(part)]
            own = {part: self.digests[version].get(part) for part in changed}
            independent[version] = lock.model_copy(update={"parts": {**lock.parts, **own}})
        return self.with_locks(independent)

    def _inherited_digests(self, version: str) -> Mapping[str, str]:
        """Return the digests of the previous version."""
        ids = list(self.by_version)
        index = ids.index(version)
        return self.digests[ids[index - 1]] if index else {}


def read_locks(folder: Path, root: Path, versions: Sequence[str]) -> Locks:
    """Read the locks of `versions`; a version without one is skipped. Raises RegistryErrors for invalid locks."""
    by_version: dict[str, Lock] = {}
    errors: list[RegistryError] = []
    locks = Locks(folder, root, by_version)
    for version in versions:
        try:
            by_version[version] = parse_lock((folder / version / LOCK_FILE).read_bytes(), locks.lock_file(version))
        except FileNotFoundError:
            continue
        except OSError as error:
            message = f"cannot be read: {error.strerror}; {_RESTORE_HINT}"
            errors.append(RegistryError(Location(locks.lock_file(version)), message))
        except RegistryError as error:
            errors.append(error)
    if errors:
        raise RegistryErrors(errors)
    return locks


_RESTORE_HINT = "restore the file from version control; only api-upgrades writes it"
_MERGE_CONFLICT = "merge conflict; take every lock.json from one side of the merge, then run: api-upgrades lock"


def parse_lock(data: bytes, file: str) -> Lock:
    """Parse one lock. `file` is its path for messages. Raises RegistryError with the position and what to do."""
    try:
        return Lock.model_validate(json.loads(data))
    except json.JSONDecodeError as error:
        message = _MERGE_CONFLICT if "<<<<<<< " in error.doc else f"is not JSON: {error.msg}; {_RESTORE_HINT}"
        raise RegistryError(Location(file, error.lineno, error.colno), message) from None
    except (UnicodeDecodeError, RecursionError):
        raise RegistryError(Location(file), f"is not JSON; {_RESTORE_HINT}") from None
    except ValidationError as error:
        first = error.errors()[0]
        at = f" at {'/'.join(map(str, first['loc']))!r}" if first["loc"] else ""
        raise RegistryError(Location(file), f"is not a valid lock: {first['msg']}{at}; {_RESTORE_HINT}") from None


def diff_digests(older: Mapping[str, str], newer: Mapping[str, str]) -> dict[str, str | None]:
    """Return the `parts` of a lock: the digests that differ from the older version's, null for removed parts."""
    removed: JsonObject = dict.fromkeys(part for part in older if part not in newer)
    return {part: digest for part, digest in newer.items() if older.get(part) != digest} | dict(removed)
