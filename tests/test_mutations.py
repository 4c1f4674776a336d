"""No edit of the models goes unnoticed, each is drafted exactly, and none reaches what was released."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutations import MUTATIONS, Mutation, exported, outcome, server_api

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return exported(server_api(tmp_path_factory.mktemp("before")))


@pytest.mark.parametrize("mutation", [pytest.param(one, id=one.kind) for one in MUTATIONS])
def test_an_edit_is_caught_drafted_and_leaves_older_versions_alone(
    mutation: Mutation, before: dict[str, bytes], tmp_path: Path
) -> None:
    found = outcome(mutation, server_api(tmp_path), before)
    assert found.caught, found.told
    assert found.drafted, found.told
    assert found.intact, found.told
    assert found.kinds == mutation.kinds
