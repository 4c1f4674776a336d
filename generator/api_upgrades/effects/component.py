"""Kinds of effects that add or remove components other than schemas. `replace` edits what is inside one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, format_pointer, set_at
from api_upgrades.effects.base import Effect
from api_upgrades.effects.pointer_words import component_words
from api_upgrades.effects.touch import EXISTENCE, Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.target import Target

Section: TypeAlias = Literal[
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
    "mediaTypes",
]


class _ComponentEffect(Effect):
    must_be_found: ClassVar[bool] = False  # it may be unused
    section: Section = Field(description="The section of `components`.")
    name: str = Field(description="Its name in that section.")

    @property
    def subject(self) -> str:
        return self.name

    @property
    def pointer(self) -> str:
        """Its JSON Pointer in the document."""
        return format_pointer(("components", self.section, self.name))

    def component_name(self) -> str:
        """The component as Markdown, at the beginning of a sentence."""
        name = component_words(self.section, self.name)
        return name[0].upper() + name[1:]

    def touches(self) -> Iterator[Touch]:
        yield Touch(Target(None), EXISTENCE)

    def intent(self, resource: str) -> Hashable:
        return self.kind, self.section


def _components(contract: Contract) -> dict[str, Json]:
    return dict(contract.document.get("components", {}))


class AddComponent(_ComponentEffect):
    """A shared response, parameter, example or other component was added.

    {kind: add_component, section: parameters, name: Page}
    """

    kind: Literal["add_component"] = "add_component"
    is_named_by_place = True

    def revert(self, contract: Contract) -> Contract:
        components = _components(contract)
        held = components.get(self.section) or {}
        if self.name not in held:
            raise ContractMismatch(
                f"{self.name!r} does not exist in {self.section!r}", "name", did_you_mean(self.name, held)
            )
        left = {name: value for name, value in held.items() if name != self.name}
        components = {key: left if key == self.section else kept for key, kept in components.items()}
        if not left:
            del components[self.section]
        return contract.with_document(set_at(contract.document, ("components",), components))

    def headline(self, newer: Contract | None = None) -> str:
        return f"{self.component_name()} is new"


class RemoveComponent(_ComponentEffect):
    """A shared response, parameter, example or other component was removed.

    {kind: remove_component, section: headers, name: Cost, was: {schema: {type: integer}}}
    """

    kind: Literal["remove_component"] = "remove_component"
    was: dict[str, Any]

    def revert(self, contract: Contract) -> Contract:
        components = _components(contract)
        held = components.get(self.section) or {}
        if self.name in held:
            raise ContractMismatch(f"{self.name!r} still exists in {self.section!r}", "name")
        older = {**components, self.section: {**held, self.name: self.was}}
        return contract.with_document({**contract.document, "components": older})

    def headline(self, newer: Contract | None = None) -> str:
        return f"{self.component_name()} was removed"
