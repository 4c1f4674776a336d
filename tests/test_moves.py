"""What a diff says about lines that moved, and about the words that changed within a line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.site.text.diff_lines import Line, diff_lines
from api_upgrades.site.text.moves import SIDE_OF, mark_moves
from api_upgrades.site.text.word_marks import MAX_MARKS, mark_changed_words

PERSON = {"id": 1, "name": {"first": "Ada", "last": "Lovelace"}, "tags": ["x"]}


def diff(old: Any, new: Any) -> str:
    marked = mark_moves(diff_lines(json.dumps(old, indent=2), json.dumps(new, indent=2)))
    return "\n".join(line.sign + line.text for line in marked)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            {"a": 1, "owner": PERSON, "z": 2},
            {"a": 1, "owners": [PERSON], "z": 2},
            """\
 {
   "a": 1,
-  "owner": {
+  "owners": [
+    {
=      "id": 1,
=      "name": {
=        "first": "Ada",
=        "last": "Lovelace"
=      },
=      "tags": [
=        "x"
=      ]
=    }
+  ],
   "z": 2
 }""",
            id="one became a list",
        ),
        pytest.param(
            {"item": {"id": 1, "note": None}, "url": "http://a"},
            {"item": {"id": 1, "url": "http://a", "note": None}},
            """\
 {
   "item": {
     "id": 1,
>    "url": "http://a",
     "note": null
   }
<  "url": "http://a"
 }""",
            id="a property moved into an object",
        ),
        pytest.param(
            {"a": 1, "b": 2},
            {"data": {"a": 1, "b": 2}},
            """\
 {
+  "data": {
=    "a": 1,
=    "b": 2
+  }
 }""",
            id="an envelope came around it",
        ),
        pytest.param(
            {"a": [1], "b": {"c": []}},
            {"a": {"x": 1}, "b": {"c": []}},
            """\
 {
-  "a": [
-    1
-  ],
+  "a": {
+    "x": 1
+  },
   "b": {
     "c": []
   }
 }""",
            id="brackets alone did not move",
        ),
    ],
)
def test_what_moved(old: Any, new: Any, expected: str) -> None:
    assert diff(old, new) == expected


def test_an_object_with_another_content_did_not_move() -> None:
    assert not {"<", ">"} & {line[0] for line in diff({"x": {"a": {"id": 1}}}, {"y": {"a": {"id": 2}}}).split("\n")}


values: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([1, "x", None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
)


@given(old=values, new=values)
def test_both_texts_can_still_be_read(old: Any, new: Any) -> None:
    found = mark_moves(diff_lines(json.dumps(old, indent=2), json.dumps(new, indent=2)))
    for value, other in ((old, "+"), (new, "-")):
        text = "\n".join(line.text.strip().rstrip(",") for line in found if SIDE_OF.get(line.sign) != other)
        assert text == "\n".join(line.strip().rstrip(",") for line in json.dumps(value, indent=2).split("\n"))


@given(value=values)
def test_an_envelope_changes_nothing_inside(value: Any) -> None:
    lines = mark_moves(diff_lines(json.dumps({"p": value}, indent=2), json.dumps({"data": {"p": value}}, indent=2)))
    changed = [line.text.strip() for line in lines if line.sign not in " ="]
    assert changed == ['"data": {', "}"]


def marked(*lines: tuple[str, str]) -> list[str]:
    spans = mark_changed_words([Line(sign, text) for sign, text in lines])  # type: ignore[arg-type]  # signs are str
    return ["".join(f"[{text}]" if is_changed else text for text, is_changed in line) for line in spans]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param('"phone": "33"', '"phone": "+33"', ['"phone": "33"', '"phone": "[+]33"'], id="a sign added"),
        pytest.param('"expiresAt": "2"', '"expires_at": "2"', None, id="too little in common"),
        pytest.param(
            '"a_type": "one two", ',
            '"a_type": "one three", ',
            ['"a_type": "one [two]", ', '"a_type": "one [three]", '],
            id="a word",
        ),
        pytest.param('"a": "b"', '"a": "b",', ['"a": "b"', '"a": "b",'], id="a comma is no change"),
        pytest.param('"a": "x\\n- No"', '"a": "x\\nNo"', ['"a": "x\\n[- ]No"', '"a": "x\\nNo"'], id="after an escape"),
        pytest.param("},", "],", None, id="brackets"),
        pytest.param(
            "GET /a/{id} HTTP/1.1",
            "POST /a/{id} HTTP/1.1",
            ["[GET] /a/{id} HTTP/1.1", "[POST] /a/{id} HTTP/1.1"],
            id="a method",
        ),
    ],
)
def test_marked_words(old: str, new: str, expected: list[str] | None) -> None:
    assert marked(("-", old), ("+", new)) == (expected or [old, new])


def test_lines_are_paired_by_the_name_of_their_property() -> None:
    found = marked(("-", '"b": "x y z w"'), ("-", '"a": "x y z 1"'), ("+", '"a": "x y z 2"'))
    assert found == ['"b": "x y z w"', '"a": "x y z [1]"', '"a": "x y z [2]"']


@given(old=st.text("ab _1", max_size=40), new=st.text("ab _1", max_size=40))
def test_marks_lose_nothing_and_are_few(old: str, new: str) -> None:
    found = mark_changed_words([Line("-", old), Line("+", new)])
    assert ["".join(text for text, _ in line) for line in found] == [old, new]
    assert all(sum(is_changed for _, is_changed in line) <= MAX_MARKS for line in found)
