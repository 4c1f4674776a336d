"""`/upgrades/preview/`: what a pull request changes. Previews alone have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from api_upgrades.registry.model import ADDITIONS
from api_upgrades.review.edit_view import EditView
from api_upgrades.review.page_diff import group_pages
from api_upgrades.review.report import Report
from api_upgrades.site.pages.addresses import Links
from api_upgrades.site.pages.page import Asset, Heading, NavLink, Page
from api_upgrades.site.pages.site import Site

TITLE = "What this pull request changes"


@dataclass(frozen=True)
class PreviewView:
    """A report beside the pages of the same site, to which it leads."""

    site: Site
    report: Report
    page_paths: frozenset[str]

    def find_address(self, one: EditView) -> str | None:
        """Where the site shows a change, None where it doesn't."""
        change = one.edit.change
        if one.edit.kind == "removed" or self.site.addresses.version(change.version) not in self.page_paths:
            return self.site.addresses.changelog if change.version == ADDITIONS else None
        return self.site.addresses.change(change.version, change.id)

    @property
    def sections(self) -> tuple[Heading, ...]:
        """The sections that have something to say, in their order."""
        report = self.report
        found = {
            "What breaks": report.breaking,
            "Released, and altered": report.altered_faults or report.lock_changes,
            "In no change yet": report.undocumented,
            "Still to be written": report.todos,
            "Other faults": report.other_faults,
            "The changes one by one": report.edits or report.version_edits,
            "Words and examples": report.reworded,
            "Pages that differ": True,
        }
        shown = [title for title in found if found[title]]
        return tuple(Heading(title.lower().replace(" ", "-").replace(",", ""), title) for title in shown)


def _insert_link(page: Page, link: Markup) -> str:
    """The HTML of the guide, with the way to the report below its heading."""
    return page.html.replace("</h1>", link, 1)


def add_preview_page(site: Site, report: Report, pages: Sequence[Page | Asset]) -> Iterator[Page | Asset]:
    """Some pages, and the one of the report, to which the upgrade guide and the list beside it lead."""
    path, guide = site.addresses.preview, site.addresses.guide
    own = NavLink(TITLE, path)
    crumbs = site.version_nav
    way = Markup('</h1>\n<p><a href="%s">%s</a></p>') % (Links(guide, site.addresses)(path), TITLE)
    for page in pages:
        if isinstance(page, Page) and page.section == guide and page.siblings:
            body = partial(_insert_link, page, way) if page.path == guide else page.body
            yield replace(page, body=body, siblings=(*page.siblings[:1], own, *page.siblings[1:]))
        else:
            yield page
    view = PreviewView(site, report, frozenset(page.path for page in pages if isinstance(page, Page)))
    yield Page(
        path,
        TITLE,
        f"What a pull request changes in the {site.title}.",
        partial(site.render_html, "preview", path, view=view, report=report, group_pages=group_pages),
        lambda: f"# {TITLE}\n\n{report.as_markdown()}",
        view.sections,
        section=guide,
        siblings=(*crumbs[:1], own, *crumbs[1:]),
    )
