"""The schema of change files, by which editors check them, and the loader: what one accepts, the other does."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from api_upgrades.cli import main
from api_upgrades.core import yaml_file
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.core.json_text import indent_json
from api_upgrades.effects import KINDS
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.target import PATTERN, Target
from api_upgrades.registry.json_schema import SCHEMA_LINE, build_change_schema
from api_upgrades.registry.reader import read_registry
from tests.effects import CASES, REVERTED, Case
from tests.profiles import up_to
from tests.shop import FILES, frozen, write
from tests.test_bad_input import CHANGES

ROOT = Path(__file__).parent.parent
SCHEMA = build_change_schema()
VALIDATOR = Draft7Validator(SCHEMA)

Loads = Callable[[Json], bool]

ADD: JsonObject = {"kind": "add_property", "target": "Task.title"}
CHANGE: JsonObject = {"title": "A thing", "why": "Because.", "effects": [ADD]}


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> Loads:
    """Whether a change file with some data in it is one; an addition, where it has a date."""
    summary = "summary: Something new.\n"
    folder = write(tmp_path_factory.mktemp("registry"), {"v1/version.yaml": summary, "v2/version.yaml": summary})

    def is_read(data: Json) -> bool:
        is_addition = isinstance(data, dict) and "date" in data
        text = json.dumps(data, ensure_ascii=False)
        escaped = yaml_file.CONTROL_CHARACTER.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
        name = f"{'additions' if is_addition else 'v2'}/change.yaml"
        write(folder, {name: escaped})
        try:
            read_registry(folder, Contract({}, {}), folder)
        except RegistryErrors:
            return False
        finally:
            (folder / name).unlink()
        return True

    return is_read


def accepts(data: Json) -> bool:
    return VALIDATOR.is_valid(data)


def with_effect(effect: JsonObject) -> JsonObject:
    return {**CHANGE, "effects": [effect]}


def recorded() -> Iterator[tuple[str, JsonObject]]:
    """Every change file of this repository."""
    for folder in (ROOT / "changes", ROOT / "tests" / "golden" / "changes"):
        for path in sorted(folder.glob("*/*.yaml")):
            if path.name != "version.yaml":
                yield path.relative_to(ROOT).as_posix(), yaml_file.read(path, path.name).data


RECORDED = dict(recorded())


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_change_is_valid(loads: Loads, name: str) -> None:
    assert accepts(RECORDED[name])
    assert loads(RECORDED[name])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for cases in CASES.values() for case in cases])
def test_every_case_of_a_kind(loads: Loads, case: Case) -> None:
    """What doesn't fit a contract has a right form. What has a wrong form has one fault, and so one message."""
    change = with_effect(case.effect)
    faults = 0 if case.faults() is None else 1
    assert len(list(VALIDATOR.iter_errors(change))) == faults
    assert loads(change) == (faults == 0)


def read_as_yaml() -> Iterator[tuple[str, Json]]:
    """The bad change files of another test, without those that are no YAML."""
    for name, (content, _) in CHANGES.items():
        try:
            yield name, yaml_file.parse(content.encode() if isinstance(content, str) else content, name).data
        except RegistryErrors:
            continue


BAD_FILES = dict(read_as_yaml())


@pytest.mark.parametrize("name", BAD_FILES)
def test_every_bad_file_that_is_yaml(loads: Loads, name: str) -> None:
    assert len(BAD_FILES) > 20
    assert not accepts(BAD_FILES[name])
    assert not loads(BAD_FILES[name])


REPLACE: JsonObject = {"kind": "replace", "target": "document", "pointer": "/info"}
MOVE: JsonObject = {"kind": "move_operation", "target": "GET /tasks"}
REMOVE: JsonObject = {"kind": "remove_property", "target": "Task.title", "was": {}}

GOOD: dict[str, JsonObject] = {
    "the least": CHANGE,
    "an instruction": {**CHANGE, "upgrade": "Do\nit."},
    "an addition": {**CHANGE, "date": "2024-02-29"},
    "a date with blanks around it": {**CHANGE, "date": " 2024-02-29\n"},
    "a title with a line break after it": {**CHANGE, "title": " A thing\n"},
    "a title in other scripts": {**CHANGE, "title": "Ünï 日本 😀"},
    "text with tabs and line breaks": {**CHANGE, "why": "\n\tOne.\r\n\n  Two.\n"},
    "a date as a title": {**CHANGE, "title": "2024-01-31"},
    "several effects": {**CHANGE, "effects": [ADD, REMOVE]},
    "several targets": with_effect({**ADD, "target": ["Task.title", "POST /tasks request.title"]}),
    "an overruled severity": with_effect({**ADD, "override": {"severity": "risky", "reason": "It is."}}),
    "null for a key that has a default": with_effect({**ADD, "override": None}),
    "a value that is null": with_effect({"kind": "add_enum_value", "target": "Task.a", "value": None}),
    "a schema that is a boolean": with_effect({**REMOVE, "was": True}),
    "replaced": with_effect({**REPLACE, "was": 1}),
    "replaced null": with_effect({**REPLACE, "was": None}),
    "replaced, not absent": with_effect({**REPLACE, "was": 1, "absent": False}),
    "replaced nothing": with_effect({**REPLACE, "absent": True}),
    "replaced the whole": with_effect({**REPLACE, "pointer": "", "was": {}}),
    "a method": with_effect({**MOVE, "was_method": "PUT"}),
    "neither method nor path": with_effect(MOVE),
}


def changes(key: str, *values: Json) -> dict[str, Json]:
    """Change files in which one key has each of some values."""
    return {f"{key}: {value!r}": {**CHANGE, key: value} for value in values}


def effects(effect: JsonObject, key: str, *values: Json) -> dict[str, Json]:
    """Change files with one effect, in which one key has each of some values."""
    return {f"{effect['kind']}, {key}: {value!r}": with_effect({**effect, key: value}) for value in values}


CONTROLS = ("a\0b", "a\x07", "\x1b[31m", "a\x7fb", "a\x9bb", "a\uffff", "\x0ba", "a\x0c")

BAD: dict[str, Json] = {
    "nothing": None,
    "a text": "a change",
    "a list": [CHANGE],
    "empty": {},
    **{f"no {key}": {name: CHANGE[name] for name in CHANGE if name != key} for key in CHANGE},
    "unknown key": {**CHANGE, "reason": "x"},
    "a version's key": {**CHANGE, "summary": "x"},
    "title in capitals": {"Title": "A thing", "why": "Because.", "effects": [ADD]},
    **changes("title", None, True, 5, ["a"], {}, "", " \n\t", *CONTROLS),
    **changes("title", "one\ntwo", "one\n\ntwo\n", "one\rtwo", "one\u2028two", "one\u2029two", "one\x85two"),
    **changes("why", None, False, 5, ["a"], {}, "", " \n\t", "\u2003", *CONTROLS),
    **changes("upgrade", None, False, 5, ["a"], {}, "", " \n\t", "\u2003", *CONTROLS),
    **changes("date", None, 20240131, "", "today", "2024-1-31", "20240131", "2024-13-01", "2024-00-10", "2024-01-00"),
    **changes("date", "2024-01-32", "0000-01-01", "2024-01-31T00:00", "2024-01-31\n2", "٢٠٢٤-01-31"),
    **changes("effects", None, "add_property", ADD, [], [None], [True], [5], ["add_property"], [[]], [{}], [[ADD]]),
    "a second effect that is none": {**CHANGE, "effects": [ADD, {}]},
    "no kind": with_effect({"target": "Task.title"}),
    "a key left out": with_effect({"kind": "remove_property", "target": "Task.title"}),
    "a key of another kind": with_effect({**ADD, "was": {}}),
    **effects(ADD, "kind", None, True, 5, "", "Add_property", "add property", "zzz", ["add_property"]),
    **effects(ADD, "target", None, True, 5, {}, "", " ", "Task title", "Task.", "Task.title\n"),
    **effects(ADD, "target", [], [[]], ["Task.a", 5], ["Task.a", ""]),
    **effects(ADD, "override", True, {}, "risky", {"severity": "risky"}, {"severity": "bad", "reason": "x"}),
    **effects(ADD, "override", {"severity": "risky", "reason": ""}, {"severity": "risky", "reason": None}),
    **effects(ADD, "override", {"severity": "risky", "reason": "x", "more": 1}),
    **effects(REMOVE, "required", "yes", "true", 1, 0, None, []),
    **effects(REMOVE, "was", "text", 5, None, []),
    **effects(REMOVE, "before", True, 5, ["a"]),
    **effects(MOVE, "was_method", "put", "", "PUT\n", 5),
    **effects(MOVE, "was_path", "tasks", "", "\n/a", 5),
    **effects({**REPLACE, "was": 1}, "pointer", "a", " /a", "\n", 5, None),
    **effects({**REPLACE, "was": 1}, "absent", True, None, "true"),
    **effects(REPLACE, "absent", False, None, "true"),
    "replaced neither": with_effect(REPLACE),
    **effects({"kind": "wording", "target": "Task"}, "was", None, {}, {"descripton": "x"}, {"title": 5}),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_files(loads: Loads, name: str) -> None:
    assert accepts(GOOD[name])
    assert loads(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_bad_files(loads: Loads, name: str) -> None:
    assert not accepts(BAD[name])
    assert not loads(BAD[name])


@pytest.mark.parametrize("date", ["2024-02-30", "2023-02-29", "2024-04-31"])
def test_how_long_a_month_is_only_the_loader_knows(loads: Loads, date: str) -> None:
    """The one difference: the expression that says it would be longer than the rest of the key's schema."""
    assert accepts({**CHANGE, "date": date})
    assert not loads({**CHANGE, "date": date})


VALUES: tuple[Json, ...] = (
    *(None, True, False, 0, 1, 1.5),
    *("", " ", "\n", "yes", "text", "a\nb", "a\n", "\x07", "GET", "/a", "2024-01-31", "risky", *KINDS),
    *("Task", "Task.title", "Task..title", "GET /tasks", "GET /tasks query a", "GET /tasks body", "webhook a payload"),
    *([], [None], ["Task.title"], ["Task.title", "a b"], [ADD], [{"key": []}]),
    *({}, ADD, {"type": "string"}, {"title": None}, {"severity": "neutral", "reason": "x"}),
)
KEYS = sorted(
    {"title", "why", "upgrade", "effects", "date", "reason", "severity", "nothing"}
    | {key for kind in KINDS.values() for key in kind.model_fields}
)
ORIGINALS = [*RECORDED.values(), *GOOD.values(), *(with_effect(case.effect) for case in REVERTED)]


def containers(data: Json) -> Iterator[Json]:
    """Every mapping and list that isn't empty, from the outside in."""
    if data and isinstance(data, dict | list):
        yield data
        for value in data.values() if isinstance(data, dict) else data:
            yield from containers(value)


@st.composite
def mutants(draw: st.DrawFn) -> Json:
    """A good change file in which a key or two were dropped, added, renamed, or given other values."""
    data = copy.deepcopy(draw(st.sampled_from(ORIGINALS)))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        # What is deep inside is mostly free, as the older value of something; so the outer ones have a better chance.
        found = list(containers(data))
        if not found:
            return data
        within = draw(st.sampled_from([*found[:3] * 3, *found]))
        key = draw(st.sampled_from(list(within) if isinstance(within, dict) else range(len(within))))
        edit = draw(st.sampled_from(["drop", "rename", "retype", "retype", "add"]))
        if edit == "retype" or (edit == "rename" and isinstance(within, list)):
            within[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))
        elif edit == "add":
            value = copy.deepcopy(draw(st.sampled_from(VALUES)))
            within.append(value) if isinstance(within, list) else within.update({draw(st.sampled_from(KEYS)): value})
        else:
            value = within.pop(key)
            if edit == "rename":
                within[draw(st.sampled_from(KEYS))] = value
    return data


@settings(max_examples=up_to(500))
@given(data=mutants())
def test_they_agree_on_whatever_was_done_to_a_good_file(loads: Loads, data: Json) -> None:
    assert accepts(data) == loads(data), list(VALIDATOR.iter_errors(data))


PIECES = (
    *("Task", "title", "a-b", "$ref", '"a b"', '"a\\"b"', '"\\u00e9"', '"', '"\\q"', '"\\u00g0"', '"a\tb"', '""'),
    *(".", "[]", "{}", "[", " ", "  ", "\n", "é", "\\", "/"),
    *("document", "GET", "GET /tasks/{id}", "get /tasks", "PURGE /tasks", "webhook", "webhook ", "webhook a.b"),
    *(" request", " response", " response 201", " response 4XX", " response 6", " response 20", " response default"),
    *(" payload", " query", " query a", " query ", " header X-A", " body", " requests", ".title", '."a.b"', "[].title"),
)


@settings(max_examples=up_to(300))
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.from_regex(PATTERN) | st.text())
def test_they_agree_on_targets(text: str) -> None:
    try:
        parsed = Target.parse(text)
    except ValueError:
        assert not re.search(PATTERN, text)
    else:
        assert re.search(PATTERN, text)
        assert re.search(PATTERN, str(parsed))


def test_it_is_a_schema_of_which_every_key_is_described() -> None:
    Draft7Validator.check_schema(SCHEMA)
    objects = [SCHEMA, *(one for one in SCHEMA["$defs"].values() if "properties" in one)]
    assert SCHEMA["$defs"].keys() >= KINDS.keys()
    for one in objects:
        assert one["description"]
        assert one["additionalProperties"] is False
        assert all(part["description"] for part in one["properties"].values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_what_it_means_with_an_example_that_is_valid(kind: str) -> None:
    """What an editor shows beside the name of a kind."""
    shown = SCHEMA["$defs"][kind]["properties"]["kind"]
    says, example = re.fullmatch(r"(.+)\n\n```yaml\n(.+)\n```", shown["markdownDescription"]).groups()  # type: ignore[union-attr]  # fails here if it doesn't match
    assert shown["description"] == says
    assert accepts(with_effect(yaml_file.parse(example.encode(), "example").data))


def test_the_schema_of_this_repository_is_the_one_of_the_classes() -> None:
    # If it isn't: api-upgrades schema
    assert (ROOT / "changes" / "change.schema.json").read_text(encoding="utf-8") == indent_json(SCHEMA)


class TestCommand:
    def test_it_writes_the_schema_into_the_registry_where_the_first_line_of_a_change_finds_it(
        self, tmp_path: Path
    ) -> None:
        change = "changes/2024-03-01/title.yaml"
        project = frozen(write(tmp_path, FILES | {change: f"{SCHEMA_LINE}\n{FILES[change]}"}))
        result = CliRunner().invoke(main, ["--root", str(project), "schema"])
        file = project / "changes" / "change.schema.json"
        assert (result.exit_code, result.output) == (0, f"{file}\n")
        assert json.loads(file.read_text(encoding="utf-8")) == SCHEMA
        address = SCHEMA_LINE.removeprefix("# yaml-language-server: $schema=")
        assert ((project / change).parent / address).resolve() == file.resolve()
        checked = CliRunner().invoke(main, ["--root", str(project), "check"])
        assert (checked.exit_code, checked.output) == (0, "3 versions and 2 changes are fine.\n")

    def test_it_writes_it_elsewhere(self, tmp_path: Path) -> None:
        file = tmp_path / "some" / "schema.json"
        result = CliRunner().invoke(main, ["--root", str(write(tmp_path, FILES)), "schema", "--out", str(file)])
        assert (result.exit_code, result.output) == (0, f"{file}\n")
        assert json.loads(file.read_text(encoding="utf-8")) == SCHEMA
        assert not (tmp_path / "changes" / "change.schema.json").exists()
