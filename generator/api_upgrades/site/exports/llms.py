"""`llms.txt`: what there is to read for a language model, in the form that llmstxt.org describes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api_upgrades.site.exports.addresses import CHANGES, FEED, SCHEMA, Mount, openapi_path, twin_path
from api_upgrades.site.pages.changes import AdditionView, addition_views
from api_upgrades.site.pages.markdown import code, text
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.site import LATEST, Site, counted
from api_upgrades.site.pages.upgrades import api_facts
from api_upgrades.site.pages.versions import VersionView
from api_upgrades.site.text import prose


def llms(site: Site, mount: Mount, twinned: Sequence[Page]) -> str:
    """The file's text. `twinned` are the pages that it leads to, each by its twin."""
    blocks = [f"# {text(site.title)}", *_introduction(site)]
    for title, links in _sections(site, mount, twinned):
        blocks += [f"## {text(title)}", "\n".join(links)]
    return "\n\n".join(blocks) + "\n"


def _introduction(site: Site) -> Iterator[str]:
    versions = counted(len(site.released), "version")
    latest = code(site.history.latest.id)
    yield f"> Upgrade guide, changelog and reference of the {text(site.title)}: {versions}, the latest is {latest}."
    yield (
        "Every breaking change comes as a new dated version. A version stays as it is, and calls that name it go on "
        "working. To upgrade, do what each version after yours asks for, oldest first."
    )
    facts = api_facts(site)
    named = {"in the header": facts["header"], "in the query parameter": facts["query"]}
    ways = [f"{where} {code(name)}" for where, name in named.items() if name]
    if ways:
        yield (
            f"A call names its version {' or '.join(ways)}. One that names none is answered by the version that its "
            "organisation is pinned to."
        )


def _sections(site: Site, mount: Mount, twinned: Sequence[Page]) -> Iterator[tuple[str, list[str]]]:
    """Each section with its links. What is under "Optional" may be left out where space is short."""
    addresses, latest = site.addresses, site.history.latest.id
    views = {view.address: view for view in (VersionView(site, version) for version in site.released)}
    in_reference = addresses.reference(LATEST)

    def twin(page: Page) -> str:
        return _link(page.title, mount.file(twin_path(page.path)), page.description)

    def openapi(version: str, name: str) -> str:
        return _link(name, mount.file(openapi_path(addresses, version)), "The whole reference as one OpenAPI document.")

    upcoming = {addresses.version(version.id) for version in site.newest_first if not version.is_released}
    told = {*views, *upcoming}
    rest = [page for page in twinned if page.path not in told and not page.path.startswith(in_reference)]
    yield "Upgrading", [twin(page) for page in rest]
    yield (
        "Versions, newest first",
        [_link(view.id, mount.file(twin_path(path)), _note(view)) for path, view in views.items()],
    )
    if additions := addition_views(site):
        yield "Additions, in every version", [_addition(view, mount) for view in reversed(additions)]
    yield (
        f"Reference of the latest version, {latest}",
        [*(twin(page) for page in twinned if page.path.startswith(in_reference)), openapi(LATEST, "OpenAPI")],
    )
    yield (
        "Data",
        [
            _link("Changes", mount.file(CHANGES), "Every change of every version as JSON, with all its arguments."),
            _link("Schema of the changes", mount.file(SCHEMA), "The JSON Schema of that file."),
            _link("Feed", mount.file(FEED), "An Atom feed with an entry for each version."),
        ],
    )
    yield "Optional", [openapi(version.id, f"OpenAPI of {version.id}") for version in site.released]


def _note(version: VersionView) -> str:
    counts = "" if version.is_first else f" In numbers: {version.counts}."
    dated = " Its date is reconstructed." if version.version.dating else ""
    return f"{prose.to_plain(version.version.summary)}{counts}{dated}"


def _addition(addition: AdditionView, mount: Mount) -> str:
    address = f"{mount.file(twin_path(addition.site.addresses.changelog))}#{addition.anchor}"
    return _link(prose.to_plain(addition.title), address, f"Since {addition.date}.")


def _link(name: str, address: str, note: str) -> str:
    return f"- [{text(name)}]({address}): {text(note)}"
