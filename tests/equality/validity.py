"""Whether a rewrite leaves alone what is valid: tries values against the bodies of both documents with `jsonschema`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

from tests.equality.judge import Document
from tests.rewrites import REWRITES
from tests.rewrites.places import METHODS, component_name, existing, is_30
from tests.sampling.values import Drawer, nearby, pool

Key = tuple[str, ...]


def find_disagreement(old: Document, new: Document, random: Random, tries: int = 25) -> str | None:
    """A value that is valid in a body of only one of the documents, None if none is found."""
    documents = [_as_31(old), _as_31(new)]
    before, after = (dict(_bodies(document)) for document in documents)
    if before.keys() != after.keys():
        return f"bodies differ: {sorted(before.keys() ^ after.keys())}"
    schemas = [existing(document, "schemas") for document in documents]
    extra = _scalars(documents[0])
    drawer = Drawer(random, schemas[0], extra)
    for key, schema in before.items():
        validators = [_validator(document, one) for document, one in zip(documents, (schema, after[key]), strict=True)]
        for _ in range(tries):
            try:
                value = drawer.draw(schema)
            except KeyError:  # a reference that doesn't lead to a component
                value = random.choice(extra)
            for _ in range(random.randrange(3)):
                value = nearby(value, random, extra)
            first, second = (one.is_valid(value) for one in validators)
            if first != second:
                return f"{key}: {value!r} is {'no longer' if first else 'now'} valid"
    return None


def _scalars(document: Document) -> list[Any]:
    """Values at the bounds of all schemas of a document."""
    return pool(document.get("components"), document.get("paths"), document.get("webhooks"))


def _as_31(document: Document) -> Document:
    if not is_30(document):
        return document
    return REWRITES["convert-to-3.1"].apply(document, Random(0)) or document


def _validator(document: Document, schema: Any) -> Draft202012Validator:
    """A validator that finds anchors and ids of component schemas, and whatever else a reference leads to."""
    return Draft202012Validator({**document, "$defs": existing(document, "schemas"), "allOf": [schema]})


def _bodies(document: Document) -> Iterator[tuple[Key, Any]]:
    """The schemas of requests and responses, by path without names of parameters, method, status and media type."""
    for path, item in document.get("paths", {}).items():
        if path.startswith("x-"):
            continue
        item = _resolve(document, item, "pathItems")
        for method in METHODS:
            if method not in item:
                continue
            at = (re.sub(r"\{.*?\}", "{}", path), method)
            body = _resolve(document, item[method].get("requestBody", {}), "requestBodies")
            yield from _contents(body, (*at, "request"))
            for status, response in item[method].get("responses", {}).items():
                if not status.startswith("x-"):
                    yield from _contents(_resolve(document, response, "responses"), (*at, status))


def _contents(body: Any, at: Key) -> Iterator[tuple[Key, Any]]:
    for name, media in body.get("content", {}).items():
        if not name.startswith("x-"):
            yield (*at, re.sub(r"\s", "", name.lower())), media.get("schema", {})


def _resolve(document: Document, value: Any, section: str) -> Any:
    while (name := component_name(value.get("$ref"), section)) is not None:
        value = existing(document, section)[name]
    return value
