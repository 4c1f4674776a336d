"""The samples of every part at every version, composed once for each revision of the part that owns them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from api_upgrades.core.json import Json
from api_upgrades.examples.samples import (
    Sample,
    SamplePlan,
    compose_samples,
    find_sample_owner,
    is_request_only,
    plan_samples,
)
from api_upgrades.history.derive import Step
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.usage import References, Usage


class SampleRevision(NamedTuple):
    """What the samples of a part depend on: the part, whether only requests use it, and the revision of their `owner`.

    Two versions with an equal `SampleRevision` of a part have the same samples of it.
    """

    part: Part
    owner: Part
    is_request_only: bool
    revision: str


class PartSamples:
    """The samples of all parts of a history. Versions with the same closure of a part share its samples."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._version_ids = tuple(version.id for version in history.versions)
        self._samples: dict[Hashable, Mapping[str, Sample]] = {None: {}}
        self._revisions: dict[str, Mapping[Part, SampleRevision]] = {}
        self._among_changes = _SamplesAmongChanges("", history.references)

    def at(self, version: str, part: Part | None) -> Mapping[str, Sample]:
        """The samples of a part at a version by key, with placeholders for the version. Empty if it doesn't exist."""
        return self._samples[self.revision_at(version, part)]

    def of_contract(self, version: str, contract: Contract, part: Part | None) -> Mapping[str, Sample]:
        """The samples of a part in the contract of a version, or in one like it, such as that before an addition."""
        usage = self._history.usage_at(version)
        return self.at(version, part) if contract is usage.contract else compose_samples(usage, contract, part)

    def of_revision(self, revision: Hashable) -> Mapping[str, Sample]:
        """The samples of a revision that `revision_at` returned."""
        return self._samples[revision]

    def revision_at(self, version: str, part: Part | None) -> Hashable:
        """The revision of a part's samples at a version, None if it doesn't exist. Composes the samples if needed."""
        if part is None or part not in self._history.contract_at(version).parts:
            return None
        key = self.revisions_at(version)[part]
        if key not in self._samples:
            usage = self._history.usage_at(version)
            self._samples[key] = self._history.memo.get_or_compute(
                ("samples", part, key.owner, key.is_request_only),
                (usage.contract.document, *closure_json(usage, (key.owner,))),
                lambda: compose_samples(usage, usage.contract, part),
            )
        return key

    def among_changes(
        self, step: Step, version: str, contract: Contract, part: Part | None
    ) -> Mapping[str, LazySample]:
        """The samples of a part in a contract between some changes of a step, by key.

        `version` is the one of the step's two versions whose requests and responses use the part.
        """
        if self._among_changes.version != step.version.id:
            self._among_changes = _SamplesAmongChanges(step.version.id, self._history.references)
        usage = self._history.usage_at(version)
        self._among_changes.share(usage, part, lambda key: self.at(version, part)[key])
        return self._among_changes.of(usage, contract, part)

    def revisions_at(self, version: str) -> Mapping[Part, SampleRevision]:
        """The revision of the samples of each part at a version."""
        if version not in self._revisions:
            previous: str | None = None
            for current in self._version_ids:
                self._revisions[current] = self._derive_revisions(previous, current)
                previous = current
        return self._revisions[version]

    def _derive_revisions(self, previous: str | None, version: str) -> Mapping[Part, SampleRevision]:
        """The revisions at a version, derived from those of the previous one.

        Only parts in the closure of a part that changed or was removed can have another revision.
        """
        usage, revisions = self._history.usage_at(version), self._history.revisions[version]
        found: dict[Part, SampleRevision] = {}
        parts: Iterable[Part] = usage.contract.parts
        if previous is not None:
            older, older_revisions = self._history.usage_at(previous), self._revisions[previous]
            found = {part: older_revisions[part] for part in parts if part in older_revisions}
            changed = [part for part in parts if revisions[part] == version]
            removed = [part for part in older_revisions if part not in usage.contract.parts]
            # If the order of parts changed, another operation may be the first one that sends an object.
            if [*found] == [part for part in older_revisions if part in found]:
                parts = usage.closures(changed) | older.closures((*removed, *changed))
        for part in parts:
            if part in usage.contract.parts:
                owner = find_sample_owner(usage, usage.contract, part)
                found[part] = SampleRevision(part, owner, is_request_only(usage, part), revisions[owner])
        return found


@dataclass(frozen=True)
class LazySample:
    """A sample that is composed when its text is asked for. Two with an equal `content` are the same sample."""

    content: Hashable
    holder: _SamplesAmongChanges = field(compare=False)

    @property
    def text(self) -> str:
        return self.holder.sample_of(self.content).text


class _SamplesAmongChanges:
    """The samples in the contracts between the changes of a version, each composed once for the JSON it consists of.

    They are forgotten with this object, because only the pages of the version show them.
    """

    def __init__(self, version: str, references: References) -> None:
        self.version = version
        self._references = references
        self._graphs: dict[int, Usage] = {}
        self._shared: set[tuple[int, Part | None]] = set()
        self._composers: dict[Hashable, Callable[[], Sample]] = {}
        self._composed: dict[Hashable, Sample] = {}

    def share(self, usage: Usage, part: Part | None, sample_of: Callable[[str], Sample]) -> None:
        """Use the samples that a part has in a whole version wherever the same JSON stands."""
        if (id(usage), part) not in self._shared:
            self._shared.add((id(usage), part))
            for plan in plan_samples(usage, usage.contract, part):
                self._composers.setdefault(self._content_of(plan, usage.contract), partial(sample_of, plan.key))

    def of(self, usage: Usage, contract: Contract, part: Part | None) -> dict[str, LazySample]:
        found = {}
        for plan in plan_samples(usage, contract, part):
            content = self._content_of(plan, contract)
            self._composers.setdefault(content, plan.compose)
            found[plan.key] = LazySample(content, self)
        return found

    def sample_of(self, content: Hashable) -> Sample:
        """The sample with some content, which `of` has returned."""
        if content not in self._composed:
            self._composed[content] = self._composers[content]()
        return self._composed[content]

    def _content_of(self, plan: SamplePlan, contract: Contract) -> Hashable:
        return plan.key, plan.owner, plan.direction, *map(id, self._sources_of(plan, contract))

    def _sources_of(self, plan: SamplePlan, contract: Contract) -> Iterator[Json]:
        """The JSON that a sample is composed from."""
        graph = self._graph_of(contract)
        yield contract.document
        yield from plan.sources
        sources = [source for source in plan.sources if isinstance(source, dict | list)]
        parts = dict.fromkeys(part for source in sources for part in graph.referenced_by(source))
        if parts:
            yield from (contract.parts[part] for part in graph.closures(parts) if part in contract.parts)

    def _graph_of(self, contract: Contract) -> Usage:
        """The references between the parts of a contract. The graph keeps the contract, so that no id is reused."""
        if id(contract) not in self._graphs:
            self._graphs[id(contract)] = Usage(contract, self._references)
        return self._graphs[id(contract)]


def closure_json(usage: Usage, parts: Iterable[Part] | None) -> Iterator[Json]:
    """The JSON of some parts and of everything that they reference."""
    contract = usage.contract
    return (contract.parts[one] for part in parts or () for one in usage.closure(part) if one in contract.parts)
