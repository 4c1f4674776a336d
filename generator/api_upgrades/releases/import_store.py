"""Writes an imported registry to disk, so that an interrupted import leaves the previous state.

New files are first written to a staging folder beside the registry; a rename then moves them into place. When versions
are added, their folders are renamed last. Until then the registry is unchanged, except that its source may already be
the newest document; running the same import again completes it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.files import write_bytes_durably, write_files, write_text_durably
from api_upgrades.registry.json_schema import render_change_schema
from api_upgrades.registry.layout import SCHEMA_FILE
from api_upgrades.releases.import_files import ImportResult
from api_upgrades.releases.lock import LOCK_FILE, Locks


def require_empty_folder(folder: Path) -> None:
    """Raise ApiUpgradesError if something other than an empty folder exists at `folder`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = "already exists; to add versions to it, run the command there without --out"
        raise ApiUpgradesError(f"{folder}: {message}")


def create_registry(folder: Path, result: ImportResult, source: str, document: bytes) -> None:
    """Create a registry in `folder`, with the newest document as its source, at the path `source` below it.

    Raises ApiUpgradesError if `folder` isn't empty or can't be written.
    """
    require_empty_folder(folder)
    with _staging_folder(folder) as staging:
        write_files(staging, {SCHEMA_FILE: render_change_schema(), **result.files})
        for version, lock in result.locks.by_version.items():
            write_text_durably(staging / version / LOCK_FILE, lock.to_text())
        write_bytes_durably(staging / source, document)
        if folder.exists():
            folder.rmdir()
        staging.rename(folder)


def extend_registry(folder: Path, result: ImportResult, locks: Locks, source: Path, document: bytes) -> None:
    """Add versions to a registry, and replace its source with the newest document. `locks` are its locks so far."""
    added = [id for id in result.locks.by_version if id not in locks.by_version]
    with _staging_folder(folder) as staging:
        write_files(staging, result.files)
        for version in added:
            write_text_durably(staging / version / LOCK_FILE, result.locks.by_version[version].to_text())
        write_bytes_durably(source, document)
        if not (folder / SCHEMA_FILE).exists():
            write_text_durably(folder / SCHEMA_FILE, render_change_schema())
        for version in added:
            (staging / version).rename(folder / version)
    result.locks.write(locks.with_locks({**locks.by_version, **{id: result.locks.by_version[id] for id in added}}))


@contextmanager
def _staging_folder(folder: Path) -> Iterator[Path]:
    """Provide a folder on the same disk for staging files. What is left in it at the end is deleted."""
    staging = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        staging.mkdir(parents=True)
        yield staging
    except OSError as error:
        raise ApiUpgradesError(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
