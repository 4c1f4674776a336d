from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.examples.http import Header, as_curl, as_http, as_response, build_request
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from tests.documents import contract, every_document

BEARER = {
    "security": [{"bearer": []}],
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}
VERSION = "2023-06-26"


def contract_of(name: str, operation: dict[str, Any], **document: Any) -> tuple[Contract, Part]:
    part = Part("operation", name)
    *outer, key = part.path_item_pointer
    paths = {part.path: {outer[0]: {key: operation}} if outer else {key: operation}}
    servers = [{"url": "https://api.example.org/v1/"}]
    return Contract.from_openapi({"openapi": "3.1.0", "servers": servers, "paths": paths, **document}), part


def body_of(media_type: str, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {name: {"examples": [value]} for name, value in properties.items()}}
    return {"requestBody": {"content": {media_type: {"schema": schema}}}}


def test_as_people_read_it() -> None:
    operation = {
        "parameters": [
            {"$ref": "#/components/parameters/ApiVersion"},
            {"name": "id", "in": "path", "required": True, "schema": {"examples": ["7d5c"]}},
        ],
        **body_of("application/json", content={"text": "It's fine"}),
    }
    parameters = {"ApiVersion": {"name": "X-Api-Version", "in": "header", "schema": {"type": "string"}}}
    document = {
        **BEARER,
        "components": {**BEARER["components"], "parameters": parameters},  # type: ignore[dict-item]  # JSON
        "x-api-version": {"header": "X-Api-Version", "query": "api-version"},
    }
    call = build_request(*contract_of("POST /conversations/{id}/messages", operation, **document), VERSION)
    assert as_http(call) == (
        "POST /v1/conversations/7d5c/messages HTTP/1.1\n"
        "Host: api.example.org\n"
        "Authorization: Bearer <token>\n"
        "X-Api-Version: 2023-06-26\n"
        "Content-Type: application/json\n"
        "\n"
        '{\n  "content": {\n    "text": "It\'s fine"\n  }\n}'
    )
    assert as_curl(call) == (
        "curl -X POST https://api.example.org/v1/conversations/7d5c/messages \\\n"
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        "  -H 'X-Api-Version: 2023-06-26' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        """  --data-raw '{\n  "content": {\n    "text": "It'"'"'s fine"\n  }\n}'"""
    )


def query(name: str, value: Any, **beside: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"examples": [value]}, **beside}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param([], "", id="none"),
        pytest.param([query("phone", "+33 6&7")], "?phone=%2B33%206%267", id="encoded"),
        pytest.param([query("at", "2023-06-26T08:30:00Z")], "?at=2023-06-26T08:30:00Z", id="no more than needed"),
        pytest.param([query("a", 1), query("b", True), query("c", None)], "?a=1&b=true&c=null", id="JSON values"),
        pytest.param([query("tag", ["a", "b,c"])], "?tag=a&tag=b%2Cc", id="list"),
        pytest.param([query("tag", ["a", "b,c"], explode=False)], "?tag=a,b%2Cc", id="list in one"),
        pytest.param([query("tag", ["a", "b"], style="pipeDelimited")], "?tag=a%7Cb", id="list with bars"),
        pytest.param([query("page", {"size": 5}, style="deepObject")], "?page%5Bsize%5D=5", id="deep object"),
        pytest.param([query("page", {"size": 5})], "?size=5", id="object"),
        pytest.param([query("page", {"size": 5}, explode=False)], "?page=size,5", id="object in one"),
        pytest.param(
            [{"name": "q", "in": "query", "content": {"application/json": {"schema": {}, "example": {"a": 1}}}}],
            "?q=%7B%22a%22:%201%7D",
            id="JSON",
        ),
        pytest.param([{"name": "q", "in": "query", "schema": {"type": "string"}}], "", id="optional without example"),
        pytest.param(
            [{"name": "q", "in": "query", "required": True, "schema": {"type": "integer"}}], "?q=1", id="required"
        ),
        pytest.param([query("q", 1, **{"x-example-omit": True})], "", id="omitted"),
        pytest.param([query("q", 1, deprecated=True, **{"x-replaced-by": "p"})], "", id="replaced"),
        pytest.param([query("a b", 1)], "?a%20b=1", id="name encoded"),
    ],
)
def test_query(parameters: list[dict[str, Any]], expected: str) -> None:
    call = build_request(*contract_of("GET /things", {"parameters": parameters}), VERSION)
    assert call.url == f"https://api.example.org/v1/things{expected}"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("GET /a/{id}", {"examples": ["x/y?z"]}, "/a/x%2Fy%3Fz", id="encoded"),
        pytest.param("GET /a/{id}/b", {"examples": [["x", "y"]]}, "/a/x,y/b", id="list"),
        pytest.param("GET /a/{id}", {"type": "string"}, "/a/{id}", id="no example"),
        pytest.param("GET /a/{other}", {"examples": ["x"]}, "/a/{other}", id="not declared"),
        pytest.param("GET /a b/#c", {}, "/a%20b/%23c", id="the path itself"),
        pytest.param("GET /a?do=it", {}, "/a?do=it", id="a query in the path"),
    ],
)
def test_path(name: str, value: dict[str, Any], expected: str) -> None:
    parameter = {"name": "id", "in": "path", "required": True, "schema": value}
    call = build_request(*contract_of(name, {"parameters": [parameter]}), VERSION)
    assert call.url == f"https://api.example.org/v1{expected}"


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        pytest.param({"url": "https://eu.example.org"}, "https://eu.example.org/x", id="its address"),
        pytest.param(
            {"url": "https://{region}.example.org/v{n}", "variables": {"region": {"default": "eu"}}},
            "https://eu.example.org/v{n}/x",
            id="variables",
        ),
        pytest.param({"url": "/v1"}, "https://api.example.com/v1/x", id="relative"),
        pytest.param({"url": "/"}, "https://api.example.com/x", id="only a slash"),
        pytest.param({"url": "https://[bad"}, "https://%5Bbad/x", id="no address"),
    ],
)
def test_server(server: dict[str, Any], expected: str) -> None:
    assert build_request(*contract_of("GET /x", {}, servers=[server]), VERSION).url == expected
    assert build_request(*contract_of("GET /x", {"servers": [server]}), VERSION).url == expected


def test_no_server() -> None:
    assert build_request(*contract_of("GET /x", {}, servers=[]), VERSION).url == "https://api.example.com/x"


@pytest.mark.parametrize(
    ("scheme", "expected", "in_shell"),
    [
        ({"type": "http", "scheme": "bearer"}, "Authorization: Bearer <token>", '"Authorization: Bearer $TOKEN"'),
        ({"type": "oauth2", "flows": {}}, "Authorization: Bearer <token>", '"Authorization: Bearer $TOKEN"'),
        (
            {"type": "http", "scheme": "basic"},
            "Authorization: Basic <credentials>",
            '"Authorization: Basic $CREDENTIALS"',
        ),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, "X-Key: <api_key>", '"X-Key: $API_KEY"'),
        ({"type": "apiKey", "in": "cookie", "name": "key"}, "Cookie: key=<api_key>", '"Cookie: key=$API_KEY"'),
        ({"type": "apiKey", "in": "header", "name": "`id`"}, "`id`: <api_key>", "'`id`: '\"$API_KEY\""),
    ],
)
def test_credentials(scheme: dict[str, Any], expected: str, in_shell: str) -> None:
    document = {"security": [{"it": []}, {"other": []}], "components": {"securitySchemes": {"it": scheme}}}
    call = build_request(*contract_of("GET /x", {}, **document), VERSION)
    assert as_http(call).splitlines()[2:] == [expected]
    assert as_curl(call).endswith(f"-H {in_shell}")


@pytest.mark.parametrize(
    ("operation", "document", "expected"),
    [
        pytest.param({"security": []}, BEARER, "https://api.example.org/v1/x", id="none needed"),
        pytest.param({"security": [{}, {"bearer": []}]}, BEARER, "https://api.example.org/v1/x", id="not required"),
        pytest.param({"security": [{"nothing": []}]}, BEARER, "https://api.example.org/v1/x", id="not declared"),
        pytest.param(
            {"security": [{"key": []}]},
            {"components": {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}}}},
            "https://api.example.org/v1/x?k=API_KEY",
            id="in the query",
        ),
        pytest.param(
            {},
            {"x-api-version": {"query": "v"}},
            f"https://api.example.org/v1/x?v={VERSION}",
            id="version in the query",
        ),
    ],
)
def test_no_credentials_in_headers(operation: dict[str, Any], document: dict[str, Any], expected: str) -> None:
    call = build_request(*contract_of("GET /x", operation, **document), VERSION)
    assert (call.url, call.headers) == (expected, ())


def test_headers_of_parameters() -> None:
    names = ("Idempotency-Key", "Content-Type", "x-api-version")
    parameters = [{**query(name, "a\r\nb: c"), "in": "header"} for name in names]
    document = {"x-api-version": {"header": "X-Api-Version"}}
    call = build_request(*contract_of("GET /x", {"parameters": parameters}, **document), "1\n2")
    assert call.headers == (Header("X-Api-Version", "1 2"), Header("Idempotency-Key", "a b: c"))


@pytest.mark.parametrize(
    ("media_type", "body", "in_http", "in_curl"),
    [
        pytest.param(
            "application/problem+json", {"a": "é"}, '{\n  "a": "é"\n}', '--data-raw \'{\n  "a": "é"\n}\'', id="JSON"
        ),
        pytest.param(
            "application/x-www-form-urlencoded",
            {"a": "1&2", "b": [1, True], "c": {"d": None}},
            "a=1%262&b=1&b=true&c=%7B%22d%22:%20null%7D",
            "--data-raw 'a=1%262&b=1&b=true&c=%7B%22d%22:%20null%7D'",
            id="form",
        ),
        pytest.param(
            "multipart/form-data",
            {"file": "@/etc/passwd", 'a"b': 1},
            '--boundary\nContent-Disposition: form-data; name="file"\n\n@/etc/passwd\n'
            '--boundary\nContent-Disposition: form-data; name="a%22b"\n\n1\n--boundary--',
            "--form-string file=@/etc/passwd \\\n  --form-string 'a\"b=1'",
            id="parts",
        ),
    ],
)
def test_bodies(media_type: str, body: dict[str, Any], in_http: str, in_curl: str) -> None:
    call = build_request(*contract_of("PUT /x", body_of(media_type, **body)), VERSION)
    head, _, text = as_http(call).partition("\n\n")
    assert head.splitlines()[-1].startswith(f"Content-Type: {media_type}")
    assert text == in_http
    assert as_curl(call).endswith(in_curl)


ITEM = {"properties": {"t": {"examples": ["it's"]}, "n": {"examples": [1]}}}
EVENT = {"properties": {"data": {"examples": ["a\nb"]}, "id": {"examples": ["7"]}}}


@pytest.mark.parametrize(
    ("media_type", "media", "in_http", "in_curl"),
    [
        ("application/jsonl", {"itemSchema": ITEM}, '{"t": "it\'s", "n": 1}', """'{"t": "it'"'"'s", "n": 1}'"""),
        ("application/x-ndjson", {"schema": ITEM}, '{"t": "it\'s", "n": 1}', """'{"t": "it'"'"'s", "n": 1}'"""),
        ("application/jsonl", {"schema": {"examples": [[1, {"a": "\n"}]]}}, '1\n{"a": "\\n"}', """'1\n{"a": "\\n"}'"""),
        ("application/jsonl", {"schema": {"type": "string", "examples": ["1\n2"]}}, "1\n2", "'1\n2'"),
        (
            "application/geo+json-seq",
            {"schema": {"examples": [[1, 2]]}},
            "␞1\n␞2",
            r"""''$'\x1e''1
'$'\x1e''2'""",
        ),
        ("text/event-stream", {"itemSchema": EVENT}, "data: a\ndata: b\nid: 7", "'data: a\ndata: b\nid: 7'"),
        ("text/event-stream", {"schema": {"examples": [[1, {"t": 2}]]}}, 'data: 1\n\ndata: {"t": 2}', None),
        ("text/event-stream; charset=utf-8", {"schema": {"examples": ["a: b"]}}, "a: b", "'a: b'"),
    ],
)
def test_sequences(media_type: str, media: dict[str, Any], in_http: str, in_curl: str | None) -> None:
    body = {"requestBody": {"content": {media_type: media}}}
    call = build_request(*contract_of("QUERY /x", body), VERSION)
    assert as_http(call).endswith(f"\nContent-Type: {media_type}\n\n{in_http}")
    assert in_curl is None or as_curl(call).endswith(f"-H 'Content-Type: {media_type}' \\\n  --data-raw {in_curl}")
    assert as_response("200", call.body, media_type).endswith(f"\nContent-Type: {media_type}\n\n{in_http}")


def test_parts_without_names() -> None:
    body = {"requestBody": {"content": {"multipart/mixed": {"schema": {"examples": [["a", {"b": 1}]]}}}}}
    assert as_http(build_request(*contract_of("POST /x", body), VERSION)).endswith(
        "\nContent-Type: multipart/mixed; boundary=boundary\n\n"
        "--boundary\nContent-Type: text/plain\n\na\n"
        '--boundary\nContent-Type: application/json\n\n{"b": 1}\n--boundary--'
    )


@pytest.mark.parametrize(
    ("media_type", "value", "expected"),
    [
        (
            "application/x-www-form-urlencoded",
            {"foo": "a + b", "bar": True, "l": [1, 2]},
            "foo=a%20%2B%20b&bar=true&l=1&l=2",
        ),
        ("application/json", {"numbers": [1, 2], "flag": None}, "%7B%22numbers%22:%5B1%2C2%5D%2C%22flag%22:null%7D"),
        ("application/jsonpath", "$.a.b[1:1]", "%24.a.b%5B1:1%5D"),
    ],
)
def test_the_whole_query_string(media_type: str, value: Any, expected: str) -> None:
    content = {media_type: {"examples": {"a": {"dataValue": value}}}}
    operation = {"parameters": [{"name": "q", "in": "querystring", "required": True, "content": content}]}
    assert build_request(*contract_of("GET /x", operation), VERSION).url == f"https://api.example.org/v1/x?{expected}"


def test_plain_text() -> None:
    operation = {"requestBody": {"content": {"text/plain": {"schema": {"examples": ["@file"]}}}}}
    call = build_request(*contract_of("POST /x", operation), VERSION)
    assert as_http(call).endswith("Content-Type: text/plain\n\n@file")
    assert as_curl(call).endswith("-H 'Content-Type: text/plain' \\\n  --data-raw @file")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("GET", "curl https:"),
        ("HEAD", "curl --head https:"),
        ("DELETE", "curl -X DELETE https:"),
        ("QUERY", "curl -X QUERY https:"),
        ("M-SEARCH", "curl -X M-SEARCH https:"),
        ("it's", """curl -X 'it'"'"'s' https:"""),
    ],
)
def test_method(method: str, expected: str) -> None:
    assert as_curl(build_request(*contract_of(f"{method} /x", {}), VERSION)).startswith(expected)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (as_response("201", {"id": 1}), 'HTTP/1.1 201 Created\nContent-Type: application/json\n\n{\n  "id": 1\n}'),
        (as_response("200", None), "HTTP/1.1 200 OK\nContent-Type: application/json\n\nnull"),
        (as_response("204"), "HTTP/1.1 204 No Content"),
        (as_response("200", "a,b", "text/csv"), "HTTP/1.1 200 OK\nContent-Type: text/csv\n\na,b"),
        (as_response("4XX"), "HTTP/1.1 4XX"),
        (as_response("default"), "HTTP/1.1 default"),
        (as_response("299"), "HTTP/1.1 299"),
        (as_response("²"), "HTTP/1.1 ²"),
    ],
)
def test_response(answer: str, expected: str) -> None:
    assert answer == expected


def hostile_call(text: str) -> tuple[Contract, Part]:
    """A call that has a text wherever a contract may put one."""
    operation = {
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"examples": [text]}},
            query(text, text),
            {**query(text, text), "in": "header"},
        ],
        **body_of("application/json", it=text),
    }
    document = {
        "security": [{"it": []}],
        "components": {"securitySchemes": {"it": {"type": "apiKey", "in": "header", "name": text}}},
        "servers": [{"url": "https://api.example.org/" + text}],
        "x-api-version": {"header": text + "!"},
    }
    return contract_of("POST /x/{id}", operation, **document)


HOSTILE = [
    "'; touch pwned; '",
    '"; touch pwned; "',
    "`touch pwned`",
    "$(touch pwned)",
    "a\n\ntouch pwned\n",
    "\\",
    "\\'; touch pwned #",
    "!!",
    "--output=pwned",
    "@pwned",
    "a\r\nX-Evil: 1\r\n\r\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_shell_runs_nothing_but_curl(text: str, tmp_path: Path) -> None:
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("there is no sh to run the command with")
    call = build_request(*hostile_call(text), VERSION)
    script = "curl() { for one; do printf '%s\\0' \"$one\"; done; }\nAPI_KEY=secret\n" + as_curl(call)
    run = subprocess.run([shell, "-eu"], input=script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
    headers = [f"{one.name}: {one.value}" + ("secret" if one.secret else "") for one in call.headers]
    arguments = run.stdout.split("\0")[:-1]
    assert arguments[:3] == ["-X", "POST", call.url]
    assert [one for one in arguments if one in headers] == headers
    assert json.loads(arguments[-1]) == {"it": text}


@given(text=st.text())
def test_no_text_ends_a_line(text: str) -> None:
    call = build_request(*hostile_call(text), VERSION)
    head, _, body = as_http(call).partition("\n\n")
    assert len(head.split("\n")) == 2 + len(call.headers) + 1
    assert json.loads(body) == {"it": text}
    for header in call.headers:
        assert ":" not in header.name
        assert not header.name.startswith("@")  # curl would read a file


@every_document
def test_real_documents(path: Path) -> None:
    whole = contract(path)
    for part in whole.of_kind("operation"):
        call = build_request(whole, part, VERSION)
        assert as_http(call).startswith(f"{part.method} /")
        assert call.url.startswith("https://")
        assert as_curl(call).startswith("curl ")
