"""Reads the two sides of `api-upgrades diff`, and finds the renames between them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from api_upgrades.core.errors import ApiUpgradesError, UsageError, did_you_mean
from api_upgrades.core.progress import stage
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import Project
from api_upgrades.releases.public import restrict_to_public
from api_upgrades.review.contract_diff import Comparison, RenameDetection, Side, detect_renames, renames_from_history
from api_upgrades.sources.openapi_file import read_document
from api_upgrades.sources.source_map import DOCUMENT_SUFFIXES


class SideReader:
    """Reads the two sides of a comparison. It loads the project only if a side is one of its versions."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def history(self) -> History:
        """The public history: `diff` compares the same versions that `export` prints."""
        return restrict_to_public(self._project.load())

    def read(self, name: str) -> Side:
        """The contract of a version or of a document."""
        if self.is_file(name):
            with stage(f"Reading {name}"):
                return Side(name, Contract.from_openapi(read_document(Path(name)).document))
        version = self.history.latest.id if name == "latest" else name
        known = self.history.contracts
        if version not in known:
            hint = did_you_mean(version, known)
            suffixes = f"{', '.join(DOCUMENT_SUFFIXES[:-1])} or {DOCUMENT_SUFFIXES[-1]}"
            raise ApiUpgradesError(
                f"there is no version {version!r}{hint}; the versions are {', '.join(known)}. To compare a file, give "
                f"a name that ends in {suffixes}, or that contains a path separator"
            )
        return Side(version, known[version])

    @staticmethod
    def is_file(name: str) -> bool:
        separators = (os.sep, os.altsep or os.sep, "/")
        return name.lower().endswith(DOCUMENT_SUFFIXES) or any(one in name for one in separators)


def find_renames(
    sides: SideReader, comparison: Comparison, renames: tuple[str, ...], no_renames: bool
) -> RenameDetection:
    """The renames between two sides: from change files, from the options, or detected."""
    was, now = comparison.old, comparison.new
    if not sides.is_file(was.name) and not sides.is_file(now.name):
        if renames or no_renames:
            raise UsageError(
                "renames between two versions come from their change files; omit --rename and --no-renames"
            )
        return renames_from_history(sides.history, was.name, now.name)
    with stage("Detecting renames"):
        return detect_renames(comparison, renames, not no_renames)


def advise_on_renames(detection: RenameDetection) -> Iterator[str]:
    """What to do about places that may have been renamed to one of several names."""
    if detection.ambiguous:
        count = len(detection.ambiguous)
        places = "1 place" if count == 1 else f"{count} places"
        question = detection.ambiguous[0]
        yield f"{places} may have been renamed to one of several names: {question} Answer with --rename OLD=NEW."
