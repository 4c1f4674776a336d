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


def _is_same_by_libyaml(value: Json) -> bool:
    """Whether libyaml writes a value like PyYAML: it escapes characters beyond U+FFFF, and treats empty and long keys
    in another way.
    """
    if isinstance(value, str):
        return value.isascii() or max(value) <= "\uffff"
    if isinstance(value, list):
        return all(map(_is_same_by_libyaml, value))
    if isinstance(value, dict):
        has_usual_keys = all(0 < len(key) <= _MAX_USUAL_KEY and _is_same_by_libyaml(key) for key in value)
        return has_usual_keys and all(map(_is_same_by_libyaml, value.values()))
    return True


_MAX_USUAL_KEY = 100


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = is_read_as_text(text) and not CONTROL_CHARACTER.search(text) and not _BREAK.search(text)
    style = None if is_plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _dumper(base: Any) -> Any:
    """A dumper that quotes every text that our reader would otherwise read as a number or another type."""

    class Dumper(base):  # type: ignore[misc]  # the base is known only at run time
        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.add_representer(str, _represent_text)
    return Dumper


_SLOW_DUMPER = _dumper(yaml.SafeDumper)
_FAST_DUMPER = _dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper))
"""By libyaml, where PyYAML has it. It is many times faster."""


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
    dumper = _FAST_DUMPER if _is_same_by_libyaml(value) else _SLOW_DUMPER
    text: str = yaml.dump(
        value, Dumper=dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9
    )
    return text.removesuffix("\n").removesuffix("\n...")
