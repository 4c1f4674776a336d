"""Unpack a preview that anybody may have made: `unpack_preview.py ARCHIVE FOLDER`.

It holds `report.md` and the files of `site/`, or it is refused as a whole: every entry is judged before the first is
written. Refused are links, devices, names that lead elsewhere, hidden files (`.git` among them), and too much of
anything.
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
"""A file or folder that isn't hidden. The characters left out are those that no artifact may have."""

_NAME = re.compile(rf"report\.md|site(?:/{_PART})+/?|site/", re.ASCII)


class Refused(Exception):
    """An archive that is not unpacked."""


def judge(entries: Sequence[ZipInfo]) -> None:
    """Refuse what a preview has no reason to hold. Sizes are those declared; nothing is read beyond them."""
    if len(entries) > MAX_FILES:
        raise Refused(f"{len(entries):,} files; {MAX_FILES:,} are allowed")
    for entry in entries:
        if not _NAME.fullmatch(entry.filename):
            raise Refused(f"the name {entry.filename[:200]!r}")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
            raise Refused(f"{entry.filename!r}, which is no plain file")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused(f"{entry.filename!r}, compressed in an unusual way")
        if entry.file_size > MAX_FILE:
            raise Refused(f"{entry.filename!r} with {entry.file_size:,} bytes; {MAX_FILE:,} are allowed")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise Refused(f"{total:,} bytes; {MAX_TOTAL:,} are allowed")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Refused("one name twice")
    if not {"report.md", "site/index.html"} <= set(names):
        raise Refused("no report.md or no site/index.html")


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of an archive into a folder, contents only: no owner, mode or date of theirs."""
    try:
        with ZipFile(archive) as preview:
            judge(preview.infolist())
            for entry in preview.infolist():
                place = folder / entry.filename
                if entry.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with preview.open(entry) as source, place.open("xb") as target:
                    shutil.copyfileobj(source, target)
    # Broken, encrypted, of a newer format, cut off, or one name a file here and a folder there.
    except (BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, OSError) as error:
        raise Refused(f"it can't be read: {str(error)!r}") from error


def main(archive: str, folder: str) -> None:
    try:
        unpack(Path(archive), Path(folder))
    except Refused as refused:
        fail(f"the preview is refused: {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
