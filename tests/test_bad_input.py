"""Every way in which a registry's files can be wrong: what is said, and where. Never a traceback, never one at a time.

What effects do to a contract, and what doesn't fit there, is tested where contracts are derived.
"""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from pydantic import BaseModel, ValidationError

from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import Pointer
from api_upgrades.openapi.contract import Contract
from api_upgrades.registry.reader import read_registry
from api_upgrades.registry.validation_errors import explain_errors
from tests.test_yaml_file import BOMBS

VERSION = "summary: Something new.\n"
CHANGE = "title: A thing\nwhy: Because.\neffects:\n"
ADD = CHANGE + "  - {kind: add_property, target: Thing.a}\n"
GOOD: dict[str, str | bytes] = {"2022-05-02/version.yaml": VERSION, "2023-06-26/version.yaml": VERSION}


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        file = folder / "changes" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / "changes"


def errors(folder: Path) -> list[str]:
    """What is said about the registry in `folder`, one error a line."""
    with pytest.raises(RegistryErrors) as caught:
        read_registry(folder / "changes", Contract({}, {}), folder)
    lines = str(caught.value).splitlines()
    assert lines == [str(error) for error in caught.value.errors], "an error is one line"
    assert "\x1b" not in str(caught.value)
    str(caught.value).encode()
    return lines


CHANGES: dict[str, tuple[str | bytes, list[str]]] = {
    "not YAML": (
        "title: `a` is new\n",
        ["1:8: not YAML: text cannot start with '`'; put such text in quotes, and indent"],
    ),
    "yes is no boolean": (
        CHANGE + "  - {kind: remove_property, target: A.b, was: {}, required: yes}\n",
        ["4:61: remove_property: 'required' must be true or false, not 'yes'"],
    ),
    "empty file": ("", ["1:1: the file is empty; write something into it, or delete it"]),
    "only a comment": ("# later\n", ["1:1: the file is empty; write something into it, or delete it"]),
    "several documents": (ADD + "---\n" + ADD, ["5:1: a second document starts; a file has only one, so delete"]),
    "duplicate key": (ADD + "why: Again.\n", ["5:1: duplicate key 'why'; it is also on line 2"]),
    "duplicate key in an effect": (
        CHANGE + "  - kind: add_property\n    target: A.b\n    target: A.c\n",
        ["6:5: duplicate key 'target'; it is also on line 5"],
    ),
    "not UTF-8": (b"title: caf\xe9\n", ["1:11: not UTF-8 (byte 0xE9); save the file as UTF-8 text"]),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", ["1:1: not UTF-8 (byte 0x89); save the file as UTF-8 text"]),
    "binary that is UTF-8": (b"GIF89a\x00\x01", ["1:7: not text: it contains the control character U+0000; delete it"]),
    "python tag": (
        "title: !!python/object/apply:os.system ['touch hacked']\n",
        ["1:8: the tag '!!python/object/apply:os.system' is not allowed; delete it, or put"],
    ),
    "tag": ("title: !include x\n", ["1:8: the tag '!include' is not allowed; delete it, or put the text in quotes"]),
    "merge key": (
        "title: &a {b: 1}\nwhy:\n  <<: *a\n",
        ["3:3: merge keys ('<<') are not supported; write out the keys"],
    ),
    "a list": ("- title: x\n", ["1:1: this must be a mapping of keys to values, not a list"]),
    "text": ("A change\n", ["1:1: this must be a mapping of keys to values, not 'A change'"]),
    "unknown key": (
        ADD.replace("why", "reason"),
        ["1:1: missing key 'why': say why it changed", "2:1: unknown key 'reason'; the valid keys are title, why, up"],
    ),
    "misspelt key": (
        ADD + "upgrad: Do it.\n",
        ["5:1: unknown key 'upgrad' (did you mean 'upgrade'?)"],
    ),
    "missing keys": (
        "upgrade: Do it.\n",
        [
            "1:1: missing key 'effects': list what changed in the contract",
            "1:1: missing key 'title': say in one line what changed",
            "1:1: missing key 'why': say why it changed",
        ],
    ),
    "text that isn't": (
        "title: 5\nwhy: true\nupgrade: [a]\neffects:\n  - {kind: add_property, target: A.b}\n",
        [
            "1:8: 'title' must be text, not the number 5; put it in quotes",
            "2:6: 'why' must be text, not true; put it in quotes",
            "3:10: 'upgrade' must be text, not a list",
        ],
    ),
    "text left out": (
        "title:\nwhy: '  '\nupgrade:\neffects:\n  - {kind: add_property, target: A.b}\n",
        [
            "1:7: 'title' must be text, not nothing; give it a value, or delete the key",
            "2:6: 'why' is empty: say why it changed",
            "3:9: 'upgrade' must be text, not nothing; give it a value, or delete the key",
        ],
    ),
    "a title of two lines": (
        ADD.replace("A thing", "|\n  A thing\n  and another"),
        ["1:8: this must be one line of text, but it has several"],
    ),
    "control characters": (
        ADD.replace("A thing", '"\\e[31mA thing"').replace("Because.", '"\\0"'),
        [
            "1:8: the text contains the control character U+001B; delete",
            "2:6: the text contains the control character U+0000;",
        ],
    ),
    "no effects": (CHANGE.replace("effects:", "effects: []"), ["3:10: 'effects' is empty: list what changed in the"]),
    "effects left out": (CHANGE, ["3:9: 'effects' must be a list, not nothing; give it a value, or delete the key"]),
    "effects that are none": (
        CHANGE + "  - add_property\n  - 5\n  -\n",
        [
            "4:5: an effect must be a mapping, like {kind: add_property, ...}, not 'add_property'",
            "5:5: an effect must be a mapping, like {kind: add_property, ...}, not the number 5",
            "6:4: an effect must be a mapping, like {kind: add_property, ...}, not nothing",
        ],
    ),
    "one effect that isn't in a list": (
        CHANGE + "  kind: add_property\n  target: A.b\n",
        ["4:3: 'effects' must be a list, not a mapping"],
    ),
    "misspelt kind": (
        CHANGE + "  - {kind: add_propertie, target: A.b}\n",
        ["4:12: unknown kind 'add_propertie' (did you mean 'add_property'?)"],
    ),
    "unknown kind": (
        CHANGE + "  - kind: zzz\n    target: A.b\n",
        ["4:11: unknown kind 'zzz'; the kinds are add_property, remove_property, rename_property, "],
    ),
    "a kind that is no text": (CHANGE + "  - {kind: 5}\n", ["4:12: unknown kind the number 5; the kinds are add_"]),
    "no kind": (
        CHANGE + "  - target: A.b\n",
        ["4:5: missing key 'kind': write the kind of the effect, like 'add_property'"],
    ),
    "unknown key of an effect": (
        CHANGE + "  - kind: rename_property\n    target: A\n    ol: b\n    new: c\n",
        [
            "4:5: rename_property: missing key 'old'",
            "6:5: rename_property: unknown key 'ol' (did you mean 'old'?)",
        ],
    ),
    "an effect without what it needs": (
        CHANGE + "  - kind: add_property\n    target: A.b\n  - kind: remove_property\n    target: A.c\n",
        ["6:5: remove_property: missing key 'was'"],
    ),
    "not a target": (
        CHANGE + "  - {kind: add_property, target: A.b}\n  - {kind: add_property, target: POST /things body}\n",
        ["5:34: add_property: 'POST /things body': after 'POST /things' write one of request, response, query, "],
    ),
    "not a target, in a list": (
        CHANGE + "  - kind: add_property\n    target:\n      - A.b\n      - A..b\n      - 5\n",
        [
            "7:9: add_property: 'A..b': cannot read '..b'; steps are",
            "8:9: add_property: item 3 of 'target' must be text, not the number 5; put it in quotes",
        ],
    ),
    "no targets": (CHANGE + "  - {kind: add_property, target: []}\n", ["4:34: add_property: 'target' is empty"]),
    "a value of the wrong sort": (
        CHANGE + "  - {kind: remove_property, target: A.b, was: 5, required: maybe, before: [c]}\n",
        [
            "4:47: remove_property: 'was' must be a mapping of keys to values, or true or false, not the number 5",
            "4:60: remove_property: 'required' must be true or false, not 'maybe'",
            "4:75: remove_property: 'before' must be text, not a list",
        ],
    ),
    "an override without its reason": (
        CHANGE + "  - kind: add_property\n    target: A.b\n    override: {severity: braking, reson: x}\n",
        [
            "6:15: add_property: missing key 'reason'",
            "6:26: add_property: 'severity' must be 'breaking', 'risky', 'additive' or 'neutral', not 'braking' (did",
            "6:35: add_property: unknown key 'reson' (did you mean 'reason'?)",
        ],
    ),
    "keys of the wrong names": (
        CHANGE + "  - {kind: wording, target: A.b, was: {descripton: x}}\n",
        ["4:40: wording: unknown key 'descripton' (did you mean 'description'?)"],
    ),
    "what two keys say together": (
        CHANGE + "  - {kind: replace, target: document, pointer: /info}\n",
        ["4:5: replace: give either 'was' or 'absent: true'"],
    ),
    "too deep": (CHANGE + "  - {was: " + "[" * 300, ["4:208: nested more than 200 levels deep"]),
    "too large": ("#" * (16 * 1024 * 1024 + 1), ["1:1: larger than 16384 KiB; split it"]),
}


@pytest.mark.parametrize(("content", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change(tmp_path: Path, content: str | bytes, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**GOOD, "2023-06-26/a-change.yaml": content})
    found = errors(tmp_path)
    assert len(found) == len(expected), "\n".join(found)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(f"changes/2023-06-26/a-change.yaml:{start}")
    assert [path.name for path in tmp_path.iterdir()] == ["changes"]


class _Either(BaseModel):
    field: str | list[int] | bool


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            5.5,
            [(("field",), "'field' must be text, or a list, or true or false, not the number 5.5; put it in quotes")],
        ),
        ([1, "x"], [(("field", 1), "item 2 of 'field' must be a whole number, not 'x'")]),
    ],
    ids=["none of them", "one of them"],
)
def test_one_fault_a_place(value: object, expected: list[tuple[Pointer, str]]) -> None:
    """Of a union pydantic reports every branch, and a fault inside one beside the other branches."""
    with pytest.raises(ValidationError) as caught:
        _Either.model_validate({"field": value}, strict=True)
    faults = explain_errors(_Either, {"field": value}, caught.value)
    assert [(fault.path, fault.message) for fault in faults] == expected


VERSIONS: dict[str, tuple[str, list[str]]] = {
    "empty": ("", ["1:1: the file is empty"]),
    "a list": ("[]", ["1:1: this must be a mapping of keys to values, not a list"]),
    "no summary": (
        "label: x\n",
        ["1:1: missing key 'summary': describe in a sentence or two what the version brought"],
    ),
    "misspelt key": (VERSION + "sunst: x\n", ["2:1: unknown key 'sunst' (did you mean 'sunset'?)"]),
    "a change's key": (VERSION + "effects: []\n", ["2:1: unknown key 'effects'; the valid keys are summary, dating, "]),
    "duplicate key": (VERSION + VERSION, ["2:1: duplicate key 'summary'"]),
    "a label that is a number": (
        VERSION + "label: 2.10\n",
        ["2:8: 'label' must be text, not the number 2.1; put"],
    ),
    "not a date": (VERSION + "sunset: 2024-1-31\n", ["2:9: '2024-1-31' is not a date; write it like '2024-01-31'"]),
    "not a day": (VERSION + "sunset: 2024-02-30\n", ["2:9: '2024-02-30' is not a date; write it like '2024-01-31'"]),
    "a date of another form": (VERSION + "sunset: '20240131'\n", ["2:9: '20240131' is not a date; write it like"]),
    "nothing after a key": (
        VERSION + "dating:\nbefore:\n",
        ["2:8: 'dating' must be text, not nothing", "3:8: 'before' must be text, not nothing"],
    ),
    "before what isn't there": (
        VERSION + "before: 2022-05-20\n",
        ["2:9: there is no version '2022-05-20' (did you mean '2022-05-02'?)"],
    ),
    "before itself": (
        VERSION + "before: 2023-06-26\n",
        ["2:9: 2023-06-26 comes before itself; delete one 'before'"],
    ),
    "an order that is text": (VERSION + "order: a-change\n", ["2:8: 'order' must be a list, not 'a-change'"]),
    "an order of numbers": (VERSION + "order: [1]\n", ["2:9: item 1 of 'order' must be text, not the number 1; put"]),
    "an order of what isn't there": (
        VERSION + "order:\n  - a-change\n  - a-chnge\n  - a-change\n",
        [
            "4:5: 2023-06-26 has no change 'a-chnge' (did you mean 'a-change'?)",
            "5:5: 'a-change' is listed twice; delete one",
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), VERSIONS.values(), ids=VERSIONS)
def test_a_version(tmp_path: Path, content: str, expected: list[str]) -> None:
    write(tmp_path, {**GOOD, "2023-06-26/version.yaml": content, "2023-06-26/a-change.yaml": ADD})
    found = errors(tmp_path)
    assert len(found) == len(expected), "\n".join(found)
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(f"changes/2023-06-26/version.yaml:{start}")


def test_versions_before_each_other(tmp_path: Path) -> None:
    before = {f"v{n}/version.yaml": f"{VERSION}before: v{n % 3 + 1}\n" for n in (1, 2, 3)}
    write(tmp_path, {**GOOD, **before, "v1/x.yaml": ADD})
    assert errors(tmp_path) == [
        f"changes/v{n}/version.yaml:2:9: v{n} comes before itself; delete one 'before'" for n in (1, 2, 3)
    ]


NAME = "invalid name for a {}: use letters, digits, '-', '_' and single dots, and start with a letter or a digit"
RESERVED = (
    "invalid name for a {}: it is one of the reserved names api, additions, unreleased, latest, path, from, preview"
)
UNREAD = "not a change; a version's folder has only '.yaml' files and 'lock.json', so move it elsewhere"

NAMES: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    **{
        f"version {name!r}": ({f"{name}/version.yaml": VERSION}, [f"changes/{shown}: {NAME.format('version')}"])
        for name, shown in {
            "-rf": "-rf",
            ".2023": ".2023",
            "..2023": "..2023",
            "20..23": "20..23",
            "2023.": "2023.",
            "2023 06": "2023 06",
            "_2023": "_2023",
            "20\u202e23": "20\\u202e23",
            "é": "é",
            "a'b": "a'b",
            "<b>": "<b>",
            "a\nb": "a\\nb",
            "\x1b[31m": "\\x1b[31m",
            "a\udc80": "a\\udc80",
            "a%2e": "a%2e",
            "a\\b": "a\\b",
        }.items()
    },
    **{
        f"version {name!r}": ({f"{name}/version.yaml": VERSION}, [f"changes/{name}: {RESERVED.format('version')}"])
        for name in ("latest", "path", "from", "preview", "Latest", "API", "Unreleased")
    },
    **{
        f"change {name!r}": ({f"2023-06-26/{name}.yaml": ADD}, [f"changes/2023-06-26/{name}.yaml: {text}"])
        for name, text in {
            "a b": NAME.format("change"),
            ".a": NAME.format("change"),
            "-a": NAME.format("change"),
            "a..b": NAME.format("change"),
            "latest": RESERVED.format("change"),
            "From": RESERVED.format("change"),
        }.items()
    },
    "versions that differ in case": (
        {"V1/version.yaml": VERSION, "v1/version.yaml": VERSION},
        ["changes/v1: invalid name for a version: its name and 'V1' differ only in case; rename one"],
    ),
    "changes that differ in case": (
        {"2023-06-26/Ab.yaml": ADD, "2023-06-26/aB.yaml": ADD},
        ["changes/2023-06-26/aB.yaml: invalid name for a change: its name and 'Ab' differ only in case; rename one"],
    ),
    "two changes with one id": (
        {"2023-06-26/a.yaml": ADD, "2023-06-26/a.yml": ADD},
        [
            "changes/2023-06-26/a.yml: two changes have the id 'a'; "
            "delete this file, because only '.yaml' files are read",
        ],
    ),
    "another ending": (
        {"2023-06-26/a.yml": ADD, "2023-06-26/b.YAML": ADD},
        [
            "changes/2023-06-26/a.yml: this file is not read; rename it to 'a.yaml'",
            f"changes/2023-06-26/b.YAML: {UNREAD}",
        ],
    ),
    "other files in a version": (
        {"2023-06-26/notes.md": "", "2023-06-26/more/a.yaml": ADD, "2023-06-26/x.yaml/y": ""},
        [
            f"changes/2023-06-26/more: {UNREAD}",
            f"changes/2023-06-26/notes.md: {UNREAD}",
            "changes/2023-06-26/x.yaml: not a file; put the change itself here",
        ],
    ),
    "a change outside of a version": (
        {"a.yaml": ADD, "b.yml": ADD},
        [
            f"changes/{name}: a change file must be in the folder of its version; move it there"
            for name in ("a.yaml", "b.yml")
        ],
    ),
    "no version.yaml": (
        {"2024-01-01/a.yaml": CHANGE},
        [
            "changes/2024-01-01: 'version.yaml' is missing; write one with a 'summary'",
            "changes/2024-01-01/a.yaml:3:9: 'effects' must be a list, not nothing; give it a value, or delete the key",
        ],
    ),
    "an effect in the first version": (
        {"2022-05-02/a.yaml": ADD, "2022-05-02/b.yaml": "title: First\nwhy: Begun.\n"},
        [
            f"changes/2022-05-02/{place}: 2022-05-02 is the first version, so it cannot have changes. "
            "Delete the change, and describe the version in its 'version.yaml'"
            for place in ("a.yaml:3:1", "b.yaml:1:1")
        ],
    ),
}


@pytest.mark.parametrize(("files", "expected"), NAMES.values(), ids=NAMES)
def test_names_and_folders(tmp_path: Path, files: dict[str, str | bytes], expected: list[str]) -> None:
    try:
        write(tmp_path, {**GOOD, **files})
    except OSError:
        pytest.skip("this file system does not have such names")
    if len(os.listdir(tmp_path / "changes")) < len({Path(name).parts[0] for name in (*GOOD, *files)}):
        pytest.skip("this file system does not tell these names apart")
    assert errors(tmp_path) == expected


def test_the_first_version_is_not_guessed(tmp_path: Path) -> None:
    """Nothing is said about changes of a first version that is the first only because another one is broken."""
    write(tmp_path, {**GOOD, "2022-05-02/version.yaml": "", "2023-06-26/a.yaml": ADD, "2022-05-02/b.yaml": ADD})
    assert errors(tmp_path) == [
        "changes/2022-05-02/version.yaml:1:1: the file is empty; write something into it, or delete it"
    ]


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()], ids=["no folder", "empty folder"])
def test_no_registry(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "changes")
    assert errors(tmp_path)[0] in (
        "changes: cannot be read: No such file or directory",
        "changes: there are no versions; create a folder for one, with a 'version.yaml'",
    )


def test_all_errors_of_a_registry_at_once_and_in_order(tmp_path: Path) -> None:
    files = {f"2023-06-26/{name}.yaml": content for name, (content, _) in CHANGES.items() if " " not in name}
    write(tmp_path, {**GOOD, **files, "2023-06-26/zz.yaml": ADD, "2023-06-26/version.yaml": "summary: 5\n"})
    found = errors(tmp_path)
    assert found == sorted(found, key=lambda line: line.split(":")[0])
    assert {line.split(":")[0] for line in found} == {f"changes/{name}" for name in files} | {
        "changes/2023-06-26/version.yaml"
    }


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_quickly_and_in_little_memory(tmp_path: Path, content: str) -> None:
    write(tmp_path, {**GOOD, "2023-06-26/x.yaml": content})
    tracemalloc.start()
    started = process_time()
    found = errors(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert process_time() - started < 5
    assert peak < 50 * 1024 * 1024
    assert len(found) == 1
    assert len(found[0]) < 300


LINK = "a link to a file outside the registry; put the file itself here"


@pytest.mark.parametrize(
    ("link", "target", "expected"),
    [
        ("2023-06-26/x.yaml", "/etc/passwd", f"changes/2023-06-26/x.yaml: {LINK}"),
        ("2023-06-26/x.yaml", "../../secret.yaml", f"changes/2023-06-26/x.yaml: {LINK}"),
        ("2023-06-26/x.yaml", "../../changes2/x.yaml", f"changes/2023-06-26/x.yaml: {LINK}"),
        ("2023-06-26/x.yaml", "/proc/self/fd/0", f"changes/2023-06-26/x.yaml: {LINK}"),
        ("2023-06-26/lock.json", "../../secret.yaml", f"changes/2023-06-26/lock.json: {LINK}"),
        ("2024-01-01", "/etc", f"changes/2024-01-01: {LINK}"),
        ("2024-01-01", "..", f"changes/2024-01-01: {LINK}"),
        ("2023-06-26/x.yaml", "nothing.yaml", "changes/2023-06-26/x.yaml: not a file; put the change itself here"),
        ("2023-06-26/x.yaml", "x.yaml", "changes/2023-06-26/x.yaml: not a file; put the change itself here"),
    ],
    ids=[
        "absolute", "relative", "a sibling of like name", "a device", "lock", "folder", "the root", "broken", "a loop",
    ],
)  # fmt: skip
def test_links(tmp_path: Path, link: str, target: str, expected: str) -> None:
    folder = write(tmp_path, GOOD)
    (tmp_path / "secret.yaml").write_text("title: secret\n")
    (tmp_path / "changes2").mkdir()
    (tmp_path / "changes2/x.yaml").write_text("title: secret\n")
    (folder / link).symlink_to(target)
    assert errors(tmp_path) == [expected]


def test_a_version_file_that_is_a_link(tmp_path: Path) -> None:
    folder = write(tmp_path, {**GOOD, "2024-01-01/a.yaml": ADD})
    (tmp_path / "secret.yaml").write_text("summary: secret\n")
    (folder / "2024-01-01/version.yaml").symlink_to("../../secret.yaml")
    assert errors(tmp_path) == [
        "changes/2024-01-01: 'version.yaml' is missing; write one with a 'summary'",
        f"changes/2024-01-01/version.yaml: {LINK}",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = write(tmp_path, GOOD)
    os.mkfifo(folder / "2023-06-26/x.yaml")
    assert errors(tmp_path) == ["changes/2023-06-26/x.yaml: not a file; put the change itself here"]


def test_a_file_that_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editors replace files while the server reads them."""
    write(tmp_path, {**GOOD, "2023-06-26/x.yaml": ADD})
    opened = Path.open

    def vanished(path: Path, mode: str = "r") -> object:
        if path.name == "x.yaml":
            raise FileNotFoundError(2, "No such file or directory")
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", vanished)
    assert errors(tmp_path) == ["changes/2023-06-26/x.yaml: cannot be read: No such file or directory"]
