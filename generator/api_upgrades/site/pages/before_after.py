"""The before/after examples of a change: the smallest composed payloads that show what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.examples.compose import as_json
from api_upgrades.examples.samples import NO_SAMPLE, Language, Sample, compose_samples, fill_version, is_request_only
from api_upgrades.history.derive import Step
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.history.upgrade_path import UpgradePaths
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot, section_spot
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema_view import without_annotations
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Usage
from api_upgrades.site.text.diff_lines import changed_lines


@dataclass(frozen=True)
class BeforeAfter:
    """One text at the older and at the newer version; empty if the part doesn't exist there.

    `title` is Markdown that names the part, and `note` says which of its texts it is, such as `Response 200`.
    `own_lines` are the (sign, line) pairs that the change itself causes. It is None if no other change of the version
    alters the text.
    """

    title: str
    note: str
    part: Part | None
    language: Language
    before: str
    after: str
    own_lines: frozenset[tuple[str, str]] | None = None

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """A sort key that puts the best example first.

        Examples are better if they exist at both versions, if they have removed and added lines, and if they are
        short. Plain objects are better than messages with a body, and these are better than bare calls.
        """
        signs = (
            {sign for sign, _ in changed_lines(self.before, self.after)}
            if self.own_lines is None
            else {sign for sign, _ in self.own_lines}
        )
        has_body = "\n\n" in self.before + self.after
        form = 0 if self.language == "json" else 1 if has_body else 2
        return not (self.before and self.after), len(signs) < 2, form, len(self.before) + len(self.after)


def collect_examples(history: History, paths: UpgradePaths, step: Step, change: JudgedChange) -> list[BeforeAfter]:
    """Collect the examples of a change: the observations of its behaviour effects, then payloads, the best first.

    A change without either gets the fragments of the schemas that it changes.
    """
    examples = list(_behaviour_examples(change))
    is_alone = len(history.changes_of(step.version.id)) == 1
    payloads = [
        found
        for part in change.changed_parts
        for found in _payload_examples(history, paths, step, part, None if is_alone else change)
    ]
    # Two schemas in the same message give two examples of it. Keep the best: the last one in reverse order.
    best = {one.title: one for one in sorted(payloads, key=lambda one: one.rank, reverse=True)}
    examples += sorted(best.values(), key=lambda one: one.rank)
    return examples or list(dict.fromkeys(_schema_examples(step, change)))


def _behaviour_examples(change: JudgedChange) -> Iterator[BeforeAfter]:
    for judged in change.effects:
        if observation := judged.effect.observation():
            title = ", ".join(str(target) for target in judged.effect.targets)
            part = judged.effect.targets[0].part
            yield BeforeAfter(f"`{title}`", "Behaviour", part, "text", observation.before, observation.after)


def _payload_examples(
    history: History, paths: UpgradePaths, step: Step, part: Part, change: JudgedChange | None
) -> Iterator[BeforeAfter]:
    """Yield the samples of a part that differ between both versions; with `change`, only those that it alters."""

    def samples(version: str, contract: Contract, part: Part | None) -> Mapping[str, Sample]:
        usage = history.usage_at(version)
        if part is not None and _has_same_texts(usage, contract, part):
            return paths.samples.at(version, part)
        return dict(compose_samples(usage, contract, part))

    older, newer = step.older_version, step.version.id
    old = _older_part(part, step.older, step.renames)
    before = _rename_statuses(samples(older, step.older, old), old, step.renames)
    after = samples(newer, step.newer, _newer_part(part, step.newer, step.renames))
    own_before, own_after = before, after
    if change is not None:
        first, last = change.effects[0].applied, change.effects[-1].applied
        renames = RenameMap.of(move for judged in change.effects for move in judged.applied.moves)
        old = _older_part(part, first.older, renames)
        own_before = _rename_statuses(samples(older, first.older, old), old, renames)
        own_after = samples(newer, last.newer, _newer_part(part, last.newer, renames))
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key, NO_SAMPLE), after.get(key, NO_SAMPLE)
        own_was, own_now = own_before.get(key, NO_SAMPLE).text, own_after.get(key, NO_SAMPLE).text
        if was.text == now.text or own_was == own_now:
            continue
        sample = now if now.text else was
        texts = (fill_version(was.text, older), fill_version(now.text, newer))
        own_lines = None
        if (own_was, own_now) != (was.text, now.text):
            own_lines = frozenset(changed_lines(fill_version(own_was, older), fill_version(own_now, newer)))
        yield BeforeAfter(sample.title, sample.note, sample.part, sample.language, *texts, own_lines)


def _has_same_texts(usage: Usage, contract: Contract, part: Part) -> bool:
    """Whether an intermediate contract gives the same samples of a part as the version of `usage`."""
    parts, others = usage.contract.parts, contract.parts
    if parts is others or part not in parts or contract.document is not usage.contract.document:
        return contract is usage.contract
    starts = usage.affected_by_part(part) if is_request_only(usage, part) else [part]
    return all(parts.get(one) is others.get(one) for start in starts for one in usage.closure(start))


def _rename_statuses(samples: Mapping[str, Sample], part: Part | None, renames: RenameMap) -> Mapping[str, Sample]:
    """Key the samples of an operation's responses by their status in the newer contract."""
    if part is None or part.kind != "operation":
        return samples
    sections = {key: "request" if key == "request" else f"response {key}" for key in samples}
    return {
        renames.to_newer(Target(part, section)).section.removeprefix("response "): samples[key]
        for key, section in sections.items()
    }


def _older_part(part: Part, older: Contract, renames: RenameMap) -> Part | None:
    return part if part in older.parts else renames.to_older(Target(part)).part


def _newer_part(part: Part, newer: Contract, renames: RenameMap) -> Part | None:
    return part if part in newer.parts else renames.to_newer(Target(part)).part


def _schema_examples(step: Step, change: JudgedChange) -> Iterator[BeforeAfter]:
    """Yield the schema at each target, for changes that no payload shows, such as a new enum value."""
    for judged in change.effects:
        for target in judged.effect.targets:
            before = _schema_fragment(step.older, step.renames.to_older(target))
            after = _schema_fragment(step.newer, target)
            if before != after:
                yield BeforeAfter(f"Schema of `{target}`", "Schema", target.part, "json", before, after)


def _schema_fragment(contract: Contract, target: Target) -> str:
    for spot_of in (schema_spot, section_spot):
        try:
            return as_json(without_annotations(spot_of(contract, target).read(contract)))
        except ContractMismatch:
            continue
    return ""
