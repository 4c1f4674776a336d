"""Reading OpenAPI documents: what one is read as, and how one that can't be read is refused."""

from __future__ import annotations

import json
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_upgrades.core import json_file
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.yaml_file import MAX_DEPTH
from api_upgrades.sources import openapi_file
from api_upgrades.sources.openapi_file import read_document
from tests.documents import every_document

HEAD = '{"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}'
NESTED = '{"items": ' * 9999 + "{}" + "}" * 9999


def read(root: Path, files: dict[str, Any], name: str = "api.json") -> Any:
    """The document of some files, written as they are or as JSON."""
    for file, value in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        text = value if isinstance(value, str | bytes) else json.dumps(value)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_document(root / name, root).document


def refusal(root: Path, files: dict[str, Any], name: str = "api.json") -> str:
    with pytest.raises(RegistryErrors) as caught:
        read(root, files, name)
    return str(caught.value)


BOMB = "a: &a [xxxxxxxxxx, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}]\n" for before, name in pairwise("abcdefghijklmn")
)


@pytest.mark.slow
@every_document
def test_document_is_what_its_file_says(path: Path) -> None:
    """Order of keys included. PyYAML reads the YAML of these too, but for keys that are numbers and for dates."""
    text = path.read_text(encoding="utf-8")
    whole = json.loads(text) if path.suffix == ".json" else yaml.load(text, yaml.CSafeLoader)
    assert json.dumps(read_document(path).document) == json.dumps(whole, default=str)


YAML = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /books:
    get:
      responses:
        200: {description: no}
        404: {description: 2024-01-31}
components:
  schemas:
    Book: {type: string, enum: [yes, off, 1.50, 12, ~, true]}
"""


def test_yaml_is_read_as_its_authors_mean_it(tmp_path: Path) -> None:
    document = read(tmp_path, {"api.yaml": YAML}, "api.yaml")
    assert document["paths"]["/books"]["get"]["responses"] == {
        "200": {"description": "no"},
        "404": {"description": "2024-01-31"},
    }
    assert document["components"]["schemas"]["Book"]["enum"] == ["yes", "off", 1.5, 12, None, True]


@pytest.mark.parametrize("name", ["api.json", "api.yaml", "api.yml"])
def test_json_is_json_by_any_name_and_after_a_byte_order_mark(tmp_path: Path, name: str) -> None:
    text = f'\ufeff{HEAD},\t"x-emoji": "\\ud83d\\ude00", "x-null": null}}'
    assert read(tmp_path, {name: text}, name)["x-emoji"] == "\U0001f600"


def test_reference_inside_the_document_is_kept_wherever_it_leads(tmp_path: Path) -> None:
    schemas = {"Tree": {"properties": {"children": {"items": {"$ref": "#/components/schemas/Tree"}}}}}
    document = {"openapi": "3.0.3", "components": {"schemas": {**schemas, "Lost": {"$ref": "#/nowhere"}}}, "paths": {}}
    assert read(tmp_path, {"api.json": document}) == document


BROKEN = {
    "not there": ("api.json", None, "api.json: cannot be read: No such file or directory"),
    "empty": ("api.json", " \n", "api.json:2:1: the file is empty"),
    "empty yaml": ("api.yaml", "", "api.yaml:1:1: the file is empty"),
    "a list": ("api.json", "[]", "api.json:1:1: an OpenAPI document must be an object, with 'openapi: 3.1.0' in it"),
    "text": ("api.yaml", "just some text", "api.yaml:1:1: an OpenAPI document must be an object"),
    "not openapi": (
        "api.json",
        '{"name": "shop"}',
        "api.json:1:1: not an OpenAPI document, because it has no 'openapi'",
    ),
    "swagger 2": (
        "api.json",
        '{"swagger": "2.0"}',
        "api.json:1:2: Swagger 2.0 is not supported; convert it to OpenAPI 3",
    ),
    "version without quotes": ("api.yaml", "openapi: 3.1\n", "api.yaml:1:1: the version of OpenAPI must be text"),
    "unknown version": ("api.json", '{"openapi": "3.3.0"}', "api.json:1:2: OpenAPI '3.3.0' is not supported"),
    "cut off": (
        "api.json",
        '{"openapi": "3.1.0", "info": {',
        "api.json:1:31: not JSON: a key in double quotes is missing",
    ),
    "cut off in text": (
        "api.json",
        '{\n"openapi": "3.1',
        "api.json:2:12: not JSON: the quote that starts here is not closed",
    ),
    "cut off yaml": ("api.yaml", YAML[:-6], "api.yaml:12:1: not YAML: a comma is missing before this"),
    "a comma too many": (
        "api.json",
        '{"openapi": "3.1.0",\n}',
        # Python blames the comma itself since 3.13, and before that what follows it.
        "api.json:1:20: not JSON: delete this comma"
        if sys.version_info >= (3, 13)
        else "api.json:2:1: not JSON: a key in double quotes is missing",
    ),
    "no comma": ("api.json", '{"a": 1\n "b": 2}', "api.json:2:2: not JSON: a comma is missing before this"),
    "something after it": ("api.json", HEAD + "} {}", "not JSON: there is text after the end of the document"),
    "the same operation twice": (
        "api.json",
        HEAD + ', "paths": {"/a": {"get": {},\n "get": {}}}}',
        "api.json:2:2: duplicate key 'get'; it is also on line 1",
    ),
    "the same path twice": (
        "api.yaml",
        "openapi: 3.1.0\npaths:\n  /a: {}\n  /a: {}\n",
        "api.yaml:4:3: duplicate key '/a'; it is also on line 3",
    ),
    "NaN": ("api.json", HEAD + ', "x": NaN}', "NaN is not valid JSON; write a number, null, or text in quotes"),
    "infinite": ("api.json", HEAD + ', "x": [1e999]}', "this number is too large; if it is text, put it in quotes"),
    "too many digits": ("api.json", HEAD + ', "x": ' + "9" * 5000 + "}", "this number is too large"),
    "infinite yaml": ("api.yaml", "x: 1e999\n", "api.yaml:1:4: this number is too large"),
    "half a character": ("api.json", HEAD + ', "x":\n"\\ud83d"}', "api.json:2:1: not text: this escape is half"),
    "latin-1": ("api.json", b'{"a": "caf\xe9"}', "api.json:1:11: not UTF-8 (byte 0xE9); save the file as UTF-8 text"),
    "utf-16": ("api.json", "{}".encode("utf-16"), "api.json:1:1: not UTF-8 (byte 0xFF)"),
    "10,000 levels": ("api.json", NESTED, "nested more than 200 levels deep"),
    "10,000 levels of yaml": ("api.yaml", "x: " + "[" * 10_000, "nested more than 200 levels deep"),
    "a million brackets": ("api.json", "[" * 1_000_000, "api.json:1:201: nested more than 200 levels deep"),
    "aliases without end": (
        "api.yaml",
        BOMB,
        "KiB with '*j' expanded; repeat it less often",
    ),
}


@pytest.mark.parametrize(("name", "content", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_document_is_refused_at_its_place(tmp_path: Path, name: str, content: Any, message: str) -> None:
    found = refusal(tmp_path, {} if content is None else {name: content}, name)
    assert found.startswith(name)
    assert message in found
    assert len(found.splitlines()) == 1


def test_as_deep_as_allowed_is_read(tmp_path: Path) -> None:
    deep: Any = []
    for _ in range(MAX_DEPTH - 2):
        deep = [deep]
    document = {"openapi": "3.1.0", "x": deep}
    assert read(tmp_path, {"api.json": document}) == document
    assert f"nested more than {MAX_DEPTH} levels" in refusal(tmp_path, {"api.json": {**document, "x": [deep]}})


def test_largest_size_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi_file, "MAX_JSON_BYTES", 1 << 20)
    monkeypatch.setattr(openapi_file, "MAX_YAML_BYTES", 1 << 20)
    assert "api.json: larger than 1 MiB" in refusal(tmp_path, {"api.json": "{" + " " * (1 << 20) + "}"})
    assert "larger than 1 MiB; write it as JSON" in refusal(tmp_path, {"api.yaml": "#" * ((1 << 20) + 1)}, "api.yaml")


def test_every_value_of_a_text_has_its_place() -> None:
    text = '{"a": [1,\n  {"b}": {}}, []],\n "c": "x\\"]"}'
    assert list(json_file.scan_positions(text)) == [
        ((), 1, 1),
        (("a",), 1, 2),
        (("a", 0), 1, 8),
        (("a", 1), 2, 3),
        (("a", 1, "b}"), 2, 4),
        (("a", 2), 2, 15),
        (("c",), 3, 2),
    ]


BOOK = {"type": "object", "properties": {"title": {"type": "string"}}}


def document(**parts: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {}, **parts}


def body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def test_schema_of_another_file_is_one_component_however_often_it_is_used(tmp_path: Path) -> None:
    get = {"responses": {"200": body({"$ref": "schemas/Book.json"}), "201": body({"$ref": "./schemas/Book.json#"})}}
    found = read(tmp_path, {"api.json": document(paths={"/books": {"get": get}}), "schemas/Book.json": BOOK})
    ref = {"$ref": "#/components/schemas/Book"}
    assert found["paths"]["/books"]["get"]["responses"] == {"200": body(ref), "201": body(ref)}
    assert found["components"] == {"schemas": {"Book": BOOK}}


def test_component_that_is_in_another_file_stands_under_its_own_name(tmp_path: Path) -> None:
    """And so do those that refer to that file from elsewhere, through an index or not."""
    shelf = {"properties": {"book": {"$ref": "book.yaml"}, "next": {"$ref": "../api.json#/components/schemas/Shelf"}}}
    schemas = {"Volume": {"$ref": "schemas/index.yaml#/Book"}, "Shelf": {"$ref": "schemas/shelf.json"}}
    found = read(
        tmp_path,
        {
            "api.json": document(components={"schemas": schemas}),
            "schemas/index.yaml": "Book: {$ref: ./book.yaml}\n",
            "schemas/book.yaml": "type: object\nproperties: {sequel: {$ref: '#'}}\n",
            "schemas/shelf.json": shelf,
        },
    )
    volume = {"$ref": "#/components/schemas/Volume"}
    assert found["components"]["schemas"] == {
        "Volume": {"type": "object", "properties": {"sequel": volume}},
        "Shelf": {"properties": {"book": volume, "next": {"$ref": "#/components/schemas/Shelf"}}},
    }


def test_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    schemas = {"Book": BOOK, "Uses": {"items": {"$ref": "a.json#/Book"}, "not": {"$ref": "b.json#/x~1y%20Book"}}}
    files = {"a.json": {"Book": {"type": "string"}}, "b.json": {"x/y Book": {"type": "null"}}}
    found = read(tmp_path, {"api.json": document(components={"schemas": schemas}), **files})["components"]["schemas"]
    assert found["Uses"] == {
        "items": {"$ref": "#/components/schemas/Book_2"},
        "not": {"$ref": "#/components/schemas/x_y_Book"},
    }
    assert (found["Book"], found["Book_2"], found["x_y_Book"]) == (BOOK, {"type": "string"}, {"type": "null"})


def test_things_of_every_kind_become_components_of_their_kind(tmp_path: Path) -> None:
    operation = {
        "parameters": [{"$ref": "more.json#/page"}],
        "requestBody": {"$ref": "more.json#/body"},
        "responses": {
            "200": {"$ref": "more.json#/answer"},
            "400": {"content": {"application/json": {"examples": {"bad": {"$ref": "more.json#/bad"}}}}},
        },
        "callbacks": {"done": {"$ref": "more.json#/done"}},
    }
    more: dict[str, Any] = {
        "page": {"name": "page", "in": "query", "schema": {"$ref": "#/size"}},
        "size": {"type": "integer"},
        "body": body({"type": "string"}),
        "answer": {
            "description": "Fine",
            "headers": {"X-Left": {"$ref": "#/left"}},
            "links": {"next": {"$ref": "#/next"}},
        },
        "left": {"schema": {"type": "integer"}},
        "next": {"operationId": "next"},
        "bad": {"value": {"$ref": "is data here"}},
        "done": {"{$request.body#/url}": {"post": {"requestBody": {"$ref": "#/body"}, "responses": {}}}},
    }
    found = read(tmp_path, {"api.json": document(paths={"/a": {"post": operation}}), "more.json": more})
    assert found["components"] == {
        "parameters": {"page": {**more["page"], "schema": {"$ref": "#/components/schemas/size"}}},
        "requestBodies": {"body": more["body"]},
        "responses": {
            "answer": {
                "description": "Fine",
                "headers": {"X-Left": {"$ref": "#/components/headers/left"}},
                "links": {"next": {"$ref": "#/components/links/next"}},
            }
        },
        "examples": {"bad": more["bad"]},
        "callbacks": {
            "done": {
                "{$request.body#/url}": {
                    "post": {"requestBody": {"$ref": "#/components/requestBodies/body"}, "responses": {}}
                }
            }
        },
        "schemas": {"size": more["size"]},
        "headers": {"left": more["left"]},
        "links": {"next": more["next"]},
    }


def test_paths_of_other_files_are_written_out(tmp_path: Path) -> None:
    """There is nowhere else for them. What stands beside a reference wins over what is there."""
    paths = {"/books": {"$ref": "paths/books.yaml", "summary": "Ours"}, "/shelves": {"$ref": "paths/all.json#/~1s"}}
    get = {"responses": {"200": body({"$ref": "#/components/schemas/Book"})}}
    found = read(
        tmp_path,
        {
            "api.json": document(paths=paths, components={"schemas": {"Book": BOOK}}),
            "paths/books.yaml": "summary: Theirs\nget: {responses: {200: {content: {application/json: "
            "{schema: {$ref: '../api.json#/components/schemas/Book'}}}}}}\n",
            "paths/all.json": {"/s": {"$ref": "books.yaml"}},
        },
    )
    assert found["paths"] == {
        "/books": {"summary": "Ours", "get": get},
        "/shelves": {"summary": "Theirs", "get": get},
    }
    assert found["components"] == {"schemas": {"Book": BOOK}}


def test_mapping_of_a_discriminator_is_followed(tmp_path: Path) -> None:
    mapping = {"cat": "cat.json", "dog": "#/components/schemas/Dog", "cow": "Cow", "hen": "./all.json#/Hen"}
    pet = {"oneOf": [{"$ref": "cat.json"}], "discriminator": {"propertyName": "kind", "mapping": mapping}}
    files = {"cat.json": BOOK, "all.json": {"Hen": BOOK}}
    found = read(tmp_path, {"api.json": document(components={"schemas": {"Pet": pet, "Dog": BOOK}}), **files})
    schemas = found["components"]["schemas"]
    assert list(schemas) == ["Pet", "Dog", "cat", "Hen"]
    assert schemas["Pet"]["oneOf"] == [{"$ref": "#/components/schemas/cat"}]
    assert schemas["Pet"]["discriminator"]["mapping"] == {
        "cat": "#/components/schemas/cat",
        "dog": "#/components/schemas/Dog",
        "cow": "Cow",
        "hen": "#/components/schemas/Hen",
    }


def test_examples_and_names_are_no_references(tmp_path: Path) -> None:
    book = {
        "properties": {"$ref": {"type": "string"}, "example": {"type": "string"}},
        "example": {"$ref": "https://example.com/a.json"},
        "default": {"$ref": "../b.json"},
        "enum": [{"$ref": "c.json"}],
    }
    whole = document(components={"schemas": {"Book": book}})
    assert read(tmp_path, {"api.json": whole}) == whole


def test_files_that_were_read_are_known(tmp_path: Path) -> None:
    whole = document(components={"schemas": {"Book": {"$ref": "a/book.json"}}})
    read(
        tmp_path, {"api.json": whole, "a/book.json": {"items": {"$ref": "title.yaml"}}, "a/title.yaml": "type: string"}
    )
    names = ["api.json", "a/book.json", "a/title.yaml"]
    assert read_document(tmp_path / "api.json").files == tuple(tmp_path.resolve() / name for name in names)


REFUSED_REFS = {
    "https": ("https://example.com/a.json", "is not a file; URLs are not downloaded"),
    "without a scheme": ("//example.com/a.json", "is not a file"),
    "file": ("file:///etc/passwd", "is not a file"),
    "above": ("../outside.json", "is outside the document's folder; move that file into it"),
    "above, escaped": ("%2e%2e/outside.json", "is outside the document's folder"),
    "from the root": ("/etc/hostname", "is outside the document's folder"),
    "by a link": ("link.json", "is outside the document's folder"),
    "by a link of a folder": ("folder/outside.json", "is outside the document's folder"),
    "a circle of links": ("circle.json", "refers to a file that does not exist"),
    "not there": ("missing.json", "refers to a file that does not exist"),
    "a folder": ("sub", "refers to a file that does not exist"),
    "no name for a file": ("a\0b.json", "refers to a file that does not exist"),
    "no such place": ("other.json#/Nothing/0", "refers to '#/Nothing/0' in other.json, which does not exist"),
    "no such place there": ("other.json#/Lost", "refers to '#/Gone' in other.json, which does not exist"),
    "an anchor": ("other.json#book", "refers to an anchor; use a path"),
    "round and round": ("other.json#/Round", "refers to itself; write out the value"),
    "not JSON": ("broken.json", "broken.json:1:2: not JSON"),
}


@pytest.mark.parametrize(("ref", "message"), REFUSED_REFS.values(), ids=REFUSED_REFS)
def test_reference_that_cannot_be_followed_is_refused_at_its_place(tmp_path: Path, ref: str, message: str) -> None:
    root = tmp_path / "project"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "outside.json").write_text(json.dumps(BOOK), encoding="utf-8")
    os.symlink(tmp_path / "outside.json", root / "link.json")
    os.symlink(tmp_path, root / "folder")
    os.symlink(root / "circle.json", root / "circle.json")
    other = {"Lost": {"$ref": "#/Gone"}, "Round": {"$ref": "#/Dance"}, "Dance": {"$ref": "#/Round"}}
    text = f'{HEAD}, "components": {{"schemas": {{\n"Book": {{"items": {{\n"$ref": {json.dumps(ref)}}}}}}}}}}}'
    found = refusal(root, {"api.json": text, "other.json": other, "broken.json": "{,"})
    assert message in found
    assert found.startswith(("api.json:3:1: ", "other.json:1:", "broken.json:1:2: "))


def test_paths_that_lead_to_each_other_end(tmp_path: Path) -> None:
    files = {"a.json": {"post": {"callbacks": {"x": {"y": {"$ref": "a.json"}}}}}}
    found = refusal(tmp_path, {"api.json": document(paths={"/a": {"$ref": "a.json"}}), **files})
    assert "refers to itself" in found


def test_files_that_grow_without_end_when_written_out_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api_upgrades.sources.bundle.MAX_VALUES", 10_000)
    files = {
        f"{number}.json": {name: {"properties": {"$ref": f"{number + 1}.json"}} for name in "abcd"}
        for number in range(30)
    }
    whole = document(components={"schemas": {"A": {"properties": {"$ref": "0.json"}}}})
    assert "too large or too deeply nested" in refusal(tmp_path, {"api.json": whole, **files, "30.json": {}})


def test_everything_has_its_place_in_the_file_that_says_it(tmp_path: Path) -> None:
    """Also what was brought from a file that was brought itself. A reference is not where a thing is."""
    schemas = {"Book": {"$ref": "book.yaml"}, "Own": {"type": "string"}}
    read(
        tmp_path,
        {
            "api.json": json.dumps(document(paths={"$ref": "paths.yaml"}, components={"schemas": schemas}), indent=1),
            "paths.yaml": "/books:\n  $ref: books.yaml\n/shelf:\n  get: {responses: {200: {description: x}}}\n",
            "books.yaml": "get:\n responses: {200: {content: {a/b: {schema: {$ref: more.json#/Title}}}}}\n",
            "book.yaml": "type: object\nproperties:\n  title:\n    $ref: more.json#/Title\n",
            "more.json": '{\n"Title":\n{"type": "object", "properties": {\n"text": {}}}}',
        },
    )
    found = {}
    for pointer, file, line in read_document(tmp_path / "api.json").positions():
        assert pointer not in found
        found["/".join(map(str, pointer))] = f"{file.name}:{line}"
    wanted = {
        "paths//books/get": "books.yaml:1",
        "paths//shelf/get": "paths.yaml:4",
        "components/schemas/Own": "api.json:15",
        "components/schemas/Book": "book.yaml:1",
        "components/schemas/Book/properties/title": "book.yaml:3",
        "components/schemas/Title": "more.json:2",
        "components/schemas/Title/properties/text": "more.json:4",
    }
    assert {name: found.get(name) for name in wanted} == wanted
