"""Unpack a preview that anybody may have made: `unpack_preview.py ARCHIVE FOLDER`.

A preview holds `report.md` and the files of `site/`. The script checks every entry before it writes the first one, and
refuses the whole archive for a link, a device, a path that leads out of the folder, a hidden file such as `.git`, or
too many or too large files.
"""

from __future__ import annotations

import re
import shutil
import stat
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gh import fail

MAX_FILES = 20_000
MAX_FILE = 25 * 2**20
MAX_TOTAL = 500 * 2**20

_PART = r"[^./\\:*?\"<>|\x00-\x1f\x7f][^/\\:*?\"<>|\x00-\x1f\x7f]{0,199}"
"""The name of a file or folder that isn't hidden, without the characters that artifacts don't allow."""

_NAME = re.compile(rf"report\.md|site(?:/{_PART})+/?|site/", re.ASCII)


class InvalidPreview(Exception):
    """The reason why an archive is not unpacked."""


def check_entries(entries: Sequence[ZipInfo]) -> None:
    """Refuse what a preview never holds. The sizes are the declared ones, and nothing is read beyond them."""
    if len(entries) > MAX_FILES:
        raise InvalidPreview(f"it has {len(entries):,} files; at most {MAX_FILES:,} are allowed")
    for entry in entries:
        if not _NAME.fullmatch(entry.filename):
            raise InvalidPreview(f"the path {entry.filename[:200]!r} is not allowed")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
            raise InvalidPreview(f"{entry.filename!r} is not a regular file or folder")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise InvalidPreview(f"{entry.filename!r} has an unsupported compression")
        if entry.file_size > MAX_FILE:
            raise InvalidPreview(f"{entry.filename!r} has {entry.file_size:,} bytes; at most {MAX_FILE:,} are allowed")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise InvalidPreview(f"its files have {total:,} bytes; at most {MAX_TOTAL:,} are allowed")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise InvalidPreview("it contains a path twice")
    if not {"report.md", "site/index.html"} <= set(names):
        raise InvalidPreview("report.md or site/index.html is missing")


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of an archive into a folder: their contents, without their owner, mode or date."""
    try:
        with ZipFile(archive) as preview:
            check_entries(preview.infolist())
            for entry in preview.infolist():
                place = folder / entry.filename
                if entry.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with preview.open(entry) as source, place.open("xb") as target:
                    shutil.copyfileobj(source, target)
    # The archive is broken, encrypted, cut off or of a newer format, or a path is a file as well as a folder.
    except (BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError) as error:
        raise InvalidPreview(f"it can't be read: {str(error)!r}") from error


def main(archive: str, folder: str) -> None:
    try:
        unpack(Path(archive), Path(folder))
    except InvalidPreview as error:
        fail(f"the preview is refused: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
