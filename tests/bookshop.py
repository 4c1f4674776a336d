"""A small service that tests write and alter: a FastAPI application in a package, and the changes of its API."""

from __future__ import annotations

MODELS = '''\
from datetime import date
from decimal import Decimal
from enum import Enum

from pydantic import BaseModel, Field


class Genre(str, Enum):
    novel = "novel"
    poetry = "poetry"


class Author(BaseModel):
    """Who wrote it."""

    name: str = Field(examples=["Homer"])
    born: date | None = None


class Book(BaseModel):
    """A book on the shelf."""

    isbn: str = Field(description="Its number.", examples=["9780140449136"])
    title: str = Field(description="Its name.", examples=["The Odyssey"])
    genre: Genre = Genre.novel
    price: Decimal = Field(examples=["12.50"])
    authors: list[Author] = Field(min_length=1)
'''

MAIN = '''\
from typing import Annotated

from fastapi import APIRouter, FastAPI, HTTPException, Query

from .models import Book

router = APIRouter(prefix="/books", tags=["Books"])


@router.get("")
def list_books(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[Book]:
    """All books."""
    return []


@router.get("/{isbn}", responses={404: {"description": "No such book."}})
def get_book(isbn: str) -> Book:
    """One book."""
    raise HTTPException(404)


@router.post("", status_code=201)
def add_book(book: Book) -> Book:
    """Put a book on the shelf."""
    return book


app = FastAPI(title="Bookshop", version="1.4.0")
app.include_router(router)
'''

SOURCE = "bookshop.main:app"

SERVICE = {"bookshop/__init__.py": "", "bookshop/models.py": MODELS, "bookshop/main.py": MAIN}

CHANGES = {
    "changes/2024-01-01/version.yaml": "summary: The beginning.\n",
    "changes/2024-02-01/version.yaml": "summary: Names are titles.\n",
    "changes/2024-02-01/title.yaml": """\
title: "`name` is now `title`"
why: A book has a title.
upgrade: Read `title`.
effects:
  - {kind: rename_property, target: Book-Input, old: name, new: title}
  - {kind: rename_property, target: Book-Output, old: name, new: title}
""",
    "changes/2024-02-01/drop.yaml": """\
title: Books cannot be dropped any more
why: Nobody did.
upgrade: Keep them.
effects:
  - kind: remove_operation
    target: DELETE /books/{isbn}
    was:
      tags: [Books]
      operationId: drop_book_books__isbn__delete
      parameters:
        - {name: isbn, in: path, required: true, schema: {type: string}}
      responses:
        "204": {description: Gone.}
""",
}

MKDOCS = f"""\
site_name: Bookshop
theme: {{name: material, font: false}}
plugins:
  - search
  - api-upgrades:
      source: {SOURCE}
"""

FILES = {**SERVICE, **CHANGES, "mkdocs.yml": MKDOCS, "docs/index.md": "# Bookshop\n\nWelcome.\n"}
