"""Notes in a terminal: all of them, and one for many that say the same about different places."""

from __future__ import annotations

import pytest

from api_upgrades.cli.formats import MAX_SIMILAR_NOTES, print_notes
from api_upgrades.core.errors import Location, RegistryError


def note(place: str, text: str, line: int) -> RegistryError:
    return RegistryError(Location("api.json", line), f"{place}: {text}")


@pytest.mark.parametrize(
    ("notes", "printed"),
    [
        pytest.param([("A.b", "x is bad")] * MAX_SIMILAR_NOTES, MAX_SIMILAR_NOTES, id="a few are all printed"),
        pytest.param([("A.b", "x is bad"), ("POST /a request.b", "x is bad")] * 3, 1, id="many are one"),
        pytest.param([("A.b", "the example 'a: 1' is bad"), ("A.b", "the example 'a: 2' is bad")] * 4, 2, id="values"),
    ],
)
def test_notes_that_say_the_same_are_one(
    notes: list[tuple[str, str]], printed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    print_notes(note(*one, line) for line, one in enumerate(notes, start=1))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == printed
    assert lines[0].startswith("note: api.json:1: A.b: ")


def test_one_note_says_how_many_it_stands_for(capsys: pytest.CaptureFixture[str]) -> None:
    print_notes(note(f"A.b{line}", "x is bad", line) for line in range(1, 6))
    assert capsys.readouterr().err == "note: api.json:1: A.b1: x is bad (and 4 more like this)\n"
