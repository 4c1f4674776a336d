"""What every kind of effect is."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, NamedTuple, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator
from pydantic.config import JsonDict

from api_upgrades.compare.rules.table import Severity
from api_upgrades.core.errors import DoesNotFit
from api_upgrades.core.json import same
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target

Facet: TypeAlias = str
"""What of a place is altered: `existence`, `required`, `nullable`, `type`, `enum`, or a JSON Schema keyword."""

EXISTENCE: Facet = "existence"
"""The place as a whole, with all that is inside it."""


NAME: Facet = "name"
"""What the place is called, or where it stands; what is inside it stays as it is."""


class Touch(NamedTuple):
    """One place that an effect alters, under the name it has just after the effect (just before it, if removed)."""

    target: Target
    facet: Facet

    def conflicts(self, other: Touch) -> bool:
        """Whether the order of the two could matter: the same facet of a place, or a place inside a new or old one."""
        if self.facet in (EXISTENCE, NAME) and other.target.within(self.target):
            return True
        if other.facet in (EXISTENCE, NAME) and self.target.within(other.target):
            return True
        return self == other

    def predicts(self, target: Target, facet: Facet) -> bool:
        """Whether a difference in a facet of a place is what this effect does."""
        if self.facet == EXISTENCE and self.target.part is None:  # what is shared may be part of any operation
            return target.part is None or target.part.kind != "schema"
        if self.facet == EXISTENCE:
            # The values of a list's items are told of as the list's.
            return target.within(self.target) or (facet == "enum" and target == self.target.of_list)
        # What moved out of something new, or into what went later, is found as added or removed.
        return self.target == target and (facet == self.facet or (self.facet, facet) == (NAME, EXISTENCE))


class Override(BaseModel):
    """A severity other than the computed one, and the reason for it, which the page shows."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    severity: Severity
    reason: str = Field(min_length=1)


class Effect(BaseModel, ABC):
    """One structural edit inside a change, as data. Its fields are its YAML."""

    # Built when it is needed, since few registries use every kind.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
    alters_contract: ClassVar[bool] = True
    must_show: ClassVar[bool] = True
    """Whether the comparison of both contracts has to find a difference."""

    kind: str
    override: Override | None = None

    @abstractmethod
    def revert(self, contract: Contract) -> Contract:
        """The contract as it was before. Raises DoesNotFit where the effect cannot have led to `contract`."""

    @abstractmethod
    def headline(self) -> str:
        """What happened, as one line of Markdown without a full stop."""

    @abstractmethod
    def touches(self) -> Iterator[Touch]:
        """The places and facets that it alters; the comparison of both contracts finds nothing else."""

    def moves(self) -> Iterator[Move]:
        """How names move, for those kinds that move them."""
        return iter(())

    def as_data(self) -> dict[str, Any]:
        """The effect as a change file writes it."""
        return {"kind": self.kind, **self.model_dump(mode="json", exclude_unset=True)}


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _as_written(targets: tuple[Target, ...]) -> str | list[str]:
    return str(targets[0]) if len(targets) == 1 else [str(target) for target in targets]


Targets = Annotated[
    tuple[Target, ...],
    Field(min_length=1),
    BeforeValidator(_as_tuple, json_schema_input_type=Target | Annotated[list[Target], Field(min_length=1)]),
    PlainSerializer(_as_written),
]
"""One target or a list of them: where one intent touches many places, the same is done at each."""


MOST_NAMED = 12
SOME_NAMED = 4
"""A headline names all targets up to so many, and of more the first ones."""


class TargetedEffect(Effect):
    """An effect that does the same at each of its targets."""

    target: Targets

    def revert(self, contract: Contract) -> Contract:
        for target in reversed(self.target):
            reverted = self.revert_at(contract, target)
            if self.alters_contract and _is_unaltered(contract, reverted):
                raise DoesNotFit(f"alters nothing at {target}", "target")
            contract = reverted
        return contract

    @abstractmethod
    def revert_at(self, contract: Contract, target: Target) -> Contract:
        """The contract with the edit at one of the targets taken back."""

    def named(self) -> str:
        """The targets in words, as code; of very many the first ones, and how many there are besides."""
        names = [as_code(target) for target in self.target]
        if len(names) > MOST_NAMED:
            names = [*names[:SOME_NAMED], f"{len(names) - SOME_NAMED} more"]
        return listed(names)

    def says(self, of_one: str, of_many: str) -> str:
        """The targets and what happened to them: `is new`, `are new`."""
        return f"{self.named()} {of_one if len(self.target) == 1 else of_many}"


def _is_unaltered(contract: Contract, reverted: Contract) -> bool:
    return same(reverted.parts, contract.parts) and same(reverted.document, contract.document)


_EITHER = "give either 'was' or 'absent: true'"

_ONE_OF_BOTH: JsonDict = {
    "if": {"required": ["was"]},
    "then": {"properties": {"absent": {"const": False, "errorMessage": _EITHER}}},
    "else": {
        "required": ["absent"],
        "properties": {"absent": {"const": True, "errorMessage": _EITHER}},
        "errorMessage": _EITHER,
    },
}
"""What `OlderValue` checks of its two fields together, for editors."""


class OlderValue(TargetedEffect):
    """An effect that carries an older value, which may be null, or says that there was none."""

    model_config = ConfigDict(json_schema_extra=_ONE_OF_BOTH)
    was: Any = Field(None, description="The older value; leave it out and say `absent: true` where there was none.")
    absent: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> OlderValue:
        if ("was" in self.model_fields_set) == self.absent:
            raise ValueError(_EITHER)
        return self


def listed(items: Iterator[str] | list[str]) -> str:
    """`a`, `b` and `c`."""
    found = list(items)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def as_code(value: object) -> str:
    """A name as inline code of Markdown, whatever backticks it holds."""
    text = " ".join(str(value).split())
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{gap}{text}{gap}{ticks}"
