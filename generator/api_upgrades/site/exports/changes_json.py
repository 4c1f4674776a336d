"""`changes.json`: the whole registry for programs, each effect with its arguments and not only in words.

The classes are its form: `schema.py` makes the JSON Schema of them, descriptions included.
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
from api_upgrades.site.pages.changes import KINDS, ChangeView, addition_views
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.upgrades import api_facts
from api_upgrades.site.pages.versions import VersionView

FORM = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@with_config(FORM)
@dataclass(frozen=True)
class FindingEntry:
    """One difference between the two contracts, in one direction, as a rule judged it."""

    rule: str
    """The id of the rule. The versioning page lists all of them."""
    direction: Direction | None
    """Where it shows: in what is sent, in what comes back, or in a webhook; null where nothing uses the place."""
    severity: Severity
    """What the rule says of it in this direction."""
    facet: str
    """What of the place differs: `existence`, `name`, `type`, `required`, `enum`, or a keyword of JSON Schema."""
    target: str
    """The place by its name in this version; what is gone has the name that it would have."""
    old_target: str
    """The place by its name in the version before; what is new has the name that it has now."""


@with_config(FORM)
@dataclass(frozen=True)
class EffectEntry:
    """One structural edit, and what it makes of the contract."""

    effect: dict[str, Any]
    """The edit as data, the same as in the change's file."""
    headline: str
    """The edit in words: one line of Markdown without a full stop."""
    severity: Severity
    """The worst of its findings, or what the change says instead, with a reason, as `override`."""
    findings: list[FindingEntry]
    """Each difference that it makes. Wording and examples make none, and neither does behaviour."""


@with_config(FORM)
@dataclass(frozen=True)
class Reached:
    """All that a change reaches, through nested and shared objects too, in this version or the one before."""

    operations: list[str]
    """Operations, as `POST /path`."""
    objects: list[str]
    """Schemas, by their names."""
    webhooks: list[str]
    """Webhooks, by their names."""


@with_config(FORM)
@dataclass(frozen=True)
class ChangeEntry:
    """One thing that changed."""

    id: str
    """Its id, unique in its version."""
    title: str
    """What changed, as one line of Markdown."""
    why: str | None
    """Why it changed, as Markdown; null where nobody has written it."""
    upgrade: str | None
    """What callers have to do, as Markdown; null where that is nothing."""
    severity: Severity
    """The worst of its effects."""
    address: str
    """Where the site shows it: absolute, or relative to this file."""
    resources: list[str]
    """The resources whose parts it alters itself."""
    reached: Reached
    """All that it reaches."""
    effects: list[EffectEntry]
    """What it does, in the order in which it happened."""


@with_config(FORM)
@dataclass(frozen=True)
class AdditionEntry:
    """One thing that breaks nobody, and is in every version."""

    date: str
    """The day since which every version has it, as `2024-01-31`."""
    change: ChangeEntry
    """What it is. Its `id` is unique among the additions."""


@with_config(FORM)
@dataclass(frozen=True)
class AmendmentEntry:
    """A correction of what was released: what this file says of the version is so as corrected."""

    date: str
    """The day of the correction, as `2024-01-31`."""
    why: str
    """The reason, as Markdown."""
    places: list[str]
    """What was wrong, by targets."""


@with_config(FORM)
@dataclass(frozen=True)
class VersionEntry:
    """One dated release."""

    id: str
    """Its name, as calls name it."""
    summary: str
    """What it brought, as Markdown."""
    dating: str | None
    """How its date is known, as Markdown, where the date is reconstructed; null where it is stated."""
    sunset: str | None
    """The last day on which it is served, as `2024-01-31`; null where none is set."""
    label: str | None
    """What it is called beside its name."""
    address: str
    """Where the site shows it: absolute, or relative to this file."""
    openapi: str
    """Where its OpenAPI document is: absolute, or relative to this file."""
    changes: list[ChangeEntry]
    """What changed since the version before, the worst first. The first version has none."""
    amendments: list[AmendmentEntry]
    """What was corrected since it was released, the oldest first."""


@with_config(FORM)
@dataclass(frozen=True)
class Document:
    """Every version of an API and all that changed between them."""

    title: str
    """What the API is called."""
    version_header: str | None
    """The request header that names a version; null where the API has none."""
    version_query: str | None
    """The query parameter that names a version; null where the API has none."""
    latest: str
    """The newest released version."""
    versions: list[VersionEntry]
    """Every version, oldest first: to upgrade is to do what each one after yours asks for, in this order."""
    additions: list[AdditionEntry]
    """What breaks nobody and is in every version, in the order in which it went live."""
    upcoming: list[ChangeEntry]
    """What is not released yet, the worst first. Previews alone tell of it: a published file has none."""


def changes_json(site: Site, mount: Mount) -> str:
    """The file's text."""
    facts = api_facts(site)
    views = [VersionView(site, version) for version in site.history.versions]
    document = Document(
        site.title,
        facts["header"],
        facts["query"],
        site.history.latest.id,
        [_version(view, mount) for view in views if view.is_released],
        [AdditionEntry(view.date, _change(view, mount)) for view in addition_views(site)],
        [_change(change, mount) for view in views if not view.is_released for change in view.changes],
    )
    return indent_json({"$schema": SCHEMA, **_plain(document)})


def changes_schema() -> str:
    """The text of its JSON Schema, which is the same for every API: made by `schema.py`, kept beside it."""
    return files(__package__).joinpath(SCHEMA).read_text("utf-8")


def _plain(entry: object) -> dict[str, Any]:
    """An entry as JSON, all entries in it too."""
    return {name: _plain_value(value) for name, value in vars(entry).items()}


def _plain_value(value: object) -> object:
    if isinstance(value, list):
        return [_plain_value(item) for item in value]
    return _plain(value) if hasattr(value, "__dataclass_fields__") else value


def _version(version: VersionView, mount: Mount) -> VersionEntry:
    return VersionEntry(
        version.id,
        version.version.summary,
        version.version.dating,
        version.version.sunset,
        version.version.label,
        mount.page(version.address),
        mount.file(openapi_path(mount.addresses, version.id)),
        [_change(change, mount) for change in version.changes],
        [AmendmentEntry(one.date, one.why, one.places) for one in version.version.amendments],
    )


def _change(change: ChangeView, mount: Mount) -> ChangeEntry:
    operations, objects, webhooks = (
        [link.part.name for link in change.reached.get(KINDS[kind], ())] for kind in ("operation", "schema", "webhook")
    )
    return ChangeEntry(
        change.id,
        change.title,
        change.why,
        change.upgrade,
        change.severity,
        mount.page(change.address),
        [name for name, _ in change.resources],
        Reached(operations, objects, webhooks),
        [_effect(judged) for judged in change.judged.effects],
    )


def _effect(judged: JudgedEffect) -> EffectEntry:
    effect = judged.effect
    return EffectEntry(
        effect.as_data(),
        effect.headline(),
        judged.severity,
        [_finding(finding) for finding in judged.findings],
    )


def _finding(finding: Finding) -> FindingEntry:
    return FindingEntry(
        finding.rule,
        finding.direction,
        finding.severity,
        finding.facet,
        str(finding.target),
        str(finding.old_target),
    )
