"""`llms.txt`: a list of the site's content for language models, in the format of llmstxt.org."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api_upgrades.site.exports.addresses import CHANGES, FEED, SCHEMA, Mount, openapi_path, twin_path
from api_upgrades.site.pages.changes import AdditionView, addition_views
from api_upgrades.site.pages.markdown import escape_text, inline_code
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.site import LATEST, Site, api_facts, format_count
from api_upgrades.site.pages.versions import VersionView
from api_upgrades.site.text import prose


def render_llms_txt(site: Site, mount: Mount, pages_with_twin: Sequence[Page]) -> str:
    """Render the file as text. It links the Markdown twin of each of `pages_with_twin`."""
    blocks = [f"# {escape_text(site.title)}", *_introduction(site)]
    for title, links in _link_sections(site, mount, pages_with_twin):
        blocks += [f"## {escape_text(title)}", "\n".join(links)]
    return "\n\n".join(blocks) + "\n"


def _introduction(site: Site) -> Iterator[str]:
    versions = format_count(len(site.released_versions), "version")
    latest = inline_code(site.history.latest.id)
    title = escape_text(site.title)
    yield f"> Upgrade guide, changelog and reference of the {title}: {versions}, the latest is {latest}."
    yield (
        "Breaking changes ship in a new version. To upgrade, do what each version after yours asks for, oldest first."
    )
    facts = api_facts(site)
    named = {"in the header": facts["header"], "in the query parameter": facts["query"]}
    places = [f"{where} {inline_code(name)}" for where, name in named.items() if name]
    if places:
        yield f"A request sends its version {' or '.join(places)}."


def _link_sections(site: Site, mount: Mount, pages_with_twin: Sequence[Page]) -> Iterator[tuple[str, list[str]]]:
    """Yield each section's title with its links. llmstxt.org lets readers skip the section "Optional"."""
    addresses, latest = site.addresses, site.history.latest.id
    views = {view.address: view for view in (VersionView(site, version) for version in site.released_versions)}
    in_reference = addresses.reference(LATEST)

    def twin(page: Page) -> str:
        return _format_link(page.title, mount.file_url(twin_path(page.path)), page.description)

    def openapi(version: str, name: str) -> str:
        return _format_link(
            name, mount.file_url(openapi_path(addresses, version)), "The whole reference as one OpenAPI document."
        )

    upcoming = {addresses.version(version.id) for version in site.newest_first if not version.is_released}
    in_versions = {*views, *upcoming}
    rest = [page for page in pages_with_twin if page.path not in in_versions and not page.path.startswith(in_reference)]
    yield "Upgrading", [twin(page) for page in rest]
    yield (
        "Versions, newest first",
        [_format_link(view.id, mount.file_url(twin_path(path)), _version_note(view)) for path, view in views.items()],
    )
    if additions := addition_views(site):
        yield "Additions, in every version", [_addition_link(view, mount) for view in reversed(additions)]
    yield (
        f"Reference of the latest version, {latest}",
        [*(twin(page) for page in pages_with_twin if page.path.startswith(in_reference)), openapi(LATEST, "OpenAPI")],
    )
    yield (
        "Data",
        [
            _format_link(
                "Changes", mount.file_url(CHANGES), "Every change of every version as JSON, with all its arguments."
            ),
            _format_link("Schema of the changes", mount.file_url(SCHEMA), "The JSON Schema of that file."),
            _format_link("Feed", mount.file_url(FEED), "An Atom feed with an entry for each version."),
        ],
    )
    yield "Optional", [openapi(version.id, f"OpenAPI of {version.id}") for version in site.released_versions]


def _version_note(version: VersionView) -> str:
    counts = "" if version.is_first else f" In numbers: {version.counts}."
    dated = " Its date is reconstructed." if version.version.dating else ""
    return f"{prose.to_plain(version.version.summary)}{counts}{dated}"


def _addition_link(addition: AdditionView, mount: Mount) -> str:
    address = f"{mount.file_url(twin_path(addition.site.addresses.changelog))}#{addition.anchor}"
    return _format_link(prose.to_plain(addition.title), address, f"Since {addition.date}.")


def _format_link(name: str, address: str, note: str) -> str:
    return f"- [{escape_text(name)}]({address}): {escape_text(note)}"
