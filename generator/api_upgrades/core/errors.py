"""The errors that a user can cause. Each says where the problem is, what it is, and how to fix it.

All of them derive from `ApiUpgradesError`, which the command and the MkDocs plugin catch to print `str(error)`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby


class ApiUpgradesError(Exception):
    """Base class of all errors that a user can cause and fix."""


class UsageError(ApiUpgradesError):
    """The arguments of a command are wrong; the project itself is fine."""


@dataclass(frozen=True, order=True)
class Location:
    """A file, line and column, the latter two counted from 1. Prints as compilers do: `file:line:column`."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class RegistryError(ApiUpgradesError):
    """One problem of a registry at one location.

    `fix` is a sentence about how to fix it. Consecutive errors with the same `fix` print it once.
    """

    def __init__(self, location: Location, problem: str, fix: str = "") -> None:
        self.location = location
        self.problem = problem
        self.fix = fix
        self.message = f"{problem}. {fix}" if fix else problem
        super().__init__(f"{location}: {self.message}")


def location_key(error: RegistryError) -> tuple[str, int, int, str]:
    """Key to sort errors by file, line and column, the order in which people fix them."""
    where = error.location
    return where.file, where.line or 0, where.column or 0, error.message


class RegistryErrors(ApiUpgradesError):
    """All errors that one run found, sorted by location."""

    def __init__(self, errors: Iterable[RegistryError]) -> None:
        self.errors: Sequence[RegistryError] = sorted(errors, key=location_key)
        super().__init__("\n".join(_format_lines(self.errors)))


def _format_lines(errors: Iterable[RegistryError]) -> Iterator[str]:
    """One line for each error. A fix that several consecutive errors share follows the last of them."""
    for fix, group in groupby(errors, key=lambda error: error.fix):
        run = list(group)
        if fix and len(run) > 1:
            yield from (f"{error.location}: {error.problem}" for error in run)
            yield fix
        else:
            yield from map(str, run)


class ContractMismatch(ApiUpgradesError):
    """A target or an effect does not match the contract that it is applied to.

    Effects and targets don't know in which file they are written. `field` is the name of the effect's wrong field, so
    that the caller can point at its line. The caller adds the version between `message` and `hint`. Many mismatches
    are only asked for and never printed, so a hint that takes a search may be given as a function.
    """

    def __init__(self, message: str, field: str | None = None, hint: str | Callable[[], str] = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self._hint = hint

    @cached_property
    def hint(self) -> str:
        return self._hint if isinstance(self._hint, str) else self._hint()

    def __str__(self) -> str:
        return self.message + self.hint


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """`" (did you mean 'expires_at'?)"` if a candidate is similar to `name`, else an empty string."""
    close = difflib.get_close_matches(name, list(candidates), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
