"""What is shown about normal forms is true: values that `jsonschema` judges never contradict it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.common_values import have_common_value
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.fitting import fits
from api_upgrades.openapi.normal_form import NormalForms
from api_upgrades.openapi.proofs import exclude_each_other, implies
from tests.sampling import EDITS
from tests.sampling.documents import draw_document
from tests.sampling.values import Drawer, nearby, pool

TEXT: JsonObject = {"type": ["string"]}
NUMBER: JsonObject = {"type": ["number"]}
CUP: JsonObject = {
    "type": ["object"],
    "required": ["kind"],
    "properties": {"kind": {"enum": ["cup"], "type": ["string"]}},
}
ANY_PLATE: JsonObject = {"type": ["object"], "properties": {"kind": {"enum": ["plate"], "type": ["string"]}}}

EXCLUDING: dict[str, tuple[list[JsonObject], bool]] = {
    "types": ([TEXT, {"type": ["integer"]}], True),
    "integers and numbers": ([NUMBER, {"type": ["integer"]}], False),
    "bounds": ([{**NUMBER, "maximum": 3}, {"exclusiveMinimum": 3}], True),
    "a bound that both allow": ([{**NUMBER, "maximum": 3}, {"minimum": 3}], False),
    "bounds of another type": ([TEXT, {"maximum": 3}, {"minimum": 4}], False),
    "values": ([{"enum": ["a", "b"]}, {"maxLength": 0, **TEXT}], True),
    "a tag that one requires": ([CUP, ANY_PLATE], True),
    "tags that none requires": ([{**CUP, "required": []}, ANY_PLATE], False),
    "a closed object": ([CUP, {"type": ["object"], "additionalProperties": False}], True),
    "a tag that is only received": (
        [{**CUP, "properties": {"kind": {"enum": ["cup"], "readOnly": True}}}, ANY_PLATE],
        False,
    ),
    "every branch": ([CUP, {"anyOf": [TEXT, ANY_PLATE]}], True),
    "all but one branch": ([CUP, {"anyOf": [TEXT, ANY_PLATE, {"type": ["object"]}]}], False),
    "not": ([{**TEXT, "minLength": 3}, {"not": {"minLength": 2}}], True),
    "behind a reference": ([CUP, {"allOf": [{"$ref": "#/components/schemas/Plate"}]}], False),
}

IMPLYING: dict[str, tuple[JsonObject, JsonObject, bool]] = {
    "anything": (TEXT, {}, True),
    "a narrower type": ({"type": ["integer"]}, NUMBER, True),
    "a wider type": (NUMBER, {"type": ["integer"]}, False),
    "a stricter bound": ({**NUMBER, "minimum": 4}, {"exclusiveMinimum": 3}, True),
    "the bound itself": ({**NUMBER, "minimum": 3}, {"exclusiveMinimum": 3}, False),
    "a bound of another type": (TEXT, {"maximum": 3}, True),
    "values": ({"enum": ["ax", "bx"]}, {**TEXT, "pattern": "x$", "maxLength": 2}, True),
    "a value too many": ({"enum": ["ax", "b"]}, {"pattern": "x$"}, False),
    "one of several": (CUP, {"anyOf": [TEXT, {"required": ["kind"]}]}, True),
    "exactly one of several": (CUP, {"oneOf": [ANY_PLATE, {"required": ["kind"]}]}, True),
    "perhaps two of several": (CUP, {"oneOf": [{"required": ["size"]}, {"required": ["kind"]}]}, False),
    "each branch": ({"anyOf": [CUP, ANY_PLATE]}, {"type": ["object"]}, True),
    "additional properties": (
        {"additionalProperties": False, "properties": {"a": TEXT}},
        {"additionalProperties": {"type": ["string", "null"]}},
        True,
    ),
    "a property of a map": ({"additionalProperties": NUMBER}, {"properties": {"a": TEXT}}, False),
    "the items": ({"type": ["array"], "items": {**TEXT, "maxLength": 2}}, {"items": TEXT}, True),
    "the same reference": ({"allOf": [{"$ref": "#/a"}], "type": ["object"]}, {"allOf": [{"$ref": "#/a"}]}, True),
}


@pytest.mark.parametrize(("forms", "expected"), EXCLUDING.values(), ids=EXCLUDING)
def test_forms_that_exclude_each_other(forms: list[JsonObject], expected: bool) -> None:
    assert exclude_each_other(forms) is expected
    assert exclude_each_other(forms[::-1]) is expected


@pytest.mark.parametrize(("one", "other", "expected"), IMPLYING.values(), ids=IMPLYING)
def test_a_form_implies_another(one: JsonObject, other: JsonObject, expected: bool) -> None:
    assert implies(one, other) is expected


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        pytest.param([{**TEXT, "minLength": 3}, {"maxLength": 3}], True, id="a text"),
        pytest.param([{**NUMBER, "exclusiveMinimum": 2}, {"multipleOf": 3}], True, id="a multiple"),
        pytest.param([{**NUMBER, "exclusiveMinimum": 2}, {"maximum": 2}], False, id="no number"),
        pytest.param([CUP, {"required": ["size"]}], True, id="an object"),
        pytest.param([CUP, {"additionalProperties": False, "type": ["object"]}], False, id="no object"),
        pytest.param([{"type": ["array"], "minItems": 2, "items": CUP}], True, id="a list"),
        pytest.param([{**TEXT, "pattern": "^x"}, {"minLength": 5}], True, id="a text that has a pattern"),
        pytest.param([{**TEXT, "pattern": "^(a+)+$", "minLength": 40}], False, id="a pattern that is not tried"),
        pytest.param([{"anyOf": [NUMBER, TEXT]}, {"not": NUMBER}], True, id="the other branch"),
    ],
)
def test_a_common_value(forms: list[JsonObject], expected: bool) -> None:
    assert have_common_value(forms) is expected


def drawn_forms(kind: str, seeds: Iterator[int]) -> Iterator[tuple[Random, dict[str, JsonObject]]]:
    """The normal forms of the schemas in a document before and after an edit, without references."""
    for seed in seeds:
        random = Random(seed)
        old = draw_document(random)
        new = EDITS[kind].apply(old, random)
        if new is None:
            continue
        forms: dict[str, JsonObject] = {}
        for side, document in (("old", old), ("new", new)):
            contract = Contract.from_openapi(document)
            for part in contract.of_kind("schema"):
                form = NormalForms(contract).of(contract.parts[part])
                forms |= {f"{side} {part.name}.{name}": one for name, one in form.get("properties", {}).items()}
                forms[f"{side} {part.name}"] = form
        yield random, {name: form for name, form in forms.items() if "$ref" not in str(form)}


def values_of(random: Random, forms: list[JsonObject]) -> Iterator[Any]:
    extra = pool(*forms)
    drawer = Drawer(random, {}, extra)
    for _ in range(40):
        value = drawer.draw(random.choice(forms))
        yield value if random.random() < 0.5 else nearby(value, random, extra)


@pytest.mark.parametrize("kind", EDITS)
def test_no_value_contradicts_what_is_shown(kind: str) -> None:
    for random, forms in islice(drawn_forms(kind, count(500)), 2):
        names = sorted(forms)
        pairs = [(name, name.replace("old ", "new ")) for name in names if name.replace("old ", "new ") in forms]
        pairs += [(random.choice(names), random.choice(names)) for _ in range(10)]
        for one, other in pairs:
            both = [forms[one], forms[other]]
            validators = [Draft202012Validator(dict(form)) for form in both]
            are_apart, is_implied = exclude_each_other(both), implies(forms[one], forms[other])
            assert not (are_apart and have_common_value(both))
            for value in values_of(random, both):
                truth = [validator.is_valid(value) for validator in validators]
                assert all(fits(value, form) in (None, valid) for form, valid in zip(both, truth, strict=True))
                assert not (are_apart and all(truth)), (both, value)
                assert not (is_implied and truth[0] and not truth[1]), (both, value)
