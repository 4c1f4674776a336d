"""Everything that can be wrong with a registry, as errors that say where, what and what to do.

One root, `ApiUpgradesError`. It is caught once, at the edge (`cli.py`, `plugin.py`), which prints `str(error)`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby


class ApiUpgradesError(Exception):
    """The root of all errors that a user can cause and mend."""


class WrongCall(ApiUpgradesError):
    """What is wrong is not the project: the command was asked for what isn't there, or can't be."""


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file, lines and columns counted from 1. Prints as compilers do, `file:line:column`."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class RegistryError(ApiUpgradesError):
    """One fault of a registry, at one place: what is so, and the ways out where others have the same ones."""

    def __init__(self, location: Location, told: str, way_out: str = "") -> None:
        self.location = location
        self.told = told
        self.way_out = way_out
        self.message = f"{told}. {way_out}" if way_out else told
        super().__init__(f"{location}: {self.message}")


def by_place(error: RegistryError) -> tuple[str, int, int, str]:
    """A sort key: the order in which people mend faults."""
    where = error.location
    return where.file, where.line or 0, where.column or 0, error.message


class RegistryErrors(ApiUpgradesError):
    """All faults that one run found, in the order of their places."""

    def __init__(self, errors: Iterable[RegistryError]) -> None:
        self.errors: Sequence[RegistryError] = sorted(errors, key=by_place)
        super().__init__("\n".join(_lines(self.errors)))


def _lines(errors: Iterable[RegistryError]) -> Iterator[str]:
    """A line for each error. The ways out that several in a row have in common stand after the last of them."""
    for way_out, group in groupby(errors, key=lambda error: error.way_out):
        run = list(group)
        if way_out and len(run) > 1:
            yield from (f"{error.location}: {error.told}" for error in run)
            yield way_out
        else:
            yield from map(str, run)


class DoesNotFit(ApiUpgradesError):
    """An effect that cannot be reverted on the contract it was given.

    Raised by effects, which know nothing of files. `field` names the field of the effect that is at fault,
    so that whoever knows the file can point at it; `hint` follows where and when.
    """

    def __init__(self, message: str, field: str | None = None, hint: str = "") -> None:
        super().__init__(message + hint)
        self.message = message
        self.field = field
        self.hint = hint


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`" (did you mean 'expires_at'?)"` where a known name is close to `name`, else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
