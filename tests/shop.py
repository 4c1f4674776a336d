"""A small project that tests write and alter: the API of a shop, in three versions."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from api_upgrades.cli import main

API = """\
from pydantic import BaseModel, Field

from api_upgrades.sources.api import Api, Operation, Resource


class Book(BaseModel):
    \"\"\"A book on the shelf.\"\"\"

    isbn: str = Field(description="Its number.", examples=["9780140449136"])
    title: str = Field(description="Its name.", examples=["The Odyssey"])
    pages: int = Field(description="How long it is.", examples=[416])


class Order(BaseModel):
    \"\"\"What somebody buys.\"\"\"

    book: Book = Field(description="What was bought.")


books = Resource("Books", "What is for sale.", operations=[
    Operation("GET /books/first", "Get the first book", id="first_book", responses={200: Book}),
])
orders = Resource("Orders", "What was sold.", operations=[
    Operation("GET /orders/last", "Get the last order", id="last_order", responses={200: Order}),
])
api = Api("Shop", version_header="X-Shop-Version", servers={"https://shop.example": "Live"}, resources=[books, orders])
"""

FILES = {
    "changes/api/__init__.py": API,
    "changes/2024-01-01/version.yaml": "summary: The beginning.\n",
    "changes/2024-02-01/version.yaml": "summary: Books say how long they are.\n",
    "changes/2024-02-01/pages.yaml": """\
title: Books have `pages`
why: Readers asked how long they are.
effects:
  - {kind: add_property, target: Book.pages}
""",
    "changes/2024-03-01/version.yaml": "summary: Names are titles.\n",
    "changes/2024-03-01/title.yaml": """\
title: "`name` is now `title`"
why: A book has a title.
upgrade: Read `title`.
effects:
  - {kind: rename_property, target: Book, old: name, new: title}
""",
}

VERSIONS = ("2024-01-01", "2024-02-01", "2024-03-01")
LATEST = VERSIONS[-1]

PAGES = {
    *("upgrades", *(f"upgrades/{version}" for version in VERSIONS)),
    *(f"reference/{version}{page}" for version in (*VERSIONS, "latest") for page in ("", "/books", "/orders")),
    # Books changed twice, and an order holds a book.
    *(f"upgrades/from/{version}{page}" for version in VERSIONS[:-1] for page in ("", "/books", "/orders")),
    *("upgrades/path", "changelog", "versioning", "versioning/rules", "deprecations"),
}
"""The address of every generated page."""

MKDOCS = """\
site_name: Shop
theme: {name: material, font: false}
plugins: [search, api-upgrades]
"""

SITE = FILES | {"mkdocs.yml": MKDOCS, "docs/index.md": "# Shop\n\nWelcome.\n"}


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files by their names below a folder, which comes back."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def frozen(root: Path, *options: str) -> Path:
    """Freeze what a project has released; its folder comes back."""
    result = CliRunner().invoke(main, ["--root", str(root), *options, "lock"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return root


def edit(root: Path, *edits: tuple[str, str], file: str = "changes/api/__init__.py") -> None:
    """Replace texts in a file, its models unless another is named; each text stands there once."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, f"{file} has not exactly one {old!r}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def call(root: Path, *arguments: str) -> Result:
    """Run the command on a project. A traceback fails the test, whatever it was about."""
    result = CliRunner().invoke(main, ["--root", str(root), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def texts(root: Path, folder: str = "changes") -> dict[str, str]:
    """What a project's files hold, by their names below the root; models left out."""
    files = (file for file in sorted((root / folder).rglob("*")) if file.is_file() and file.suffix != ".py")
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in files}
