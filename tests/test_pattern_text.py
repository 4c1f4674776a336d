r"""Texts that match a pattern, as placeholders of schemas without an example.

What a text must be follows from ECMA-262: `^[A-Z]{2}-\d{4}$` needs two capitals, a hyphen and four digits.
"""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.examples.compose import compose
from api_upgrades.examples.pattern_text import text_matching
from tests.effects import contract_of

PATTERNS = [
    *("^/v1/accounts", "^abc$", "abc", "^a.c$", r"^\$\{x\}$", "^{a}$", "^$"),
    *(r"^\d{4}-\d{2}$", r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$", "^[^a-z]+$", r"^\S+\s\W$", "^[]a]{2}$", "^[a-]{3}$"),
    *(r"^[\w.-]+@[\w-]+\.[a-z]{2,}$", "^(foo|bar)-baz$", "^(?:a|b(c|d)){3}$", "^(?<year>[0-9]{4})$", "^x?y*z+?$"),
    *(r"^\x41\u0042\u{43}$", r"^[\u4e00-\u9fa5]{2}$", "^[+]?[0-9]{7,15}$", "^(?!test)[a-z]+$", r"^\bword\b$"),
    *(
        "^$|^x+$",
        "^a+a+a+a+(b|c)(b|c)+$",
        r"^https://([a-z]+\.)+example\.com/(\w+/)*$",
        "^(GET|POST)$",
        "/^[a-z]+_[0-9]$/i",
        "^[a-z0-9]+(?:-[a-z0-9]+)*$",
        "[0-9]{3}",
        "^#?[a-fA-F0-9]{6}$",
    ),
    *(r"^(\d{3}){2}$", r"^\t$", "^[\x00-\x1f]$", r"^[^\x00-\x7f]$|^ok$", "^(((((a)))))$"),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_text_matches(pattern: str) -> None:
    found = text_matching(pattern)
    assert found is not None
    ecma = pattern.removeprefix("/").removesuffix("/i").replace(r"\u{43}", "C").replace("(?<", "(?P<")
    assert re.search(ecma, found)


@pytest.mark.parametrize(
    ("pattern", "min_length", "max_length", "length"),
    [
        ("^[a-z]+$", 12, 12, 12),
        (r"^\w+ \w+$", 10, 10, 10),
        ("^[a-z]*$", 0, 0, 0),
        ("^a?b?c*$", 0, 3, 1),
        ("^(ab)*$", 5, 6, 6),
        ("^[a-z]{2,4}[0-9]{2,4}$", 7, None, 7),
        ("^(abcdef|xy)$", 0, 3, 2),
    ],
)
def test_the_text_has_the_length(pattern: str, min_length: int, max_length: int | None, length: int) -> None:
    found = text_matching(pattern, min_length, max_length)
    assert found is not None
    assert len(found) == length
    assert re.search(pattern, found)


@pytest.mark.parametrize(
    "pattern",
    [
        *("^[b-a]$", "(", ")", "[a", "a{2", "*", "^a$b", "(?=x)y", r"^(a)\1$", r"^\p{L}+$", "^(?>a)$", "^a{2000}$"),
        *("(a{1000}){1000}", "((){1000}){1000}" * 2, "(" * 40 + "a" + ")" * 40, "\\", "[]", "(?", "^[^\\d\\D]$"),
    ],
)
def test_no_text_where_a_pattern_is_too_complex_or_matches_nothing(pattern: str) -> None:
    start = time.monotonic()
    found = text_matching(pattern)
    assert found is None or re.search(pattern, found)
    assert time.monotonic() - start < 1
    assert found is None or pattern == "a{2"


PIECES = st.sampled_from(["a", r"\d", "[a-f]", "[^a]", ".", r"\.", "(b|c)", "(?:xy)", r"\s"])
QUANTIFIERS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "{2,}"])


@given(st.lists(st.tuples(PIECES, QUANTIFIERS), max_size=6), st.integers(0, 9))
def test_patterns_of_simple_pieces_are_always_followed(pieces: list[tuple[str, str]], least: int) -> None:
    pattern = f"^{''.join(map(''.join, pieces))}$"
    found = text_matching(pattern)
    assert found is not None
    assert re.search(pattern, found)
    longer = text_matching(pattern, least)
    assert longer is None or (len(longer) >= least and re.search(pattern, longer))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "pattern": "^[a-z]+$"}, "string"),  # the usual placeholder where it matches
        ({"type": "string", "pattern": "^/v1/accounts"}, "/v1/accounts"),
        ({"type": "string", "pattern": r"^[A-Z]{2}-\d{4}$"}, "AB-1234"),
        ({"type": "string", "pattern": "^[A-Z]+$", "minLength": 3, "maxLength": 3}, "ABC"),
        ({"type": "string", "pattern": "^2", "format": "date"}, "2024-01-31"),
        ({"type": "string", "pattern": "^never$", "format": "date"}, "2024-01-31"),  # the format has to stay
        ({"type": "string", "pattern": "^[A-Z]{3}$", "format": "currency"}, "ABC"),
        ({"type": "string", "pattern": r"^\p{Lu}$"}, "string"),
        ({"type": "string", "pattern": 7}, "string"),
        ({"type": "string", "pattern": "^[A-Z]$", "example": "own"}, "own"),
        ({"additionalProperties": {"const": 1}, "propertyNames": {"pattern": "^[A-Z]{2}$"}}, {"AB": 1}),
    ],
    ids=json.dumps,
)
def test_placeholders_follow_the_pattern(schema: dict[str, object], expected: object) -> None:
    assert compose(contract_of({}), schema, "response") == expected
