from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import api_upgrades
from api_upgrades import compare
from api_upgrades.compare.rules.ids import RULE_IDS, RuleId
from api_upgrades.compare.rules.table import (
    GROUPS,
    RULES,
    SEVERITIES,
    SEVERITY_MEANINGS,
    Rule,
    RuleTable,
    Severity,
    worst,
    worst_lazily,
)
from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from tests.test_compare import PAIRS, ROWS

SITE = Path(api_upgrades.__file__).parent / "site/pages"

BY_ID = {rule.id: rule for rule in RULES}

BOTH_ADDITIVE: dict[RuleId, str] = {
    "error-response-added": "code that handles errors by class handles one more, and one less",
}
"""What may be additive both ways, and why."""


def test_every_rule_has_a_row_and_every_row_a_rule() -> None:
    assert {line.partition(" ")[0] for row in ROWS for line in row.found} == BY_ID.keys()


def test_every_rule_has_one_that_mirrors_it() -> None:
    assert {rule for pair in PAIRS for rule in pair} == BY_ID.keys()


def test_the_table_has_one_row_for_every_id() -> None:
    assert tuple(rule.id for rule in RULES) == RULE_IDS


def test_every_id_is_written_out_where_its_rule_is_found() -> None:
    assert BY_ID.keys() - _strings(Path(compare.__file__).parent) == set()


def _strings(folder: Path) -> set[str]:
    """The string constants of the modules in a folder. A string that is composed of pieces is none of them."""
    trees = [ast.parse(module.read_text("utf-8")) for module in folder.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {node.value for node in nodes if isinstance(node.value, str)}


TEMPLATES = [path for path in sorted(SITE.glob("templates/*.j2")) if "finding.rule" in path.read_text("utf-8")]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_mention_only_rules_of_the_table(template: Path) -> None:
    text = template.read_text("utf-8")
    compared = re.findall(r'finding\.rule (?:==|in) ("[^"]*"|\([^)]*\))', text)
    mentioned = {id for one in compared for id in re.findall(r'"([^"]*)"', one)}
    assert mentioned
    assert mentioned <= BY_ID.keys()
    assert text.count("finding.rule") == len(compared)


def test_scripts_mention_only_rules_of_the_table() -> None:
    mentioned = set(re.findall(r'\bsay\(\w+, "([^"]*)"', (SITE / "assets/path.js").read_text("utf-8")))
    assert mentioned
    assert mentioned <= BY_ID.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_written_out(rule: Rule) -> None:
    assert rule.verdicts
    assert rule.description[0].isupper() or rule.description.split()[0] in ("oneOf", "operationId")
    assert not rule.description.endswith(".")
    for verdict in rule.verdicts.values():
        assert verdict.reason[0].isupper()
        assert verdict.reason.endswith(".")


def test_every_severity_has_a_meaning() -> None:
    assert list(SEVERITY_MEANINGS) == list(SEVERITIES)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda rule: rule)
def test_what_adds_one_way_takes_away_the_other(one: RuleId, other: RuleId, direction: Direction) -> None:
    found = [BY_ID[rule].verdicts.get(direction) for rule in (one, other)]
    assert (found[0] is None) == (found[1] is None)
    severities = {verdict.severity for verdict in found if verdict}
    if one in BOTH_ADDITIVE:
        assert severities <= {"additive"}
    elif "additive" in severities and one != other:
        assert severities & {"breaking", "risky", "neutral"}
    else:
        assert "additive" not in severities


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([], "neutral"),
        (["neutral", "additive"], "additive"),
        (["risky", "breaking", "additive"], "breaking"),
        (["additive", "risky"], "risky"),
    ],
    ids=str,
)
def test_the_worst(severities: list[Severity], expected: Severity) -> None:
    assert worst(severities) == expected


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, ["breaking", "risky", "risky"]),
        ({"enum-value-removed": "neutral"}, ["neutral", "neutral", "neutral"]),
        ({"enum-value-removed.response": "breaking"}, ["breaking", "breaking", "risky"]),
        ({"enum-value-removed": "additive", "enum-value-removed.webhook": "risky"}, ["additive", "additive", "risky"]),
        ({"enum-value-added": "neutral"}, ["breaking", "risky", "risky"]),
    ],
    ids=str,
)
def test_overrides(overrides: dict[str, str], expected: list[str]) -> None:
    table = RuleTable.with_overrides(overrides)
    assert [table.severity("enum-value-removed", direction) for direction in DIRECTIONS] == expected
    for direction in DIRECTIONS:
        assert table.reason("enum-value-removed", direction) == BY_ID["enum-value-removed"].verdicts[direction].reason


def test_what_nothing_uses_is_neutral() -> None:
    table = RuleTable.with_overrides({"type-changed": "breaking"})
    assert table.severity("type-changed", None) == "neutral"
    assert table.reason("type-changed", None) == "Nothing uses it yet."


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"property-remove": "risky"},
            "severity: there is no rule 'property-remove' (did you mean 'property-removed'?)",
        ),
        ({"": "risky"}, "severity: there is no rule ''"),
        ({"webhook-added.request": "risky"}, "severity: rule 'webhook-added' has no direction 'request', only webhook"),
        (
            {"property-removed.answer": "risky"},
            "severity: rule 'property-removed' has no direction 'answer', only request, response, webhook",
        ),
        (
            {"property-removed": "bad"},
            "severity: property-removed: 'bad' is not one of breaking, risky, additive, neutral",
        ),
    ],
    ids=str,
)
def test_overrides_that_are_wrong(overrides: dict[str, str], message: str) -> None:
    with pytest.raises(ApiUpgradesError) as raised:
        RuleTable.with_overrides(overrides)
    assert str(raised.value) == message


def test_every_rule_is_in_one_group() -> None:
    assert [rule for ids in GROUPS.values() for rule in ids] == [rule.id for rule in RULES]
    assert all(GROUPS.values())


def test_the_worst_severity_is_found_without_reading_the_others() -> None:
    severities: Iterator[Severity] = iter(("neutral", "breaking", "risky"))
    assert worst_lazily(severities) == "breaking"
    assert [*severities] == ["risky"]
    others: Iterator[Severity] = iter(("additive", "risky", "neutral"))
    assert worst_lazily(others) == "risky"
    assert worst_lazily(()) == "neutral"
