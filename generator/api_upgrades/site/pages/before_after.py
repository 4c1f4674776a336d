"""The before/after examples of a change: the smallest composed messages that show what it changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json
from api_upgrades.examples.compose import as_json
from api_upgrades.examples.message import as_sample, compose_message, differing_values, with_older_values
from api_upgrades.examples.samples import NO_SAMPLE, Language, Sample, fill_version
from api_upgrades.examples.validate import body_validator
from api_upgrades.history.derive import Step
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.history.part_samples import LazySample
from api_upgrades.history.shown_messages import ShownPair, compose_shown_pair
from api_upgrades.history.upgrade_path import UpgradePaths
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot, section_spot
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.schema_view import without_annotations
from api_upgrades.openapi.target import Target
from api_upgrades.registry.file_models import ShownMessage
from api_upgrades.site.text.diff_lines import changed_lines


@dataclass(frozen=True)
class BeforeAfter:
    """One text at the older and at the newer version; empty if the part doesn't exist there.

    `title` is Markdown that names the part, and `note` says which of its texts it is, such as `Response 200`. `before`
    and `after` name their own version in requests. In `older_text`, which a diff compares with `after`, the newer one
    is named, since the header with the version is no change. `own_lines` are the (sign, line) pairs that the change
    itself causes. It is None if no other change of the version alters the text.
    """

    title: str
    note: str
    part: Part | None
    language: Language
    before: str
    after: str
    older_text: str
    own_lines: frozenset[tuple[str, str]] | None = None

    @property
    def newer_text(self) -> str:
        """The text that a diff compares with `older_text`."""
        return self.after

    @property
    def form(self) -> int:
        """A sort key: requests before responses, webhooks and bare objects."""
        if self.note == "Request":
            return 0
        return 1 if self.note.startswith("Response") else 2 if self.part and self.part.kind == "webhook" else 3

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """A sort key that puts the best example of a form first.

        Examples are better if they exist at both versions, if they have removed and added lines, and if they are short.
        """
        lines = changed_lines(self.older_text, self.newer_text) if self.own_lines is None else self.own_lines
        return (
            not (self.before and self.after),
            len({sign for sign, _ in lines}) < 2,
            len(self.before) + len(self.after),
        )


MAX_CARRIERS = 6
"""At most so many operations and webhooks that carry a schema are searched for one that shows how it changed."""


def collect_examples(history: History, paths: UpgradePaths, step: Step, change: JudgedChange) -> list[BeforeAfter]:
    """Collect the examples of a change: the observations of its behaviour effects, then at most two payloads.

    If the change file says what to show, the payloads are those. Otherwise, they are the simplest request and the
    simplest response that show the change, else a webhook, else an object. A change without observations and payloads
    gets the fragments of the schemas that it changes.
    """
    examples = list(_behaviour_examples(change))
    is_alone = len(history.changes_of(step.version.id)) == 1
    if change.change.show:
        own_step = None if is_alone else _own_step(step, change)
        return examples + [one for shown in change.change.show for one in _shown_example(step, shown, own_step)]
    payloads: dict[str, BeforeAfter] = {}
    for part in change.changed_parts:
        for one in _examples_of_part(history, paths, step, part, None if is_alone else change):
            payloads.setdefault(one.title, one)
    best: dict[int, BeforeAfter] = {}
    for one in sorted(payloads.values(), key=lambda one: (one.form, one.rank)):
        best.setdefault(one.form, one)
    messages = [one for one in best.values() if one.form < 2]  # requests and responses
    examples += messages or ([] if examples else [*best.values()][:1])
    return examples or list(dict.fromkeys(_schema_examples(step, change)))


def _own_step(step: Step, change: JudgedChange) -> Step:
    """The part of a step that one of its changes makes."""
    applied = tuple(judged.applied for judged in change.effects)
    return Step(step.version, step.older_version, applied[0].older, applied[-1].newer, applied)


def _shown_example(step: Step, shown: ShownMessage, own_step: Step | None) -> Iterator[BeforeAfter]:
    """Yield the example for a message that the change file names, if the newer contract has it; `check` requires it.

    `own_step` is the part of the step that the change itself makes; None if the version has no other change.
    """
    pair = compose_shown_pair(step, shown)
    if pair is None:
        return
    newer, version = as_sample(step.newer, pair.newer), step.version.id
    older = as_sample(step.older, pair.older).text if pair.older else ""
    before, after, base = (
        fill_version(older, step.older_version),
        fill_version(newer.text, version),
        _base_text(step, pair),
    )
    own_lines = None
    if own_step is not None and (own_pair := compose_shown_pair(own_step, shown)):
        own_after = fill_version(as_sample(own_step.newer, own_pair.newer).text, version)
        own_lines = frozenset(changed_lines(_base_text(own_step, own_pair), own_after))
    yield BeforeAfter(newer.title, newer.note, newer.part, newer.language, before, after, base, own_lines)


def _base_text(step: Step, pair: ShownPair) -> str:
    """The text with which a diff compares the newer message."""
    if pair.base is None:
        return ""
    contract = step.older if pair.base is pair.older else step.newer
    return fill_version(as_sample(contract, pair.base).text, step.version.id)


def _examples_of_part(
    history: History, paths: UpgradePaths, step: Step, part: Part, change: JudgedChange | None
) -> Iterator[BeforeAfter]:
    """Yield the examples of a part; for a schema, those of messages that carry it, else those of the schema alone."""
    found: list[BeforeAfter] = []
    for carrier in _carriers(history, step, part) if part.kind == "schema" else ():
        found += _payload_examples(paths, step, carrier, change)
        if {0, 1} <= {one.form for one in found}:
            break
    yield from found or _payload_examples(paths, step, part, change)


def _carriers(history: History, step: Step, schema: Part) -> list[Part]:
    """The operations and webhooks that carry a schema, by their newer names: nearest first, webhooks last."""
    if schema in step.newer.parts:
        parts = history.usage_at(step.version.id).affected_by_part(schema)
    else:
        older = history.usage_at(step.older_version).affected_by_part(schema)
        parts = [renamed for part in older if (renamed := step.renames.to_newer(Target(part)).part) is not None]
    carriers = [part for part in parts if part.kind != "schema" and part in step.newer.parts]
    return sorted(carriers, key=lambda part: part.kind == "webhook")[:MAX_CARRIERS]


def _behaviour_examples(change: JudgedChange) -> Iterator[BeforeAfter]:
    for judged in change.effects:
        if observation := judged.effect.observation():
            title = ", ".join(str(target) for target in judged.effect.targets)
            part = judged.effect.targets[0].part
            before, after = observation.before, observation.after
            yield BeforeAfter(f"`{title}`", "Behaviour", part, "text", before, after, before)


def _payload_examples(
    paths: UpgradePaths, step: Step, part: Part, change: JudgedChange | None
) -> Iterator[BeforeAfter]:
    """Yield the samples of a part that differ between both versions; with `change`, only those that it alters."""
    older, newer, samples = step.older_version, step.version.id, paths.samples
    own: tuple[Mapping[str, LazySample], Mapping[str, LazySample]] | None = None
    if change is not None:
        first, last = change.effects[0].applied.older, change.effects[-1].applied.newer
        renames = RenameMap.of(move for judged in change.effects for move in judged.applied.moves)
        old, new = _older_part(part, first, renames), _newer_part(part, last, renames)
        own_before = _rename_statuses(samples.among_changes(step, older, first, old), old, renames)
        own = own_before, samples.among_changes(step, newer, last, new)
        if own[0] == own[1]:
            return
    old, new = _older_part(part, step.older, step.renames), _newer_part(part, step.newer, step.renames)
    before = _rename_statuses(samples.of_contract(older, step.older, old), old, step.renames)
    after = samples.of_contract(newer, step.newer, new)
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key, NO_SAMPLE), after.get(key, NO_SAMPLE)
        own_was, own_now = (one.get(key, NO_SAMPLE) for one in own) if own else (was, now)
        if was.text == now.text or own_was == own_now or own_was.text == own_now.text:
            continue
        now = _keep_older_values(step.newer, key, was, now)
        own_was, own_now = (own_was, own_now) if own else (was, now)
        if was.text == now.text:
            continue
        sample = now if now.text else was
        own_lines = None
        if (own_was.text, own_now.text) != (was.text, now.text):
            own_lines = frozenset(changed_lines(fill_version(own_was.text, newer), fill_version(own_now.text, newer)))
        texts = (fill_version(was.text, older), fill_version(now.text, newer), fill_version(was.text, newer))
        yield BeforeAfter(sample.title, sample.note, sample.part, sample.language, *texts, own_lines)


def _keep_older_values(contract: Contract, key: str, was: Sample, now: Sample) -> Sample:
    """The newer sample with the older one's values wherever they are still valid."""
    if now.part is None or now.part.kind == "schema" or not (was.text and now.text):
        return now
    older, newer = _body_of(was), _body_of(now)
    if older is MISSING or newer is MISSING or not any(differing_values(older, newer)):
        return now
    section = {"request": "request", "payload": "payload"}.get(key, f"response {key}")
    message = compose_message(contract, Target(now.part, section))
    if message is None:
        return now
    kept = with_older_values(message, older, body_validator(contract, message))
    return now if kept.body is message.body else as_sample(contract, kept)


def _body_of(sample: Sample) -> Json:
    """The JSON body of a sample; MISSING if it has none."""
    _, _, body = sample.text.rpartition("\n\n") if sample.language == "http" else ("", "", sample.text)
    try:
        return json.loads(body)
    except ValueError:
        return MISSING


_Sample = TypeVar("_Sample", Sample, LazySample)


def _rename_statuses(samples: Mapping[str, _Sample], part: Part | None, renames: RenameMap) -> Mapping[str, _Sample]:
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
                yield BeforeAfter(f"Schema of `{target}`", "Schema", target.part, "json", before, after, before)


def _schema_fragment(contract: Contract, target: Target) -> str:
    for spot_of in (schema_spot, section_spot):
        try:
            return as_json(without_annotations(spot_of(contract, target).read(contract)))
        except ContractMismatch:
            continue
    return ""
