"""Writing files whole: a reader sees the older one or the newer one, never half of one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from glob import escape
from pathlib import Path

from api_upgrades.core.errors import ApiUpgradesError


def write(path: Path, text: str) -> None:
    """Write one file, its folder included. Raises ApiUpgradesError where that can't be done."""
    _write(path, text, is_kept=False)


def write_bytes(path: Path, data: bytes) -> None:
    """The same for what is no text."""
    _write(path, data, is_kept=False)


def keep(path: Path, text: str) -> None:
    """Write one file that nobody could make again, as `write` does.

    It is on the disk before it takes the place of the older one, and what others left behind who were killed goes.
    """
    _write(path, text, is_kept=True)


def keep_bytes(path: Path, data: bytes) -> None:
    """The same for what is not ours to read."""
    _write(path, data, is_kept=True)


def write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Write files by their names below a folder."""
    for name, text in files.items():
        write(folder / name, text)


class Folder:
    """A folder that is filled with many files."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: set[str] = set()
        self._written: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether a file was written."""
        return name in self._written

    def write(self, name: str, text: str) -> int:
        """Write one file by its name below the folder, and say how many bytes. Raises ApiUpgradesError where that can't
        be done.
        """
        path = os.path.join(self._root, name)
        data = text.encode("utf-8", "xmlcharrefreplace")
        try:
            self._write(path, data)
        except OSError as error:
            raise ApiUpgradesError(f"{path}: cannot be written: {error.strerror}") from None
        self._written.add(name)
        return len(data)

    def _write(self, path: str, data: bytes) -> None:
        folder = os.path.dirname(path)
        if folder not in self._made:
            with suppress(OSError):  # it is there, or what it is in is not
                os.mkdir(folder)
            self._made.add(folder)
        try:
            self._replace(path, data)
        except FileNotFoundError:  # somebody may have taken it away again
            os.makedirs(folder, exist_ok=True)
            self._replace(path, data)

    @staticmethod
    def _replace(path: str, data: bytes) -> None:
        unfinished = f"{path}.{os.getpid()}.tmp"
        try:
            with open(unfinished, "wb", buffering=0) as file:
                view = memoryview(data)
                while view:
                    view = view[file.write(view) :]
            os.replace(unfinished, path)
        except BaseException:  # Ctrl-C and the end of a fork are no Exception, and must leave no half of a file either
            with suppress(OSError):
                os.unlink(unfinished)
            raise


def _write(path: Path, content: str | bytes, *, is_kept: bool) -> None:
    # A hidden name, which nobody takes for a part of the registry if it stays behind.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left_behind in path.parent.glob(f".{escape(path.name)}.*.tmp") if is_kept else ():
            left_behind.unlink()
        with unfinished.open("wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
            if is_kept:
                file.flush()
                os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise ApiUpgradesError(f"{path}: cannot be written: {error.strerror}") from None
