"""The page about versioning: pinning, the version header, and the severity rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from api_upgrades.compare.rules.table import GROUPS, SEVERITY_MEANINGS, Rule, Severity
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from api_upgrades.site.pages.page import Heading, Page, SearchSection, build_search_text
from api_upgrades.site.pages.site import Site, api_facts

DIRECTION_WORDS: dict[Direction, str] = {
    "request": "in what you send",
    "response": "in what you get back",
    "webhook": "in a webhook",
}
RECEIVED_DIRECTIONS: tuple[Direction, ...] = ("response", "webhook")
RECEIVED_WORDS = "in what you receive"


LISTED_SEVERITIES: tuple[Severity, ...] = ("breaking", "risky", "additive")
"""The severities whose rules are listed as sentences. The table of rules has the neutral ones too."""


def versioning_pages(site: Site) -> Iterator[Page]:
    """Yield `/versioning/`."""
    path = site.addresses.versioning
    rules = site.history.table.rules
    groups = {title: tuple(rules[id] for id in ids) for title, ids in GROUPS.items()}
    lists = {severity: _sentences_by_group(groups, severity) for severity in LISTED_SEVERITIES}
    view = {
        "api": api_facts(site),
        "groups": groups,
        "directions": DIRECTIONS,
        "lists": lists,
        "meanings": SEVERITY_MEANINGS,
        "versions": site.released_versions,
        "latest": site.history.latest,
    }
    yield Page(
        path,
        "Versioning",
        f"How the versions of the {site.title} work, how a call names one, and what counts as a breaking change.",
        partial(site.render_html, "versioning", path, **view),
        site.markdown_renderer("versioning", path, **view),
        (
            Heading("your-version", "Your version"),
            Heading("naming-a-version", "Naming a version"),
            Heading("what-is-breaking", "What is breaking"),
            Heading("what-is-not", "What is not"),
            Heading("all-rules", "All rules"),
            Heading("all-versions", "All versions"),
        ),
        build_search_text(
            "Versioning",
            "How a call names its version, and how an organisation is pinned to one.",
            (
                SearchSection("what-is-breaking", "What is breaking", _join_sentences(lists["breaking"])),
                SearchSection("what-is-not", "What is not", _join_sentences(lists["additive"])),
            ),
        ),
        section=path,
    )


def _join_sentences(sentences_by_group: Mapping[str, tuple[str, ...]]) -> str:
    return " ".join(sentence for sentences in sentences_by_group.values() for sentence in sentences)


def _sentences_by_group(groups: Mapping[str, tuple[Rule, ...]], severity: Severity) -> dict[str, tuple[str, ...]]:
    """The rules that have a severity in some direction, as sentences, by the title of their group."""
    found = {
        title: tuple(filter(None, (_sentence(rule, severity) for rule in rules))) for title, rules in groups.items()
    }
    return {title: sentences for title, sentences in found.items() if sentences}


def _sentence(rule: Rule, severity: Severity) -> str:
    """A rule's description, with the directions in which it has the severity; empty if there are none.

    The directions are left out if the rule has the severity in all of its directions.
    """
    directions = tuple(one for one, verdict in rule.verdicts.items() if verdict.severity == severity)
    if not directions:
        return ""
    if len(directions) == len(rule.verdicts):
        return f"{rule.description}."
    where = (
        RECEIVED_WORDS if directions == RECEIVED_DIRECTIONS else " or ".join(DIRECTION_WORDS[one] for one in directions)
    )
    return f"{rule.description} {where}."
