"""Kinds of effects that change no structure: wording, examples, and behaviour that no schema shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from api_upgrades.compare.rules.table import Severity
from api_upgrades.effects.base import Observation, OlderValueEffect, Predicate, TargetedEffect
from api_upgrades.effects.touch import Touch
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import place_spot, schema_spot
from api_upgrades.openapi.target import Target

WordingKeyword = Literal["title", "summary", "description"]


class Wording(TargetedEffect):
    """A title, summary or description was reworded. Without this effect, today's text is shown for all versions.

    {kind: wording, target: Patient.phone, was: {description: The phone number without a leading plus.}}
    """

    kind: Literal["wording"] = "wording"
    only_rewords = True
    was: dict[WordingKeyword, str | None] = Field(min_length=1, description="The older texts; null if there was none.")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = place_spot(contract, target)
        found = {key: kept for key, kept in spot.read(contract).items() if self.was.get(key, "") is not None}
        return spot.write(contract, found | {key: text for key, text in self.was.items() if text is not None})

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was reworded", "were reworded")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, keyword) for target in self.target for keyword in self.was)


class ChangeExample(OlderValueEffect):
    """An example changed or was added.

    {kind: change_example, target: ClinicalNoteSection.text, was: "- Headache for two days"}
    """

    kind: Literal["change_example"] = "change_example"
    only_rewords = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = schema_spot(contract, target)
        schema = spot.read(contract)
        if self.absent:
            return spot.write(contract, schema_edit.without_example(schema))
        return spot.write(contract, schema_edit.with_example(schema, self.was, contract.dialect))

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("has a different example", "have a different example")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "example") for target in self.target)


class Behaviour(TargetedEffect):
    """The behaviour of the API changed, though its contract did not. Declares its own severity.

    {kind: behaviour, target: POST /copilot/notes, severity: risky, before: "- a", after: a}
    """

    kind: Literal["behaviour"] = "behaviour"
    changes_contract: ClassVar[bool] = False
    severity: Severity
    before: str = Field(min_length=1, description="What a client saw before, as text.")
    after: str = Field(min_length=1, description="What a client sees now, as text.")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        place_spot(contract, target)  # raises ContractMismatch if the target does not exist
        return contract

    @property
    def declared_severity(self) -> Severity:
        return super().declared_severity or self.severity

    def observation(self) -> Observation:
        return Observation(self.before.strip("\n"), self.after.strip("\n"))

    def anchors(self) -> Iterator[Target]:
        return iter(())  # `before` is prose here, not the name of a place

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("behaves differently", "behave differently")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "behaviour") for target in self.target)
