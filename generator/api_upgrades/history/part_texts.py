"""The example texts of every part at every version, composed once for each revision of the part that shows them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from api_upgrades.core.json import Json
from api_upgrades.examples.samples import Text, is_only_sent, part_texts, shown_by
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.usage import Usage


class TextsRevision(NamedTuple):
    """What the texts of a part depend on: the part that shows it, in that one's revision, and which way it goes."""

    part: Part
    by: Part
    is_only_sent: bool
    revision: str


class PartTexts:
    """The texts of a history's parts. Versions in which a part and what it refers to are the same share its texts."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._order = tuple(version.id for version in history.versions)
        self._texts: dict[Hashable, Mapping[str, Text]] = {None: {}}
        self._revisions: dict[str, Mapping[Part, TextsRevision]] = {}

    def at(self, version: str, part: Part | None) -> Mapping[str, Text]:
        """The texts of a part at a version, with placeholders for the version; empty without a part."""
        return self._texts[self.revision(version, part)]

    def of_revision(self, revision: Hashable) -> Mapping[str, Text]:
        """The texts of a revision that `revision` returned."""
        return self._texts[revision]

    def revision(self, version: str, part: Part | None) -> Hashable:
        """What the texts of a part at a version depend on; they are known then."""
        if part is None or part not in self._history.contract_at(version).parts:
            return None
        key = self.revisions(version)[part]
        if key not in self._texts:
            usage = self._history.usage_at(version)
            self._texts[key] = self._history.memory.kept(
                ("texts", part, key.by, key.is_only_sent),
                (usage.contract.document, *closure_json(usage, (key.by,))),
                lambda: dict(part_texts(usage, usage.contract, part)),
            )
        return key

    def revisions(self, version: str) -> Mapping[Part, TextsRevision]:
        """What the texts of each part of a version depend on."""
        if version not in self._revisions:
            before: str | None = None
            for one in self._order:
                self._revisions[one] = self._revised(before, one)
                before = one
        return self._revisions[version]

    def _revised(self, before: str | None, version: str) -> Mapping[Part, TextsRevision]:
        """The same, from that of the version before: only what is behind a part that is not what it was can differ."""
        usage, revisions = self._history.usage_at(version), self._history.revisions[version]
        found: dict[Part, TextsRevision] = {}
        parts: Iterable[Part] = usage.contract.parts
        if before is not None:
            older, known = self._history.usage_at(before), self._revisions[before]
            found = {part: known[part] for part in parts if part in known}
            changed = [part for part in parts if revisions[part] == version]
            gone = [part for part in known if part not in usage.contract.parts]
            if [*found] == [part for part in known if part in found]:  # else another may be the first that carries one
                parts = usage.behind(changed) | older.behind((*gone, *changed))
        for part in parts:
            if part in usage.contract.parts:
                by = shown_by(usage, usage.contract, part)
                found[part] = TextsRevision(part, by, is_only_sent(usage, part), revisions[by])
        return found


def closure_json(usage: Usage, parts: Iterable[Part] | None) -> Iterator[Json]:
    """The JSON of some parts and of everything that they reference."""
    contract = usage.contract
    return (contract.parts[one] for part in parts or () for one in usage.closure(part) if one in contract.parts)
