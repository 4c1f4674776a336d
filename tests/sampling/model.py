"""What an edit is: it changes one schema of a document, somewhere where it applies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.rewrites.places import of_kind
from tests.sampling.values import MAP_NAMES, NEW_NAMES, Schema

Document = dict[str, Any]
Alter = Callable[[Schema, Random], bool]
"""Edits one schema in place, and says whether it did."""


@dataclass(frozen=True)
class Edit:
    """A kind of edit."""

    name: str
    alter: Alter

    def apply(self, document: Document, random: Random) -> Document | None:
        """An edited copy; None if no schema can be edited so."""
        before = json.dumps(document)
        edited: Document = json.loads(before)
        places = [
            one.value for one in of_kind(edited, "schema") if any(above.is_component for above in (one, *one.parents()))
        ]
        random.shuffle(places)
        for schema in places:
            if self.alter(schema, random) and json.dumps(edited) != before:
                return edited
        return None


EDITS: dict[str, Edit] = {}


def edit(name: str) -> Callable[[Alter], Alter]:
    def register(alter: Alter) -> Alter:
        assert name not in EDITS, name
        EDITS[name] = Edit(name, alter)
        return alter

    return register


def types(schema: Schema) -> list[str]:
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def is_composed(schema: Schema) -> bool:
    return bool({"oneOf", "anyOf", "allOf", "$ref"} & schema.keys())


def new_name(schema: Schema, random: Random) -> str:
    """The name of a property that is new here."""
    names = MAP_NAMES if isinstance(schema.get("additionalProperties"), dict) else NEW_NAMES
    return random.choice([name for name in names if name not in schema.get("properties", {})])


SCALARS: tuple[Schema, ...] = (
    {"type": "string"},
    {"type": "integer", "minimum": 3},
    {"type": "boolean"},
    {"type": "string", "maxLength": 2},
)


def scalar(random: Random) -> Schema:
    return dict(random.choice(SCALARS))
