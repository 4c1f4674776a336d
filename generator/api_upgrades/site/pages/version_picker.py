"""What the version pickers read: all versions, and where a version without a resource leads instead."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import Links
from api_upgrades.site.pages.page import Asset
from api_upgrades.site.pages.site import Site


def picker_data(site: Site) -> Asset:
    """All versions, newest first, and where a resource is absent from one, the change that brought it or took it
    away.
    """
    slugs = {one.id: dict.fromkeys(resource.slug for resource in site.resources(one.id)) for one in site.newest_first}
    resources = dict.fromkeys(slug for found in slugs.values() for slug in found)
    absent = {slug: dict(_absent(site, slugs, slug)) for slug in resources}
    data = {
        "all": [(version.id, _picked(site, version)) for version in site.newest_first],
        "absent": {slug: changes for slug, changes in absent.items() if changes},
        "index": site.addresses.index,
    }
    text = f"apiUpgrades.versions = {json.dumps(data, ensure_ascii=False)};\n"
    return Asset("reference/versions.js", lambda: text)


def _picked(site: Site, version: Version) -> str:
    """A version as a choice of the pickers."""
    if not version.is_released:
        return f"{version.name} (not released yet)"
    return f"{version.id} (latest)" if version is site.history.latest else version.id


def _absent(site: Site, slugs: Mapping[str, Collection[str]], slug: str) -> Iterator[tuple[str, str]]:
    """The versions without a resource, each with the address of the nearest later version that has it, or else of the
    version that took it away.
    """
    versions = site.history.versions
    took = next((new for old, new in pairwise(versions) if slug in slugs[old.id] and slug not in slugs[new.id]), None)
    for index, version in enumerate(versions):
        if slug not in slugs[version.id]:
            touching = next((one for one in versions[index:] if slug in slugs[one.id]), took)
            assert touching is not None, "some version has it, and what has it earlier alone took it away"
            yield version.id, _touching(site, touching, slug)


def _touching(site: Site, version: Version, slug: str) -> str:
    """The address of the change of a version that touches a resource, as a link from the mount; of the version itself
    where none does.
    """
    ends = (version.id, site.history.steps[version.id].older_version)
    touching = (
        site.addresses.change(version.id, change.change.id)
        for change in site.history.changes_of(version.id)
        for part in change.touched
        for one in ends
        if (resource := site.resource_of(part, one)) and resource.slug == slug
    )
    address = next(touching, site.addresses.version(version.id))
    return Links("", site.addresses)(address).removeprefix("./")
