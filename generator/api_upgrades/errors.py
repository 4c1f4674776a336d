"""Everything that can be wrong with a registry, as errors that say where, what and what to do.

One root, `ApiUpgradesError`. It is caught once, at the edge (`cli.py`, `plugin.py`), which prints `str(error)`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class ApiUpgradesError(Exception):
    """The root of all errors that a user can cause and mend."""


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file, lines and columns counted from 1. Prints as compilers do, `file:line:column`."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class RegistryError(ApiUpgradesError):
    """One fault of a registry, at one place."""

    def __init__(self, location: Location, message: str) -> None:
        super().__init__(f"{location}: {message}")
        self.location = location
        self.message = message


class RegistryErrors(ApiUpgradesError):
    """All faults that one run found, in the order of their places."""

    def __init__(self, errors: Iterable[RegistryError]) -> None:
        self.errors: Sequence[RegistryError] = sorted(
            errors, key=lambda e: (e.location.file, e.location.line or 0, e.location.column or 0, e.message)
        )
        super().__init__("\n".join(str(error) for error in self.errors))


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
