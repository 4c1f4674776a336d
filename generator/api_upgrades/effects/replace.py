"""The last resort: replaces one value anywhere in the document, for changes that no other kind expresses."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Pointer, unescape_token
from api_upgrades.effects.base import Effect, OlderValueEffect, as_code
from api_upgrades.effects.component import AddComponent, RemoveComponent
from api_upgrades.effects.touch import EXISTENCE, Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot, part_spot
from api_upgrades.openapi.target import Target

NOT_A_POINTER = "not a JSON Pointer; start with '/', or leave it empty for the whole part"


def check_pointer(text: str) -> str:
    """Validates a JSON Pointer. Raises ValueError."""
    if text and not text.startswith("/"):
        raise ValueError(f"{text!r} is {NOT_A_POINTER}")
    return text


class Replace(OlderValueEffect):
    """A value changed that no other kind can express.

    {kind: replace, target: document, pointer: /servers/0/url, was: "https://api.example.com/v0"}
    """

    kind: Literal["replace"] = "replace"
    must_be_found: ClassVar[bool] = False
    pointer: Annotated[str, AfterValidator(check_pointer)] = Field(
        description="A JSON Pointer inside the part.",
        json_schema_extra={"pattern": "^(?![^/])", "patternErrorMessage": NOT_A_POINTER},
    )

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        if target.section or target.steps:
            raise ContractMismatch(
                f"{target} is inside a part; give the part as 'target' and the rest as 'pointer'", "target"
            )
        spot = part_spot(contract, target)
        for token in self.pointer.split("/")[1:]:
            found = spot.read(contract)
            key: str | int = int(token) if isinstance(found, list) and token.isdigit() else unescape_token(token)
            spot = spot.below(key)
            if not self._is_possible_spot(contract, spot):
                raise ContractMismatch(f"{target} has no value at {self.pointer!r}", "pointer")
        try:
            return spot.erase(contract) if self.absent else spot.write(contract, self.was)
        except (KeyError, IndexError, TypeError):
            raise ContractMismatch(f"{target} has no value at {self.pointer!r}", "pointer") from None

    def _is_possible_spot(self, contract: Contract, spot: Spot) -> bool:
        """Whether something stands at the spot, or a new key can be added there."""
        parent: Any = Spot(spot.part, spot.pointer[:-1]).read(contract)
        key = spot.pointer[-1]
        here: Pointer = spot.pointer
        if isinstance(parent, list):
            return isinstance(key, int) and key < len(parent)
        last = len(here) == self.pointer.count("/")
        return isinstance(parent, dict) and (key in parent or (last and not self.absent))

    def headline(self) -> str:
        where = f"at {as_code(self.pointer)}" if self.pointer else "as a whole"
        return self.sentence(f"has changed {where}", f"have changed {where}")

    def intent(self, resource: str) -> Hashable:
        # The same key in any operation, such as an extension, is one intent.
        part = self.target[0].part
        return self.kind, part and part.kind, tuple(self.pointer.split("/")[1 : 2 if part else 3])

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


_EFFECTS_AT_POINTER = (Replace, AddComponent, RemoveComponent)


def have_separate_pointers(one: Effect, other: Effect) -> bool:
    """Whether the pointers of two effects lead to different places, even if list items move."""
    if not isinstance(one, _EFFECTS_AT_POINTER) or not isinstance(other, _EFFECTS_AT_POINTER):
        return False
    pairs = zip(one.pointer.split("/"), other.pointer.split("/"), strict=False)
    first_difference = next((pair for pair in pairs if pair[0] != pair[1]), None)
    return first_difference is not None and not any(token.isdigit() for token in first_difference)
