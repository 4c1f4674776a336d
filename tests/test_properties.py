"""The properties of an object, as all that asks for them sees them: comparison, draft, effects, reference, examples."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, set_at, value_at
from api_upgrades.draft.draft import draft
from api_upgrades.effects import Effect
from api_upgrades.examples.compose import compose
from api_upgrades.examples.validate import find_invalid_examples
from api_upgrades.history.history import History
from api_upgrades.history.timeline import Timeline
from api_upgrades.openapi.conjunction import conjunction
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.part import SCHEMA_REF, schema_part
from api_upgrades.openapi.properties import follower, is_reference, pointer_of, properties, with_branches
from api_upgrades.openapi.renames import NO_RENAMES
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from api_upgrades.registry.model import Registry, Version
from api_upgrades.site.pages.path.rows import Identities, PartRows
from api_upgrades.site.pages.reference.properties import PropertyRow, PropertyTable
from tests.effects import contract_of

NULL = {"type": "null"}
THING = Target.parse("Thing")


def ref(name: str) -> JsonObject:
    return {"$ref": SCHEMA_REF + name}


def has(*names: str, **more: Json) -> JsonObject:
    return {"properties": {name: {} for name in names}, **more}


# One schema


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, {}),
        (has("a", "b", required=["b"]), {"a": "/properties/a", "b!": "/properties/b"}),
        ({"allOf": [{}, {"allOf": [has("b")]}]}, {"b": "/allOf/1/allOf/0/properties/b"}),
        ({**has("c"), "allOf": [has("a")]}, {"a": "/allOf/0/properties/a", "c": "/properties/c"}),
        ({"anyOf": [NULL, has("a")]}, {"a": "/anyOf/1/properties/a"}),
        ({"allOf": [{"oneOf": [has("a"), NULL]}]}, {"a": "/allOf/0/oneOf/0/properties/a"}),
        ({"anyOf": [has("a"), has("b")]}, {}),
        ({"anyOf": [has("a"), has("b"), NULL]}, {}),
        ({"allOf": [has("a"), has("a")]}, {"a": "/allOf/1/properties/a"}),
        ({"allOf": [has("a")], **has("a")}, {"a": "/properties/a"}),
        ({"allOf": [has("a"), {"required": ["a", "b"]}]}, {"a!": "/allOf/0/properties/a"}),
        ({"allOf": [has("a")], "required": ["a"]}, {"a!": "/allOf/0/properties/a"}),
        ({"allOf": [ref("Base"), has("b")]}, {"b": "/allOf/1/properties/b"}),
        ({**ref("Base"), **has("b")}, {"b": "/properties/b"}),
        (has("a", required=True), {"a": "/properties/a"}),
    ],
    ids=str,
)  # fmt: skip
def test_own_properties(schema: JsonObject, expected: dict[str, str]) -> None:
    found = properties(schema)
    as_text = {
        f"{name}{'!' * one.is_required}": "".join(f"/{key}" for key in one.pointer) for name, one in found.items()
    }
    assert as_text == expected
    assert {name: pointer_of(schema, name) for name in found} == {name: one.pointer for name, one in found.items()}
    assert pointer_of(schema, "other") is None


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"allOf": [ref("Base"), has("b")]}, {"r": "Root", "a": "Base", "b": None}),
        ({"allOf": [has("b"), {"allOf": [ref("Base")]}]}, {"b": None, "r": "Root", "a": "Base"}),
        ({**ref("Base"), **has("b")}, {"r": "Root", "a": "Base", "b": None}),
        ({"anyOf": [ref("Base"), NULL]}, {"r": "Root", "a": "Base"}),
        ({"allOf": [ref("Base"), has("r")]}, {"r": None, "a": "Base"}),
        ({"allOf": [ref("Base"), ref("Base"), ref("Root")]}, {"r": "Root", "a": "Base"}),
        ({"allOf": [ref("Nothing"), ref("Word"), has("b")]}, {"b": None}),
        ({"allOf": [ref("Loop"), has("b")]}, {"l": "Loop", "b": None}),
        ({"allOf": [{"$ref": "#/components/schemas/Base/allOf/1"}, has("b")]}, {"a": "Base/allOf/1", "b": None}),
    ],
    ids=str,
)
def test_inherited_properties(schema: JsonObject, expected: dict[str, str | None]) -> None:
    beside = {
        "Root": has("r"),
        "Base": {"allOf": [ref("Root"), has("a")]},
        "Word": {"type": "string"},
        "Loop": {"allOf": [ref("Loop"), has("l")]},
    }
    found = properties(schema, follower(contract_of({"schemas": beside})))
    assert {name: one.ref and one.ref.removeprefix(SCHEMA_REF) for name, one in found.items()} == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (ref("A"), True),
        ({"allOf": [ref("A")]}, True),
        ({"allOf": [ref("A"), {"description": "…"}]}, True),
        ({"anyOf": [ref("A"), NULL]}, True),
        ({"allOf": [ref("A"), ref("B")]}, False),
        ({"allOf": [ref("A"), {"required": ["a"]}]}, False),
        ({**ref("A"), **has("a")}, False),
        (has("a"), False),
        ({"type": "string"}, False),
    ],
    ids=str,
)
def test_what_is_nothing_but_a_reference(schema: JsonObject, expected: bool) -> None:
    assert is_reference(schema) is expected


def test_edits_of_branches_share_what_stays() -> None:
    schema = {"allOf": [has("a"), {"allOf": [has("b")], "x-more": 1}], **has("c")}

    def without_b(branch: JsonObject) -> JsonObject:
        return {"properties": {}} if "b" in branch.get("properties", {}) else branch

    found = with_branches(schema, without_b)
    assert found == {"allOf": [has("a"), {"allOf": [{"properties": {}}], "x-more": 1}], **has("c")}
    assert found["allOf"][0] is schema["allOf"][0]
    assert with_branches(schema, lambda branch: branch) is schema


# Two declarations


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (True, {"type": "string"}, {"type": "string"}),
        ({"type": "string"}, False, False),
        ({"type": "string"}, {"maxLength": 3}, {"type": "string", "maxLength": 3}),
        ({"type": "string", "maxLength": 2}, {"maxLength": 3}, {"type": "string", "maxLength": 2}),
        ({"minimum": 2}, {"minimum": 3}, {"minimum": 3}),
        ({"type": ["string", "null"]}, {"type": ["integer", "string"]}, {"type": ["string"]}),
        ({"type": "number"}, {"type": "integer"}, {"type": "integer"}),
        ({"type": "string"}, {"type": "object"}, {"type": "object", "allOf": [{"type": "string"}]}),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, {"enum": ["b"]}),
        ({"enum": [1]}, {"enum": [True]}, {"enum": [True], "allOf": [{"enum": [1]}]}),
        ({"description": "a", "default": 1}, {"description": "b", "default": 2}, {"description": "b", "default": 2}),
        ({"readOnly": True}, {"readOnly": False}, {"readOnly": True}),
        ({"pattern": "a"}, {"pattern": "b"}, {"pattern": "b", "allOf": [{"pattern": "a"}]}),
        (ref("A"), ref("B"), {**ref("B"), "allOf": [ref("A")]}),
        ({"allOf": [ref("A")]}, {"allOf": [ref("B")]}, {"allOf": [ref("A"), ref("B")]}),
        (
            {"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
            {"properties": {"a": {"maxLength": 2}, "c": {}}, "required": ["c", "a"]},
            {"properties": {"a": {"type": "string", "maxLength": 2}, "b": {}, "c": {}}, "required": ["a", "c"]},
        ),
        ({"items": {"type": "string"}}, {"items": {"minLength": 1}}, {"items": {"type": "string", "minLength": 1}}),
    ],
    ids=str,
)
def test_conjunction(one: Json, other: Json, expected: Json) -> None:
    assert conjunction(one, other) == expected
    assert conjunction(expected, expected) == expected


# Before and after


@dataclass(frozen=True)
class Pair:
    """One case of `properties.yaml`."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    found: list[str]
    table: list[str]
    effects: list[Any] | None = None
    back: list[Any] | None = None
    beside: dict[str, Any] = field(default_factory=dict)
    after_beside: dict[str, Any] = field(default_factory=dict)
    openapi: str = "3.1.0"

    @property
    def contracts(self) -> tuple[Contract, Contract]:
        older, newer = (
            {"schemas": {"Thing": thing, **self.beside, **more}, "document": {"openapi": self.openapi}}
            for thing, more in ((self.before, {}), (self.after, self.after_beside))
        )
        return contract_of(older), contract_of(newer)


PAIRS = [Pair(**one) for one in yaml.safe_load(Path(__file__).with_name("properties.yaml").read_text(encoding="utf-8"))]
pairs = pytest.mark.parametrize("pair", [pytest.param(pair, id=pair.name) for pair in PAIRS])

OPPOSITE = {
    "property-added": "property-removed",
    "required-property-added": "property-removed",
    "became-required": "became-optional",
    "constraint-tightened": "constraint-loosened",
}


def differences(older: Contract, newer: Contract) -> list[str]:
    findings: tuple[Finding, ...] = compare(
        older, newer, NO_RENAMES, lambda part: DIRECTIONS, RuleTable.with_overrides({})
    )
    return list(dict.fromkeys(f"{one.rule} {one.target}" for one in findings))


def undone(effects: tuple[Effect, ...], newer: Contract) -> Contract:
    for effect in reversed(effects):
        newer = effect.revert(newer)
    return newer


def in_any_order(effects: Iterable[Any]) -> list[str]:
    return sorted(json.dumps(effect, sort_keys=True) for effect in effects)


def in_order(contract: Contract) -> str:
    return json.dumps([[str(part), value] for part, value in contract.parts.items()])


@pairs
def test_what_differs(pair: Pair) -> None:
    older, newer = pair.contracts
    assert differences(older, newer) == pair.found
    rules = [one.partition(" ") for one in pair.found]
    assert differences(newer, older) == [f"{OPPOSITE.get(rule, rule)} {place}" for rule, _, place in rules]


@pairs
def test_what_is_drafted(pair: Pair) -> None:
    before, after = pair.contracts
    for newer, older, expected in ((after, before, pair.effects), (before, after, pair.back)):
        effects = draft(older, newer)
        assert in_order(undone(effects, newer)) == in_order(older)
        if expected is not None:
            assert in_any_order(effect.as_data() for effect in effects) == in_any_order(expected)


@pairs
def test_what_is_shown(pair: Pair) -> None:
    _, newer = pair.contracts
    rows = table_of(newer)
    shown = [f"{row.inherited.name + '.' if row.inherited else ''}{row.path}{'!' * row.required}" for row in rows]
    assert shown == pair.table
    example = compose(newer, newer.parts[schema_part("Thing")], "response")
    if shown:
        assert list(paths_of(example)) == [row.path for row in rows]
    own = [row.path for row in rows if row.inherited is None and "[" not in row.path]
    assert [one for one in path_rows_of(newer) if "[" not in one] == own


def history_of(contract: Contract) -> History:
    version = Version("v1", "Summary", None, None, None, (), (), "version.yaml")
    return History(Registry(contract, (version,)), (), RuleTable.with_overrides({}))


def table_of(contract: Contract) -> tuple[PropertyRow, ...]:
    """The rows of the reference page of the object."""
    table = PropertyTable(contract, "v1", Timeline(history_of(contract)))
    return table.rows(contract.parts[schema_part("Thing")], THING)


BESIDE: JsonObject = {
    "nullable": True,
    "readOnly": True,
    "deprecated": True,
    "default": {"a": "none"},
    "maxProperties": 1,
    "description": "The best one",
    "example": {"a": "some"},
}
IN_PLACES: dict[str, Callable[[JsonObject], JsonObject]] = {
    "property": lambda schema: {"properties": {"x": schema}},
    "branch": lambda schema: {"properties": {"x": {"allOf": [schema]}}},
    "items": lambda schema: {"properties": {"x": {"items": {"properties": {"x": schema}}}}},
    "property of a branch": lambda schema: {"allOf": [{"properties": {"x": schema}}]},
}


@pytest.mark.parametrize("place", IN_PLACES)
@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0"])
def test_openapi_3_0_ignores_what_limits_beside_a_reference(openapi: str, place: str) -> None:
    # OpenAPI 3.0.3, Reference Object: "any properties added SHALL be ignored". Wording limits nothing.
    wording = {key: BESIDE[key] for key in ("description", "example")}
    schemas = {"Base": {"type": "object", "properties": {"a": {"type": "string"}}}}
    full, plain = (
        contract_of(
            {
                "document": {"openapi": openapi},
                "schemas": {**schemas, "Thing": IN_PLACES[place]({**ref("Base"), **beside})},
            }
        )
        for beside in (BESIDE, wording)
    )
    is_same = openapi == "3.0.3"
    assert (table_of(full) == table_of(plain)) is is_same
    rows = [PartRows(one, 0, Identities(history_of(one)), schema_part("Thing")).collect() for one in (full, plain)]
    assert (rows[0] == rows[1]) is is_same
    sent = [compose(one, one.parts[schema_part("Thing")], "request") for one in (full, plain)]
    assert (sent[0] == sent[1]) is is_same


def path_rows_of(contract: Contract) -> list[str]:
    """The places of the object by which the upgrade path compares two versions."""
    rows = PartRows(contract, 0, Identities(history_of(contract)), schema_part("Thing")).collect()
    return [row["at"] for row in rows[1:]]


def paths_of(example: Json) -> Iterator[str]:
    """The properties in an example, those of inner objects after the one that holds them."""
    for name, value in example.items() if isinstance(example, dict) else ():
        yield name
        yield from (f"{name}.{path}" for path in paths_of(value))
    for item in example[:1] if isinstance(example, list) else ():
        yield from (f"[].{path}" for path in paths_of(item))


# Effects


def test_an_inherited_property_is_named_where_it_stands() -> None:
    contract = contract_of(
        {"schemas": {"Base": has("a"), "Thing": {"allOf": [ref("Base"), has("b")]}, "More": ref("Base")}}
    )
    with pytest.raises(ContractMismatch, match=r"Thing inherits 'a' from Base; use the target Base\.a"):
        schema_spot(contract, Target.parse("Thing.a"))
    with pytest.raises(ContractMismatch, match="Thing has no property 'bb'"):
        schema_spot(contract, Target.parse("Thing.bb"))
    assert schema_spot(contract, Target.parse("Thing.b")).pointer == ("allOf", 1, "properties", "b")


# Laws

NAMES = tuple("abcdefgh")
TEXT = {"type": "string", "examples": ["x"]}
OBJECT = {"type": "object", "properties": {"in": {"type": "integer", "examples": [1]}}}
FLAGS = st.sampled_from([{}, {}, {"readOnly": True}, {"writeOnly": True}])


@st.composite
def declared(draw: st.DrawFn) -> dict[str, Any]:
    """Some properties. Those of one name go together wherever they are declared."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    return {name: {**(OBJECT if name in "ab" else TEXT), **draw(FLAGS)} for name in names}


@st.composite
def branches_of(draw: st.DrawFn, refs: tuple[str, ...], depth: int) -> dict[str, Any]:
    """A schema that describes an object: declared itself, or composed."""
    found: dict[str, Any] = {}
    if refs and draw(st.integers(0, 3)) == 0:
        return {"$ref": SCHEMA_REF + draw(st.sampled_from(refs))}
    if depth and draw(st.booleans()):
        found["allOf"] = draw(st.lists(branches_of(refs, depth - 1), min_size=1, max_size=3))
    if not found or draw(st.booleans()):
        found |= {"type": "object", "properties": draw(declared())}
        if required := [name for name in found["properties"] if draw(st.booleans())]:
            found["required"] = required
    if draw(st.integers(0, 5)) == 0:
        return {"anyOf": draw(st.permutations([found, NULL]))}
    return found


@st.composite
def things(draw: st.DrawFn) -> Contract:
    """A contract of objects that are parts of each other, or of themselves."""
    refs = ("Thing", "Base", "Root")
    schemas = {name: draw(branches_of(refs, 3 if name == "Thing" else 1)) for name in refs}
    return contract_of({"schemas": schemas})


@given(things())
def test_the_table_and_the_example_have_the_same_properties(contract: Contract) -> None:
    schema = contract.parts[schema_part("Thing")]
    rows = [row for row in table_of(contract) if not row.depth]
    assert len({row.name for row in rows}) == len(rows)
    if not rows and is_reference(schema):
        return
    directions: dict[Direction, str] = {"request": "read-only", "response": "write-only", "webhook": "write-only"}
    for direction, hidden in directions.items():
        example = compose(contract, schema, direction)
        shown = [row.name for row in rows if hidden not in row.flags]
        assert (example or {}).keys() == {*shown}


@given(things())
def test_examples_are_valid(contract: Contract) -> None:
    faults = find_invalid_examples(contract, [schema_part("Thing")], lambda part: DIRECTIONS)
    assert [str(one) for one in faults] == []


@given(things())
def test_the_path_has_the_own_properties_of_the_table(contract: Contract) -> None:
    own = [row.name for row in table_of(contract) if not row.depth and row.inherited is None]
    found = [one for one in path_rows_of(contract) if "." not in one]
    assert not own or {*found} == {*own}


@given(things(), st.data())
def test_a_property_at_any_depth_is_added_and_removed(newer: Contract, data: st.DataObject) -> None:
    schema = newer.parts[schema_part("Thing")]
    found = [one for one in properties(schema).values() if sum(1 for _ in declarations(schema, one.name)) == 1]
    assume(found)
    one = data.draw(st.sampled_from(found))
    spot = schema_spot(newer, THING.property(one.name))
    assert value_at(schema, spot.pointer) is value_at(schema, one.pointer)
    branch = value_at(schema, one.branch)
    less = {**branch, "properties": {name: kept for name, kept in branch["properties"].items() if name != one.name}}
    if required := [name for name in branch.get("required", ()) if name != one.name]:
        less["required"] = required
    else:
        less.pop("required", None)
    older = newer.with_part(schema_part("Thing"), set_at(schema, one.branch, less))

    added = "required-property-added" if one.is_required else "property-added"
    assert differences(older, newer) == [f"{added} Thing.{one.name}"]
    assert differences(newer, older) == [f"property-removed Thing.{one.name}"]
    for was, now, kind in ((older, newer, "add_property"), (newer, older, "remove_property")):
        effects = draft(was, now)
        assert [(effect.kind, effect.as_data()["target"]) for effect in effects] == [(kind, f"Thing.{one.name}")]
        assert in_order(undone(effects, now)) == in_order(was)


def declarations(schema: JsonObject, name: str) -> Iterator[JsonObject]:
    """The inline branches of an object that declare a property, found without the generator's help."""
    if name in schema.get("properties", {}):
        yield schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            yield from declarations(branch, name)


# Cost


@pytest.mark.parametrize(
    "schemas",
    [
        pytest.param(
            {f"S{n}": {"allOf": [ref(f"S{n + 1}"), has(f"p{n}")]} for n in range(1500)}, id="1,500 references"
        ),
        pytest.param(
            {f"S{n}": {"allOf": [ref(f"S{n + 1}"), ref(f"S{n + 2}"), has(f"p{n}")]} for n in range(300)}, id="doubled"
        ),
        pytest.param({f"S{n}": {"allOf": [ref(f"S{m}") for m in range(60)]} for n in range(60)}, id="all hold all"),
    ],
)
def test_cost_is_bounded(schemas: dict[str, Any]) -> None:
    contract = contract_of({"schemas": {"Thing": {"allOf": [ref("S0"), has("a")]}, **schemas}})
    started = time.process_time()
    names = {row.name for row in table_of(contract)}
    assert names == compose(contract, contract.parts[schema_part("Thing")], "response").keys()
    assert names == {
        "a",
        *(name for schema in schemas.values() for one in schema["allOf"] for name in one.get("properties", ())),
    }
    assert time.process_time() - started < 5
