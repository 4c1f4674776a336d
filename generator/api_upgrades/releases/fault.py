"""The results of `check`: faults, which make it fail, and notes, which don't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.core.json import Json

FaultKind = Literal[
    "misfit", "undocumented", "altered", "unlocked", "inconsistent", "unsound", "internal", "addition", "prose"
]


class Fault(RegistryError):
    """One thing that must be fixed. `versions` are the released versions that it affects, if any."""

    def __init__(
        self, kind: FaultKind, location: Location, problem: str, versions: tuple[str, ...] = (), fix: str = ""
    ) -> None:
        super().__init__(location, problem, fix)
        self.kind = kind
        self.versions = versions

    def as_json(self) -> dict[str, Json]:
        return {"kind": self.kind, **_message_as_json(self), "versions": list(self.versions)}


@dataclass(frozen=True)
class CheckResult:
    """The faults and notes that a check found. Notes are worth a look, but nothing is wrong."""

    faults: tuple[Fault, ...]
    notes: tuple[RegistryError, ...]

    def as_json(self) -> dict[str, Json]:
        return {
            "faults": [fault.as_json() for fault in self.faults],
            "notes": [_message_as_json(note) for note in self.notes],
        }


def _message_as_json(error: RegistryError) -> dict[str, Json]:
    where = error.location
    return {"file": where.file, "line": where.line, "column": where.column, "message": error.message}
