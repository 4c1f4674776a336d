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
from api_upgrades.core.files import keep, keep_bytes, write_all
from api_upgrades.registry.json_schema import SCHEMA_FILE, schema_text
from api_upgrades.releases.import_files import Imported
from api_upgrades.releases.lock import LOCK, Locks


def refuse_another(folder: Path) -> None:
    """Raises ApiUpgradesError where there is something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ApiUpgradesError(f"{folder}: is there already; to add versions to it, leave --out away")


def store_new(folder: Path, made: Imported, source: str, document: bytes) -> None:
    """Make a registry, its source in it. Raises ApiUpgradesError where there is one, or nothing can be written."""
    refuse_another(folder)
    with _beside(folder) as unfinished:
        write_all(unfinished, {SCHEMA_FILE: schema_text(), **made.files})
        for version, lock in made.locks.by_version.items():
            keep(unfinished / version / LOCK, lock.text())
        keep_bytes(unfinished / source, document)
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)


def store_onto(folder: Path, made: Imported, locks: Locks, source: Path, document: bytes) -> None:
    """Add versions to a registry that has some locks, and put the newest document in the place of its source."""
    added = [id for id in made.locks.by_version if id not in locks.by_version]
    with _beside(folder) as unfinished:
        write_all(unfinished, made.files)
        for version in added:
            keep(unfinished / version / LOCK, made.locks.by_version[version].text())
        keep_bytes(source, document)
        if not (folder / SCHEMA_FILE).exists():
            keep(folder / SCHEMA_FILE, schema_text())
        for version in added:
            (unfinished / version).rename(folder / version)
    made.locks.write(locks.with_locks({**locks.by_version, **{id: made.locks.by_version[id] for id in added}}))


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder for what is not complete yet, on the same disk. What is left in it in the end goes."""
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
    except OSError as error:
        raise ApiUpgradesError(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
