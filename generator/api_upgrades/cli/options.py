"""Options and parameter types that several commands share."""

from __future__ import annotations

import click

rename_option = click.option(
    "--rename", "renames", multiple=True, metavar="OLD=NEW", help="Treat OLD as renamed to NEW (repeatable)."
)
no_renames_option = click.option("--no-renames", is_flag=True, help="Don't detect renames.")


SOURCE_DESCRIPTION = "today's API: an OpenAPI document, an object such as 'myservice.main:app', or a package of models"


class Prose(click.ParamType[str]):
    """Text that pages show."""

    name = "text"

    def __init__(self, *, one_line: bool = False) -> None:
        self._one_line = one_line

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from pydantic import TypeAdapter, ValidationError

        from api_upgrades.registry.file_models import Line, Text

        form: TypeAdapter[str] = TypeAdapter(Line if self._one_line else Text)
        try:
            return form.validate_python(value)
        except ValidationError:
            line = "a line of text" if self._one_line else "some text"
            self.fail(f"write {line} here, without control characters", param, ctx)
