"""Keeps failing pairs of documents, each in a folder with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.equality.judge import Document


@dataclass(frozen=True)
class Pair:
    """Two documents for which a law doesn't hold, and what happens instead."""

    name: str
    old: Document
    new: Document
    fault: str


def keep(folder: Path, pairs: Sequence[Pair]) -> int:
    """Write each pair to a folder of its own. Returns how many there are."""
    for pair in pairs:
        place = folder / re.sub(r"[^A-Za-z0-9.]+", "-", pair.name)
        place.mkdir(parents=True, exist_ok=True)
        (place / "fault.txt").write_text(pair.fault + "\n", encoding="utf-8")
        for name, document in (("old", pair.old), ("new", pair.new)):
            text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
            (place / f"{name}.yaml").write_text(text, encoding="utf-8")
    return len(pairs)
