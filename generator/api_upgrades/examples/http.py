"""Requests and responses as HTTP text and as curl commands, composed from a contract.

Every text from a contract is encoded for its context: no example can end a header or leave the quotes of a shell.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.examples.compose import as_json, compose, compose_body, is_sent
from api_upgrades.examples.sequence import BOUNDARY, RECORD_SEPARATOR, sequence_text
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import JSON_MEDIA_TYPE, media_type
from api_upgrades.openapi.operation import (
    SECURITY_SCHEME_REF,
    Parameter,
    operation_object,
    parameters,
    path_item,
    request_body,
    resolve_shared,
)
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import MISSING, as_text

DEFAULT_SERVER = "https://api.example.com"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Header:
    """A header field. `secret`, if set, names a secret that follows the value: `token`, `api_key` or `credentials`."""

    name: str
    value: str
    secret: str = ""


@dataclass(frozen=True)
class HttpRequest:
    """One request. Without a body, `body` is MISSING and `media_type` empty."""

    method: str
    url: str
    headers: tuple[Header, ...]
    media_type: str = ""
    body: Json = MISSING


def build_request(contract: Contract, part: Part, version: str) -> HttpRequest:
    """Compose a request that calls an operation and selects an API version.

    It has the required parameters and those optional ones that have an example.
    """
    operation = operation_object(contract, part)
    version_parameter: Mapping[str, str] = contract.document.get("x-api-version", {})
    version_names = {name.lower() for name in version_parameter.values()}
    sent = [
        (parameter, compose(contract, parameter.schema, "request"))
        for parameter in parameters(contract, part)
        if parameter.name.lower() not in version_names
        and (parameter.location == "path" or is_sent(contract, parameter.schema, parameter.required))
    ]
    credentials = list(_credentials(contract, operation))
    headers = [header for header in credentials if isinstance(header, Header)]
    query = [text for text in credentials if isinstance(text, str)]
    if "header" in version_parameter:
        headers.append(Header(_header_name(version_parameter["header"]), _single_line(version)))
    elif "query" in version_parameter:
        query.append(f"{_encode(version_parameter['query'])}={_encode(version)}")
    path = {}
    for parameter, value in sent:
        if parameter.location == "path":
            if is_sent(contract, parameter.schema, False):  # else `{name}` in the URL says more than a placeholder
                path[parameter.name] = _join(value, _encode)
        elif parameter.location == "query":
            query += _serialize_query(parameter, value)
        elif parameter.location == "querystring":
            query += _serialize_querystring(parameter, value)
        elif parameter.location == "header" and parameter.name.lower() not in _IGNORED_HEADERS:
            headers.append(Header(_header_name(parameter.name), _single_line(_join(value, str))))
    url = _server_url(contract, part, operation) + _fill_template(part.path, path)
    if query:
        url += ("&" if "?" in url else "?") + "&".join(query)
    body = request_body(contract, part)
    if body is None:
        return HttpRequest(part.method, url, tuple(headers))
    value = compose_body(contract, body, "request")
    return HttpRequest(part.method, url, tuple(headers), _single_line(body.media_type), value)


_IGNORED_HEADERS = ("accept", "content-type", "authorization")
"""Headers that OpenAPI describes elsewhere. The specification says to ignore parameters with these names."""


def as_http(request: HttpRequest) -> str:
    """A request as HTTP text, with secrets as `<token>`."""
    url = urlsplit(request.url)
    lines = [
        f"{request.method} {url.path or '/'}{'?' + url.query if url.query else ''} HTTP/1.1",
        f"Host: {url.netloc}",
    ]
    for header in request.headers:
        lines.append(f"{header.name}: {header.value}" + (f"<{header.secret}>" if header.secret else ""))
    return "\n".join([*lines, *_body_lines(request.media_type, request.body)])


def as_curl(request: HttpRequest) -> str:
    """A request as a shell command, with secrets as variables: `$TOKEN`."""
    method = {"GET": [], "HEAD": ["--head"]}.get(request.method, ["-X", shlex.quote(request.method)])
    parts = [" ".join(["curl", *method, shlex.quote(request.url)])]
    for header in request.headers:
        text = f"{header.name}: {header.value}"
        parts.append("-H " + (_quote_with_variable(text, header.secret) if header.secret else shlex.quote(text)))
    if request.body is MISSING:
        pass
    elif request.media_type == MULTIPART:  # curl writes this header itself
        parts += [f"--form-string {shlex.quote(f'{name}={text}')}" for name, text in form_fields(request.body)]
    else:
        parts.append("-H " + shlex.quote(f"Content-Type: {content_type(request)}"))
        text = shlex.quote(_body_text(request.media_type, request.body))
        parts.append("--data-raw " + text.replace(RECORD_SEPARATOR, r"'$'\x1e''"))
    return " \\\n  ".join(parts)


def as_response(status: str, body: Json = MISSING, media_type: str = JSON_MEDIA_TYPE) -> str:
    """A response as HTTP text. A range of statuses (`4XX`) and `default` are written without a reason phrase."""
    phrase = HTTPStatus(int(status)).phrase if status in _KNOWN_STATUSES else ""
    return "\n".join(
        [f"HTTP/1.1 {_single_line(status)} {phrase}".rstrip(), *_body_lines(_single_line(media_type), body)]
    )


_KNOWN_STATUSES = {str(status.value) for status in HTTPStatus}


def _body_lines(media_type: str, body: Json) -> list[str]:
    """The lines that a body adds to a message: the `Content-Type` header, an empty line, and the body itself."""
    if body is MISSING:
        return []
    header = _with_boundary(media_type, body)
    return [f"Content-Type: {header}", "", _body_text(media_type, body).replace(RECORD_SEPARATOR, "\u241e")]


def content_type(request: HttpRequest) -> str:
    """The `Content-Type` of a request's body."""
    return _with_boundary(request.media_type, request.body)


def _with_boundary(media_type: str, body: Json) -> str:
    has_parts = media_type == MULTIPART or (media_type.startswith("multipart/") and isinstance(body, list))
    return f"{media_type}; boundary={BOUNDARY}" if has_parts else media_type


def _body_text(media_type: str, body: Json) -> str:
    """A body in the format of its media type: a form, a sequence, plain text if it is a string, else JSON."""
    if media_type == FORM:
        return "&".join(f"{_encode(name)}={_encode(text)}" for name, text in form_fields(body))
    if media_type == MULTIPART:
        parts = [
            f'Content-Disposition: form-data; name="{_encode(name)}"\n\n{text}' for name, text in form_fields(body)
        ]
        return "".join(f"--{BOUNDARY}\n{part}\n" for part in parts) + f"--{BOUNDARY}--"
    text = plain_text(media_type, body)
    return as_json(body) if text is None else text


def plain_text(media_type: str, body: Json) -> str | None:
    """A body that is sent as text: a sequence, or a string that is no JSON; None for any other body."""
    text = sequence_text(media_type, body)
    return body if text is None and isinstance(body, str) and "json" not in media_type else text


def form_fields(body: Json) -> Iterator[tuple[str, str]]:
    """The (name, text) pairs of a form. A list becomes one field for each item, an object becomes JSON."""
    for name, value in body.items() if isinstance(body, Mapping) else ():
        for one in value if isinstance(value, list) else [value]:
            yield name, as_text(one)


def _credentials(contract: Contract, operation: JsonObject) -> Iterator[Header | str]:
    """The credentials of the first security alternative: headers, and query parameters as `name=value`."""
    alternatives = operation.get("security", contract.document.get("security")) or [{}]
    schemes = contract.document.get("components", {}).get("securitySchemes", {})
    for name in alternatives[0]:
        scheme = resolve_shared(contract, schemes.get(name.removeprefix(SECURITY_SCHEME_REF), {}))
        if scheme.get("type") == "apiKey":
            key = str(scheme.get("name", ""))
            if scheme.get("in") == "query":
                yield f"{_encode(key)}=API_KEY"
            elif scheme.get("in") == "cookie":
                yield Header("Cookie", f"{_header_name(key)}=", "api_key")
            else:
                yield Header(_header_name(key), "", "api_key")
        elif scheme.get("type") == "http" and str(scheme.get("scheme")).lower() != "bearer":
            yield Header("Authorization", _header_name(str(scheme.get("scheme", "")).capitalize()) + " ", "credentials")
        elif scheme:
            yield Header("Authorization", "Bearer ", "token")


def _server_url(contract: Contract, part: Part, operation: JsonObject) -> str:
    """The URL of the first server of the operation, else of its path item, else of the document."""
    for holder in (operation, path_item(contract, part), contract.document):
        for server in holder.get("servers") or ():
            url = fill_server_url(server).rstrip("/")
            return url if urlsplit(url).netloc else DEFAULT_SERVER + url
    return DEFAULT_SERVER


def fill_server_url(server: JsonObject) -> str:
    """The URL of a Server Object, with the defaults of its variables."""
    defaults = {name: str(variable.get("default", "")) for name, variable in server.get("variables", {}).items()}
    return _fill_template(str(server.get("url", "")), defaults)


def _fill_template(template: str, values: Mapping[str, str]) -> str:
    """Replace each `{name}` of a URL template with its value and encode the rest. A name without a value is kept."""
    pieces = re.split(r"\{([^{}]*)\}", template)
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            pieces[index] = quote(piece, safe="/:?&=%@!$'()*+,;~", errors="replace")
        else:
            pieces[index] = values.get(piece, f"{{{quote(piece)}}}")
    return "".join(pieces)


def _serialize_query(parameter: Parameter, value: Json) -> list[str]:
    """A query parameter, serialized by its style: `tag=a&tag=b`, `tag=a,b`, `filter[name]=x`, or JSON."""
    name = _encode(parameter.name)
    style = parameter.value.get("style", "form")
    if "content" in parameter.value:
        return [f"{name}={_encode(json.dumps(value, ensure_ascii=False))}"]
    if isinstance(value, Mapping) and style == "deepObject":
        return [f"{name}%5B{_encode(key)}%5D={_encode(as_text(one))}" for key, one in value.items()]
    if parameter.value.get("explode", style == "form"):
        if isinstance(value, Mapping):
            return [f"{_encode(key)}={_encode(as_text(one))}" for key, one in value.items()]
        return [f"{name}={_encode(as_text(one))}" for one in (value if isinstance(value, list) else [value])]
    return [f"{name}={_join(value, _encode, _DELIMITERS.get(style, ','))}"]


def _serialize_querystring(parameter: Parameter, value: Json) -> list[str]:
    """The pieces of a query string that is one value: a form or, encoded as a whole, JSON or text."""
    if media_type(parameter.value) == FORM:
        return [f"{_encode(name)}={_encode(text)}" for name, text in form_fields(value)]
    return [_encode(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":")))]


_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


def _join(value: Json, encode: Callable[[str], str], delimiter: str = ",") -> str:
    """A value as one text, as in paths and headers: list items, or keys and values, joined by a delimiter."""
    if isinstance(value, Mapping):
        value = [one for pair in value.items() for one in pair]
    return delimiter.join(encode(as_text(one)) for one in (value if isinstance(value, list) else [value]))


def _encode(text: str) -> str:
    return quote(text, safe=":@", errors="replace")


def _single_line(text: str) -> str:
    """Text without control characters and line breaks, so that it stays on one line."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text)


def _header_name(name: str) -> str:
    """A name with the characters that header names must not contain replaced by hyphens."""
    return re.sub(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]+", "-", name)


def _quote_with_variable(text: str, secret: str) -> str:
    """A quoted text followed by a shell variable, in one pair of double quotes if the text is safe inside them."""
    variable = f"${secret.upper()}"
    return f'"{text}{variable}"' if re.fullmatch(r"[\w :=.-]*", text, re.ASCII) else f'{shlex.quote(text)}"{variable}"'
