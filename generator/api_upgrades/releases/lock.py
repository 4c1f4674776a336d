"""`lock.json`: what a version was when it was released. Its form, and the reading and writing of it.

A lock holds the digests of the parts that differ from the version before (null for one that went), and the effects
that led to it; the newest also holds its contract whole, and the additions that are in the digests of all locks. So
what all of them hold grows with what changed, and yet every released contract can be derived from them alone.
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
    """One `lock.json`. `effects` are as in change files, in the order in which they happened."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    additions: list[str] | None = None
    amendments: list[Amendment] = []
    effects: list[dict[str, Any]]
    parts: dict[str, Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | None]
    contract: dict[str, Any] | None = None

    def to_text(self) -> str:
        """The file's text: a line for each effect and for each part, so that a diff shows which of them changed."""
        lines = [f'  "additions": {_to_json_line(self.additions)}'] if self.additions is not None else []
        if self.amendments:
            lines.append(
                _format_block("amendments", "[]", [_to_json_line(one.model_dump()) for one in self.amendments])
            )
        lines.append(_format_block("effects", "[]", [_to_json_line(effect) for effect in self.effects]))
        lines.append(
            _format_block(
                "parts",
                "{}",
                [f"{_to_json_line(name)}: {_to_json_line(self.parts[name])}" for name in sorted(self.parts)],
            )
        )
        if self.contract is not None:
            contract = json.dumps(self.contract, ensure_ascii=False, indent=1).replace("\n", "\n  ")
            lines.append(f'  "contract": {contract}')
        return "{\n" + ",\n".join(lines) + "\n}\n"


def _to_json_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _format_block(key: str, brackets: str, lines: Iterable[str]) -> str:
    inside = ",\n".join(f"    {line}" for line in lines)
    return f'  "{key}": {brackets[0]}\n{inside}\n  {brackets[1]}' if inside else f'  "{key}": {brackets}'


@dataclass(frozen=True)
class Locks:
    """The locks of a registry, by version, oldest first; a version without one is not in it."""

    folder: Path
    root: Path
    by_version: Mapping[str, Lock]

    def display_path(self, *path: str) -> str:
        """What lies below the registry, as messages name it."""
        return Path(os.path.relpath(self.folder.joinpath(*path), self.root)).as_posix()

    def lock_file(self, version: str) -> str:
        """The name of a version's lock in messages."""
        return self.display_path(version, LOCK_FILE)

    @property
    def additions(self) -> tuple[str, ...]:
        """The additions that the digests hold: those that the newest lock names."""
        named = [lock.additions for lock in self.by_version.values() if lock.additions is not None]
        return tuple(named[-1]) if named else ()

    def with_locks(self, by_version: Mapping[str, Lock]) -> Locks:
        return replace(self, by_version=by_version)

    def compact(self) -> Locks:
        """The locks without what only the newest one needs."""
        newest = next(reversed([*self.by_version]), None)
        older = {"additions": None, "contract": None}
        return self.with_locks(
            {id: lock if id == newest else lock.model_copy(update=older) for id, lock in self.by_version.items()}
        )

    @cached_property
    def digests(self) -> Mapping[str, Mapping[str, str]]:
        """The digest of each part at each version."""
        found: dict[str, dict[str, str]] = {}
        current: dict[str, str] = {}
        for version, lock in self.by_version.items():
            merged = {**current, **lock.parts}
            current = {part: digest for part, digest in merged.items() if digest is not None}
            found[version] = current
        return found

    def write(self, before: Locks) -> None:
        """Write the locks that differ from those of `before`, the newest last: what was released is derived from it.

        Killed in between, each version is as it was before or as it is now: what a lock takes from an older one that
        is about to differ is written into it first.
        """
        texts = {version: lock.to_text() for version, lock in before.by_version.items()}
        for locks in (before._make_independent_of(self), self):
            for version, lock in locks.by_version.items():
                text = lock.to_text()
                if texts.get(version) != text:  # the order of keys is part of the text
                    write_text_durably(self.folder / version / LOCK_FILE, text)
                    texts[version] = text

    def _make_independent_of(self, newer: Locks) -> Locks:
        """The same locks, none of which takes anything from an older one that differs in the newer locks."""
        found = dict(self.by_version)
        for version, lock in self.by_version.items():
            was, now = self._inherited_digests(version), newer._inherited_digests(version)
            differing = [part for part in {**was, **now} if was.get(part) != now.get(part)]
            own = {part: self.digests[version].get(part) for part in differing}
            found[version] = lock.model_copy(update={"parts": {**lock.parts, **own}})
        return self.with_locks(found)

    def _inherited_digests(self, version: str) -> Mapping[str, str]:
        """The digests of the version before."""
        ids = list(self.by_version)
        index = ids.index(version)
        return self.digests[ids[index - 1]] if index else {}


def read_locks(folder: Path, root: Path, versions: Sequence[str]) -> Locks:
    """The locks of some versions. Raises RegistryErrors for those that are no locks."""
    found: dict[str, Lock] = {}
    errors: list[RegistryError] = []
    locks = Locks(folder, root, found)
    for version in versions:
        try:
            found[version] = parse_lock((folder / version / LOCK_FILE).read_bytes(), locks.lock_file(version))
        except FileNotFoundError:
            continue
        except OSError as error:
            errors.append(
                RegistryError(Location(locks.lock_file(version)), f"cannot be read: {error.strerror}; {_RESTORE_HINT}")
            )
        except RegistryError as error:
            errors.append(error)
    if errors:
        raise RegistryErrors(errors)
    return locks


_RESTORE_HINT = "take the file back from version control; it is written by the command alone"
_MERGE_CONFLICT = "holds the marks of a merge; take every lock.json from one of both sides, and run: api-upgrades lock"


def parse_lock(data: bytes, file: str) -> Lock:
    """One lock. Raises RegistryError with the place and what to do."""
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
        raise RegistryError(Location(file), f"is no lock: {first['msg']}{at}; {_RESTORE_HINT}") from None


def diff_digests(older: Mapping[str, str], newer: Mapping[str, str]) -> dict[str, str | None]:
    """What a lock says of its parts: the digests that differ from those before, null for parts that went."""
    gone: JsonObject = dict.fromkeys(part for part in older if part not in newer)
    return {part: digest for part, digest in newer.items() if older.get(part) != digest} | dict(gone)
