"""Requests as code: Python with httpx, JavaScript with fetch.

Every text is written as a literal of the language, so that no example can leave its quotes.
"""

from __future__ import annotations

import json

from api_upgrades.core.json import Json
from api_upgrades.examples.http import FORM, MULTIPART, HttpRequest, content_type, form_fields, plain_text
from api_upgrades.openapi.schema import MISSING

INDENT = "    "


def as_httpx(request: HttpRequest) -> str:
    """A request in Python, with secrets read from environment variables."""
    secrets = {header.name: f'os.environ["{header.secret.upper()}"]' for header in request.headers if header.secret}
    lines = ["import os", ""] if secrets else []
    lines += ["import httpx", "", "response = httpx.request("]
    lines += [f"{INDENT}{_python_literal(request.method)},", f"{INDENT}{_python_literal(request.url)},"]
    headers = {header.name: header.value for header in request.headers}
    argument = ""
    if request.body is not MISSING:
        argument, added = _httpx_body(request)
        headers |= added
    if headers:
        lines.append(f"{INDENT}headers={{")
        for name, value in headers.items():
            secret = f" + {secrets[name]}" if name in secrets else ""
            lines.append(f"{INDENT * 2}{_python_literal(name)}: {_python_literal(value)}{secret},")
        lines.append(f"{INDENT}}},")
    if argument:
        lines.append(f"{INDENT}{argument},")
    return "\n".join([*lines, ")", "response.raise_for_status()", "print(response.text)"])


def _httpx_body(request: HttpRequest) -> tuple[str, dict[str, str]]:
    """The argument that sends a body, and the headers that httpx does not set itself."""
    if request.media_type == MULTIPART:
        parts = [
            f"({_python_literal(name)}, (None, {_python_literal(text)}))" for name, text in form_fields(request.body)
        ]
        return f"files=[{', '.join(parts)}]", {}
    if request.media_type == FORM:
        grouped: dict[str, list[str]] = {}
        for name, text in form_fields(request.body):
            grouped.setdefault(name, []).append(text)
        return f"data={_python_literal(grouped, 1)}", {}
    plain = plain_text(request.media_type, request.body)
    if plain is not None:
        return f"content={_python_literal(plain)}", {"Content-Type": content_type(request)}
    own = {} if request.media_type == "application/json" else {"Content-Type": request.media_type}
    return f"json={_python_literal(request.body, 1)}", own


def _python_literal(value: Json, depth: int = 0) -> str:
    """A JSON value as a Python literal."""
    inner, outer = INDENT * (depth + 1), INDENT * depth
    if isinstance(value, dict) and value:
        items = [f"{inner}{_python_literal(key)}: {_python_literal(item, depth + 1)},\n" for key, item in value.items()]
        return "{\n" + "".join(items) + outer + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{_python_literal(item, depth + 1)},\n" for item in value) + outer + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def as_fetch(request: HttpRequest) -> str:
    """A request in JavaScript, with secrets read from environment variables."""
    lines = [f"const response = await fetch({json.dumps(request.url)}, {{", f"  method: {json.dumps(request.method)},"]
    headers = [
        f"    {json.dumps(header.name)}: {json.dumps(header.value, ensure_ascii=False)}"
        + (f" + process.env.{header.secret.upper()}" if header.secret else "")
        for header in request.headers
    ]
    if request.body is not MISSING and request.media_type != MULTIPART:
        headers.append(f'    "Content-Type": {json.dumps(content_type(request))}')
    if headers:
        lines += ["  headers: {", *(f"{header}," for header in headers), "  },"]
    if request.body is not MISSING:
        lines.append(f"  body: {_fetch_body(request)},")
    return "\n".join([*lines, "});", "console.log(await response.text());"])


def _fetch_body(request: HttpRequest) -> str:
    if request.media_type in (FORM, MULTIPART):
        pairs = json.dumps([list(pair) for pair in form_fields(request.body)], ensure_ascii=False)
        if request.media_type == FORM:
            return f"new URLSearchParams({pairs})"
        return f"{pairs}.reduce((form, [name, text]) => (form.append(name, text), form), new FormData())"
    text = plain_text(request.media_type, request.body)
    if text is not None:
        return json.dumps(text, ensure_ascii=False)
    literal = json.dumps(request.body, indent=2, ensure_ascii=False).replace("\n", "\n  ")
    return f"JSON.stringify({literal})"
