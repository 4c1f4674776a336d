"""The samples of every part at every version, composed once for each revision of the part that owns them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from api_upgrades.core.json import Json
from api_upgrades.examples.samples import Sample, compose_samples, find_sample_owner, is_request_only
from api_upgrades.history.history import History
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.usage import Usage


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

    def at(self, version: str, part: Part | None) -> Mapping[str, Sample]:
        """The samples of a part at a version by key, with placeholders for the version. Empty if it doesn't exist."""
        return self._samples[self.revision_at(version, part)]

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
                lambda: dict(compose_samples(usage, usage.contract, part)),
            )
        return key

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


def closure_json(usage: Usage, parts: Iterable[Part] | None) -> Iterator[Json]:
    """The JSON of some parts and of everything that they reference."""
    contract = usage.contract
    return (contract.parts[one] for part in parts or () for one in usage.closure(part) if one in contract.parts)
