"""Drafts the effects inside an operation or a webhook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.draft.partial_draft import PartialDraft
from api_upgrades.draft.schemas import SchemaDraft
from api_upgrades.effects.parameter import KIND_OF_KEY
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import media_type, section_spot, webhook_method
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.part_places import operations_of
from api_upgrades.openapi.schema import ANNOTATIONS, MISSING
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

OlderAndNewer = tuple[JsonObject, JsonObject]
"""One place in the older and in the newer contract."""


@dataclass(frozen=True)
class OperationDraft:
    """Drafts the effects inside operations and webhooks. `goal` is the older contract under the newer names."""

    undone: PartialDraft
    goal: Contract
    schemas: SchemaDraft

    def revert_part(self, part: Part) -> None:
        """Revert all differences of one operation or webhook that a specific kind expresses."""
        target = Target(part)
        if part.kind == "operation":
            goal, now = self._read_both(target)
            self._revert_parameters(part, goal.get("parameters", []), now.get("parameters", []))
            self._revert_responses(part, goal.get("responses", {}), now.get("responses", {}))
            self._revert_request(part, goal, now)
            if not json_equal(goal.get("security"), now.get("security")):
                self.undone.revert_at("change_security", target, was=goal.get("security"))
        elif self._have_same_operation(part):
            self._revert_body(Target(part, "payload"))
        else:
            return
        self._revert_wording(target, "summary", "description")
        self._revert_deprecation(target)

    def _have_same_operation(self, webhook: Part) -> bool:
        """Whether a webhook has an operation in both contracts, with the same method."""
        goal, now = self.goal.parts[webhook], self.undone.contract.parts[webhook]
        method = webhook_method(goal)
        return method == webhook_method(now) and method in operations_of(goal) and method in operations_of(now)

    def _read_both(self, target: Target) -> OlderAndNewer:
        contract = self.undone.contract
        return section_spot(self.goal, target).read(self.goal), section_spot(contract, target).read(contract)

    def _revert_wording(self, target: Target, *keys: str) -> None:
        goal, now = self._read_both(target)
        was = {key: goal.get(key) for key in keys if goal.get(key) != now.get(key)}
        if was:
            self.undone.revert_at("wording", target, was=was)

    def _revert_deprecation(self, target: Target) -> None:
        goal, now = self._read_both(target)
        if now.get("deprecated") is True and "deprecated" not in goal and "x-replaced-by" not in goal:
            self.undone.revert_at("deprecate", target, replaced_by=now.get("x-replaced-by", MISSING))

    def _revert_requiredness(self, target: Target) -> None:
        goal, now = self._read_both(target)
        if (goal.get("required") is True) != (now.get("required") is True):
            self.undone.revert_at("make_required" if now.get("required") is True else "make_optional", target)

    def _revert_serialization(self, target: Target) -> None:
        goal, now = self._read_both(target)
        for keyword in dict.fromkeys((*goal, *now)):
            was = goal.get(keyword, MISSING)
            if not json_equal(was, now.get(keyword, MISSING)) and keyword not in _HANDLED_KEYS:
                older = {"absent": True} if was is MISSING else {"was": was}
                self.undone.revert_at("change_parameter", target, keyword=keyword, **older)

    def _revert_request(self, part: Part, goal: JsonObject, now: JsonObject) -> None:
        target = Target(part, "request")
        if "requestBody" in goal and "requestBody" in now:
            self._revert_body(target)
        elif "requestBody" in now:
            self.undone.revert_at("add_request_body", target)
        elif "requestBody" in goal:
            self.undone.revert_at("remove_request_body", target, was=goal["requestBody"])

    def _revert_body(self, target: Target) -> None:
        """Revert a request body or a response. Shared ones belong to the rest of the document."""
        try:
            goal, now = self._read_both(target)
        except ContractMismatch:
            return
        if json_equal(goal, now):
            return
        self._revert_wording(target, "description")
        if not target.section.startswith("response"):
            self._revert_requiredness(target)
        if media_type(goal) == media_type(now):
            self.schemas.draft(target)
            self.schemas.draft(target.child("[]"))  # a sequence may have a schema for its items only

    def _revert_responses(self, part: Part, goal: Mapping[str, Json], now: Mapping[str, Json]) -> None:
        for status in reversed(list(now)):
            target = Target(part, f"response {status}")
            if status in goal:
                self._revert_body(target)
            else:
                self.undone.revert_at("add_response", target)
        before: Json = MISSING
        for status in reversed(list(goal)):
            target = Target(part, f"response {status}")
            if status in now or self.undone.revert_at("remove_response", target, was=goal[status], before=before):
                before = status

    def _revert_parameters(self, part: Part, goal: Sequence[JsonObject], now: Sequence[JsonObject]) -> None:
        """Revert the operation's own parameters. A shared one has no name here and is left to `replace`."""
        older, newer = _index_by_target(part, goal), _index_by_target(part, now)
        for target, value in reversed(newer.items()):
            if target not in older:
                self.undone.revert_at("add_parameter", target)
            elif not json_equal(older[target], value):
                self._revert_wording(target, "description")
                self._revert_deprecation(target)
                self._revert_requiredness(target)
                self._revert_serialization(target)
                self.schemas.draft(target)
        before: Json = MISSING
        for target, value in reversed(older.items()):
            if target not in newer:
                was = {key: kept for key, kept in value.items() if key not in ("name", "in")}
                fits = self._build_order_check(part, [_identity(one) for one in goal])
                if not self.undone.revert_at("remove_parameter", target, fits, was=was, before=before):
                    continue
            before = target.name

    def _build_order_check(self, part: Part, order: Sequence[Json]) -> Callable[[Contract], bool]:
        """A check that the parameters are in the given order, because several may have the same name."""

        def fits(older: Contract) -> bool:
            found = [_identity(one) for one in older.parts[part]["parameters"]]
            return [one for one in found if one in order] == [one for one in order if one in found]

        return fits


_HANDLED_KEYS = {*KIND_OF_KEY, *ANNOTATIONS, "schema", "content", "deprecated", "x-replaced-by"}
"""Keys of a parameter that other kinds handle."""


def _identity(parameter: JsonObject) -> Json:
    return parameter.get("$ref") or (parameter.get("in"), parameter.get("name"))


def _index_by_target(part: Part, parameters: Sequence[JsonObject]) -> dict[Target, JsonObject]:
    return {
        Target(part, f"{parameter['in']} {parameter['name']}"): parameter
        for parameter in parameters
        if parameter.get("in") in PARAMETER_LOCATIONS and "name" in parameter
    }
