"""Kinds of effects on whole webhooks. The kinds in `property.py` and `value.py` edit their payloads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.effects.base import Effect, Predicate, TargetedEffect, as_code
from api_upgrades.effects.schema import with_whole_part, without_whole_part
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


class AddWebhook(TargetedEffect):
    """A webhook was added.

    {kind: add_webhook, target: webhook appointment.updated}
    """

    kind: Literal["add_webhook"] = "add_webhook"
    is_named_by_place = True
    existence = "added"

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return without_whole_part(contract, target, "webhook")

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is new", "are new")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RemoveWebhook(TargetedEffect):
    """A webhook was removed.

    {kind: remove_webhook, target: webhook patient.merged, was: {post: {responses: {}}}}
    """

    kind: Literal["remove_webhook"] = "remove_webhook"
    existence = "removed"
    was: dict[str, Any] = Field(description="The Path Item Object.")
    before: str | None = Field(None, description="The webhook before which it stood (last, if omitted).")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return with_whole_part(contract, target, "webhook", self.was, self.before)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was removed", "were removed")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RenameWebhook(Effect):
    """A webhook was renamed.

    {kind: rename_webhook, old: message.created, new: conversation.message.created}
    """

    kind: Literal["rename_webhook"] = "rename_webhook"
    is_named_by_place = True
    old: str
    new: str

    @property
    def subject(self) -> str:
        return self.new

    def revert(self, contract: Contract) -> Contract:
        old, new = Part("webhook", self.old), Part("webhook", self.new)
        if new not in contract.parts:
            known = [part.name for part in contract.of_kind("webhook")]
            raise ContractMismatch(f"webhook {self.new!r} does not exist", "new", did_you_mean(self.new, known))
        if old in contract.parts:
            raise ContractMismatch(f"webhook {self.old!r} still exists", "old")
        return contract.with_part_renamed(new, old)

    def headline(self, newer: Contract | None = None) -> str:
        return f"The webhook {as_code(self.old)} was renamed to {as_code(self.new)}"

    def touches(self) -> Iterator[Touch]:
        for move in self.moves():
            yield Touch(move.new, NAME)
            yield Touch(move.old, NAME)

    def moves(self) -> Iterator[Move]:
        yield Move(Target(Part("webhook", self.old)), Target(Part("webhook", self.new)))
