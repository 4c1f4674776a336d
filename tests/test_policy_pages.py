"""Versioning, the compatibility rules, deprecations and the support timeline, and the filter of lists of changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api_upgrades.compare.rules.ids import RULE_IDS, RuleId
from api_upgrades.compare.rules.table import RULES, Rule
from api_upgrades.history.history import History
from api_upgrades.project import Project
from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import Addresses, Links
from api_upgrades.site.pages.change_kinds import CHANGE_KINDS, DEPRECATED, kind_of_rule
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from api_upgrades.site.pages.support import support_timeline
from tests.shop import FILES, write

DEPRECATIONS = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/books": {
            "get": {
                "summary": "List books",
                "tags": ["Books"],
                "parameters": [
                    {"name": "page", "in": "query", "deprecated": True, "schema": {"type": "integer"}},
                    {"name": "cursor", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}},
                    }
                },
            },
        },
        "/old": {
            "get": {
                "tags": ["Books"],
                "deprecated": True,
                "x-sunset": "2025-01-31",
                "responses": {"204": {"description": "OK"}},
            }
        },
    },
    "webhooks": {
        "book.gone": {"post": {"tags": ["Books"], "deprecated": True, "responses": {"200": {"description": "OK"}}}}
    },
    "components": {
        "schemas": {
            "Book": {
                "type": "object",
                "properties": {
                    "isbn": {"type": "string"},
                    "name": {"type": "string", "deprecated": True, "x-replaced-by": "title"},
                    "title": {"type": "string"},
                    "shelf": {
                        "type": "object",
                        "properties": {
                            "row": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "properties": {"x": {"type": "string", "deprecated": True}},
                                },
                            }
                        },
                    },
                },
            },
        }
    },
}
CHANGES = {
    "changes/2024-01-01/version.yaml": "summary: The beginning.\nsunset: 2024-12-31\n",
    "changes/2024-02-01/version.yaml": "summary: Titles.\n",
    "changes/2024-02-01/title.yaml": """\
title: "`title` replaces `name`"
why: A book has a title.
effects:
  - {kind: add_property, target: Book.title}
  - {kind: deprecate, target: Book.name, replaced_by: title}
""",
}


def load(root: Path, document: object = DEPRECATIONS, changes: dict[str, str] = CHANGES) -> History:
    write(root, {**changes, "openapi.json": json.dumps(document)})
    return Project(root, source="openapi.json").load()


def pages_of(history: History) -> dict[str, Page]:
    return {page.path: page for page in render_pages(history, Addresses()) if isinstance(page, Page)}


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows(html: str) -> list[list[str]]:
    """The cells of the rows of tables, as plain text."""
    return [
        [plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL)
    ]


@pytest.fixture
def shop(tmp_path: Path) -> History:
    write(tmp_path, FILES)
    return Project(tmp_path).load()


# Every page


def test_every_page_says_that_it_is_in_english_and_what_it_shows(shop: History) -> None:
    for path, page in pages_of(shop).items():
        assert re.match(r'\s*<div class="au-page[^"]*" lang="en"', page.html), path
        [heading] = re.findall(r"<h1[^>]*>(.*?)</h1>", page.html, re.DOTALL)
        assert plain(heading), path


def test_versions_are_promised_nothing_that_the_registry_does_not_say(shop: History) -> None:
    for path, page in pages_of(shop).items():
        for text in (page.html, page.markdown()):
            assert not re.search(r"\b(pinned|roll back|organisation)\b", text), path


# Rules


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_in_a_phrase_what_changed_and_in_sentences_why(rule: Rule) -> None:
    assert not rule.description.endswith(".")
    assert re.match(r"[A-Z]|oneOf|operationId", rule.description)
    for verdict in rule.verdicts.values():
        assert re.fullmatch(r"[A-Z].*\.", verdict.reason), verdict.reason
        assert len(verdict.reason.split()) < 25


def test_descriptions_tell_rules_apart() -> None:
    assert len({rule.description for rule in RULES}) == len(RULES)


def test_the_page_of_rules_has_a_row_for_each_rule_with_all_its_verdicts(shop: History) -> None:
    page = pages_of(shop)["versioning/rules/"]
    found = dict(re.findall(r'<tr id="([a-z-]+)" data-row[^>]*>(.*?)</tr>', page.html, re.DOTALL))
    assert tuple(sorted(found)) == tuple(sorted(RULE_IDS))
    for rule in RULES:
        for direction, verdict in rule.verdicts.items():
            [cell] = re.findall(
                rf'<td[^>]*data-label="[^"]*\b{direction}\b[^"]*">(.*?)</td>', found[rule.id], re.IGNORECASE | re.DOTALL
            )
            assert f">{verdict.severity.capitalize()}<" in cell
            assert verdict.reason.replace("'", "&#39;") in cell


def test_a_link_to_a_rule_leads_to_its_row() -> None:
    assert Links("upgrades/2024-02-01/", Addresses()).rule("property-added") == "../../versioning/rules/#property-added"


# Versioning


def test_versioning_says_how_a_version_is_specified_only_if_the_document_does(shop: History, tmp_path: Path) -> None:
    page = pages_of(shop)["versioning/"]
    assert ["Header", "X-Shop-Version: 2024-03-01"] in rows(page.html)
    assert "Query parameter" not in page.html
    without = pages_of(load(tmp_path / "other"))["versioning/"]
    assert "doesn't declare how a request selects its version" in without.html
    assert ["How", "Example"] not in rows(without.html)


def test_examples_of_a_severity_follow_the_overrides_of_a_project(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    page = pages_of(Project(tmp_path, severity={"property-removed": "risky"}).load())["versioning/"]
    by_severity = {row[0]: row[-1] for row in rows(page.html)}
    assert "Property removed" in by_severity["Risky"]
    assert "roperty removed" not in by_severity["Breaking"]


# Deprecations


def test_deprecations_list_every_deprecated_place_with_its_replacement_and_dates(tmp_path: Path) -> None:
    page = pages_of(load(tmp_path))["deprecations/"]
    listed = [row for row in rows(page.html) if len(row) == 5][1:]
    assert sorted(listed) == sorted(
        [
            ["Book.name", "title", "1 operation GET /books", "2024-02-01", "No end date"],
            ["Book.shelf.row[].x", "", "1 operation GET /books", "First version", "No end date"],
            ["GET /books query page", "", "", "First version", "No end date"],
            ["GET /old", "", "", "First version", "2025-01-31"],
            ["EVENT book.gone", "", "", "First version", "No end date"],
        ]
    )
    assert '<a href="../upgrades/2024-02-01/#title">2024-02-01</a>' in page.html
    assert "5 parts of the API are deprecated as of 2024-02-01. 1 of the 2 versions has an end date." in page.html
    assert [heading.id for heading in page.contents] == ["deprecated-now", "supported-versions"]
    twin = page.markdown()
    assert "| [`Book.name`](../reference/2024-02-01/books/#Book) | `title` |" in twin


def test_without_deprecations_the_page_says_that_nothing_is_deprecated(shop: History) -> None:
    page = pages_of(shop)["deprecations/"]
    assert "Nothing is deprecated as of 2024-03-01. None of the 3 versions has an end date." in page.html
    assert [heading.id for heading in page.contents] == ["supported-versions"]


def test_deprecations_of_a_large_api_are_bounded(tmp_path: Path) -> None:
    properties = {f"p{index}": {"type": "string", "deprecated": True} for index in range(250)}
    document = {**DEPRECATIONS, "components": {"schemas": {"Book": {"type": "object", "properties": properties}}}}
    changes = {"changes/v1/version.yaml": "summary: The beginning.\n"}
    page = pages_of(load(tmp_path, document, changes))["deprecations/"]
    assert page.html.count("<tr data-row") == 200
    assert "This page doesn't list 53 more." in page.html
    assert 'class="au-bar au-filter"' in page.html
    assert len(page.html) < 300_000


# The timeline of versions


def version(id: str, sunset: str | None = None, dating: str | None = None) -> Version:
    return Version(id, "A version.", dating, sunset, None, (), (), f"changes/{id}/version.yaml")


def test_bars_go_from_the_release_to_the_last_day() -> None:
    timeline = support_timeline([version("2024-01-01"), version("2022-01-01", sunset="2026-01-01")])
    newest, oldest = (row.bar for row in timeline.rows)
    assert newest
    assert oldest
    assert oldest.start == 0
    assert newest.end is None
    assert newest.start + newest.width == 100
    # 2024-01-01 is 730 days after the start, and 2026-01-01 1,461.
    assert oldest.end is not None
    assert oldest.end / newest.start == pytest.approx(1461 / 730, rel=0.01)
    assert oldest.end < 100
    assert [tick.label for tick in timeline.ticks] == ["Jan 2024", "Jan 2026"]


def test_if_all_versions_end_the_axis_ends_with_the_last() -> None:
    timeline = support_timeline(
        [version("2024-01-01", sunset="2025-01-01"), version("2023-01-01", sunset="2024-06-01")]
    )
    assert timeline.rows[0].bar
    assert timeline.rows[0].bar.end == 100


@pytest.mark.parametrize("ids", [("v2", "v1"), ("2024-01-01", "v1"), ("2024-01-01",)], ids=str)
def test_without_dates_to_compare_there_are_no_bars(ids: tuple[str, ...]) -> None:
    timeline = support_timeline([version(id) for id in ids])
    assert [row.bar for row in timeline.rows] == [None] * len(ids)
    assert timeline.ticks == ()


def test_ticks_are_few_and_within_the_axis() -> None:
    for years in range(1, 40):
        timeline = support_timeline([version(f"{2000 + years}-03-01"), version("2000-02-15")])
        assert 1 <= len(timeline.ticks) <= 3
        assert all(0 <= tick.x <= 100 for tick in timeline.ticks)


# The filter of changes


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("property-added", "added"),
        ("parameter-removed", "removed"),
        ("webhook-renamed", "renamed"),
        ("operation-moved", "moved"),
        ("enum-value-added", "enum"),
        ("type-widened", "type"),
        ("became-required", "optional"),
        ("operation-deprecated", DEPRECATED),
        ("sunset-set", DEPRECATED),
        ("server-changed", "other"),
    ],
)
def test_the_kind_of_a_difference_follows_from_its_rule(rule: RuleId, kind: str) -> None:
    assert kind_of_rule(rule) == kind


def test_every_rule_has_a_kind_that_readers_can_choose() -> None:
    assert {kind_of_rule(rule) for rule in RULE_IDS} - CHANGE_KINDS.keys() == {DEPRECATED}


def test_the_changelog_has_one_row_for_each_change_with_what_the_filter_needs(tmp_path: Path) -> None:
    html = pages_of(load(tmp_path))["changelog/"].html
    [attributes] = re.findall(r"<li data-row ([^>]*)>", html)
    assert attributes.split() == [
        'data-severity="additive"',
        'data-resource="Books"',
        'data-kind="added|deprecated"',
        'data-only="deprecations"',
    ]
    assert 'name="only" value="deprecations" aria-pressed="false">With deprecations <small>1</small></button>' in html
    assert "1 change</span>" in html
