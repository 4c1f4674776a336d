"""The messages that a change file names in `show`: what the pages show of them, and what `check` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from api_upgrades.project import Project
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.before_after import BeforeAfter
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.versions import VersionView
from api_upgrades.site.text.diff_blocks import fold_diff
from tests.shop import FILES, call, write

TITLE = "changes/2024-03-01/title.yaml"
BOOK = "GET /books/first response 200"


def project(folder: Path, show: str) -> Path:
    return write(folder, FILES | {TITLE: FILES[TITLE].replace("effects:", f"show:\n{show}effects:")})


def examples(folder: Path, version: str = "2024-03-01") -> list[BeforeAfter]:
    site = Site(Project(folder).load(), Addresses())
    (view,) = (VersionView(site, one) for one in site.history.versions if one.id == version)
    return [example for change in view.changes for example in change.examples]


def changed(example: BeforeAfter) -> list[str]:
    blocks = fold_diff(example.older_text, example.newer_text, example.own_lines)
    return [line.sign + line.text.strip() for block in blocks for line in block.lines if line.sign != " "]


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        pytest.param(f"  - target: {BOOK}\n", ['-"name": "The Odyssey",', '+"title": "The Odyssey",'], id="composed"),
        pytest.param(
            f"  - target: {BOOK}\n    values: {{title: Emma}}\n    was: {{name: Emma}}\n",
            ['-"name": "Emma",', '+"title": "Emma",'],
            id="values at both versions",
        ),
        pytest.param(
            f"  - target: {BOOK}\n    values: {{title: Emma}}\n", ['+"title": "Emma",'], id="a message that is new"
        ),
        pytest.param(
            f"  - target: {BOOK}\n    without: [pages]\n",
            ['-"name": "The Odyssey",', '-"pages": 416', '+"title": "The Odyssey"'],
            id="without a property",
        ),
        pytest.param(
            f"  - target: GET /orders/last response 200\n    instead_of: {BOOK}\n"
            "    values: {book: {title: Emma}}\n",
            None,
            id="instead of another message",
        ),
    ],
)
def test_what_is_shown(tmp_path: Path, show: str, expected: list[str] | None) -> None:
    (example,) = examples(project(tmp_path, show))
    if expected is None:
        assert '"book"' in example.after
        assert '"book"' not in example.before
        assert '"name": "The Odyssey"' in example.before
    else:
        assert changed(example) == expected


def test_a_new_message_has_no_older_one(tmp_path: Path) -> None:
    (example,) = examples(project(tmp_path, f"  - target: {BOOK}\n    values: {{title: Emma}}\n"))
    assert example.before == ""
    assert '"title": "Emma"' in example.after


def test_the_order_of_the_file_is_kept(tmp_path: Path) -> None:
    show = f"  - target: GET /orders/last response 200\n  - target: {BOOK}\n"
    assert [one.part.name for one in examples(project(tmp_path, show)) if one.part] == [
        "GET /orders/last",
        "GET /books/first",
    ]


def test_an_older_value_that_is_still_valid_is_no_change(tmp_path: Path) -> None:
    effects = "effects:\n  - {kind: change_example, target: Book.pages, was: 12}\n"
    folder = write(tmp_path, FILES | {TITLE: FILES[TITLE].replace("effects:\n", effects)})
    (example,) = examples(folder)
    assert changed(example) == ['-"name": "The Odyssey",', '+"title": "The Odyssey",']


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        pytest.param(
            "  - target: GET /books/second response 200\n",
            "show: 2024-03-01 has no 'GET /books/second response 200' with a body",
            id="no such operation",
        ),
        pytest.param("  - target: GET /books/first\n", "has no 'GET /books/first' with a body", id="no request body"),
        pytest.param(
            f"  - target: {BOOK}\n    values: {{title: 5}}\n",
            "show: the body is not valid at 2024-03-01: ",
            id="invalid at the newer version",
        ),
        pytest.param(
            f"  - target: {BOOK}\n    was: {{name: 5}}\n",
            "show: the body is not valid at 2024-02-01: ",
            id="invalid at the older version",
        ),
        pytest.param(
            f"  - target: {BOOK}\n    instead_of: GET /books/zero response 200\n",
            "show: 2024-02-01 has no 'GET /books/zero response 200' with a body",
            id="replaces nothing",
        ),
        pytest.param("  - target: Book\n", "'Book' is no message", id="an object is no message"),
        pytest.param(f"  - target: {BOOK}\n    value: 1\n", "unknown key 'value'", id="unknown key"),
    ],
)
def test_what_check_refuses(tmp_path: Path, show: str, expected: str) -> None:
    folder = project(tmp_path, show)
    call(folder, "lock")
    result = call(folder, "check")
    assert result.exit_code == 1
    (line,) = (line for line in result.stderr.splitlines() if expected in line)
    assert line.startswith(f"{TITLE}:")
