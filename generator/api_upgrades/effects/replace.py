"""The last resort: replaces one value anywhere in the document, for changes that no other kind expresses."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, Pointer, set_at, unescape_token, value_at
from api_upgrades.effects.base import Clause, Effect, OlderValueEffect
from api_upgrades.effects.named_values import describe_name, with_parameter_names, with_plain_values
from api_upgrades.effects.pointer_words import describe_change, find_extension
from api_upgrades.effects.schema_words import CHANGED
from api_upgrades.effects.touch import EXISTENCE, Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot, part_spot
from api_upgrades.openapi.schema import MISSING
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
        tokens = self.pointer.split("/")[1:]
        if spot.part is None and len(tokens) > 1 and tokens[0] in _CONTAINERS and not self.absent:
            # Whether a container of parts is there if it has none depends on the effects before.
            contract = _with_container(contract, tokens[0])
        for token in tokens:
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

    @property
    def pointer_in_part(self) -> str:
        return self.pointer

    @property
    def extension(self) -> str | None:
        return find_extension(read_pointer(self.pointer))

    def headline(self, newer: Contract | None = None) -> str:
        subject, predicate = self._describe(newer)
        if not subject:
            return f"{self.target_names()} {predicate.one if len(self.target) == 1 else predicate.many}"
        place = f" in {self.target_names()}" if self.target[0].part else ""
        return f"{subject[0].upper()}{subject[1:]} {predicate.one}{place}"

    def clause(self, newer: Contract) -> Clause:
        return self._describe(newer)

    def _describe(self, newer: Contract | None) -> Clause:
        part = self.target[0].part
        was = MISSING if self.absent else self.was
        if newer is None:
            return describe_change(part, read_pointer(self.pointer), was)
        whole = part_spot(newer, self.target[0]).read(newer)
        pointer = read_pointer(self.pointer, whole)
        try:
            now = value_at(whole, pointer)
        except (KeyError, IndexError, TypeError):
            return describe_change(part, pointer, was, whole)
        if pointer[-1:] == ("parameters",):
            whole = set_at(whole, pointer, with_parameter_names(now, newer))
            return describe_change(part, pointer, with_parameter_names(was, newer), whole)
        if was is MISSING or not isinstance(now, dict):
            return describe_change(part, pointer, was, whole)
        plain = set_at(whole, pointer, with_plain_values(now, newer))
        subject, predicate = describe_change(part, pointer, with_plain_values(was, newer), plain)
        return Clause(subject, (describe_name(now) if predicate == CHANGED else None) or predicate)

    def intent(self, resource: str) -> Hashable:
        # The same key in any operation, such as an extension, is one intent.
        part = self.target[0].part
        return self.kind, part and part.kind, tuple(self.pointer.split("/")[1 : 2 if part else 3])

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


_CONTAINERS = ("paths", "components")


def _with_container(contract: Contract, key: str) -> Contract:
    if key in contract.document:
        return contract
    return contract.with_document({**contract.document, key: {}})


def read_pointer(text: str, whole: Json = None) -> Pointer:
    """The keys of a JSON Pointer. Without the JSON around it, every number is taken for an index."""
    found: list[str | int] = []
    for token in text.split("/")[1:]:
        is_index = token.isdigit() and (whole is None or isinstance(whole, list))
        key: str | int = int(token) if is_index else unescape_token(token)
        found.append(key)
        try:
            whole = None if whole is None else value_at(whole, (key,))
        except (KeyError, IndexError, TypeError):
            whole = None
    return tuple(found)


def have_separate_pointers(one: Effect, other: Effect) -> bool:
    """Whether the pointers of two effects lead to different places, in whichever order they are reverted."""
    if one.pointer_in_part is None or other.pointer_in_part is None:
        return False
    tokens, others = one.pointer_in_part.split("/"), other.pointer_in_part.split("/")
    pairs = enumerate(zip(tokens, others, strict=False))
    index = next((index for index, pair in pairs if pair[0] != pair[1]), None)
    if index is None:
        return False
    return not (_removes_item(one, index) or _removes_item(other, index))


def _removes_item(effect: Effect, index: int) -> bool:
    """Whether reverting an effect may remove a list item at one token of its pointer, so that later items move up."""
    if not isinstance(effect, Replace) or not effect.absent:
        return False
    tokens = effect.pointer.split("/")
    return len(tokens) == index + 1 and tokens[index].isdigit()
