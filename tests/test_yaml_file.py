"""What a YAML file may hold and what it means; what is refused is in `test_bad_input`, as an author meets it."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from api_upgrades.core import yaml_file
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.yaml_file import MAX_BYTES, MAX_DEPTH, parse, read
from tests.profiles import up_to

LOADERS = [getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader]


@pytest.fixture(params=LOADERS, ids=["libyaml", "python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both scanners of PyYAML: libyaml is not there on every machine."""
    monkeypatch.setattr(yaml_file, "_LOADER", request.param)


def data(text: str) -> Any:
    return parse(text.encode(), "x.yaml").data


def refusal(text: str | bytes) -> str:
    with pytest.raises(RegistryErrors) as caught:
        parse(text.encode() if isinstance(text, str) else text, "x.yaml")
    return str(caught.value)


SCALARS = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
    "0": 0,
    "-0": 0,
    "12": 12,
    "-7": -7,
    "1.50": 1.5,
    "-0.25": -0.25,
    "1e3": 1000.0,
    "2.5E-1": 0.25,
    "99999999999999999999": 99999999999999999999,
    "True": "True",
    "TRUE": "TRUE",
    "yes": "yes",
    "no": "no",
    "on": "on",
    "off": "off",
    "y": "y",
    "Null": "Null",
    "2023-06-26": "2023-06-26",
    "2023-06-26T10:00:00Z": "2023-06-26T10:00:00Z",
    "12:30": "12:30",
    "12:30:45": "12:30:45",
    "010": "010",
    "0o7": "0o7",
    "0x1F": "0x1F",
    "0b11": "0b11",
    "1_000": "1_000",
    "+33612345678": "+33612345678",
    "+1": "+1",
    ".5": ".5",
    "5.": "5.",
    ".inf": ".inf",
    ".nan": ".nan",
    "1.2.3": "1.2.3",
    "=": "=",
    "'true'": "true",
    '"12"': "12",
    "'null'": "null",
    "''": "",
    "|-\n  12": "12",
    ">-\n  true": "true",
    '"\\u00e9\\n"': "é\n",
    "text with # no comment": "text with",
    "a#b": "a#b",
}


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(("text", "value"), SCALARS.items(), ids=map(repr, SCALARS))
def test_scalar(text: str, value: Any) -> None:
    found = data(f"a: {text}\n")["a"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200: a\non: b\ntrue: c\nnull: d\n1.0: e\n", {"200": "a", "on": "b", "true": "c", "null": "d", "1.0": "e"}),
        ("'a': 1\n\"b\": 2\n? c\n: 3\n", {"a": 1, "b": 2, "c": 3}),
        ("{a: [1, {b: []}], c: {}}", {"a": [1, {"b": []}], "c": {}}),
        ("- 1\n- - 2\n  - 3\n-\n", [1, [2, 3], None]),
        ("a: |\n  one\n\n  two\nb: >-\n  three\n  four\n", {"a": "one\n\ntwo\n", "b": "three four"}),
        ("a: &x {b: 1}\nc: *x\nd: [*x, *x]\n", {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}, {"b": 1}]}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
        ("\ufeffa: 1", {"a": 1}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("text", "text"),
    ],
    ids=[
        "keys are text", "forms of keys", "flow", "lists", "block text", "aliases", "an anchor again",
        "byte order mark", "directive", "line ends of Windows", "only text",
    ],
)  # fmt: skip
def test_structure(text: str, value: Any) -> None:
    assert data(text) == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(min_codepoint=32, max_codepoint=126)), inner),
    max_leaves=15,
)  # fmt: skip


@given(st.dictionaries(st.text("abc", min_size=1), JSON, min_size=1))
def test_json_is_read_as_what_it_is(value: Any) -> None:
    """Down to the types, wherever a key isn't so long that YAML stops looking for its colon."""
    assert repr(data(json.dumps(value, ensure_ascii=False))) == repr(value)


@settings(max_examples=up_to(500))
@given(st.binary(max_size=200) | st.text("abc:- \n\t[]{}&*!|>'\"%@`#?,~<\\0é\x00", max_size=60).map(str.encode))
def test_nothing_but_data_or_a_refusal(source: bytes) -> None:
    try:
        found = parse(source, "x.yaml").data
    except RegistryErrors as refused:
        found = refused
    lines = str(found).splitlines()
    assert not isinstance(found, RegistryErrors) or (lines and all(line.startswith("x.yaml:") for line in lines))


@pytest.mark.usefixtures("loader")
def test_places() -> None:
    text = "title: x\neffects:\n  - kind: a\n    values: {b: 1, 'c': é, d: *y}\n  - [ 1,  2 ]\n".replace("*y", "2")
    file = parse(text.encode(), "x.yaml")
    places = {
        (): "1:1",
        ("title",): "1:8",
        ("effects",): "3:3",
        ("effects", 0): "3:5",
        ("effects", 0, "values"): "4:13",
        ("effects", 0, "values", "c"): "4:25",
        ("effects", 1): "5:5",
        ("effects", 1, 1): "5:11",
        ("effects", 0, "absent", "too"): "3:5",
        ("effects", 7): "3:3",
    }
    assert {path: str(file.locate(*path)) for path in places} == {path: f"x.yaml:{at}" for path, at in places.items()}
    keys = {
        ("title",): "1:1",
        ("effects", 0, "values"): "4:5",
        ("effects", 0, "values", "c"): "4:20",
        ("effects", 0, "values", "d"): "4:28",
        ("effects", 1): "5:5",
        ("effects", 0, "absent"): "3:5",
        ("absent", "too"): "1:1",
    }
    assert {path: str(file.locate_key(*path)) for path in keys} == {path: f"x.yaml:{at}" for path, at in keys.items()}


@pytest.mark.usefixtures("loader")
def test_an_alias_stands_where_it_is_written() -> None:
    file = parse(b"a: &x {b: 1}\nc: *x\n", "x.yaml")
    assert str(file.locate("c")) == "x.yaml:2:4"
    assert str(file.locate("c", "b")) == "x.yaml:1:11"


REFUSED = {
    "empty": ("", "1:1: the file is empty"),
    "only a comment": ("# to do\n", "1:1: the file is empty"),
    "only a document start": ("---\n", "1:1: the file is empty"),
    "only null": ("~", "1:1: the file is empty"),
    "second document": ("a: 1\n---\nb: 2\n", "2:1: a second document starts"),
    "second empty document": ("a: 1\n---\n", "2:1: a second document starts"),
    "key twice": ("a: 1\nb: 2\na: 3\n", "3:1: duplicate key 'a'; it is also on line 1"),
    "key twice, in flow": ("a: {b: 1, b: 2}", "1:11: duplicate key 'b'"),
    "key twice, in quotes": ("200: 1\n'200': 2\n", "2:1: duplicate key '200'"),
    "python tag": ("a: !!python/object/apply:os.system [ls]", "1:4: the tag '!!python/object/apply:os.system' is not"),
    "standard tag": ("a: !!str 5", "1:4: the tag '!!str' is not allowed"),
    "own tag": ("a:\n  - !ref x", "2:5: the tag '!ref' is not allowed"),
    "bare tag": ("a: ! x", "1:4: the tag '!' is not allowed"),
    "tag on a mapping": ("!x {a: 1}", "1:1: the tag '!x' is not allowed"),
    "tag on a key": ("!!str a: 1", "1:1: the tag '!!str' is not allowed"),
    "tag by another name": ("%TAG ! tag:x,2000:\n---\na: !y 1", "3:4: the tag 'tag:x,2000:y' is not allowed"),
    "merge key": ("a: &a {b: 1}\nc: {<<: *a}", "2:5: merge keys ('<<') are not supported"),
    "a list as key": ("a:\n  ? [b]\n  : 1", "2:5: a key must be text"),
    "a mapping as key": ("a: {{ name }}", "1:5: a key must be text"),
    "an alias as key": ("a: &a b\n*a : 1", "2:1: a key must be text"),
    "unknown alias": ("a: *b", "1:4: there is no anchor '&b'"),
    "alias of itself": ("a: &a [1, *a]", "1:11: '*a' repeats a value that contains it"),
    "alias of what is around": ("&a {b: {c: *a}}", "1:12: '*a' repeats a value that contains it"),
    "number out of range": ("a: 1e999", "1:4: this number is too large"),
    "integer out of range": (f"a: {'9' * 5000}", "1:4: this number is too large"),
    "surrogate": ('a: "\\ud83d"', "1:"),
    "backtick": ("title: `a` is new", "1:8: not YAML: text cannot start with '`'"),
    "at sign": ("@a: 1", "1:1: not YAML: text cannot start with '@'"),
    "tab": ("a:\n\tb: 1", "2:1: not YAML: text cannot start with '\\t'; put such text in quotes, and indent"),
    "colon in text": ("title: a: b", "1:9: not YAML: there is a ': ' where no key can be"),
    "emphasis": ("title: *a* b", "1:10: not YAML: put text that starts with '*' or '&' in quotes"),
    "open quote": ("a: 1\nb: 'c\nd: e", "2:4: not YAML: the quote that starts here is not closed"),
    "text after a quote": ("a: 'b' c", "1:8: not YAML: this does not match the lines above"),
    "missing comma": ("a: [1, 2\nb: 3", "2:2: not YAML: a comma is missing before this"),
    "indentation": ("a:\n  - 1\n b: 2", "3:2: not YAML: this does not match the lines above"),
    "list and mapping": ("- a\nb: 1", "2:1: not YAML: this does not match the lines above"),
    "stray bracket": ("a: }", "1:4: not YAML: this does not match the lines above"),
    "text, then a mapping": ("a\nb: 1", "2:2: not YAML: there is a ': ' where no key can be"),
    "directive from the future": ("%YAML 3.0\n---\na: 1", "1:1: not YAML: found incompatible YAML document"),
    "UTF-16": ("a: é".encode("utf-16"), "1:1: not UTF-8 (byte 0xFF)"),
    "Latin-1": ("a: b\nc: éé x".encode() + b"\xe9", "2:8: not UTF-8 (byte 0xE9)"),
    "NUL": (b"a: b\nc: \xc3\xa9\x00", "2:5: not text: it contains the control character U+0000"),
    "escape sequence": (b"a: \x1b[31m", "1:4: not text: it contains the control character U+001B"),
    "image": (b"\x89PNG\r\n\x1a\n", "1:1: not UTF-8 (byte 0x89)"),
    "too large": ("x" * (MAX_BYTES + 1), "1:1: larger than 1024 KiB"),
    "too deep": ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), f"1:{MAX_DEPTH + 1}: nested more than {MAX_DEPTH}"),
}


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(("source", "expected"), REFUSED.values(), ids=REFUSED)
def test_refused(source: str | bytes, expected: str) -> None:
    assert refusal(source).startswith(f"x.yaml:{expected}")


def test_all_that_can_be_told_is_told_at_once() -> None:
    assert refusal("a: 1\na: !x 2\nb: *c\nd: 1e999\n<<: 5\n").count("\n") == 4


def test_as_deep_as_allowed() -> None:
    assert data("[" * MAX_DEPTH + "]" * MAX_DEPTH)


BOMBS = {
    "brackets": "[" * 100_000,
    "brackets on lines": "[\n" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "question marks": "? " * 100_000,
    "a billion laughs": "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
    "long text over and over": f"a: &a {'x' * 500_000}\nb: [{'*a, ' * 100_000}]",
    "depth through aliases": f"a0: &a0 {'[' * 150}{']' * 150}\n"
    + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100)),
    "long number": "a: " + "9" * 1_000_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused_quickly_and_in_little_memory(text: str) -> None:
    tracemalloc.start()
    started = process_time()
    message = refusal(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert process_time() - started < 5
    assert peak < 50 * 1024 * 1024
    assert len(message) < 300


@pytest.mark.slow
def test_memory_is_a_multiple_of_the_file() -> None:
    items = MAX_BYTES // 20
    tracemalloc.start()
    assert len(data(f"[{'a,' * items}]")) == items
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MAX_BYTES // 10 * 300


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(RegistryErrors, match=r"^a/b\.yaml: not a file$"):
        read(tmp_path, "a/b.yaml")


def test_what_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: 1")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RegistryErrors, match=r"^a\.yaml: cannot be read: Permission denied$"):
        read(file, "a.yaml")
