"""Before and after: the smallest payloads, composed from both contracts, that show what a change did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.examples.compose import as_json
from api_upgrades.examples.samples import NOTHING, Language, Text, in_version, is_only_sent, part_texts
from api_upgrades.history.derive import Step
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.history.upgrade_path import Paths
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.locate import schema_spot, section_spot
from api_upgrades.openapi.renames import Names
from api_upgrades.openapi.schema_view import without_annotations
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Usage
from api_upgrades.site.text.diff import changed_lines


@dataclass(frozen=True)
class BeforeAfter:
    """One text at the older version and at the newer, empty where the part isn't there. The title is Markdown.

    `own` are the lines, with their sign, that the change itself alters, where other changes of the version alter more.
    """

    title: str
    part: Part | None
    language: Language
    before: str
    after: str
    own: frozenset[tuple[str, str]] | None = None

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """What shows a change best: both ends of it, as a line that went and one that came, an object before a body
        and a body before a bare call, and the smaller one of these.
        """
        signs = (
            {sign for sign, _ in changed_lines(self.before, self.after)}
            if self.own is None
            else {sign for sign, _ in self.own}
        )
        has_body = "\n\n" in self.before + self.after
        form = 0 if self.language == "json" else 1 if has_body else 2
        return not (self.before and self.after), len(signs) < 2, form, len(self.before) + len(self.after)


def before_after(history: History, paths: Paths, step: Step, change: JudgedChange) -> list[BeforeAfter]:
    """What shows the change: its behaviour's own texts, payloads, the best first, or else schema fragments."""
    shown = list(_behaviours(change))
    is_alone = len(history.changes_of(step.version.id)) == 1
    payloads = [
        found
        for part in change.touched
        for found in _payloads(history, paths, step, part, None if is_alone else change)
    ]
    # Of several that show the same message, for two schemas in it, the best is enough.
    best = {one.title: one for one in sorted(payloads, key=lambda one: one.rank, reverse=True)}
    shown += sorted(best.values(), key=lambda one: one.rank)
    return shown or list(dict.fromkeys(_fragments(step, change)))


def _behaviours(change: JudgedChange) -> Iterator[BeforeAfter]:
    for judged in change.effects:
        if observation := judged.effect.observation():
            title = ", ".join(str(target) for target in judged.effect.targets)
            part = judged.effect.targets[0].part
            yield BeforeAfter(f"`{title}`", part, "text", observation.before, observation.after)


def _payloads(
    history: History, paths: Paths, step: Step, part: Part, change: JudgedChange | None
) -> Iterator[BeforeAfter]:
    """The texts of one touched part that differ; with a change, by something that the change itself alters."""

    def texts(version: str, contract: Contract, part: Part | None) -> Mapping[str, Text]:
        usage = history.usage_at(version)
        if part is not None and _shows_same(usage, contract, part):
            return paths.texts.at(version, part)
        return dict(part_texts(usage, contract, part))

    older, newer = step.older_version, step.version.id
    old = _older(part, step.older, step.names)
    before = _followed(texts(older, step.older, old), old, step.names)
    after = texts(newer, step.newer, _newer(part, step.newer, step.names))
    own_before, own_after = before, after
    if change is not None:
        first, last = change.effects[0].applied, change.effects[-1].applied
        names = Names.of(move for judged in change.effects for move in judged.applied.moves)
        old = _older(part, first.older, names)
        own_before = _followed(texts(older, first.older, old), old, names)
        own_after = texts(newer, last.newer, _newer(part, last.newer, names))
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key, NOTHING), after.get(key, NOTHING)
        own_was, own_now = own_before.get(key, NOTHING).text, own_after.get(key, NOTHING).text
        if was.text == now.text or own_was == own_now:
            continue
        shown = now if now.text else was
        ends = (in_version(was.text, older), in_version(now.text, newer))
        own = None
        if (own_was, own_now) != (was.text, now.text):
            own = frozenset(changed_lines(in_version(own_was, older), in_version(own_now, newer)))
        yield BeforeAfter(shown.title, shown.part, shown.language, *ends, own)


def _shows_same(usage: Usage, contract: Contract, part: Part) -> bool:
    """Whether a contract on the way between two versions has all that shows a part as the version has it."""
    parts, others = usage.contract.parts, contract.parts
    if parts is others or part not in parts or contract.document is not usage.contract.document:
        return contract is usage.contract
    shown = usage.reach_of(part) if is_only_sent(usage, part) else [part]
    return all(parts.get(one) is others.get(one) for start in shown for one in usage.closure(start))


def _followed(texts: Mapping[str, Text], part: Part | None, names: Names) -> Mapping[str, Text]:
    """The texts of a part with its responses by the status that they have in the newer contract."""
    if part is None or part.kind != "operation":
        return texts
    sections = {key: "request" if key == "request" else f"response {key}" for key in texts}
    return {
        names.newer(Target(part, section)).section.removeprefix("response "): texts[key]
        for key, section in sections.items()
    }


def _older(part: Part, older: Contract, names: Names) -> Part | None:
    return part if part in older.parts else names.older(Target(part)).part


def _newer(part: Part, newer: Contract, names: Names) -> Part | None:
    return part if part in newer.parts else names.newer(Target(part)).part


def _fragments(step: Step, change: JudgedChange) -> Iterator[BeforeAfter]:
    """For what no payload shows, such as one more enum value: the schema at each target."""
    for judged in change.effects:
        for target in judged.effect.targets:
            before = _fragment(step.older, step.names.older(target))
            after = _fragment(step.newer, target)
            if before != after:
                yield BeforeAfter(f"Schema of `{target}`", target.part, "json", before, after)


def _fragment(contract: Contract, target: Target) -> str:
    for spot_of in (schema_spot, section_spot):
        try:
            return as_json(without_annotations(spot_of(contract, target).read(contract)))
        except ContractMismatch:
            continue
    return ""
