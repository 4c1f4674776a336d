"""What happened to an operation or a webhook: its words, security, parameters, bodies and responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.draft.schemas import SchemaDraft
from api_upgrades.draft.undo import Undone
from api_upgrades.effects.parameter import KIND_OF_KEY
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.locate import media_type, section_spot, webhook_method
from api_upgrades.openapi.schema import ANNOTATIONS, MISSING
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

Both = tuple[JsonObject, JsonObject]
"""The same place in the older contract and in the newer one."""


@dataclass(frozen=True)
class OperationDraft:
    """What drafts the effects inside of operations and webhooks. `goal` is the older contract, under newer names."""

    undone: Undone
    goal: Contract
    schemas: SchemaDraft

    def draft(self, part: Part) -> None:
        """Undo, on one operation or webhook, whatever a kind expresses."""
        target = Target(part)
        if part.kind == "operation":
            goal, now = self._both(target)
            self._parameters(part, goal.get("parameters", []), now.get("parameters", []))
            self._responses(part, goal.get("responses", {}), now.get("responses", {}))
            self._request(part, goal, now)
            if not json_equal(goal.get("security"), now.get("security")):
                self.undone.undo_at("change_security", target, was=goal.get("security"))
        elif webhook_method(self.goal.parts[part]) == webhook_method(self.undone.contract.parts[part]):
            self._body(Target(part, "payload"))
        else:
            return
        self._words(target, "summary", "description")
        self._deprecation(target)

    def _both(self, target: Target) -> Both:
        contract = self.undone.contract
        return section_spot(self.goal, target).read(self.goal), section_spot(contract, target).read(contract)

    def _words(self, target: Target, *keys: str) -> None:
        goal, now = self._both(target)
        was = {key: goal.get(key) for key in keys if goal.get(key) != now.get(key)}
        if was:
            self.undone.undo_at("wording", target, was=was)

    def _deprecation(self, target: Target) -> None:
        goal, now = self._both(target)
        if now.get("deprecated") is True and "deprecated" not in goal and "x-replaced-by" not in goal:
            self.undone.undo_at("deprecate", target, replaced_by=now.get("x-replaced-by", MISSING))

    def _requiredness(self, target: Target) -> None:
        goal, now = self._both(target)
        if (goal.get("required") is True) != (now.get("required") is True):
            self.undone.undo_at("make_required" if now.get("required") is True else "make_optional", target)

    def _way_of_writing(self, target: Target) -> None:
        goal, now = self._both(target)
        for keyword in dict.fromkeys((*goal, *now)):
            was = goal.get(keyword, MISSING)
            if not json_equal(was, now.get(keyword, MISSING)) and keyword not in _LOOKED_INTO:
                older = {"absent": True} if was is MISSING else {"was": was}
                self.undone.undo_at("change_parameter", target, keyword=keyword, **older)

    def _request(self, part: Part, goal: JsonObject, now: JsonObject) -> None:
        target = Target(part, "request")
        if "requestBody" in goal and "requestBody" in now:
            self._body(target)
        elif "requestBody" in now:
            self.undone.undo_at("add_request_body", target)
        elif "requestBody" in goal:
            self.undone.undo_at("remove_request_body", target, was=goal["requestBody"])

    def _body(self, target: Target) -> None:
        """A request body or a response, unless it is shared: that is for the rest of the document."""
        try:
            goal, now = self._both(target)
        except ContractMismatch:
            return
        if json_equal(goal, now):
            return
        self._words(target, "description")
        if not target.section.startswith("response"):
            self._requiredness(target)
        if media_type(goal) == media_type(now):
            self.schemas.draft(target)

    def _responses(self, part: Part, goal: Mapping[str, Json], now: Mapping[str, Json]) -> None:
        for status in reversed(list(now)):
            target = Target(part, f"response {status}")
            if status in goal:
                self._body(target)
            else:
                self.undone.undo_at("add_response", target)
        before: Json = MISSING
        for status in reversed(list(goal)):
            target = Target(part, f"response {status}")
            if status in now or self.undone.undo_at("remove_response", target, was=goal[status], before=before):
                before = status

    def _parameters(self, part: Part, goal: Sequence[JsonObject], now: Sequence[JsonObject]) -> None:
        """Those that the operation has itself; a shared one has no name here, and is left to `replace`."""
        older, newer = _by_target(part, goal), _by_target(part, now)
        for target, value in reversed(newer.items()):
            if target not in older:
                self.undone.undo_at("add_parameter", target)
            elif not json_equal(older[target], value):
                self._words(target, "description")
                self._deprecation(target)
                self._requiredness(target)
                self._way_of_writing(target)
                self.schemas.draft(target)
        before: Json = MISSING
        for target, value in reversed(older.items()):
            if target not in newer:
                was = {key: kept for key, kept in value.items() if key not in ("name", "in")}
                fits = self._in_order(part, [_identity(one) for one in goal])
                if not self.undone.undo_at("remove_parameter", target, fits, was=was, before=before):
                    continue
            before = target.name

    def _in_order(self, part: Part, order: Sequence[Json]) -> Callable[[Contract], bool]:
        """A parameter is put before the first of a name, which in odd cases is another one."""

        def fits(older: Contract) -> bool:
            found = [_identity(one) for one in older.parts[part]["parameters"]]
            return [one for one in found if one in order] == [one for one in order if one in found]

        return fits


_LOOKED_INTO = {*KIND_OF_KEY, *ANNOTATIONS, "schema", "content", "deprecated", "x-replaced-by"}
"""Keys of a parameter that `change_parameter` is not for."""


def _identity(parameter: JsonObject) -> Json:
    return parameter.get("$ref") or (parameter.get("in"), parameter.get("name"))


def _by_target(part: Part, parameters: Sequence[JsonObject]) -> dict[Target, JsonObject]:
    return {
        Target(part, f"{parameter['in']} {parameter['name']}"): parameter
        for parameter in parameters
        if parameter.get("in") in PARAMETER_LOCATIONS and "name" in parameter
    }
