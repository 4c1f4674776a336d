"""The option `--format`, and functions that print what a command found in the chosen format."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, get_args

import click

from api_upgrades.compare.rules.severity import Severity
from api_upgrades.core.errors import RegistryError

if TYPE_CHECKING:
    from api_upgrades.core.json import Json
    from api_upgrades.review.terminal import Colorize

Format = Literal["text", "markdown", "json"]

_COLORS = {"breaking": "red", "risky": "yellow", "additive": "green", "neutral": "cyan"}

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Output(Protocol):
    """What a command found, in every format."""

    def as_text(self, colorize: Colorize) -> str:
        """For a terminal, without a newline at the end."""

    def as_markdown(self) -> str:
        """For a comment or a page, with a newline at the end."""

    def as_json(self) -> Json:
        """For a program, as data that JSON can hold."""


def format_option(default: Format = "text") -> Callable[[_Command], _Command]:
    """The option `--format` of a command, as the parameter `format`."""
    return click.option(
        "--format",
        type=click.Choice(get_args(Format)),
        default=default,
        show_default=True,
        help="text for a terminal, markdown for a comment or a coding agent, json for a program.",
    )


def print_output(output: Output, format: Format, *, err: bool = False) -> None:
    """Print what a command found, to stderr if `err`."""
    if format == "json":
        click.echo(json.dumps(output.as_json(), indent=2, ensure_ascii=False), err=err)
    elif format == "markdown":
        click.echo(output.as_markdown(), nl=False, err=err)
    else:
        click.echo(output.as_text(_color), err=err, color=_use_colors())


def print_notes(notes: Iterable[RegistryError]) -> None:
    """Print notes to stderr, one a line. Of many that say the same about different places, print only the first."""
    groups: dict[str, list[RegistryError]] = {}
    for note in notes:
        groups.setdefault(_PLACES.sub("", f"{note.problem} {note.fix}"), []).append(note)
    for group in groups.values():
        shown = group if len(group) <= MAX_SIMILAR_NOTES else group[:1]
        for note in shown:
            more = len(group) - len(shown)
            click.echo(f"note: {note}" + (f" (and {more} more like this)" if more else ""), err=True)


MAX_SIMILAR_NOTES = 3
"""How many notes that differ only in their places are all printed. `--format json` always lists all."""

_PLACES = re.compile(r"^(?:[^:'\"{]*: )+")
"""The places and kinds at the beginning of a note."""


def _color(text: str, severity: Severity) -> str:
    return click.style(text, fg=_COLORS[severity])


def _use_colors() -> bool | None:
    """No colors if `NO_COLOR` is set; None lets click decide by whether the output is a terminal."""
    return False if os.environ.get("NO_COLOR") else None
