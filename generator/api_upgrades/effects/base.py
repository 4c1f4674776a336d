"""The base classes of all kinds of effects."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator
from pydantic.config import JsonDict

from api_upgrades.compare.rules.table import Severity
from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, json_identical
from api_upgrades.effects.touch import Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import derived_in_one_step, find_edited_parts
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.properties import Property
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.semantics import digest
from api_upgrades.openapi.target import Target


class Override(BaseModel):
    """A severity that replaces the computed one, and the reason, which the page shows."""

    # Built at once, unlike the kinds of effects: each of them would otherwise build it again for itself.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    severity: Severity
    reason: str = Field(min_length=1)


class Observation(NamedTuple):
    """What a client sees before and after an effect that no contract shows, as text."""

    before: str
    after: str


class Predicate(NamedTuple):
    """What a sentence says about its subject, for one subject and for several: `is new` and `are new`."""

    one: str
    many: str
    is_limit: bool = False
    """Whether it is about one keyword of a value, such as a maximum."""


class Clause(NamedTuple):
    """A sentence about something inside a part. The subject is empty if it is the place that the effect names."""

    subject: str
    predicate: Predicate


Scope: TypeAlias = Literal["place", "holder", "resource"]
"""How far one intent reaches: places with the same name, all places in one object, or all places in one resource."""


class Effect(BaseModel, ABC):
    """One structural edit inside a change, as data. Its fields are its YAML.

    A class says everything about its kind. Code outside this package uses these attributes and methods, and never
    checks the class or the name of a kind.
    """

    # Validators are built on first use, since few registries use every kind.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
    changes_contract: ClassVar[bool] = True
    must_be_found: ClassVar[bool] = True
    """Whether the comparison of both contracts has to find a difference."""
    restructures: ClassVar[bool] = False
    """Whether the kind describes the same data in another way. All such effects of a step have one intent."""
    only_rewords: ClassVar[bool] = False
    """Whether the kind alters only texts and examples, which no contract promises."""
    existence: ClassVar[Literal["added", "removed"] | None] = None
    """What happened to a whole part, such as a schema or an operation, for the kinds that add or remove one."""
    limits_values: ClassVar[bool] = False
    """Whether the kind says which values are valid. If so, the same edit at places with equal values is one change."""
    scope: ClassVar[Scope] = "place"
    """How far apart effects of the kind may be and still share one intent, if nothing else happened at their places."""
    is_named_by_place: ClassVar[bool] = False
    """Whether a draft's file is named after the place alone, as when something was added, renamed or moved."""

    kind: str
    override: Override | None = None

    @abstractmethod
    def revert(self, contract: Contract) -> Contract:
        """The contract as it was before. Raises ContractMismatch where the effect cannot have led to `contract`."""

    @abstractmethod
    def headline(self, newer: Contract | None = None) -> str:
        """What happened, as one line of Markdown without a full stop.

        The effect carries only older values. With the contract after the effect, the line also has the newer ones.
        """

    def clause(self, newer: Contract) -> Clause | None:
        """What happened at the place of an effect with one target; None if the headline says more than that."""
        return None

    @abstractmethod
    def touches(self) -> Iterator[Touch]:
        """The places and facets that it alters; the comparison of both contracts finds nothing else."""

    def moves(self) -> Iterator[Move]:
        """The old and the new target of everything that the effect renames or moves."""
        return iter(())

    def as_data(self) -> dict[str, Any]:
        """The effect as a change file writes it."""
        return {"kind": self.kind, **self.model_dump(mode="json", exclude_unset=True)}

    @property
    def targets(self) -> tuple[Target, ...]:
        """The places that the change file names; empty for a kind without a target."""
        return ()

    def at(self, *targets: Target) -> Self:
        """The same effect at other targets; the effect itself for a kind without a target."""
        return self

    @property
    def place(self) -> Target | None:
        """The place inside a part that an effect with one target changes, by its newer name; None for a whole part."""
        return None

    @property
    def pointer_in_part(self) -> str | None:
        """The JSON Pointer in the part, or in the document, to all that the effect changes; None if it gives none."""
        return None

    @property
    def subject(self) -> str:
        """The newer name of what the effect changes, to name a draft's file; empty where the targets already say it."""
        return ""

    @property
    def declared_severity(self) -> Severity | None:
        """The severity that the change file gives; it takes precedence over the computed one."""
        return self.override.severity if self.override else None

    @property
    def lacks_example(self) -> bool:
        """Whether the effect could carry an older example and doesn't."""
        return False

    def observation(self) -> Observation | None:
        """What a client sees before and after, for a kind that changes no contract."""
        return None

    @property
    def extension(self) -> str | None:
        """The name of the specification extension that is all that the effect changes, such as `x-unit`."""
        return None

    def allowed_value(self) -> tuple[str, Json] | None:
        """A predicate, `can be` or `can no longer be`, and its value, for a kind that allows or forbids one value."""
        return None

    def anchors(self) -> Iterator[Target]:
        """The places before which `revert` inserts something; they have to exist when it runs."""
        return iter(())

    def copied_schemas(self, newer: Contract) -> Iterator[Part]:
        """The schemas whose content `revert` copies from the contract after the effect."""
        return iter(())

    def named_schemas(self) -> Iterator[Part]:
        """The schemas that the effect's own data refer to."""
        return filter(None, map(schema_of, references(self.as_data().get("was"))))

    def details(self) -> str:
        """The effect as text, without `_PLACE_FIELDS`. It is the same for effects that do the same thing elsewhere."""
        data = {key: value for key, value in self.as_data().items() if key not in _PLACE_FIELDS}
        if isinstance(data.get("was"), dict):
            data["was"] = digest(data["was"])
        return repr((self.kind, data))

    def intent(self, resource: str) -> Hashable:
        """A key that is the same for all effects on whole parts of a resource that have one intent."""
        return self.kind, self.details()

    @classmethod
    def candidates(cls, holder: Target, older: Properties, newer: Properties) -> Iterator[Self]:
        """Effects of the kind that may explain why an object has other properties in the newer contract.

        A draft verifies each by reverting it, so a candidate may be wrong, but it is never a guess at a meaning: what
        it claims must show in the examples or the schemas.
        """
        return iter(())


Properties: TypeAlias = Mapping[str, Property]
"""The properties of one object by their names, in their order."""

_PLACE_FIELDS = ("kind", "target", "before", "example", "required")
"""Fields that say where and how something stood. Effects that differ only in these do the same thing."""


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _serialize_targets(targets: tuple[Target, ...]) -> str | list[str]:
    return str(targets[0]) if len(targets) == 1 else [str(target) for target in targets]


Targets = Annotated[
    tuple[Target, ...],
    Field(min_length=1),
    BeforeValidator(_as_tuple, json_schema_input_type=Target | Annotated[list[Target], Field(min_length=1)]),
    PlainSerializer(_serialize_targets),
]
"""One target or a list of them. The effect does the same at each."""


MAX_NAMED_TARGETS = 12
NAMED_BEFORE_OTHERS = 4
"""A headline names up to MAX_NAMED_TARGETS targets. If there are more, it names the first NAMED_BEFORE_OTHERS and
counts the others.
"""


class TargetedEffect(Effect):
    """An effect that does the same at each of its targets."""

    target: Targets

    @property
    def targets(self) -> tuple[Target, ...]:
        return self.target

    @property
    def place(self) -> Target | None:
        (target,) = self.target
        return target if target.steps or target.section else None

    def at(self, *targets: Target) -> Self:
        return self.model_copy(update={"target": targets})

    def anchors(self) -> Iterator[Target]:
        before = getattr(self, "before", None)
        if not isinstance(before, str):
            return
        for target in self.target:
            if target.steps or target.section:
                yield target.sibling(before)
            elif target.part is not None:
                yield Target(Part(target.part.kind, before))

    def intent(self, resource: str) -> Hashable:
        if self.existence:
            return self.existence, resource
        return self.kind, self.details(), resource

    def revert(self, contract: Contract) -> Contract:
        newer = contract
        for target in reversed(self.target):
            reverted = self.revert_at(contract, target)
            if self.changes_contract and _is_unchanged(contract, reverted):
                raise ContractMismatch(f"changes nothing at {target}", "target")
            contract = reverted
        return derived_in_one_step(contract, newer)

    @abstractmethod
    def revert_at(self, contract: Contract, target: Target) -> Contract:
        """The contract with the edit undone at one of the targets."""

    def predicate(self, newer: Contract | None = None) -> Predicate | None:
        """What happened to each target; None if the headline of this kind has another structure."""
        return None

    def clause(self, newer: Contract) -> Clause | None:
        predicate = self.predicate(newer)
        return Clause("", predicate) if predicate else None

    def headline(self, newer: Contract | None = None) -> str:
        found = self._predicates(newer)
        predicate = found.pop() if len(found) == 1 else self.predicate()
        assert predicate is not None, "a kind without a predicate has a headline of its own"
        return f"{self.target_names()} {predicate.one if len(self.target) == 1 else predicate.many}"

    def _predicates(self, newer: Contract | None) -> set[Predicate | None]:
        """What happened to each target, with the contract after it."""
        try:
            return {self.at(target).predicate(newer) for target in self.target}
        except ContractMismatch:  # one target is inside another, and is there only after that one was reverted
            found = set()
            for target in reversed(self.target):
                found.add(self.at(target).predicate(newer))
                newer = newer and self.revert_at(newer, target)
            return found

    def target_names(self) -> str:
        """The targets as Markdown. If there are many, only the first ones, and the number of the others."""
        names = [as_code(target) for target in self.target]
        if len(names) > MAX_NAMED_TARGETS:
            names = [*names[:NAMED_BEFORE_OTHERS], f"{len(names) - NAMED_BEFORE_OTHERS} more"]
        return join_names(names)


def _is_unchanged(contract: Contract, reverted: Contract) -> bool:
    edited = find_edited_parts(reverted, contract)
    return all(
        part in reverted.parts and part in contract.parts and json_identical(reverted.parts[part], contract.parts[part])
        for part in edited
    ) and json_identical(reverted.document, contract.document)


_WAS_OR_ABSENT_ADVICE = "give either 'was' or 'absent: true'"

_EITHER_WAS_OR_ABSENT: JsonDict = {
    "if": {"required": ["was"]},
    "then": {"properties": {"absent": {"const": False, "errorMessage": _WAS_OR_ABSENT_ADVICE}}},
    "else": {
        "required": ["absent"],
        "properties": {"absent": {"const": True, "errorMessage": _WAS_OR_ABSENT_ADVICE}},
        "errorMessage": _WAS_OR_ABSENT_ADVICE,
    },
}
"""What `OlderValue` requires of its two fields together, as JSON Schema for editors."""


class OlderValueEffect(TargetedEffect):
    """An effect that carries an older value, which can be null, or states that there was none."""

    model_config = ConfigDict(json_schema_extra=_EITHER_WAS_OR_ABSENT)
    was: Any = Field(None, description="The older value. If there was none, omit it and write `absent: true`.")
    absent: bool = False

    @model_validator(mode="after")
    def _require_was_or_absent(self) -> OlderValueEffect:
        if ("was" in self.model_fields_set) == self.absent:
            raise ValueError(_WAS_OR_ABSENT_ADVICE)
        return self


def join_names(items: Iterator[str] | list[str], last: str = "and") -> str:
    """`a`, `b` and `c`."""
    found = list(items)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {last} {found[-1]}"


def join_some(names: list[str], most: int, more: str = "more", last: str = "and") -> str:
    """The first names, and how many others there are. A single other name is shown instead of counted."""
    left = len(names) - most
    return join_names(names if left <= 1 else [*names[:most], f"{left} {more}"], last)


def as_code(value: object) -> str:
    """A name as inline code of Markdown, even if it contains backticks."""
    text = " ".join(str(value).split())
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{gap}{text}{gap}{ticks}"
