"""Options and parameter types that several commands share."""

from __future__ import annotations

from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from api_upgrades.registry.file_models import Line, Text

rename_option = click.option(
    "--rename", "renames", multiple=True, metavar="OLD=NEW", help="Treat OLD as renamed to NEW (repeatable)."
)
no_renames_option = click.option("--no-renames", is_flag=True, help="Don't detect renames.")


class Prose(click.ParamType[str]):
    """Text that pages show. `form` decides whether it may have several lines."""

    name = "text"

    def __init__(self, form: Any = Text) -> None:
        self._form = form

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            text: str = TypeAdapter(self._form).validate_python(value)
            return text
        except ValidationError:
            line = "a line of text" if self._form is Line else "some text"
            self.fail(f"write {line} here, without control characters", param, ctx)
