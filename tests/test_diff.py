from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.site.text.diff_blocks import MAX_SHOWN_RUN, fold_lines
from api_upgrades.site.text.diff_lines import Line, diff_lines


def shown(text: str) -> str:
    """A diff as a test writes it down: without the margin that its lines share."""
    return text.strip("\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param("a", "a", [" a"], id="same"),
        pytest.param("", "a\nb", ["+a", "+b"], id="all new"),
        pytest.param("a\nb", "", ["-a", "-b"], id="all gone"),
        pytest.param("a\nx\nb", "a\ny\nb", [" a", "-x", "+y", " b"], id="changed"),
        pytest.param("x\ny", "z\nw", ["-x", "-y", "+z", "+w"], id="what went before what came"),
        pytest.param('"a": 1', '"a": 1,\n"b": 2', [' "a": 1,', '+"b": 2'], id="a comma is no change"),
        pytest.param('"a": 1,\n"b": 2', '"a": 1', [' "a": 1', '-"b": 2'], id="the newer comma is shown"),
        pytest.param("a\u2028b", "a\u2028c", ["-a\u2028b", "+a\u2028c"], id="only a newline ends a line"),
        pytest.param("  a", "a", ["-  a", "+a"], id="indentation counts"),
    ],
)
def test_lines(old: str, new: str, expected: list[str]) -> None:
    assert [line.sign + line.text for line in diff_lines(old, new)] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            [{"id": 1}],
            [{"id": 0}, {"id": 1}],
            """
 [
+  {
+    "id": 0
+  },
   {
     "id": 1
   }
 ]
""",
            id="an item added in front is a whole item",
        ),
        pytest.param(
            {"a": {"x": [1]}, "b": {"x": [1]}},
            {"b": {"x": [1]}},
            """
 {
-  "a": {
-    "x": [
-      1
-    ]
-  },
   "b": {
     "x": [
       1
     ]
   }
 }
""",
            id="a property that goes is a whole property",
        ),
        pytest.param(
            {"id": 1, "provider": {"id": 2}, "tags": []},
            {"id": 1, "providers": [{"id": 2}], "tags": []},
            """
 {
   "id": 1,
-  "provider": {
-    "id": 2
-  },
+  "providers": [
+    {
+      "id": 2
+    }
+  ],
   "tags": []
 }
""",
            id="one becomes a list",
        ),
    ],
)
def test_json_reads_well(old: Any, new: Any, expected: str) -> None:
    lines = diff_lines(json.dumps(old, indent=2), json.dumps(new, indent=2))
    assert "\n".join(line.sign + line.text for line in lines) == shown(expected)


LONG = {"id": 1, "a": 2, "b": 3, "c": 4, "d": 5}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            {**LONG, "data": [{"e": {**LONG, "old": 1}}], "z": 1, "y": 2},
            {**LONG, "data": [{"e": {**LONG, "new": 1}}], "z": 1, "y": 2},
            """
 {
… 5
   "data": [
     {
       "e": {
… 4
         "d": 5,
-        "old": 1
+        "new": 1
       }
… 4
 }
""",
            id="the way to a change stays",
        ),
        pytest.param(
            {"a": 1, "b": 2, "c": 3, "d": 4, "old": 5},
            {"a": 1, "b": 2, "c": 3, "d": 4, "new": 5},
            """
 {
… 3
   "d": 4,
-  "old": 5
+  "new": 5
 }
""",
            id="three lines are folded",
        ),
        pytest.param(
            {"a": 1, "b": 2, "c": 3, "old": 5},
            {"a": 1, "b": 2, "c": 3, "new": 5},
            """
 {
   "a": 1,
   "b": 2,
   "c": 3,
-  "old": 5
+  "new": 5
 }
""",
            id="two are not",
        ),
        pytest.param(LONG, LONG, shown(" " + json.dumps(LONG, indent=2).replace("\n", "\n ")), id="nothing changed"),
    ],
)
def test_fold(old: Any, new: Any, expected: str) -> None:
    blocks = fold_lines(diff_lines(json.dumps(old, indent=2), json.dumps(new, indent=2)))
    found = [
        [f"… {len(block.lines)}"] if block.is_folded else [line.sign + line.text for line in block.lines]
        for block in blocks
    ]
    assert "\n".join(line for lines in found for line in lines) == shown(expected)


def test_fold_keeps_the_first_line_of_a_call() -> None:
    old = 'POST /things HTTP/1.1\nHost: example.com\nAuthorization: x\nVersion: 1\nAccept: y\n\n{\n  "a": 1\n}'
    blocks = fold_lines(diff_lines(old, old.replace('"a"', '"b"')))
    assert [(block.is_folded, block.lines[0].text) for block in blocks] == [
        (False, "POST /things HTTP/1.1"),
        (True, "Host: example.com"),
        (False, "{"),
    ]


def test_context_is_as_wide_as_asked() -> None:
    blocks = fold_lines(diff_lines("\n".join("abcdefgx"), "\n".join("abcdefgy")), context=3)
    assert [[line.text for line in block.lines] for block in blocks] == [["a"], list("bcd"), list("efgxy")]
    assert fold_lines([]) == []


# Few different lines, so that many are the same, and braces, so that there is something to balance.
lines = st.lists(st.sampled_from(["{", "}", "},", "  [", "  ]", "  a", "  a,", "    b", "    b,", ""]), max_size=30)


@given(old=lines, new=lines)
def test_both_texts_can_be_read_from_a_diff(old: list[str], new: list[str]) -> None:
    found = diff_lines("\n".join(old), "\n".join(new))
    without_comma = [line.text.removesuffix(",") for line in found if line.sign != "+"]
    assert "\n".join(without_comma) == "\n".join(line.removesuffix(",") for line in old)
    assert "\n".join(line.text for line in found if line.sign != "-") == "\n".join(new)


@given(old=lines, new=lines)
def test_what_went_comes_before_what_came(old: list[str], new: list[str]) -> None:
    signs = "".join(line.sign for line in diff_lines("\n".join(old), "\n".join(new)))
    assert "+-" not in signs


@given(old=lines, new=lines, context=st.integers(0, 3))
def test_fold_loses_nothing_and_hides_no_change(old: list[str], new: list[str], context: int) -> None:
    found = diff_lines("\n".join(old), "\n".join(new))
    blocks = fold_lines(found, context)
    assert [line for block in blocks for line in block.lines] == found
    for block in blocks:
        assert block.lines
        if block.is_folded:
            assert len(block.lines) >= 3
            signs = {line.sign for line in block.lines}
            assert signs == {" "} or (len(signs) == 1 and len(found) > MAX_SHOWN_RUN)


@pytest.mark.parametrize("alphabet", ["{}[],", "ab", [str(n) for n in range(5000)]], ids=["braces", "two", "many"])
def test_cost_is_bounded(alphabet: list[str]) -> None:
    chance = random.Random(5)
    old, new = ("\n".join(chance.choices(alphabet, k=5000)) for _ in range(2))
    started = time.process_time()
    found = diff_lines(old, new)
    fold_lines(found)
    assert time.process_time() - started < 5
    assert diff_lines(old, new) == found


def test_nested_anchors_need_no_deep_recursion() -> None:
    old, new = ["u0"], ["u0"]
    for number in range(1, 1500):
        last = f"u{number - 1}"
        old, new = [*old, f"u{number}", last, "x"], [*new, f"u{number}", "y", last]
    assert Line(" ", "u0") in diff_lines("\n".join(old), "\n".join(new))
