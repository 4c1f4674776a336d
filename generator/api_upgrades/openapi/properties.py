"""The properties of an object, wherever its schema declares them. This is the only code that walks through `allOf`.

Several schemas can describe the same object: the schema itself, the branches of its `allOf` at any depth, the one
branch beside `null`, and the target of a `$ref`. All apply at once, so the object has the properties of all.

*Own* properties are declared in the schema itself or in its inline branches. A target names them by this schema
(`Dog.bark`), and an effect edits them where they are declared. *Inherited* properties are behind a `$ref`. They belong
to the referenced schema: an effect names that schema (`Pet.name`), and a finding is reported there, once. A property
that is both counts as an own one, which narrows the inherited one.

Callers that pass a function to follow references, such as the reference page, get the inherited properties too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from api_upgrades.core.json import Json, JsonObject, Pointer, escape_token, set_at, value_at
from api_upgrades.openapi.conjunction import conjunction
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_of
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.schema import COMBINATIONS, null_wrapper_pointer

_COMPOSING = frozenset({"$ref", *COMBINATIONS})
_DECLARING = _COMPOSING | {"properties"}

Follow = Callable[[str], Json]
"""Returns the schema behind a `$ref`. A result that is not an object is ignored."""


class Branch(NamedTuple):
    """One of the schemas that describe an object.

    `pointer` leads to it from the given schema or, if `ref` is set, from the target of that reference.
    """

    schema: JsonObject
    pointer: Pointer = ()
    ref: str | None = None


class Property(NamedTuple):
    """A property of an object: the conjunction of its declarations, and whether any branch requires it.

    `pointer` and `ref` lead to its outermost declaration, an own one if there is any, as in a `Branch`.
    """

    name: str
    schema: Json
    is_required: bool
    pointer: Pointer
    ref: str | None

    @property
    def branch(self) -> Pointer:
        """The pointer to the branch that declares it."""
        return self.pointer[:-2]


def branches(schema: JsonObject, follow: Follow | None = None) -> Iterator[Branch]:
    """The schemas that describe an object, the innermost first.

    The target of a reference comes first, then the branches of `allOf` in their order, then the schema around them.
    """
    if schema.keys().isdisjoint(_COMPOSING):
        yield Branch(schema)  # the common case, without the walk
        return
    waiting = [(Branch(schema), False)]
    entered = {id(schema)}
    while waiting:  # no recursion, because a chain of references can have any length
        branch, is_open = waiting.pop()
        inner = () if is_open else tuple(_inside(branch, follow, entered))
        if inner:
            waiting.append((branch, True))
            waiting.extend((one, False) for one in reversed(inner))
        else:
            yield branch


def _inside(branch: Branch, follow: Follow | None, entered: set[int]) -> Iterator[Branch]:
    """The branches directly inside a branch. The target of a reference is entered once, so that cycles end."""
    schema, pointer, ref = branch
    if follow is not None and isinstance(schema.get("$ref"), str):
        target = follow(schema["$ref"])
        if isinstance(target, dict) and id(target) not in entered:
            entered.add(id(target))
            yield Branch(target, (), schema["$ref"])
    all_of = schema.get("allOf")
    for index, one in enumerate(all_of if isinstance(all_of, list) else ()):
        if isinstance(one, dict):
            yield Branch(one, (*pointer, "allOf", index), ref)
    if inside := null_wrapper_pointer(schema):
        yield Branch(value_at(schema, inside), (*pointer, *inside), ref)


def follower(contract: Contract) -> Follow:
    """A function that resolves references of a contract. It returns None for a reference without a target."""

    def follow(ref: str) -> Json:
        try:
            return resolve(contract, ref)
        except (KeyError, IndexError, ValueError, TypeError):
            return None

    return follow


def properties(schema: JsonObject, follow: Follow | None = None) -> dict[str, Property]:
    """The own properties of an object by name, in the order of its branches. With `follow`, also the inherited ones."""
    if schema.keys().isdisjoint(_DECLARING):
        return {}  # a string, for example; most schemas don't describe objects
    return properties_of(list(branches(schema, follow)))


def properties_of(found: Sequence[Branch]) -> dict[str, Property]:
    """The properties that several branches declare together."""
    required = {name for branch in found for name in required_names(branch.schema)}
    result: dict[str, Property] = {}
    for branch in found:
        for name, declared in _declared(branch.schema).items():
            one = Property(name, declared, name in required, (*branch.pointer, "properties", name), branch.ref)
            if name in result:
                before = result[name]
                is_inherited = one.ref is not None and before.ref is None
                one = (before if is_inherited else one)._replace(schema=conjunction(before.schema, declared))
            result[name] = one
    return result


def required(schema: JsonObject) -> set[str]:
    """The names that an object's own branches require, declared or not."""
    if schema.keys().isdisjoint(_COMPOSING):
        return set(required_names(schema))
    return {name for branch in branches(schema) for name in required_names(branch.schema)}


def required_names(branch: JsonObject) -> Sequence[str]:
    """The names that one schema requires. `required: true`, as in old documents, requires none."""
    names = branch.get("required")
    return names if isinstance(names, list) else ()


def _declared(branch: JsonObject) -> JsonObject:
    found = branch.get("properties")
    return found if isinstance(found, dict) else {}


def pointer_of(schema: JsonObject, name: str) -> Pointer | None:
    """The pointer to the outermost declaration of an own property; None if there is none."""
    if name in _declared(schema):
        return ("properties", name)
    if schema.keys().isdisjoint(COMBINATIONS):
        return None  # the common case, and every target takes this path
    found = [branch.pointer for branch in branches(schema) if name in _declared(branch.schema)]
    return (*found[-1], "properties", name) if found else None


def holder_of(ref: str) -> Part | None:
    """The schema part to which inherited properties belong; None if the reference is not to a whole part."""
    part = schema_of(ref)
    return part if part is not None and ref == SCHEMA_REF + escape_token(part.name) else None


def is_reference(schema: JsonObject) -> bool:
    """Whether an object is only a reference: it declares and requires no property itself."""
    found = [branch.schema for branch in branches(schema)]
    is_more = any(_declared(one) or required_names(one) for one in found)
    return not is_more and sum("$ref" in one for one in found) == 1


def with_branches(schema: JsonObject, edit: Callable[[JsonObject], JsonObject]) -> JsonObject:
    """The schema with `edit` applied to each of its own branches; the same object if nothing changes."""
    for branch in list(branches(schema)):
        older = value_at(schema, branch.pointer)
        newer = edit(older)
        if newer is not older:
            schema = set_at(schema, branch.pointer, newer)
    return schema
