"""Calls and answers as HTTP text and as curl commands, composed from a contract.

What comes from a contract is encoded for the place it goes to, so that no example can end a header or leave a shell's
quotes.
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
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.locate import JSON_MEDIA_TYPE
from api_upgrades.openapi.operation import Parameter, operation_object, parameters, path_item, request_body, resolved
from api_upgrades.openapi.schema import MISSING, as_text

DEFAULT_SERVER = "https://api.example.com"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BOUNDARY = "boundary"


@dataclass(frozen=True)
class Header:
    """A header field. Where a secret belongs, `secret` says which, and it goes behind the value."""

    name: str
    value: str
    secret: str = ""


@dataclass(frozen=True)
class HttpRequest:
    """One call. `body` is MISSING, and `media_type` empty, where it has none."""

    method: str
    url: str
    headers: tuple[Header, ...]
    media_type: str = ""
    body: Json = MISSING


def build_request(contract: Contract, part: Part, version: str) -> HttpRequest:
    """The call of an operation, with what it requires and what carries an example, made for a version."""
    operation = operation_object(contract, part)
    pinning: Mapping[str, str] = contract.document.get("x-api-version", {})
    pinned = {name.lower() for name in pinning.values()}
    sent = [
        (parameter, compose(contract, parameter.schema, "request"))
        for parameter in parameters(contract, part)
        if parameter.name.lower() not in pinned
        and (parameter.location == "path" or is_sent(contract, parameter.schema, parameter.required))
    ]
    credentials = list(_credentials(contract, operation))
    headers = [header for header in credentials if isinstance(header, Header)]
    query = [text for text in credentials if isinstance(text, str)]
    if "header" in pinning:
        headers.append(Header(_header_name(pinning["header"]), _single_line(version)))
    elif "query" in pinning:
        query.append(f"{_encode(pinning['query'])}={_encode(version)}")
    path = {}
    for parameter, value in sent:
        if parameter.location == "path":
            if is_sent(contract, parameter.schema, False):  # else its name says more than a placeholder
                path[parameter.name] = _join(value, _encode)
        elif parameter.location == "query":
            query += _serialize_query(parameter, value)
        elif parameter.location == "header" and parameter.name.lower() not in _IGNORED_HEADERS:
            headers.append(Header(_header_name(parameter.name), _single_line(_join(value, str))))
    url = _server_url(contract, part, operation) + _fill_template(part.path, path)
    if query:
        url += ("&" if "?" in url else "?") + "&".join(query)
    body = request_body(contract, part)
    if body is None:
        return HttpRequest(part.method, url, tuple(headers))
    media_type = _single_line(body.media_type)
    return HttpRequest(part.method, url, tuple(headers), media_type, compose_body(contract, body, "request"))


_IGNORED_HEADERS = ("accept", "content-type", "authorization")
"""Headers that OpenAPI says elsewhere; parameters of these names are to be ignored."""


def as_http(request: HttpRequest) -> str:
    """A call as it goes over the wire, a secret as `<token>`."""
    url = urlsplit(request.url)
    lines = [
        f"{request.method} {url.path or '/'}{'?' + url.query if url.query else ''} HTTP/1.1",
        f"Host: {url.netloc}",
    ]
    for header in request.headers:
        lines.append(f"{header.name}: {header.value}" + (f"<{header.secret}>" if header.secret else ""))
    return "\n".join([*lines, *_body_lines(request.media_type, request.body)])


def as_curl(request: HttpRequest) -> str:
    """A call as a shell command, a secret as a variable: `$TOKEN`."""
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
        parts.append("-H " + shlex.quote(f"Content-Type: {request.media_type}"))
        parts.append("--data-raw " + shlex.quote(_body_text(request.media_type, request.body)))
    return " \\\n  ".join(parts)


def as_response(status: str, body: Json = MISSING, media_type: str = JSON_MEDIA_TYPE) -> str:
    """An answer as it comes over the wire. A class of statuses (`4XX`) and `default` stand as they are."""
    phrase = HTTPStatus(int(status)).phrase if status in _KNOWN_STATUSES else ""
    return "\n".join(
        [f"HTTP/1.1 {_single_line(status)} {phrase}".rstrip(), *_body_lines(_single_line(media_type), body)]
    )


_KNOWN_STATUSES = {str(status.value) for status in HTTPStatus}


def _body_lines(media_type: str, body: Json) -> list[str]:
    """The lines that a body adds to a message: its header, an empty line, and the body itself."""
    if body is MISSING:
        return []
    header = f"{media_type}; boundary={BOUNDARY}" if media_type == MULTIPART else media_type
    return [f"Content-Type: {header}", "", _body_text(media_type, body)]


def _body_text(media_type: str, body: Json) -> str:
    """A body as its media type writes it: a form, plain text where it is a string, else JSON."""
    if media_type == FORM:
        return "&".join(f"{_encode(name)}={_encode(text)}" for name, text in form_fields(body))
    if media_type == MULTIPART:
        parts = [
            f'Content-Disposition: form-data; name="{_encode(name)}"\n\n{text}' for name, text in form_fields(body)
        ]
        return "".join(f"--{BOUNDARY}\n{part}\n" for part in parts) + f"--{BOUNDARY}--"
    return body if isinstance(body, str) and "json" not in media_type else as_json(body)


def form_fields(body: Json) -> Iterator[tuple[str, str]]:
    """The fields of a form; a list is the same field several times, an object inside is JSON."""
    for name, value in body.items() if isinstance(body, Mapping) else ():
        for one in value if isinstance(value, list) else [value]:
            yield name, as_text(one)


def _credentials(contract: Contract, operation: JsonObject) -> Iterator[Header | str]:
    """What the first way to authenticate asks for: headers, and parts of the query."""
    ways = operation.get("security", contract.document.get("security")) or [{}]
    known = contract.document.get("components", {}).get("securitySchemes", {})
    for name in ways[0]:
        scheme = resolved(contract, known.get(name, {}))
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
    """The address before the path: of the first server that the operation, its path or the document names."""
    for holder in (operation, path_item(contract, part), contract.document):
        for server in holder.get("servers") or ():
            defaults = {
                name: str(variable.get("default", "")) for name, variable in server.get("variables", {}).items()
            }
            url = _fill_template(str(server.get("url", "")), defaults).rstrip("/")
            return url if urlsplit(url).netloc else DEFAULT_SERVER + url
    return DEFAULT_SERVER


def _fill_template(template: str, values: Mapping[str, str]) -> str:
    """A template with its `{names}` replaced, encoded but for them; a name without a value stays to be seen."""
    pieces = re.split(r"\{([^{}]*)\}", template)
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            pieces[index] = quote(piece, safe="/:?&=%@!$'()*+,;~", errors="replace")
        else:
            pieces[index] = values.get(piece, f"{{{quote(piece)}}}")
    return "".join(pieces)


def _serialize_query(parameter: Parameter, value: Json) -> list[str]:
    """A query parameter as its style writes it: `tag=a&tag=b`, `tag=a,b`, `filter[name]=x`, or JSON."""
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


_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


def _join(value: Json, encode: Callable[[str], str], delimiter: str = ",") -> str:
    """A value in one piece, as paths and headers have it."""
    if isinstance(value, Mapping):
        value = [one for pair in value.items() for one in pair]
    return delimiter.join(encode(as_text(one)) for one in (value if isinstance(value, list) else [value]))


def _encode(text: str) -> str:
    return quote(text, safe=":@", errors="replace")


def _single_line(text: str) -> str:
    """Text that cannot end the line it stands on."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text)


def _header_name(name: str) -> str:
    """A name that may stand before the colon of a header."""
    return re.sub(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]+", "-", name)


def _quote_with_variable(text: str, secret: str) -> str:
    """A text with a shell variable behind it, in one pair of quotes where the text allows it."""
    variable = f"${secret.upper()}"
    return f'"{text}{variable}"' if re.fullmatch(r"[\w :=.-]*", text, re.ASCII) else f'{shlex.quote(text)}"{variable}"'
