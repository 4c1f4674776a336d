"""On which line the models declare a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from api_upgrades.core.errors import Location
from api_upgrades.openapi.target import Target
from api_upgrades.sources.source_map import SourceMap

BOOKS = """\
from api_upgrades.sources import api
from api_upgrades.sources.api import Deprecated, Operation

# class Commented:

class Book(
    Base,
):
    title: str
    isbn: str = Field(description="x", alias="x-isbn")

    class Inner(Base):
        title: str

class Twice(Base):
    title: str

Operation("GET /books", "All", deprecated=Deprecated("GET /books/all"))
api.Webhook(
    "book.sold",
    "Sold",
)
Other("PUT /books")
"""
MORE = "class Twice:\n    other: int\n"


@pytest.fixture
def declared(tmp_path: Path) -> SourceMap:
    files = {"books.py": BOOKS, "more.py": MORE, "broken.py": "class Broken", "data.json": "class Data: ..."}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return SourceMap(tmp_path, tuple(tmp_path / name for name in (*files, "gone.py")))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Book", "books.py:6"),
        ("Book.title", "books.py:9"),
        ("Book.title.inner[].most", "books.py:9"),
        ('Book."x-isbn"', "books.py:10"),
        ("Book.isbn", "books.py:6"),
        ("Book.gone", "books.py:6"),
        ("Inner.title", "books.py:13"),
        ("GET /books", "books.py:18"),
        ("GET /books response 200.title", "books.py:18"),
        ("GET /books query page", "books.py:18"),
        ("webhook book.sold payload.data", "books.py:19"),
        # Neither of two classes of one name, nor what nobody declares in so many words.
        ("Twice", "models"),
        *((place, "models") for place in ("Commented", "Data", "Broken", "GET /books/all", "PUT /books", "document")),
    ],
)
def test_the_line_of_a_place(declared: SourceMap, place: str, expected: str) -> None:
    assert str(declared.locate(Target.parse(place), "models")) == expected


def test_nothing_is_declared_where_there_are_no_files() -> None:
    assert SourceMap().locate(Target.parse("Book"), "models") == Location("models")
