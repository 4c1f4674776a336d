"""Rewrites of what people read, and of vendor extensions."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.rewrites.model import Document, rewrite
from tests.rewrites.places import EXTENSIBLE, is_30, of_kind, pick, references, walk

TEXTS = {
    "info": ("title", "description", "summary", "termsOfService"),
    "server": ("description",),
    "tag": ("description",),
    "external docs": ("description",),
    "path item": ("summary", "description"),
    "operation": ("summary", "description"),
    "parameter": ("description",),
    "header": ("description",),
    "request body": ("description",),
    "response": ("description",),
    "example": ("summary", "description"),
    "link": ("description",),
    "security scheme": ("description",),
    "schema": ("title", "description", "$comment"),
}
WORDS = ("Other words", "", "Several\nlines *here*", "Ein anderer Text: größer")


@rewrite("reword", "OpenAPI, `description`, `summary`, `title`: they hold a text for documentation.")
def reword(document: Document, random: Random) -> bool:
    found = [
        (place.value, key)
        for place in of_kind(document, *TEXTS)
        for key in TEXTS[place.kind]
        if isinstance(place.value.get(key), str)
    ]
    for holder, key in pick(random, found):
        holder[key] = random.choice(WORDS[:-3] if key in ("title", "termsOfService") else WORDS)
    return bool(found)


@rewrite("add-words", "OpenAPI, `description`, `summary`, `title`: they hold a text for documentation.")
def add_words(document: Document, random: Random) -> bool:
    found = [
        (place.value, key)
        for place in of_kind(document, "path item", "operation", "parameter", "response", "schema", "server", "tag")
        for key in TEXTS[place.kind]
        if key not in place.value and not (key == "$comment" and is_30(document))
    ]
    for holder, key in pick(random, found):
        holder[key] = random.choice(WORDS)
    return bool(found)


@rewrite(
    "words-beside-reference-3.1",
    "OpenAPI 3.1, Reference Object: `summary` and `description` beside `$ref` override those of the referenced object.",
    only="3.1",
)
def words_beside_reference(document: Document, random: Random) -> bool:
    found = [place.value for place in references(document) if place.kind in ("schema", "parameter", "response")]
    for reference in pick(random, found):
        reference["description"] = random.choice(WORDS)
    return bool(found)


@rewrite("drop-examples", "OpenAPI, Example Object: an example should match the schema, and asserts nothing.")
def drop_examples(document: Document, random: Random) -> bool:
    found = [
        (place.value, key)
        for place in of_kind(document, "schema", "parameter", "header", "media type")
        for key in ("example", "examples")
        if key in place.value
    ]
    for holder, key in pick(random, found):
        del holder[key]
    return bool(found)


@rewrite("example-as-examples", "OpenAPI, Media Type Object: `example` holds one example, `examples` a map of them.")
def example_as_examples(document: Document, random: Random) -> bool:
    found = [
        place.value
        for place in of_kind(document, "media type", "parameter", "header")
        if "example" in place.value and "examples" not in place.value
    ]
    for holder in pick(random, found):
        holder["examples"] = {"first": {"value": holder.pop("example")}}
    return bool(found)


@rewrite(
    "schema-example-as-list", "OpenAPI 3.1, Schema Object: `example` is deprecated in favor of `examples`.", only="3.1"
)
def schema_example_as_list(document: Document, random: Random) -> bool:
    found = [
        place.value
        for place in of_kind(document, "schema")
        if "example" in place.value and "examples" not in place.value
    ]
    for schema in pick(random, found):
        schema["examples"] = [schema.pop("example")]
    return bool(found)


@rewrite("change-info", "OpenAPI, Info Object: it provides metadata about the API, which tools may present.")
def change_info(document: Document, random: Random) -> bool:
    info = document["info"]
    info["version"] = str(random.randrange(1000))
    info.setdefault("contact", {})["email"] = "a@example.com"
    info["license"] = {"name": "MIT"}
    return True


@rewrite("change-tags", "OpenAPI, Operation Object, `tags`: they can be used for logical grouping of operations.")
def change_tags(document: Document, random: Random) -> bool:
    for place in pick(random, of_kind(document, "operation")):
        place.value["tags"] = random.choice((["Other"], ["Other", "More"]))
    document["tags"] = [{"name": "Other", "description": "What else there is"}]
    return True


@rewrite("add-external-docs", "OpenAPI, External Documentation Object: it references a resource with documentation.")
def add_external_docs(document: Document, random: Random) -> bool:
    for place in pick(random, of_kind(document, "operation", "tag", "schema")):
        place.value["externalDocs"] = {"url": f"https://docs.example/{random.randrange(9)}"}
    document["externalDocs"] = {"url": "https://docs.example/"}
    return True


@rewrite(
    "comment",
    "JSON Schema 2020-12 core, 8.3: the value of `$comment` must not change the result of validation.",
    only="3.1",
)
def comment(document: Document, random: Random) -> bool:
    found = of_kind(document, "schema")
    for place in pick(random, found):
        place.value["$comment"] = "For maintainers"
    return bool(found)


VALUES: tuple[Any, ...] = (
    *("text", 1, 1.5, True, False, None, [], {}, [1, "a", None], {"a": {"b": [1]}}),
    *({"$ref": "#/nowhere"}, {"type": "string"}, {"enum": 1}, {"properties": [1]}, {"example": 1, "description": "D"}),
)


@rewrite("extend", "OpenAPI, Specification Extensions: the value of a field `x-` can be any valid JSON value.")
def extend(document: Document, random: Random) -> bool:
    found = [
        place.value
        for place in walk(document)
        if place.kind in EXTENSIBLE
        and not (place.kind == "discriminator" and is_30(document))
        and isinstance(place.value, dict)
        and "$ref" not in place.value
    ]
    for holder in pick(random, found):
        holder[f"x-vendor-{random.randrange(3)}"] = random.choice(VALUES)
    return bool(found)


@rewrite(
    "change-extension",
    "OpenAPI, Specification Extensions: fields that begin with `x-` are no part of the specification.",
)
def change_extension(document: Document, random: Random) -> bool:
    """Not those of which the rule table says more."""
    found = [
        (place.value, key)
        for place in walk(document)
        if place.kind in EXTENSIBLE and isinstance(place.value, dict)
        for key in place.value
        if key.startswith("x-") and key not in KNOWN
    ]
    for holder, key in pick(random, found):
        holder[key] = random.choice(VALUES)
    return bool(found)


KNOWN = {"x-internal", "x-sunset", "x-stability-level", "x-extensible-enum", "x-replaced-by"}
