"""A command-line option that holds text for pages."""

from __future__ import annotations

from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from api_upgrades.registry.file_models import Line, Text


class Prose(click.ParamType[str]):
    """A text that pages show, of one line or of any number."""

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
