"""A change file's text, as a person would write it: short effects on one line each, prose to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from api_upgrades.core.json import Json
from api_upgrades.core.yaml_file import CONTROL, is_text
from api_upgrades.effects import Effect

TODO = "TODO"
WIDTH = 120

_BREAK = re.compile("[\n\r\u2028\u2029]")
"""What ends a line of YAML. A text that holds one is written on one line, with escapes."""


class _Dumper(yaml.SafeDumper):
    """Writes what our reader reads: all that it would take for a number or the like is in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = is_text(text) and not CONTROL.search(text) and not _BREAK.search(text)
    style = None if is_plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def change_text(first_line: str, effects: Sequence[Effect], asks: bool, date: str | None = None) -> str:
    """A change whose prose is left to be written. `asks` says whether callers have to do something."""
    keys: dict[str, str] = {"date": date} if date else {}
    keys |= {"title": TODO, "why": TODO} | ({"upgrade": TODO} if asks else {})
    lines = [first_line, *(f"# {one.headline()}" for one in effects)]
    lines += [f"{key}: {value}" for key, value in keys.items()]
    return "\n".join([*lines, "effects:", *effect_lines(effects)]) + "\n"


def titled_text(first_line: str, title: str, effects: Sequence[Effect], asks: bool) -> str:
    """A change of which only what happened is known, and not why."""
    prose = [f"title: {in_flow(title)}", f"why: {TODO}", *([f"upgrade: {TODO}"] if asks else [])]
    return "\n".join([first_line, *prose, "effects:", *effect_lines(effects)]) + "\n"


def effect_lines(effects: Iterable[Effect], indent: str = "  ") -> list[str]:
    """The lines of some effects, as items of a list."""
    return [line for effect in effects for line in _lines(f"{indent}-", effect.as_data())]


def _lines(start: str, value: Json) -> list[str]:
    """A value after the start of its line: there, if it fits, else each key and each item on lines of its own."""
    one = f"{start} {in_flow(value)}"
    if len(one) <= WIDTH or not isinstance(value, dict | list) or not value:
        return [one]
    indent = " " * (len(start) - len(start.lstrip()) + 2)
    if isinstance(value, list):
        return [start, *(line for item in value for line in _lines(f"{indent}-", item))]
    inner = [line for key, item in value.items() for line in _lines(f"{indent}{in_flow(key)}:", item)]
    return [f"{start} {inner[0].lstrip()}", *inner[1:]] if start.endswith("-") else [start, *inner]


def in_flow(value: Json) -> str:
    """Some JSON on one line."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9
    )
    return text.removesuffix("\n").removesuffix("\n...")
