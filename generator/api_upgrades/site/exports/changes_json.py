"""`changes.json`: the whole registry as data for programs, with the arguments of each effect.

The classes define the file's format. `changes_schema` derives the JSON Schema from them, including the descriptions:
their docstrings are read by users of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from pydantic import ConfigDict, with_config

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.table import Severity
from api_upgrades.core.json_text import indent_json
from api_upgrades.history.history import JudgedEffect
from api_upgrades.openapi.usage import Direction
from api_upgrades.site.exports.addresses import SCHEMA, Mount, openapi_path
from api_upgrades.site.pages.changes import KIND_TITLES, ChangeView, addition_views
from api_upgrades.site.pages.site import Site, api_facts
from api_upgrades.site.pages.versions import VersionView

ENTRY_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class FindingEntry:
    """One difference between the two contracts, in one direction, with the severity that a rule gave it."""

    rule: str  # not RuleId: a schema that listed the ids would refuse ids of new rules
    """The id of the rule. The versioning page lists all rules."""
    direction: Direction | None
    """Where the difference occurs: in requests, responses or webhooks; null if nothing uses the place."""
    severity: Severity
    """The severity that the rule gives it in this direction."""
    facet: str
    """What differs about the place: `existence`, `name`, `type`, `required`, `enum`, or a JSON Schema keyword."""
    target: str
    """The place, by its name in this version. A removed place has the name that it would have."""
    old_target: str
    """The place, by its name in the previous version. A new place has its current name."""


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class EffectEntry:
    """One structural edit, and the differences that it causes."""

    effect: dict[str, Any]
    """The edit as data, as in the change file."""
    headline: str
    """The edit in words: one line of Markdown without a full stop."""
    severity: Severity
    """The worst severity of its findings, unless `override` sets another one, with a reason."""
    findings: list[FindingEntry]
    """The differences that it causes. Changes of wording, examples or behaviour cause none."""


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class AffectedParts:
    """Everything that a change affects, also through nested and shared objects, in this version or the previous one."""

    operations: list[str]
    """The affected operations, as `POST /path`."""
    objects: list[str]
    """The names of the affected schemas."""
    webhooks: list[str]
    """The names of the affected webhooks."""


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class ChangeEntry:
    """One thing that changed."""

    id: str
    """The id of the change, unique within its version."""
    title: str
    """What changed, as one line of Markdown."""
    why: str | None
    """Why it changed, as Markdown; null if no reason was written."""
    upgrade: str | None
    """What callers have to do, as Markdown; null if they have to do nothing."""
    severity: Severity
    """The worst severity of its effects."""
    address: str
    """The URL of the change on the site: absolute, or relative to this file."""
    resources: list[str]
    """The resources whose parts it changes directly."""
    reached: AffectedParts
    """Everything that it affects."""
    effects: list[EffectEntry]
    """Its effects, in the order in which they were made."""


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class AdditionEntry:
    """A non-breaking change that is live in every version."""

    date: str
    """The day since which every version has it, as `2024-01-31`."""
    change: ChangeEntry
    """The change itself. Its `id` is unique among the additions."""


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class AmendmentEntry:
    """A correction made after the release. The data of the version includes it."""

    date: str
    """The day of the correction, as `2024-01-31`."""
    why: str
    """The reason, as Markdown."""
    places: list[str]
    """The targets that were wrong."""


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class VersionEntry:
    """One dated release."""

    id: str
    """The name of the version, as requests send it."""
    summary: str
    """A summary of the version, as Markdown."""
    dating: str | None
    """How the date was reconstructed, as Markdown; null if the date is known."""
    sunset: str | None
    """The last day on which it is served, as `2024-01-31`; null if none is set."""
    label: str | None
    """A label shown beside its name; null if it has none."""
    address: str
    """The URL of the version on the site: absolute, or relative to this file."""
    openapi: str
    """The URL of its OpenAPI document: absolute, or relative to this file."""
    changes: list[ChangeEntry]
    """The changes since the previous version, the worst first. The first version has none."""
    amendments: list[AmendmentEntry]
    """The corrections made since its release, the oldest first."""


@with_config(ENTRY_CONFIG)
@dataclass(frozen=True)
class Document:
    """Every version of an API, and everything that changed between them."""

    title: str
    """The name of the API."""
    version_header: str | None
    """The request header that selects a version; null if the API has none."""
    version_query: str | None
    """The query parameter that selects a version; null if the API has none."""
    latest: str
    """The newest released version."""
    versions: list[VersionEntry]
    """Every version, oldest first. To upgrade, follow the changes of each version after yours, in this order."""
    additions: list[AdditionEntry]
    """Non-breaking changes that are live in every version, in the order in which they went live."""
    upcoming: list[ChangeEntry]
    """Changes that are not released yet, the worst first. Only previews contain them; it is empty when published."""


def render_changes_json(site: Site, mount: Mount) -> str:
    """Render the file as text."""
    facts = api_facts(site)
    views = [VersionView(site, version) for version in site.history.versions]
    document = Document(
        site.title,
        facts["header"],
        facts["query"],
        site.history.latest.id,
        [_version_entry(view, mount) for view in views if view.is_released],
        [AdditionEntry(view.date, _change_entry(view, mount)) for view in addition_views(site)],
        [_change_entry(change, mount) for view in views if not view.is_released for change in view.changes],
    )
    return indent_json({"$schema": SCHEMA, **_to_json(document)})


def read_changes_schema() -> str:
    """Read the JSON Schema of `changes.json`, which is the same for every API. `changes_schema` generates it."""
    return files(__package__).joinpath(SCHEMA).read_text("utf-8")


def _to_json(entry: object) -> dict[str, Any]:
    """Convert an entry to JSON data, including the entries in it."""
    return {name: _value_to_json(value) for name, value in vars(entry).items()}


def _value_to_json(value: object) -> object:
    if isinstance(value, list):
        return [_value_to_json(item) for item in value]
    return _to_json(value) if hasattr(value, "__dataclass_fields__") else value


def _version_entry(version: VersionView, mount: Mount) -> VersionEntry:
    return VersionEntry(
        version.id,
        version.version.summary,
        version.version.dating,
        version.version.sunset,
        version.version.label,
        mount.page_url(version.address),
        mount.file_url(openapi_path(mount.addresses, version.id)),
        [_change_entry(change, mount) for change in version.changes],
        [AmendmentEntry(one.date, one.why, one.places) for one in version.version.amendments],
    )


def _change_entry(change: ChangeView, mount: Mount) -> ChangeEntry:
    operations, objects, webhooks = (
        [link.part.name for link in change.affected.get(KIND_TITLES[kind], ())]
        for kind in ("operation", "schema", "webhook")
    )
    return ChangeEntry(
        change.id,
        change.title,
        change.why,
        change.upgrade,
        change.severity,
        mount.page_url(change.address),
        [name for name, _ in change.resources],
        AffectedParts(operations, objects, webhooks),
        [_effect_entry(judged) for judged in change.judged.effects],
    )


def _effect_entry(judged: JudgedEffect) -> EffectEntry:
    effect = judged.effect
    return EffectEntry(
        effect.as_data(),
        judged.headline,
        judged.severity,
        [_finding_entry(finding) for finding in judged.findings],
    )


def _finding_entry(finding: Finding) -> FindingEntry:
    return FindingEntry(
        finding.rule,
        finding.direction,
        finding.severity,
        finding.facet,
        str(finding.target),
        str(finding.old_target),
    )
