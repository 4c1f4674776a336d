"""The data of the version pickers: all versions, and what to show for versions that lack the current resource."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import Links
from api_upgrades.site.pages.page import Asset
from api_upgrades.site.pages.site import Site


def picker_data(site: Site) -> Asset:
    """The script with all versions, newest first.

    For each version without some resource, it also has the address of the change that added or removed the resource.
    """
    slugs = {one.id: dict.fromkeys(resource.slug for resource in site.resources(one.id)) for one in site.newest_first}
    resources = dict.fromkeys(slug for found in slugs.values() for slug in found)
    absent = {slug: dict(_find_versions_without(site, slugs, slug)) for slug in resources}
    data = {
        "all": [(version.id, _choice_label(site, version)) for version in site.newest_first],
        "absent": {slug: changes for slug, changes in absent.items() if changes},
        "index": site.addresses.index_file,
    }
    text = f"apiUpgrades.versions = {json.dumps(data, ensure_ascii=False)};\n"
    return Asset("reference/versions.js", lambda: text)


def _choice_label(site: Site, version: Version) -> str:
    """The label of a version in the pickers."""
    if not version.is_released:
        return f"{version.name} (not released yet)"
    return f"{version.id} (latest)" if version is site.history.latest else version.id


def _find_versions_without(site: Site, slugs: Mapping[str, Collection[str]], slug: str) -> Iterator[tuple[str, str]]:
    """Yield the id of each version that lacks the resource, with the address of a change.

    It is a change of the next later version that has the resource, or if none has it, of the version that removed it.
    """
    versions = site.history.versions
    remover = next(
        (new for old, new in pairwise(versions) if slug in slugs[old.id] and slug not in slugs[new.id]), None
    )
    for index, version in enumerate(versions):
        if slug not in slugs[version.id]:
            touching = next((one for one in versions[index:] if slug in slugs[one.id]), remover)
            assert touching is not None, "if only earlier versions have the resource, one of the versions removed it"
            yield version.id, _change_address(site, touching, slug)


def _change_address(site: Site, version: Version, slug: str) -> str:
    """The address of a version's first change to a resource, or of the version itself, relative to the mount."""
    ends = (version.id, site.history.steps[version.id].older_version)
    touching = (
        site.addresses.change(version.id, change.change.id)
        for change in site.history.changes_of(version.id)
        for part in change.changed_parts
        for one in ends
        if (resource := site.resource_of(part, one)) and resource.slug == slug
    )
    address = next(touching, site.addresses.version(version.id))
    return Links("", site.addresses)(address).removeprefix("./")
