"""Documents with mistakes: each is imported, noted once at its place, checked, shown, and exported as it came.

What no contract can hold is refused at its place, with what to do.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api_upgrades.cli import main
from api_upgrades.core.yaml_file import parse
from api_upgrades.project import Project
from api_upgrades.releases.public import restrict_to_public
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages

DOCUMENT = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
tags: []
servers: []
security: []
paths:
  /pots/{id}:
    get:
      operationId: getPot
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
      responses:
        "200":
          description: A pot.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Pot'}
    post:
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Pot'}}
      responses:
        "201": {description: Made.}
webhooks:
  pot.sold:
    post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Lid'}}}}, responses: {}}
components:
  securitySchemes: {}
  schemas:
    Pot:
      type: object
      required: [id]
      properties:
        id: {type: string}
        size: {type: integer, default: 1}
        kind: {type: string, enum: [a, b]}
        lid: {$ref: '#/components/schemas/Lid'}
    Lid:
      type: object
      properties:
        color: {type: string}
"""

Q = "        - {name: q, in: query, schema: {type: string}}\n"
MADE = '        "201": {description: Made.}\n'
GET = "      operationId: getPot\n"
LID = "    Lid:\n      type: object\n      properties:\n        color: {type: string}\n"
HOOK = next(line for line in DOCUMENT.splitlines() if line.startswith("    post: {"))

KEPT: dict[str, tuple[str, str, str]] = {
    # what stands in the document, what stands there instead, and the note: line, column and message
    "info is null": ('{title: Shop, version: "1"}', "", "2:1: #/info must be an object, but is null; it is kept"),
    "title is a number": ("title: Shop", "title: 5", "2:8: #/info/title must be text, but is 5"),
    "tags are null": ("tags: []", "tags:", "3:1: #/tags must be a list, but is null"),
    "tags are an object": ("tags: []", "tags: {a: 1}", "3:1: #/tags must be a list, but is an object"),
    "a tag without a name": ("tags: []", "tags: [{description: A}]", "3:8: #/tags/0 has no 'name'"),
    "a tag that is text": ("tags: []", "tags: [a]", '3:8: #/tags/0 must be an object, but is "a"'),
    "servers are an object": ("servers: []", "servers: {}", "4:1: #/servers must be a list, but is an object"),
    "security is an object": ("security: []", "security: {}", "5:1: #/security must be a list, but is an object"),
    "unknown scheme": ("security: []", "security: [{key: []}]", "5:13: #/security/0/key is not among the security sch"),
    "a path without a slash": ("  /pots/{id}:", "  pots/{id}:", "7:3: #/paths/pots~1{id} must start with a slash"),
    "paths are null": ("paths:\n", "paths:\nx-paths:\n", "6:1: #/paths must be an object, but is null"),
    "a path is null": ("  /pots/{id}:\n", "  /pans:\n  /pots/{id}:\n", "7:3: #/paths/~1pans must be an object, but"),
    "an operation is null": (
        "    post:\n      requ",
        "    put:\n    post:\n      requ",
        "19:5: #/paths/~1pots~1{id}/put must",
    ),
    "operationId is a number": (
        "operationId: getPot",
        "operationId: 5",
        "9:7: #/paths/~1pots~1{id}/get/operationId must be",
    ),
    "operationId twice": (
        "    post:\n      requ",
        "    post:\n      operationId: getPot\n      requ",
        "20:7: #/paths/~1pots~1{id}/post/operationId 'getPot' is also the operationId of GET /pots/{id}",
    ),
    "a description is a reference": (
        GET,
        GET + "      description: {$ref: a.md}\n",
        "10:7: #/paths/~1pots~1{id}/get/desc",
    ),
    "deprecated is text": (
        GET,
        GET + "      deprecated: 'yes'\n",
        "10:7: #/paths/~1pots~1{id}/get/deprecated must be tr",
    ),
    "a parameter is null": (Q, "        -\n", "12:10: #/paths/~1pots~1{id}/get/parameters/1 must be an object"),
    "a parameter without a name": (
        Q,
        "        - {in: query}\n",
        "12:11: #/paths/~1pots~1{id}/get/parameters/1 has no 'na",
    ),
    "a parameter in the body": (
        Q,
        "        - {name: q, in: body}\n",
        "12:21: #/paths/~1pots~1{id}/get/parameters/1/in mus",
    ),
    "a parameter twice": (
        Q,
        "        - {name: id, in: path, required: true, schema: {type: string}}\n",
        "12:11: #/paths/~1pots~1{id}/get/parameters/1 is a second path parameter 'id'; the last one counts",
    ),
    "callbacks are a list": (
        GET,
        GET + "      callbacks: []\n",
        "10:7: #/paths/~1pots~1{id}/get/callbacks must be an obj",
    ),
    "a response is null": (MADE, '        "201":\n', "24:9: #/paths/~1pots~1{id}/post/responses/201 must be an object"),
    "responses are null": (MADE, "", "23:7: #/paths/~1pots~1{id}/post/responses must be an object, but is null"),
    "content is null": (
        MADE,
        '        "201": {description: Made., content: }\n',
        "24:37: #/paths/~1pots~1{id}/post/respo",
    ),
    "a webhook is null": (HOOK + "\n", "", "26:3: #/webhooks/pot.sold must be an object, but is null"),
    "an operation of a webhook is null": (
        HOOK,
        "    post:",
        "27:5: #/webhooks/pot.sold/post must be an object, but is null",
    ),
    "a scheme is null": (
        "securitySchemes: {}",
        "securitySchemes: {a: }",
        "29:21: #/components/securitySchemes/a must be an",
    ),
    "required is true": ("required: [id]", "required: true", "33:7: #/components/schemas/Pot/required must be a list"),
    "a required name is null": (
        "[id]",
        "[id, null]",
        "33:22: #/components/schemas/Pot/required/1 must be text, but is null",
    ),
    "a required name is a number": (
        "[id]",
        "[id, 5]",
        "33:22: #/components/schemas/Pot/required/1 must be text, but is 5",
    ),
    "a required name that does not exist": (
        "[id]",
        "[id, no]",
        "33:7: #/components/schemas/Pot/required requires 'no', ",
    ),
    "properties are null": (
        LID,
        "    Lid:\n      type: object\n      properties:\n",
        "41:7: #/components/schemas/Lid/properties must be an object, but is null",
    ),
    "a property is null": (
        "id: {type: string}\n",
        "id:\n",
        "35:9: #/components/schemas/Pot/properties/id must be a schema",
    ),
    "a property is text": (
        "id: {type: string}\n",
        "id: string\n",
        "35:9: #/components/schemas/Pot/properties/id must be a",
    ),
    "an unknown type": (
        "{type: integer, default: 1}",
        "{type: int}",
        "36:16: #/components/schemas/Pot/properties/size/type",
    ),
    "a type is an object": (
        "{type: integer, default: 1}",
        "{type: {}}",
        "36:16: #/components/schemas/Pot/properties/size/type",
    ),
    "a default that does not fit": (
        "default: 1",
        "default: one",
        "36:31: #/components/schemas/Pot/properties/size/default",
    ),
    "a minimum is text": (
        "default: 1",
        "minimum: '1'",
        "36:31: #/components/schemas/Pot/properties/size/minimum must be a",
    ),
    "items are a list": (
        "{type: integer, default: 1}",
        "{type: array, items: []}",
        "36:29: #/components/schemas/Pot/prope",
    ),
    "an enum is an object": ("[a, b]", "{a: 1}", "37:30: #/components/schemas/Pot/properties/kind/enum must be a list"),
    "an enum is empty": ("[a, b]", "[]", "37:30: #/components/schemas/Pot/properties/kind/enum is empty, so no value"),
    "a pattern is no regular expression": (
        "{type: string, enum: [a, b]}",
        "{type: string, pattern: '[a'}",
        "37:30: #/components/schemas/Pot/properties/kind/pattern is not a regular expression (unterminated cha",
    ),
    "a pattern as JavaScript writes it": (
        "{type: string, enum: [a, b]}",
        "{type: string, pattern: '/^[a-z]$/i', example: a}",
        "37:30: #/components/schemas/Pot/properties/kind/pattern is not a regular expression (the slashes around it",
    ),
    "a reference is a number": (
        "lid: {$ref: '#/components/schemas/Lid'}",
        "lid: {$ref: 5}",
        "38:15: #/components/schemas/Pot",
    ),
    "a schema is text": (
        LID,
        "    Lid: object\n",
        "39:5: #/components/schemas/Lid must be an object; write {} for a schema",
    ),
    "a schema is null": (LID, "    Lid:\n", "39:5: #/components/schemas/Lid must be an object; write {} for a schema"),
    # no mistakes, or mistakes that only `check` finds
    "a schema is true": (LID, "    Lid: true\n", ""),
    "a schema is false": (LID, "    Lid: false\n", ""),
    "a reference leads nowhere": (
        "lid: {$ref: '#/components/schemas/Lid'}",
        "lid: {$ref: '#/components/schemas/No'}",
        "",
    ),
    "a reference leads to text": ("lid: {$ref: '#/components/schemas/Lid'}", "lid: {$ref: '#/info/title'}", ""),
    "an empty reference": ("lid: {$ref: '#/components/schemas/Lid'}", "lid: {$ref: ''}", ""),
    "a time without a zone": ("kind: {type: string", "kind: {type: string, format: time, example: '10:00:00'", ""),
    "an example that does not fit": ("default: 1", "example: big", ""),
    "multiple of zero": ("default: 1", "multipleOf: 0", ""),
    "a pattern that only JavaScript knows": (
        "{type: string, enum: [a, b]}",
        "{type: string, pattern: '^\\\\p{L}+$', example: a}",
        "",
    ),
    "extensions in maps": (
        MADE,
        MADE.replace("}", ", headers: {x-a: 1}, links: {x-b: hi}, content: {x-c: [1], text/plain: {}}}")
        + "        x-d: 1\n      callbacks: {x-e: null, done: {x-f: hi, '{$url}': {post: {}}}}\n",
        "",
    ),
    "extensions in components": ("securitySchemes: {}", "securitySchemes: {x-a: hi}\n  links: {x-b: 1}\n  x-c: hi", ""),
    "an extension among schemas": (LID, "    x-note: hi\n" + LID, ""),
    "an extension among paths": ("  /pots/{id}:\n", "  x-a: [1]\n  /pots/{id}:\n", ""),
    "names like those of values that are set aside": (
        LID,
        LID + "      x-ignored-enum: 1\n      x-written-as: true\n",
        "",
    ),
}


def run(*arguments: str | Path) -> str:
    """What a command prints. It succeeds, and ends with no traceback."""
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


@pytest.mark.parametrize("order", ["the mistake comes", "the mistake goes"])
@pytest.mark.parametrize(("was", "instead", "note"), KEPT.values(), ids=KEPT)
def test_mistake_is_kept_and_noted_once(tmp_path: Path, was: str, instead: str, note: str, order: str) -> None:
    faulty = DOCUMENT.replace(was, instead, 1)
    assert faulty != DOCUMENT
    texts = [DOCUMENT, faulty] if order == "the mistake comes" else [faulty, DOCUMENT]
    files = [tmp_path / f"{version}.yaml" for version in (1, 2)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    notes = [
        line for line in run("import", *files, "--out", tmp_path / "docs").splitlines() if line.startswith("note:")
    ]
    file = tmp_path / f"{texts.index(faulty) + 1}.yaml"
    assert [one.startswith(f"note: {file}:{note}") for one in notes] == ([True] if note else [])
    checked = run("--root", tmp_path / "docs", "check", "--allow-todo")
    if order == "the mistake comes":
        assert checked.count(f"note: changes/api/openapi.yaml:{note}") == (1 if note else checked.count("note:"))
    for version, text in enumerate(texts, 1):
        exported = run("--root", tmp_path / "docs", "export", str(version))
        assert json.dumps(json.loads(exported)) == json.dumps(parse(text.encode(), "a.yaml").data)
    history = restrict_to_public(Project(tmp_path / "docs", source="changes/api/openapi.yaml").load())
    pages = tuple(render_pages(history, Addresses("")))
    assert all(page.html for page in pages if isinstance(page, Page))
    assert all(file.render() for file in render_exports(history, Addresses(""), pages, ""))
    assert "Traceback" not in run("diff", *files)


@pytest.mark.parametrize("command", ["init", "import"])
def test_mistake_in_another_file_is_noted_there(tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("api.yaml").write_text(DOCUMENT.replace("'#/components/schemas/Lid'", "'lid.yaml#/Lid'"), encoding="utf-8")
    Path("lid.yaml").write_text("Lid:\n  type: object\n  required: true\n", encoding="utf-8")
    printed = (
        run("init", "--source", "api.yaml")
        if command == "init"
        else run("import", "api.yaml", "--version", "1", "--out", "docs")
    )
    assert [line for line in printed.splitlines() if line.startswith("note:")] == [
        "note: lid.yaml:3:3: #/Lid/required must be a list, but is true; it is kept and otherwise ignored"
    ]


def test_mistake_of_several_versions_is_noted_once_in_the_newest(tmp_path: Path) -> None:
    files = [tmp_path / f"{version}.yaml" for version in (1, 2, 3)]
    for file, text in zip(files, ("[id]", "true", "true"), strict=True):
        file.write_text(DOCUMENT.replace("[id]", text), encoding="utf-8")
    printed = run("import", *files, "--out", tmp_path / "docs")
    assert [line.partition(": #")[0] for line in printed.splitlines() if "note:" in line] == [f"note: {files[2]}:33:7"]


REFUSED = {
    # the document, and the error: line, column, what is wrong, and what to do
    "Swagger 2.0": ("swagger: '2.0'\n", "1:1: Swagger 2.0 is not supported; convert it to OpenAPI 3"),
    "no version": (DOCUMENT.replace("openapi: 3.1.0", "openapi:"), "1:1: not an OpenAPI document, because it has no "),
    "the same path twice": (DOCUMENT + "paths: {}\n", "43:1: duplicate key 'paths'; it is also on line 6"),
    "a file that does not exist": (
        DOCUMENT.replace("'#/components/schemas/Lid'}\n    Lid", "Lid}\n    Lid"),
        "38:15: 'Lid' refers to a file that does not exist; add the file, or fix the reference",
    ),
    "an address": (
        DOCUMENT.replace("'#/components/schemas/Lid'}\n    Lid", "'https://a.example/b.yaml'}\n    Lid"),
        "38:15: 'https://a.example/b.yaml' is not a file; URLs are not downloaded, so save it as a file next to this",
    ),
    "too deep": (DOCUMENT + "x-deep: " + "[" * 201 + "]" * 201, "43:208: nested more than 200 levels deep"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_refused_at_its_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "1.yaml"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["import", str(file), "--out", str(tmp_path / "docs")])
    assert result.exit_code == 1
    assert result.output.startswith(f"{file}:{message}")
    assert not (tmp_path / "docs").exists()
