"""An imported registry on the disk: whole, or as it was before.

What is made lies beside the registry until it is complete, and takes its place by one rename. A version that is added
comes last of all; until then the registry is what it was, but for a document that is newer, and the same import again
goes on from there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.files import write_bytes_durably, write_files, write_text_durably
from api_upgrades.registry.json_schema import SCHEMA_FILE, schema_text
from api_upgrades.releases.import_files import ImportResult
from api_upgrades.releases.lock import LOCK_FILE, Locks


def require_empty_folder(folder: Path) -> None:
    """Raises ApiUpgradesError where there is something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ApiUpgradesError(f"{folder}: is there already; to add versions to it, leave --out away")


def create_registry(folder: Path, result: ImportResult, source: str, document: bytes) -> None:
    """Make a registry, its source in it. Raises ApiUpgradesError where there is one, or nothing can be written."""
    require_empty_folder(folder)
    with _staging_folder(folder) as unfinished:
        write_files(unfinished, {SCHEMA_FILE: schema_text(), **result.files})
        for version, lock in result.locks.by_version.items():
            write_text_durably(unfinished / version / LOCK_FILE, lock.to_text())
        write_bytes_durably(unfinished / source, document)
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)


def extend_registry(folder: Path, result: ImportResult, locks: Locks, source: Path, document: bytes) -> None:
    """Add versions to a registry that has some locks, and put the newest document in the place of its source."""
    added = [id for id in result.locks.by_version if id not in locks.by_version]
    with _staging_folder(folder) as unfinished:
        write_files(unfinished, result.files)
        for version in added:
            write_text_durably(unfinished / version / LOCK_FILE, result.locks.by_version[version].to_text())
        write_bytes_durably(source, document)
        if not (folder / SCHEMA_FILE).exists():
            write_text_durably(folder / SCHEMA_FILE, schema_text())
        for version in added:
            (unfinished / version).rename(folder / version)
    result.locks.write(locks.with_locks({**locks.by_version, **{id: result.locks.by_version[id] for id in added}}))


@contextmanager
def _staging_folder(folder: Path) -> Iterator[Path]:
    """A folder for what is not complete yet, on the same disk. What is left in it in the end goes."""
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
    except OSError as error:
        raise ApiUpgradesError(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
