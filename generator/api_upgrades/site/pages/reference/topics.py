"""What the latest version's document says to a first-time reader: authentication, pagination and errors.

All of it is collected from security schemes, parameters and responses. Nothing is assumed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from api_upgrades.core.json import JsonObject
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import Response, operation_object, parameters, responses
from api_upgrades.openapi.part import Part, schema_part
from api_upgrades.openapi.properties import follower, properties
from api_upgrades.site.pages.reference.access import describe_credential

MIN_SHARED = 2
"""A status, parameter or property that fewer operations have says nothing of the API in general."""

_PAGE_PARAMETER = re.compile(
    r"cursor|page|limit|offset|per_?page|page_?(size|token|number|cursor)|next_?(page|token|cursor)"
    r"|starting_?after|ending_?before|page\[[a-z_]+\]",
    re.IGNORECASE,
)
_PAGE_PROPERTY = re.compile(
    r"has_?(more|next(_?page)?)|total(_?(count|pages|items))?|(next|prev(ious)?)(_?(page|cursor|token))?(_?token)?"
    r"|links|pages|pagination|per_?page|page",
    re.IGNORECASE,
)


class Credential(NamedTuple):
    """A security scheme: its name in the document, and its description as prose."""

    name: str
    description: str


class ErrorStatus(NamedTuple):
    """A status of failed requests. `description` is empty if most operations that have the status differ in theirs."""

    status: str
    description: str
    operations: int


class Shared(NamedTuple):
    """A parameter or property of several operations. `description` is empty if most of them differ in theirs."""

    name: str
    description: str
    operations: int


@dataclass(frozen=True)
class Topics:
    """`operations` is the number of operations. `public` are those that need no credentials, if others do.

    `error` is the schema that most errors have, and `error_example` the (operation, status) of one of them.
    """

    operations: int
    credentials: tuple[Credential, ...]
    public: tuple[Part, ...]
    page_parameters: tuple[Shared, ...]
    page_properties: tuple[Shared, ...]
    errors: tuple[ErrorStatus, ...]
    error: Part | None
    error_example: tuple[Part, str] | None


def collect_topics(contract: Contract) -> Topics:
    """Collect what a contract says about authentication, pagination and errors."""
    operations = tuple(contract.of_kind("operation"))
    replies = {part: responses(contract, part) for part in operations}
    page_parameters, paged = _find_page_parameters(contract, operations)
    error, error_example = _find_error(replies)
    return Topics(
        len(operations),
        tuple(_credentials(contract)),
        tuple(_find_public(contract, operations)),
        page_parameters,
        tuple(_find_page_properties(contract, {part: replies[part] for part in paged})),
        tuple(_find_errors(replies)),
        error,
        error_example,
    )


def _credentials(contract: Contract) -> Iterator[Credential]:
    for name, scheme in contract.document.get("components", {}).get("securitySchemes", {}).items():
        yield Credential(name, describe_credential(scheme))


def _find_public(contract: Contract, operations: tuple[Part, ...]) -> Iterator[Part]:
    everywhere = contract.document.get("security", [])
    needs = {part: operation_object(contract, part).get("security", everywhere) for part in operations}
    if any(needs.values()):
        yield from (part for part, need in needs.items() if not need or {} in need)


def _find_page_parameters(
    contract: Contract, operations: tuple[Part, ...]
) -> tuple[tuple[Shared, ...], tuple[Part, ...]]:
    """The parameters by which operations return pages, and these operations."""
    found: dict[str, dict[Part, str]] = defaultdict(dict)
    for part in operations:
        for one in parameters(contract, part) if part.method == "GET" else ():
            if one.location == "query" and _PAGE_PARAMETER.fullmatch(one.name):
                found[one.name][part] = _description(one.schema)
    shared = {name: uses for name, uses in found.items() if len(uses) >= MIN_SHARED}
    paged = dict.fromkeys(part for uses in shared.values() for part in uses)
    return tuple(_share(name, [*uses.values()]) for name, uses in shared.items()), tuple(paged)


def _find_page_properties(contract: Contract, replies: Mapping[Part, tuple[Response, ...]]) -> Iterator[Shared]:
    """The properties of pages that say which page it is, and how to get the next one."""
    follow = follower(contract)
    found: dict[str, list[str]] = defaultdict(list)
    for each in replies.values():
        body = next((one.body for one in each if one.status.startswith("2") and one.body), None)
        for name, one in properties(body.schema, follow).items() if body else ():
            if _PAGE_PROPERTY.fullmatch(name) and isinstance(one.schema, dict):
                found[name].append(_description(one.schema))
    yield from (_share(name, texts) for name, texts in found.items() if len(texts) >= MIN_SHARED)


def _description(schema: JsonObject) -> str:
    return str(schemas.get(schema, "description") or "")


def _share(name: str, descriptions: list[str]) -> Shared:
    return Shared(name, _most_common(descriptions), len(descriptions))


def _most_common(texts: list[str]) -> str:
    """The text that more than half of some texts are; empty if there is none."""
    text, count = Counter(texts).most_common(1)[0]
    return text if count > len(texts) / 2 else ""


def _is_error(status: str) -> bool:
    return status.startswith(("4", "5")) or status == "default"


def _find_errors(replies: Mapping[Part, tuple[Response, ...]]) -> Iterator[ErrorStatus]:
    descriptions: dict[str, list[str]] = defaultdict(list)
    for each in replies.values():
        for one in each:
            if _is_error(one.status):
                descriptions[one.status].append(one.description)
    for status in sorted(descriptions):
        found = descriptions[status]
        if len(found) >= MIN_SHARED:
            yield ErrorStatus(status, _most_common(found), len(found))


def _find_error(replies: Mapping[Part, tuple[Response, ...]]) -> tuple[Part | None, tuple[Part, str] | None]:
    found: dict[str, list[tuple[Part, str]]] = defaultdict(list)
    for part, each in replies.items():
        for one in each:
            if _is_error(one.status) and one.body and (name := schemas.ref(one.body.schema)) is not None:
                found[name].append((part, one.status))
    if not found:
        return None, None
    name, uses = max(found.items(), key=lambda item: len(item[1]))
    return (schema_part(name), uses[0]) if len(uses) >= MIN_SHARED else (None, None)
