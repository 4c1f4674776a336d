"""Where a version hasn't got a resource, the picker on the resource's pages leads to the change that brought it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from mkdocs.__main__ import cli as mkdocs

from tests.browser import OpenPage, serving
from tests.shop import SITE, write

ORDERS = """\
title: Orders can be read
why: Shops asked for it.
effects:
  - {kind: add_operation, target: GET /orders/last}
  - {kind: add_schema, target: Order}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in which orders came with 2024-03-01."""
    project = write(tmp_path_factory.mktemp("shop"), SITE | {"changes/2024-03-01/orders.yaml": ORDERS})
    result = CliRunner().invoke(mkdocs, ["build", "--strict", "-f", str(project / "mkdocs.yml")])
    assert result.exit_code == 0, result.output
    return project / "site"


def test_the_data_name_the_change(site: Path) -> None:
    text = (site / "reference" / "versions.js").read_text(encoding="utf-8")
    data = json.loads(text.removeprefix("apiUpgrades.versions = ").rstrip(";\n"))
    brought = "upgrades/2024-03-01/#orders"
    assert data["absent"] == {"orders": {"2024-01-01": brought, "2024-02-01": brought}}


def test_the_picker_leads_there(site: Path, open_page: OpenPage) -> None:
    with serving(site) as url:
        page = open_page()
        page.goto(f"{url}reference/latest/orders/")
        page.get_by_label("Version", exact=True).select_option("2024-02-01")
        page.wait_for_url("**/upgrades/2024-03-01/#orders")
        assert page.locator("#orders").is_visible()
