"""The page about versioning: how a request selects its version, and which changes are breaking."""

from __future__ import annotations

from functools import partial

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import SEVERITIES, SEVERITY_MEANINGS, RuleTable, Severity
from api_upgrades.site.pages.page import Heading, Page, SearchSection, build_search_text
from api_upgrades.site.pages.rules import versioning_nav
from api_upgrades.site.pages.site import Site, api_facts

EXAMPLES: tuple[RuleId, ...] = (
    "property-removed",
    "property-renamed",
    "type-changed",
    "required-property-added",
    "operation-removed",
    "enum-value-added",
    "default-changed",
    "property-added",
    "operation-added",
    "webhook-added",
    "error-response-added",
    "deprecated",
    "schema-renamed",
)
"""Rules that occur often, one of which is breaking, risky, additive or neutral in the direction that matters most."""

MAX_EXAMPLES = 5


def versioning_page(site: Site) -> Page:
    """The page `/versioning/`."""
    path = site.addresses.versioning
    table = site.history.table
    view = {
        "api": api_facts(site),
        "meanings": SEVERITY_MEANINGS,
        "examples": {severity: _examples(table, severity) for severity in SEVERITIES},
        "rule_count": len(table.rules),
    }
    return Page(
        path,
        "Versioning",
        f"How a request selects a version of the {site.title}, and which changes are breaking.",
        partial(site.render_html, "versioning", path, **view),
        site.markdown_renderer("versioning", path, **view),
        (
            Heading("specify-a-version", "Specify a version"),
            Heading("breaking-changes", "Breaking and risky changes"),
            Heading("non-breaking-changes", "Non-breaking changes"),
        ),
        build_search_text(
            "Versioning",
            "How a request selects its version, and what counts as a breaking change.",
            (
                SearchSection("breaking-changes", "Breaking and risky changes", _meanings("breaking", "risky")),
                SearchSection("non-breaking-changes", "Non-breaking changes", _meanings("additive", "neutral")),
            ),
        ),
        section=path,
        siblings=versioning_nav(site),
    )


def _meanings(*severities: Severity) -> str:
    return " ".join(SEVERITY_MEANINGS[one] for one in severities)


def _examples(table: RuleTable, severity: Severity) -> str:
    """Some rules that have a severity, as phrases. Those that have it only in some directions name them."""
    everywhere, partly = [], []
    for rule in map(table.rules.__getitem__, EXAMPLES):
        directions = [one for one, verdict in rule.verdicts.items() if verdict.severity == severity]
        if len(directions) == len(rule.verdicts):
            everywhere.append(rule.description)
        elif directions:
            partly.append(f"{rule.description} ({', '.join(directions)})")
    first, *others = [*everywhere, *partly, ""][:MAX_EXAMPLES]
    return "; ".join((first, *(f"{one[0].lower()}{one[1:]}" for one in others if one)))
