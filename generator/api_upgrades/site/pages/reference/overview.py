"""The overview of the reference: how to call the API, what holds for all operations, and a list of the resources.

Versions with identical overviews share one HTML text. It contains `samples.VERSION_PLACEHOLDER` instead of the version,
which is filled in last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from api_upgrades.examples.samples import VERSION_PLACEHOLDER
from api_upgrades.registry.model import Version
from api_upgrades.site.pages.limits import MAX_UNFOLDED_PARTS
from api_upgrades.site.pages.page import Heading, Page, SearchSection, SharedBody, build_search_text
from api_upgrades.site.pages.reference.about import AboutSection, split_description
from api_upgrades.site.pages.reference.access import describe_credential, describe_server
from api_upgrades.site.pages.reference.labels import PartLabels
from api_upgrades.site.pages.reference.topics import Topics, collect_topics
from api_upgrades.site.pages.site import LATEST, Site
from api_upgrades.site.text import prose


class TopicSection(NamedTuple):
    """A section of the overview. `about` are the sections of the document's description on the same topic."""

    id: str
    title: str
    about: tuple[AboutSection, ...]


def overview_page(site: Site, labels: PartLabels, version: Version, version_segment: str) -> Page:
    """The overview of the reference of a version. `version_segment` is its id or `latest`, as in the address."""
    path = site.addresses.reference(version_segment)
    contract = site.history.contract_at(version.id)
    info = contract.document.get("info", {})
    intro, about = split_description(str(info.get("description") or ""))
    topics = collect_topics(contract) if version is site.history.latest else None
    view = {
        "version": version,
        "version_segment": version_segment,
        "intro": intro,
        "about": tuple(one for one in about if not (topics and one.topic)),
        "servers": contract.document.get("servers", ()),
        "credentials": contract.document.get("components", {}).get("securitySchemes", {}),
        "describe_server": describe_server,
        "describe_credential": describe_credential,
        "header": contract.document.get("x-api-version", {}).get("header") if version.is_released else None,
        "topics": topics,
        "topic_sections": _topic_sections(site, topics, about) if topics else (),
        "error_text": _error_text(site, topics, version),
        "slugs": site.slugs(version.id),
        "resources": site.resources(version.id),
        "is_large": len(contract.parts) > MAX_UNFOLDED_PARTS,
        "anchor": site.anchor,
        "labels": labels.of(version.id, contract.parts),
    }
    view["calling"] = bool(view["servers"] or view["credentials"] or view["header"])
    return Page(
        path,
        "Reference" if version_segment == LATEST else f"Reference {version.name}",
        f"The reference of {version_title(version)} of the {site.title}.",
        _overview_body(site, view),
        site.markdown_renderer("reference", path, **view),
        tuple(_overview_headings(view)),
        _overview_search_text(site, view) if version_segment == LATEST else None,
        canonical=None if version_segment == LATEST else site.addresses.reference(LATEST),
        section="reference/",
        siblings=site.resource_nav(version.id, version_segment, path),
        is_indexed=version_segment == LATEST,
    )


def _topic_sections(site: Site, topics: Topics, about: tuple[AboutSection, ...]) -> tuple[TopicSection, ...]:
    """The sections of the topics about which the document or the registry says something."""
    has_header = "header" in site.document.get("x-api-version", {})
    says = {
        "authentication": bool(topics.credentials),
        "versioning": has_header,
        "pagination": bool(topics.page_parameters),
        "errors": bool(topics.errors),
    }
    sections = (TopicSection(id, id.capitalize(), tuple(one for one in about if one.topic == id)) for id in says)
    return tuple(one for one in sections if says[one.id] or one.about)


def _error_text(site: Site, topics: Topics | None, version: Version) -> str | None:
    """The example of an error that most operations can return, as an HTTP message."""
    if topics is None or topics.error_example is None:
        return None
    part, status = topics.error_example
    return site.upgrade_paths.samples.at(version.id, part)[status].text


def _overview_search_text(site: Site, view: Mapping[str, Any]) -> str:
    """The text by which the search finds the overview, and the sections on it."""
    base = site.link_base
    topics: Topics = view["topics"]
    words = {
        "authentication": [one.description for one in topics.credentials],
        "versioning": [f"{view['header']}: {view['version'].id}" if view["header"] else ""],
        "pagination": [f"{one.name} {one.description}" for one in (*topics.page_parameters, *topics.page_properties)],
        "errors": [f"{one.status} {one.description}" for one in topics.errors],
    }
    texts = [
        (one.id, one.title, [*(about.text for about in one.about), *words[one.id]]) for one in view["topic_sections"]
    ]
    texts += [(one.id, one.title, [one.text]) for one in view["about"]]
    sections = (
        SearchSection(id, title, " ".join(prose.to_plain(text, base) for text in found)) for id, title, found in texts
    )
    return build_search_text("Reference", f"The latest version, {view['version'].id}.", sections)


def _overview_body(site: Site, view: dict[str, Any]) -> SharedBody | Callable[[], str]:
    """The HTML of an overview page. Older versions in which it is the same share one text."""
    version: Version = view["version"]
    if has_own_bar(site, version):
        return partial(site.render_html, "reference", site.addresses.reference(view["version_segment"]), **view)
    document = site.history.contract_at(version.id).document
    key = (view["resources"], tuple(view["labels"].items()), id(document))
    shared_view = view | {
        "version": replace(version, id=VERSION_PLACEHOLDER),
        "version_segment": VERSION_PLACEHOLDER,
    }
    path = site.addresses.reference(VERSION_PLACEHOLDER)
    return SharedBody("", key, partial(site.render_html, "reference", path, **shared_view), version.id)


def _overview_headings(view: Mapping[str, Any]) -> Iterator[Heading]:
    if view["calling"]:
        yield Heading("calling-the-api", "Calling the API")
    for one in (*view["topic_sections"], *view["about"]):
        yield Heading(one.id, one.title)
    yield Heading("resources", "Resources")


def has_own_bar(site: Site, version: Version) -> bool:
    """Whether the version bar of a version is unique (latest or unreleased), so that its HTML can't be shared."""
    return version is site.history.latest or not version.is_released


def version_title(version: Version) -> str:
    """A version in a sentence."""
    return f"version {version.id}" if version.is_released else "the upcoming version"
