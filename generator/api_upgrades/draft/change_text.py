"""A change file's text, as a person would write it: short effects on one line each, prose to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from api_upgrades.contract import Json
from api_upgrades.effects import Effect
from api_upgrades.yaml_file import is_text

TODO = "TODO"
WIDTH = 120


class _Dumper(yaml.SafeDumper):
    """Writes what our reader reads: all that it would take for a number or the like is in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if is_text(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def change_text(first_line: str, effects: Sequence[Effect], asks: bool, date: str | None = None) -> str:
    """A change whose prose is left to be written. `asks` says whether callers have to do something."""
    keys: dict[str, str] = {"date": date} if date else {}
    keys |= {"title": TODO, "why": TODO} | ({"upgrade": TODO} if asks else {})
    lines = [first_line, *(f"# {one.headline()}" for one in effects)]
    lines += [f"{key}: {value}" for key, value in keys.items()]
    return "\n".join([*lines, "effects:", *effect_lines(effects)]) + "\n"


def effect_lines(effects: Iterable[Effect], indent: str = "  ") -> list[str]:
    """The lines of some effects, as items of a list."""
    found: list[str] = []
    for effect in effects:
        data = effect.as_data()
        line = f"{indent}- {_flow(data)}"
        found += [line] if len(line) <= WIDTH else _block(data, indent)
    return found


def scalar(text: str) -> str:
    """A text as the value of a key, on one line."""
    return _flow(text)


def _flow(value: Json) -> str:
    """Some JSON on one line."""
    return re.sub(r"\n\.\.\.$", "", _dumped(value, True).rstrip("\n")).strip()


def _dumped(value: Json, is_flow: bool) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=is_flow, sort_keys=False, allow_unicode=True, width=10**9
    )
    return text


def _block(data: Mapping[str, Json], indent: str) -> list[str]:
    """An effect too long for a line: a line for each of its keys, and as many as they take for long values."""
    lines: list[str] = []
    for key, value in data.items():
        start = f"{indent}{'  ' if lines else '- '}{key}:"
        one = f"{start} {_flow(value)}"
        if len(one) <= WIDTH or not isinstance(value, dict | list) or not value:
            lines.append(one)
            continue
        lines += [start, *(f"{indent}    {line}" if line else line for line in _dumped(value, False).splitlines())]
    return lines
