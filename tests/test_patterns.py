"""Patterns of documents are tried in bounded time, and none that Python cannot read is held against a document."""

from __future__ import annotations

import time
from typing import Any

import pytest

from api_upgrades.core import patterns
from api_upgrades.core.patterns import PatternTooSlow, UnsupportedPattern, matches
from api_upgrades.examples.validate import find_invalid_examples
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.usage import DIRECTIONS
from tests.shop import call, write

SECONDS = 6
"""More than any one of these takes on a busy machine. Unbounded, each takes more than a lifetime."""

SLOW = {
    "nested": ("^(a+)+$", "a" * 40 + "!"),
    "nested and optional": ("^(a?){40,}$", "a" * 39 + "!"),
    "alternatives that overlap": ("^(a|a)*$", "a" * 40 + "!"),
    "a fixed number of ambiguous groups": ("^(a|aa){40}$", "a" * 60 + "!"),
    "two loops in a loop": ("(x+x+)+y", "x" * 40),
    "named group": ("^(?<all>(?:a+)+)+$", "a" * 40 + "!"),
    "optional in a row": ("a?" * 40 + "a" * 40, "a" * 40),
    "many loops": (".*" * 12 + "=", "x" * 200),
    "lookahead": ("^(?=(a+)+$).*", "a" * 40 + "!"),
    "written as in code": ("/^(a+)+$/u", "a" * 40 + "!"),
}


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.3)


@pytest.mark.parametrize(("pattern", "text"), SLOW.values(), ids=SLOW)
def test_slow_patterns_end(pattern: str, text: str) -> None:
    start = time.monotonic()
    with pytest.raises(PatternTooSlow):
        matches(pattern, text)
    assert time.monotonic() - start < SECONDS


def test_slow_pattern_waits_only_once() -> None:
    pattern, text = SLOW["nested"]
    start = time.monotonic()
    for _ in range(100):
        with pytest.raises(PatternTooSlow):
            matches(pattern, text + "!")
    assert time.monotonic() - start < SECONDS


def test_slow_patterns_share_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns._CHILD, "_seconds_left", 0.0)
    start = time.monotonic()
    for number in range(10):
        with pytest.raises(PatternTooSlow):
            matches(f"^(b+)+{number}$", "b" * 40)
    assert time.monotonic() - start < SECONDS


def test_after_a_slow_pattern_others_are_tried() -> None:
    with pytest.raises(PatternTooSlow):
        matches("^(c+)+$", "c" * 40 + "!")
    assert matches("^[a-z0-9]+(-[a-z0-9]+)*$", "a-name-of-some-length")
    assert not matches("^[a-z0-9]+(-[a-z0-9]+)*$", "a-name-of-some-length-")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^a", "ab", True),
        ("^a$", "ab", False),
        (r"^\d+$", "12", True),
        (r"^(?<year>\d{4})-\k<year>$", "2024-2024", True),
        (r"^(?<year>\d{4})-\k<year>$", "2024-2025", False),
        (r"(?<=a)b", "ab", True),
        (r"(?<!a)b", "ab", False),
        (r"^\/v\d$", "/v1", True),
        (r"^[(?<]$", "<", True),
        (r"^\u{1F600}[\u{1F601}]\u0041$", "\U0001f600\U0001f601A", True),
        (r"/^[a-z]+$/", "ab", True),
        (r"/^[a-z]+$/i", "AB", True),
        (r"/v1/", "/v1/x", True),
        ("\U0001f600", "a\U0001f600", True),
    ],
)
def test_patterns_are_those_of_ecma_262(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize("pattern", [r"^\p{L}+$", "[", "a{99999999999}", "(" * 2000 + ")" * 2000, r"\c", "(?<a"])
def test_patterns_that_python_cannot_compile(pattern: str) -> None:
    with pytest.raises(UnsupportedPattern):
        matches(pattern, "a")


SLOW_NAME = {"type": "object", "patternProperties": {"^(a+)+$": {"type": "integer"}}, "example": {"a" * 40 + "!": 1}}


@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "pattern": SLOW["nested"][0], "example": SLOW["nested"][1]}, True),
        ({"anyOf": [{"type": "string", "pattern": "^(d+)+$"}, {"type": "integer"}], "example": "d" * 40 + "!"}, True),
        ({"type": "string", "pattern": r"^\p{L}+$", "example": "a"}, False),
        (SLOW_NAME, False),
        ({**SLOW_NAME, "additionalProperties": False}, False),
        ({**SLOW_NAME, "unevaluatedProperties": False}, False),
        ({"allOf": [SLOW_NAME], "unevaluatedProperties": False, "example": SLOW_NAME["example"]}, False),
        ({"patternProperties": {r"^\p{L}$": {}}, "additionalProperties": False, "example": {"a": 1}}, False),
        ({"$schema": "http://json-schema.org/draft-07/schema#", **SLOW_NAME, "additionalProperties": False}, False),
    ],
    ids=[
        "pattern",
        "variant",
        "not Python's",
        "names",
        "others refused",
        "unevaluated",
        "inside",
        "names not Python's",
        "dialect",
    ],
)
def test_examples_are_checked_in_bounded_time(openapi: str, schema: dict[str, Any], expected: bool) -> None:
    document = {"openapi": openapi, "info": {}, "paths": {}, "components": {"schemas": {"Pot": schema}}}
    contract = Contract.from_openapi(document)
    start = time.monotonic()
    found = [one.message for one in find_invalid_examples(contract, contract.parts, lambda _: DIRECTIONS)]
    assert time.monotonic() - start < SECONDS
    assert [("was not checked against the pattern" in one, "takes too long" in one) for one in found] == (
        [(True, True)] if expected else []
    )


DOCUMENT = """\
openapi: 3.1.0
info: {title: Kiln, version: '1'}
paths:
  /pots: {get: {responses: {'200': {description: ok, content: {a/b: {schema: {$ref: '#/components/schemas/Pot'}}}}}}}
components:
  schemas:
    Pot:
      type: object
      properties:
        x:
          type: string
          pattern: ^(a+)+$
          example: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!
"""

MODELS = """\
from pydantic import BaseModel, Field
from api_upgrades.sources.api import Api, Operation, Resource

class Pot(BaseModel):
    x: str = Field(json_schema_extra={"pattern": "^(a+)+$"}, examples=["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"])

pots = Resource("Pots", "Pots.", operations=[Operation("GET /pots", "Get", id="get", responses={200: Pot})])
api = Api("Kiln", version_header="X-Version", servers={"https://example.com": "Production"}, resources=[pots])
"""


@pytest.mark.parametrize(
    ("source", "text", "place"),
    [("openapi.yaml", DOCUMENT, "openapi.yaml:10: Pot.x"), ("api/__init__.py", MODELS, "api/__init__.py:5: Pot.x")],
    ids=["a document", "models"],
)
def test_check_tells_what_was_not_tried(tmp_path: Any, source: str, text: str, place: str) -> None:
    """And passes, since the example may be right."""
    root = write(tmp_path, {source: text})
    assert call(root, "init", "--source", source.removesuffix("/__init__.py")).exit_code == 0
    result = call(root, "check")
    assert result.exit_code == 0, result.output
    assert f"note: {place}: the example 'aaaaaaa" in result.stderr
    assert "was not checked against the pattern '^(a+)+$', which takes too long\n" in result.stderr
