"""The text of a drafted change: whatever the effects say, the reader reads the same again."""

from __future__ import annotations

import json
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from api_upgrades.core.json import Json
from api_upgrades.core.yaml_file import CONTROL_CHARACTER, parse
from api_upgrades.draft import yaml_text
from api_upgrades.draft.yaml_text import WIDTH, effect_lines, flow_yaml, untitled_change_text
from api_upgrades.effects import KINDS, Effect
from tests.profiles import up_to

LIKE_SOMETHING_ELSE = [
    "",
    "no",
    "on",
    "null",
    "~",
    "true",
    "1",
    "-1.5",
    "1e9",
    "0x1f",
    "0o7",
    "12:30",
    "2024-01-31",
    "1_000",
]
LIKE_SOMETHING_ELSE += [
    " a",
    "a ",
    "a: b",
    "a #b",
    "- a",
    "? a",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a`",
    "'",
    '"',
    "\\",
    "<<",
]
LIKE_SOMETHING_ELSE += [
    "a\nb",
    "\t",
    "\r\n",
    "\x85",
    "\u2028",
    "\ufeff",
    "é",
    "日本",
    "😀",
    ".inf",
    ".nan",
    "=",
    "---",
    "...",
]
LIKE_SOMETHING_ELSE += ["{a}", "[a]", "a, b", "word " * 40, "x" * 130, '"' * 40]
TEXTS = st.sampled_from(LIKE_SOMETHING_ELSE) | st.text(max_size=30)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def replaced(value: Json) -> Effect:
    return KINDS["replace"].model_validate({"kind": "replace", "target": "document", "pointer": "/x", "was": value})


@settings(max_examples=up_to(300))
@given(JSON)
@example({"a": 1e16, "b": 1.0, "c": -0.0, "d": 10**30})
def test_what_is_written_is_read(value: Json) -> None:
    effect = replaced(value)
    text = untitled_change_text("# first", [effect], True)
    found = parse(text.encode(), "a.yaml").data
    assert found["title"] == found["why"] == found["upgrade"] == "TODO"
    (read,) = found["effects"]
    assert json.dumps(read) == json.dumps(effect.as_data())  # the order of keys, and 1 is neither 1.0 nor true


@given(TEXTS)
def test_a_text_on_one_line_is_read(value: str) -> None:
    assert "\n" not in flow_yaml(value)
    assert parse(f"a: {flow_yaml(value)}\n".encode(), "a.yaml").data == {"a": value}


@settings(max_examples=up_to(300))
@given(JSON)
def test_lines_are_short_where_they_can_be(value: Json) -> None:
    """Longer than the width is but what is one in_flow, one short key with its in_flow, or deep inside."""
    for line in effect_lines([replaced(value)]):
        indent = len(line) - len(line.lstrip())
        is_one = line.lstrip().count(": ") <= 1 or not line.endswith(("}", "]"))
        assert len(line) <= WIDTH or is_one or indent > WIDTH // 2
        assert not CONTROL_CHARACTER.search(line)


KEYS = TEXTS | st.integers(90, 140).map("k".__mul__)


@settings(max_examples=up_to(500))
@given(
    st.recursive(TEXTS | NUMBERS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
)
@example({"": 1})
@example({"k" * 126: 1, "k" * 130: "é"})
@example(["a\U0001f600"])
def test_libyaml_writes_the_same_text(value: Json) -> None:
    with patch.object(yaml_text, "_FAST_DUMPER", yaml_text._SLOW_DUMPER):
        slow = flow_yaml(value)
    assert flow_yaml(value) == slow
