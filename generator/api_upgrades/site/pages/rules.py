"""The page with the compatibility rules: how severe each kind of difference is, and why."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import groupby
from typing import NamedTuple

from api_upgrades.compare.rules.table import GROUPS, SEVERITIES, Rule, Severity, Verdict
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from api_upgrades.site.pages.addresses import safe_id
from api_upgrades.site.pages.change_filter import Chip
from api_upgrades.site.pages.page import Heading, NavLink, Page, SearchSection, build_search_text
from api_upgrades.site.pages.site import Site

TITLE = "Compatibility rules"


class RuleCell(NamedTuple):
    """A rule's verdict for neighbouring directions; None if the difference cannot occur in them."""

    directions: tuple[Direction, ...]
    verdict: Verdict | None


class RuleRow(NamedTuple):
    """A rule with its cells, which cover all directions."""

    rule: Rule
    cells: tuple[RuleCell, ...]

    @property
    def severities(self) -> tuple[Severity, ...]:
        """Its severities, the worst first."""
        return tuple(
            one for one in SEVERITIES if any(cell.verdict and cell.verdict.severity == one for cell in self.cells)
        )


class RuleGroup(NamedTuple):
    """The rules about one subject, with the id of their heading."""

    id: str
    title: str
    rows: tuple[RuleRow, ...]


def rule_page(site: Site) -> Page:
    """The page `/versioning/rules/`."""
    path = site.addresses.rules
    rules = site.history.table.rules
    groups = tuple(
        RuleGroup(f"about-{safe_id(title.lower())}", title, tuple(_row(rules[id]) for id in ids))
        for title, ids in GROUPS.items()
    )
    counts = Counter(severity for group in groups for row in group.rows for severity in row.severities)
    view = {
        "groups": groups,
        "directions": DIRECTIONS,
        "total": len(rules),
        "chips": tuple(Chip("severity", one, one.capitalize(), counts[one]) for one in SEVERITIES if counts[one]),
    }
    return Page(
        path,
        TITLE,
        f"How severe each kind of change to the {site.title} is, in requests, responses and webhooks, and why.",
        partial(site.render_html, "rules", path, **view),
        site.markdown_renderer("rules", path, **view),
        tuple(Heading(group.id, group.title) for group in groups),
        build_search_text(
            TITLE,
            "How severe each kind of change is.",
            (SearchSection(one.id, one.title, ". ".join(row.rule.description for row in one.rows)) for one in groups),
        ),
        section=site.addresses.versioning,
        siblings=versioning_nav(site),
    )


def versioning_nav(site: Site) -> tuple[NavLink, ...]:
    """The navigation of the pages about versioning."""
    addresses = site.addresses
    return (
        NavLink("Policy", addresses.versioning),
        NavLink(TITLE, addresses.rules),
        NavLink("Deprecations and support", addresses.deprecations),
    )


def _row(rule: Rule) -> RuleRow:
    """Merge the cells of neighbouring directions that have the same verdict."""
    groups = groupby(DIRECTIONS, key=rule.verdicts.get)
    return RuleRow(rule, tuple(RuleCell(tuple(directions), verdict) for verdict, directions in groups))
