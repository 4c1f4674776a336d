"""Writes change files as a person would: short effects on one line each, and TODO for the prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from api_upgrades.core.json import Json
from api_upgrades.core.yaml_file import CONTROL_CHARACTER, is_read_as_text
from api_upgrades.effects import Effect

TODO = "TODO"
WIDTH = 120

_BREAK = re.compile("[\n\r\u2028\u2029]")
"""Line breaks of YAML. A text that contains one is written on one line, with escapes."""


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our reader would otherwise read as a number or another type."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = is_read_as_text(text) and not CONTROL_CHARACTER.search(text) and not _BREAK.search(text)
    style = None if is_plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def printable(text: str) -> str:
    """A text in which control characters, which no text of a change file may contain, are replaced."""
    return CONTROL_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)


def untitled_change_text(
    first_line: str, effects: Sequence[Effect], needs_upgrade: bool, date: str | None = None
) -> str:
    """The text of a change file whose prose is TODO. `needs_upgrade` adds the key `upgrade`."""
    keys: dict[str, str] = {"date": date} if date else {}
    keys |= {"title": TODO, "why": TODO} | ({"upgrade": TODO} if needs_upgrade else {})
    lines = [first_line, *(f"# {printable(one.headline())}" for one in effects)]
    lines += [f"{key}: {value}" for key, value in keys.items()]
    return "\n".join([*lines, "effects:", *effect_lines(effects)]) + "\n"


def titled_change_text(first_line: str, title: str, effects: Sequence[Effect], needs_upgrade: bool) -> str:
    """The text of a change file with a title. `why` and `upgrade` are TODO."""
    prose = [f"title: {flow_yaml(title)}", f"why: {TODO}", *([f"upgrade: {TODO}"] if needs_upgrade else [])]
    return "\n".join([first_line, *prose, "effects:", *effect_lines(effects)]) + "\n"


def effect_lines(effects: Iterable[Effect], indent: str = "  ") -> list[str]:
    """The lines of effects, as items of a YAML list."""
    return [line for effect in effects for line in _lines(f"{indent}-", effect.as_data())]


def _lines(start: str, value: Json) -> list[str]:
    """A value on its line if it fits, otherwise each key and each item on its own lines."""
    one = f"{start} {flow_yaml(value)}"
    if len(one) <= WIDTH or not isinstance(value, dict | list) or not value:
        return [one]
    indent = " " * (len(start) - len(start.lstrip()) + 2)
    if isinstance(value, list):
        return [start, *(line for item in value for line in _lines(f"{indent}-", item))]
    inner = [line for key, item in value.items() for line in _lines(f"{indent}{flow_yaml(key)}:", item)]
    return [f"{start} {inner[0].lstrip()}", *inner[1:]] if start.endswith("-") else [start, *inner]


def flow_yaml(value: Json) -> str:
    """A JSON value as YAML on one line."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9
    )
    return text.removesuffix("\n").removesuffix("\n...")
