"""The calls that pages show in several languages, each run against a server of our own: all must ask for the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from api_upgrades.examples import http, snippets
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import Project

ROOT = Path(__file__).parent.parent
Asked = tuple[str, str, dict[str, str], bytes]


class Recorder(ThreadingHTTPServer):
    """Answers everything, and keeps what it was asked."""

    asked: list[Asked]


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    server = Recorder(("127.0.0.1", 0), _Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def operation(body: object, media_type: str = "application/json") -> Contract:
    """A contract with one operation, whose body has the example."""
    schema = {"examples": [body]}
    content = {media_type: {"schema": schema}}
    return Contract.from_openapi(
        {
            "openapi": "3.1.0",
            "paths": {"/things/a b": {"post": {"requestBody": {"content": content}, "responses": {}}}},
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
            "x-api-version": {"header": "X-Version"},
        }
    )


AWKWARD = {
    "text": "a \"quote\"\nand 'another' \\ ${x} `y` </script> é 中",
    "none": None,
    "yes": True,
    "n": [1, 2.5, []],
}
CASES = [
    pytest.param(operation(AWKWARD), id="awkward JSON"),
    pytest.param(operation({"a": "1 & 2", "b": ["x", "y"]}, http.FORM), id="form"),
    pytest.param(operation('plain\n"text"', "text/plain"), id="text"),
]


def asked_here(recorder: Recorder, contract: Contract, name: str | None = None) -> http.HttpRequest:
    """The call of an operation, sent to our server instead of the API's."""
    part = next(one for one in contract.of_kind("operation") if name in (None, one.name))
    request = http.build_request(contract, part, "2023-06-26")
    url = urlsplit(request.url)._replace(scheme="http", netloc=f"127.0.0.1:{recorder.server_port}").geturl()
    return replace(request, url=url)


def run(recorder: Recorder, command: list[str]) -> Asked:
    environment = {**os.environ, "TOKEN": "secret"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return recorder.asked.pop()


def told(asked: Asked) -> tuple[object, ...]:
    """What the caller said; names of files and libraries in headers aside."""
    method, path, headers, body = asked
    media_type = headers.get("content-type", "").partition(";")[0]
    content: object = body
    if media_type == "application/json":
        content = json.loads(body)
    elif media_type == http.FORM:
        content = parse_qsl(body.decode())
    return method, path, headers["authorization"], headers["x-version" if "x-version" in headers else VERSION], content


VERSION = "x-nabla-api-version"


def by_python(recorder: Recorder, request: http.HttpRequest, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What a call in Python asks for, run in this process since starting one takes longer than the call."""
    monkeypatch.setenv("TOKEN", "secret")
    exec(compile(snippets.as_httpx(request), "snippet", "exec"), {})
    return recorder.asked.pop()


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} on this machine to run the snippets with")
    return found


def in_shell(request: http.HttpRequest) -> list[str]:
    program("curl")
    return ["sh", "-c", http.as_curl(request)]


def in_node(request: http.HttpRequest) -> list[str]:
    return [program("node"), "--input-type=module", "-e", snippets.as_fetch(request)]


@pytest.mark.parametrize("contract", CASES)
def test_all_languages_ask_for_the_same(
    recorder: Recorder, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked_here(recorder, contract)
    by_curl = told(run(recorder, in_shell(request)))
    assert by_curl[2:4] == ("Bearer secret", "2023-06-26")
    assert told(by_python(recorder, request, monkeypatch)) == by_curl
    assert told(run(recorder, in_node(request))) == by_curl


@pytest.mark.slow
def test_every_call_of_the_server_api_runs(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = Project(ROOT).load().contracts["2023-06-26"]
    names = [part.name for part in contract.of_kind("operation")]
    requests = [asked_here(recorder, contract, name) for name in names]
    by_curl = [told(run(recorder, in_shell(request))) for request in requests]
    assert [str(asked[0]) for asked in by_curl] == [name.partition(" ")[0] for name in names]
    assert [told(by_python(recorder, request, monkeypatch)) for request in requests] == by_curl
    # One process for all: each snippet in a block of its own.
    blocks = "\n".join(f"{{\n{snippets.as_fetch(request)}\n}}" for request in requests)
    run(recorder, [program("node"), "--input-type=module", "-e", blocks])
    assert [told(asked) for asked in recorder.asked] == by_curl[: len(recorder.asked)]
    assert len(recorder.asked) == len(by_curl) - 1


def test_a_multipart_form_keeps_its_fields(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked_here(recorder, operation({"name": 'x"y', "note": "z"}, http.MULTIPART))
    by_curl = run(recorder, in_shell(request))
    for _, _, headers, body in (by_curl, by_python(recorder, request, monkeypatch), run(recorder, in_node(request))):
        assert headers["content-type"].startswith("multipart/form-data; boundary=")
        assert b'x"y' in body
        assert b'name="note"' in body


def test_no_example_leaves_its_quotes() -> None:
    contract = operation({"text": '"); process.exit(7); ("', "other": "'''\"\"\"\nimport sys; sys.exit(7)"})
    part = next(contract.of_kind("operation"))
    request = http.build_request(contract, part, "1")
    compile(snippets.as_httpx(request), "snippet", "exec")
    assert '\\"); process.exit(7); (\\"' in snippets.as_fetch(request)
