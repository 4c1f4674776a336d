"""How versions work: pinning, the header, and what counts as breaking, which is the rule table in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api_upgrades.pages.page import Found, Heading, Page, searchable
from api_upgrades.pages.site import Site
from api_upgrades.pages.upgrades import api_facts
from api_upgrades.severity import MEANINGS, SEVERITIES, Direction, Rule, Severity

DIRECTION_WORDS: dict[Direction, str] = {
    "request": "in what you send",
    "response": "in what you get back",
    "webhook": "in a webhook",
}


@dataclass(frozen=True)
class Listed:
    """A rule under one severity: what differs, where, and why it is so severe."""

    rule: Rule
    where: str
    why: str


def versioning_pages(site: Site) -> Iterator[Page]:
    """`/versioning/`."""
    path = site.addresses.versioning
    rules = tuple(site.history.table.rules.values())
    lists = {severity: _listed(rules, severity) for severity in SEVERITIES}
    view = {
        "api": api_facts(site),
        "rules": rules,
        "lists": lists,
        "meanings": MEANINGS,
        "versions": site.released,
        "latest": site.history.latest,
    }
    yield Page(
        path,
        "Versioning",
        f"How the versions of the {site.title} work, how a call names one, and what counts as a breaking change.",
        site.html("versioning", path, **view),
        site.markdown("versioning", path, **view),
        (
            Heading("your-version", "Your version"),
            Heading("naming-a-version", "Naming a version"),
            Heading("what-is-breaking", "What is breaking"),
            Heading("what-is-not", "What is not"),
            Heading("all-rules", "All rules"),
            Heading("all-versions", "All versions"),
        ),
        searchable(
            "Versioning",
            "How a call names its version, and how an organisation is pinned to one.",
            (
                Found("what-is-breaking", "What is breaking", _text(lists["breaking"])),
                Found("what-is-not", "What is not", _text(lists["additive"])),
            ),
        ),
        section=path,
    )


def _text(listed: tuple[Listed, ...]) -> str:
    return " ".join(f"{one.rule.what} {one.where}." for one in listed)


def _listed(rules: tuple[Rule, ...], severity: Severity) -> tuple[Listed, ...]:
    """The rules that have a severity in some direction, the directions of each put together."""
    found = []
    for rule in rules:
        directions = [one for one, verdict in rule.verdicts.items() if verdict.severity == severity]
        if not directions or rule.id.startswith("schema-"):
            continue
        where = "" if len(directions) == len(rule.verdicts) else " or ".join(DIRECTION_WORDS[one] for one in directions)
        found.append(Listed(rule, where, rule.verdicts[directions[0]].why))
    return tuple(found)
