"""The page `/upgrades/preview/` of a preview build: what a pull request changes."""

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
    """What the page's template needs: the report, and the paths of the site's pages, to which it links."""

    site: Site
    report: Report
    page_paths: frozenset[str]

    def find_address(self, view: EditView) -> str | None:
        """Return the address where the site shows a change, None if it doesn't."""
        change = view.edit.change
        if view.edit.kind == "removed" or self.site.addresses.version(change.version) not in self.page_paths:
            return self.site.addresses.changelog if change.version == ADDITIONS else None
        return self.site.addresses.change(change.version, change.id)

    @property
    def sections(self) -> tuple[Heading, ...]:
        """The sections that are not empty."""
        report = self.report
        content = {
            "Breaking and risky changes": report.breaking,
            "Changes to released versions": report.altered_faults or report.lock_changes,
            "Undocumented differences": report.undocumented,
            "Texts to write": report.todos,
            "Other faults": report.other_faults,
            "All changes": report.edits or report.version_edits,
            "Reworded texts and examples": report.reworded,
            "Pages that change": True,
        }
        titles = [title for title in content if content[title]]
        return tuple(Heading(title.lower().replace(" ", "-"), title) for title in titles)


def _insert_link(page: Page, link: Markup) -> str:
    """Return the HTML of the upgrade guide with a link to the report below its heading."""
    return page.html.replace("</h1>", link, 1)


def add_preview_page(site: Site, report: Report, pages: Sequence[Page | Asset]) -> Iterator[Page | Asset]:
    """Add the page of the report, and link to it from the upgrade guide and the navigation of the guide's pages."""
    path, guide = site.addresses.preview, site.addresses.guide
    own = NavLink(TITLE, path)
    nav = site.version_nav
    link = Markup('</h1>\n<p><a href="%s">%s</a></p>') % (Links(guide, site.addresses)(path), TITLE)
    for page in pages:
        if isinstance(page, Page) and page.section == guide and page.siblings:
            body = partial(_insert_link, page, link) if page.path == guide else page.body
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
        siblings=(*nav[:1], own, *nav[1:]),
    )
