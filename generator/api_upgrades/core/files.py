"""Atomic file writes: a reader sees the old content or the new content, never a part of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from glob import escape
from pathlib import Path

from api_upgrades.core.errors import ApiUpgradesError


def write_text(path: Path, text: str) -> None:
    """Write a text file and create its folder. Raises ApiUpgradesError if that fails."""
    _write(path, text, is_durable=False)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a binary file and create its folder. Raises ApiUpgradesError if that fails."""
    _write(path, data, is_durable=False)


def write_text_durably(path: Path, text: str) -> None:
    """Write a text file that cannot be generated again, such as a lock. Raises ApiUpgradesError if that fails.

    The new content is flushed to disk before it replaces the old file. Temporary files of killed processes are deleted.
    """
    _write(path, text, is_durable=True)


def write_bytes_durably(path: Path, data: bytes) -> None:
    """Write a binary file as `write_text_durably` does."""
    _write(path, data, is_durable=True)


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write text files, given by their paths below a folder."""
    for name, text in files.items():
        write_text(folder / name, text)


class OutputFolder:
    """Writes many generated files into one folder. Needs few system calls for each of them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._created_folders: set[str] = set()
        self._written: set[str] = set()

    def has_written(self, name: str) -> bool:
        """Whether this object has written the file `name`."""
        return name in self._written

    def write(self, name: str, text: str) -> int:
        """Write one file, given by its path below the folder, and return its size in bytes.

        Raises ApiUpgradesError if that fails.
        """
        path = os.path.join(self._root, name)
        data = text.encode("utf-8", "xmlcharrefreplace")  # UTF-8 cannot encode a lone surrogate
        try:
            self._write(path, data)
        except OSError as error:
            raise ApiUpgradesError(f"{path}: cannot be written: {error.strerror}") from None
        self._written.add(name)
        return len(data)

    def _write(self, path: str, data: bytes) -> None:
        folder = os.path.dirname(path)
        if folder not in self._created_folders:
            with suppress(OSError):  # it exists already, or its parent is missing, which is handled below
                os.mkdir(folder)
            self._created_folders.add(folder)
        try:
            self._replace(path, data)
        except FileNotFoundError:  # a parent folder is missing, or somebody deleted the folder meanwhile
            os.makedirs(folder, exist_ok=True)
            self._replace(path, data)

    @staticmethod
    def _replace(path: str, data: bytes) -> None:
        temporary = f"{path}.{os.getpid()}.tmp"
        try:
            with open(temporary, "wb", buffering=0) as file:
                view = memoryview(data)
                while view:
                    view = view[file.write(view) :]
            os.replace(temporary, path)
        except BaseException:  # also on Ctrl-C and when a worker exits, which aren't subclasses of Exception
            with suppress(OSError):
                os.unlink(temporary)
            raise


def _write(path: Path, content: str | bytes, *, is_durable: bool) -> None:
    # The name starts with a dot, so that a file left behind by a killed process is not read as a part of the registry.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for leftover in path.parent.glob(f".{escape(path.name)}.*.tmp") if is_durable else ():
            leftover.unlink()
        with temporary.open("wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise ApiUpgradesError(f"{path}: cannot be written: {error.strerror}") from None
