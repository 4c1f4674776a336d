"""What paths that moved alike say about operations that changed as well."""

from __future__ import annotations

import pytest

from api_upgrades.draft.path_moves import MIN_MOVED_ALIKE, find_path_moves, path_parameter_moves
from api_upgrades.openapi.part import Part

ENDS = ("plans", "plans/{plan}", "items", "carts/{cart}/items")


def operations(beginning: str, ends: tuple[str, ...] = ENDS, method: str = "GET") -> list[Part]:
    return [Part("operation", f"{method} {beginning}/{end}") for end in ends]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        pytest.param("/sites/{site}", "", id="a beginning that went"),
        pytest.param("", "/api", id="one that came"),
        pytest.param("/v1", "/v2", id="one instead of another"),
        pytest.param("/a/b", "/c", id="a shorter one"),
    ],
)
def test_paths_that_moved_alike_are_the_same_operations(older: str, newer: str) -> None:
    gone, new = operations(older), operations(newer)
    assert find_path_moves(gone, reversed(new)) == dict(zip(gone, new, strict=True))


def test_few_paths_with_the_same_end_tell_nothing() -> None:
    few = ENDS[: MIN_MOVED_ALIKE - 1]
    assert find_path_moves(operations("/old", few), operations("/new", few)) == {}


def test_another_method_is_another_operation() -> None:
    assert find_path_moves(operations("/old"), operations("/new", method="POST")) == {}


def test_an_operation_moves_as_the_most_do_and_none_is_taken_twice() -> None:
    gone = [*operations("/old"), Part("operation", "GET /else/items")]
    new = [*operations("/new"), Part("operation", "GET /other/items")]
    found = find_path_moves(gone, new)
    assert found == dict(zip(operations("/old"), operations("/new"), strict=True))


def test_names_of_path_parameters_and_a_last_slash_tell_nothing() -> None:
    gone = operations("/v1", ("carts/{id}", "plans/{id}", "items"))
    new = operations("/v2", ("carts/{cart}/", "plans/{plan}/", "items/"))
    assert find_path_moves(gone, new) == dict(zip(gone, new, strict=True))
    renamed = [
        [(move.old.name, move.new.name) for move in path_parameter_moves(*pair)] for pair in zip(gone, new, strict=True)
    ]
    assert renamed == [[("id", "cart")], [("id", "plan")], []]
