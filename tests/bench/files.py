"""Files that the benchmark makes, and what there is of them."""

from __future__ import annotations

from pathlib import Path


def write(file: Path, text: str) -> None:
    """Write a file, its folder included."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def size(folder: Path) -> int:
    """The bytes of all files of a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
