"""An API that is a FastAPI application: read, checked, drafted, compared, and its site built."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api_upgrades.core.errors import RegistryError, RegistryErrors
from api_upgrades.examples.compose import compose_body
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import request_body
from api_upgrades.openapi.part import Part
from api_upgrades.project import Project
from api_upgrades.sources import launcher
from api_upgrades.sources.application import clean_document
from api_upgrades.sources.source import read_head
from tests.bookshop import FILES, MAIN, SERVICE, SOURCE
from tests.repository import commit, git, repository
from tests.shop import call, edit, frozen, write
from tests.test_plugin import build, faults, html, serving

ADD = Part("operation", "POST /books")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return frozen(write(tmp_path / "a project", FILES))


def contract_of(root: Path, version: str) -> Contract:
    return Project(root, source=SOURCE).load().contract_at(version)


def body(contract: Contract) -> Any:
    found = request_body(contract, ADD)
    assert found is not None
    return compose_body(contract, found, "request")


def test_document_is_the_frameworks_own_but_for_automatic_titles(tmp_path: Path) -> None:
    root = write(tmp_path, SERVICE)
    ask = "import json; from bookshop.main import app; print(json.dumps(app.openapi()))"
    whole = json.loads(subprocess.run([sys.executable, "-c", ask], cwd=root, capture_output=True, check=True).stdout)
    head = read_head(SOURCE, root)
    document = head.contract.to_openapi()
    assert set(document["components"]["schemas"]) == {
        *("Author", "Book-Input", "Book-Output", "Genre", "HTTPValidationError", "ValidationError"),
    }
    assert document != whole
    assert without_titles(document) == without_titles(whole)
    # These are nobody's name: FastAPI wrote them by hand.
    assert titles(document) == {"Location", "Message", "Error Type", "Context", "Bookshop"}
    assert [file.relative_to(root.resolve()).as_posix() for file in head.files] == [
        *("bookshop/__init__.py", "bookshop/main.py", "bookshop/models.py"),
    ]


def without_titles(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_titles(item) for key, item in value.items() if key != "title" or isinstance(item, dict)}
    return [without_titles(item) for item in value] if isinstance(value, list) else value


def titles(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["title"]} if isinstance(value.get("title"), str) else set()
        return own.union(*map(titles, value.values()))
    return set().union(*map(titles, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"title": "Born On", "type": "string"}, {"type": "string"}, id="made of the name"),
        pytest.param({"title": "Birthday"}, {"title": "Birthday"}, id="an author's own"),
        pytest.param({"anyOf": [{}, {"type": "null"}], "default": None}, {"anyOf": [{}, {"type": "null"}]}, id="null"),
        pytest.param({"default": 0}, {"default": 0}, id="a default"),
        pytest.param({"const": None, "enum": [None]}, {"const": None, "enum": [None]}, id="null that is promised"),
        pytest.param({"example": {"title": "Born On"}}, {"example": {"title": "Born On"}}, id="an example"),
    ],
)
def test_what_a_framework_says_of_itself_is_left_out(before: Any, after: Any) -> None:
    def document(schema: Any) -> Any:
        book = {"title": "Book", "properties": {"born_on": schema, "title": {"type": "string"}}}
        operation = {
            "operationId": "get_book",
            "parameters": [{"name": "born_on", "in": "query", "schema": schema}],
            "responses": {"200": {"content": {"application/json": {"schema": {"title": "Response Get Book"}}}}},
        }
        return {
            "info": {"title": "Born On"},
            "paths": {"/": {"get": operation}},
            "components": {"schemas": {"Book": book}},
        }

    found = clean_document(document(before))
    assert found["info"] == {"title": "Born On"}
    assert found["components"]["schemas"]["Book"] == {"properties": {"born_on": after, "title": {"type": "string"}}}
    operation = found["paths"]["/"]["get"]
    assert operation["parameters"][0]["schema"] == after
    assert operation["responses"]["200"]["content"]["application/json"]["schema"] == {}


def test_older_version_is_derived_and_its_payloads_with_it(root: Path) -> None:
    title, authors = "The Odyssey", [{"name": "Homer"}]
    now, then = body(contract_of(root, "2024-02-01")), body(contract_of(root, "2024-01-01"))
    assert now == {"isbn": "9780140449136", "title": title, "price": "12.50", "authors": authors}
    assert then == {"isbn": "9780140449136", "name": title, "price": "12.50", "authors": authors}
    assert Part("operation", "DELETE /books/{isbn}") in contract_of(root, "2024-01-01").parts


def test_application_takes_what_its_pages_show(root: Path) -> None:
    send = (
        "import sys, json; from fastapi.testclient import TestClient; from bookshop.main import app\n"
        "print(TestClient(app).post('/books', json=json.loads(sys.argv[1])).status_code)"
    )
    for version, status in (("2024-02-01", "201"), ("2024-01-01", "422")):
        sent = json.dumps(body(contract_of(root, version)))
        done = subprocess.run([sys.executable, "-c", send, sent], cwd=root, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == status


def test_site_is_built(root: Path) -> None:
    site = build(root)
    assert faults(site) == []
    assert "The Odyssey" in html(site, "upgrades/2024-02-01")
    for version, name in (("2024-01-01", "name"), ("2024-02-01", "title"), ("latest", "title")):
        shown = f'<span class="nt">"{name}"</span>: <span class="s2">"The Odyssey"</span>'
        assert shown in html(site, f"reference/{version}/books")


def test_edit_of_the_models_is_found_and_drafted(root: Path) -> None:
    """No command is told of the source: it is in `mkdocs.yml`."""
    assert call(root, "check").stdout == "2 versions and 2 changes are fine.\n"
    models = ("    title: str", "    heading: str"), ("    born:", "    died: date | None\n    born:")
    edit(root, *models, file="bookshop/models.py")
    more = '    return book\n\n\n@router.put("/{isbn}")\ndef put_book(isbn: str) -> None: ...\n'
    edit(root, ("    return book\n", more), file="bookshop/main.py")
    assert [re.sub(r" \(also .*?\)", "", line) for line in call(root, "check").stderr.splitlines()[:-1]] == [
        "bookshop/main.py:28: PUT /books/{isbn} is new, which is not documented in any change file",
        "bookshop/models.py:17: Author.died is new, which is not documented in any change file",
        "bookshop/models.py:21: Book-Input.title was removed, which is not documented in any change file",
        "bookshop/models.py:25: Book-Input.heading is new, which is not documented in any change file",
    ]
    result = call(root, "draft", "--rename", "Book-Input.title=heading", "--rename", "Book-Output.title=heading")
    assert result.exit_code == 0, result.output
    left = call(root, "check").stderr.splitlines()
    assert left
    assert [line for line in left if not line.endswith("still says TODO; write it")] == []


def test_pull_request_is_compared_with_the_application_as_it_was(tmp_path: Path) -> None:
    root = frozen(write(repository(tmp_path / "a repository"), {**FILES, ".gitignore": ".cache/\n__pycache__/\n"}))
    commit(root)
    git(root, "switch", "--quiet", "--create", "topic")
    edit(root, ("    title: str", "    heading: str"), file="bookshop/models.py")
    rename = (
        FILES["changes/2024-02-01/title.yaml"].replace("new: title", "new: heading").replace("old: name", "old: title")
    )
    write(
        root, {"changes/unreleased/heading.yaml": rename.replace("`name` is now `title`", "`title` is now `heading`")}
    )
    found = json.loads(call(root, "report", "--base", "main", "--format", "json").stdout)
    assert found["verdict"] == "1 breaking change; released versions are unchanged."


@pytest.mark.slow
def test_serving_follows_the_modules_of_the_application(root: Path) -> None:
    """One that comes to stand beside them included."""
    page = "reference/latest/books/"
    with serving(root) as served:
        served.wait("the first page", lambda: "Its name." in served.page(page))
        edit(root, ("Its name.", "What it is called."), file="bookshop/models.py")
        served.wait("the edited module", lambda: "What it is called." in served.page(page))
        write(root, {"bookshop/words.py": 'NUMBER = "How it is found."\n'})
        edit(root, ('description="Its number."', "description=NUMBER"), file="bookshop/models.py")
        edit(root, ("from enum", "from .words import NUMBER\nfrom enum"), file="bookshop/models.py")
        served.wait("the module beside it", lambda: "How it is found." in served.page(page))
        edit(root, ("found.", "sold."), file="bookshop/words.py")
        served.wait("the edited module beside it", lambda: "How it is sold." in served.page(page))


def test_sources_beside_and_in_src(tmp_path: Path) -> None:
    root = write(tmp_path, {f"src/{name}": text for name, text in SERVICE.items()})
    assert read_head(SOURCE, root).contract.document["info"]["title"] == "Bookshop"


def test_object_in_the_folder_of_models_may_be_an_application(tmp_path: Path) -> None:
    root = write(tmp_path, {**SERVICE, "changes/api/__init__.py": "from bookshop.main import app as api\n"})
    assert read_head("changes/api", root).contract == read_head(SOURCE, root).contract


def test_anything_with_a_document_will_do(tmp_path: Path) -> None:
    """And an object inside of another one."""
    text = 'class App:\n    def openapi(self):\n        return {"openapi": "3.0.0", "paths": {}, "x": {1: 2}}\n'
    root = write(tmp_path, {"one.py": f"{text}\n\nclass Holder:\n    app = App()\n"})
    assert read_head("one:Holder.app", root).contract.document == {"openapi": "3.0.0", "paths": {}, "x": {"1": 2}}


def test_what_its_environment_says_is_asked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = MAIN.replace('title="Bookshop"', 'title=__import__("os").environ.get("SHOP", "Nobody")')
    root = write(tmp_path, {**SERVICE, "bookshop/main.py": asking})
    assert read_head(SOURCE, root).contract.document["info"]["title"] == "Nobody"
    monkeypatch.setenv("SHOP", "Ours")
    assert read_head(SOURCE, root).contract.document["info"]["title"] == "Ours"


def test_second_reading_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, SERVICE)
    first = read_head(SOURCE, root)
    monkeypatch.setattr(launcher, "_start_worker", None)
    assert read_head(SOURCE, root) == first


OTHER = """\
class App:
    def openapi(self):
        return %s
app = App()
"""
NO_MODULE = "in the project or its 'src'; fix the source"
MUST = "must be an application with a method 'openapi', but is"
REFUSED = {
    "no module": ("shop.main:app", "", f"shop/main.py:1:1: there is no module 'shop' {NO_MODULE}"),
    "no submodule": ("bookshop.api:app", "", f"bookshop/api.py:1:1: there is no module 'bookshop.api' {NO_MODULE}"),
    "no such name": ("bookshop.main:api", "", f"bookshop/main.py:1:1: 'api' {MUST} missing; fix the name"),
    "no application": ("bookshop.main:Book", "class Book: ...", f"bookshop/main.py:1:1: 'Book' {MUST} a type"),
    "a class": ("bookshop.main:App", OTHER % {}, f"bookshop/main.py:1:1: 'App' {MUST} a type"),
    "somebody else's": ("json:loads", "", "outside the project; run this command in its project"),
    "not installed": (
        SOURCE,
        "import nowhere_at_all\n",
        "bookshop/main.py:1:1: No module named 'nowhere_at_all'; install it next to api-upgrades",
    ),
    "broken": (
        SOURCE,
        "x = 1\nprint(nothing)\n",
        "bookshop/main.py:2:7: the application cannot be imported: NameError: name 'nothing' is not defined; fix",
    ),
    "ends": (
        SOURCE,
        "import os\nos._exit(3)\n",
        "bookshop/main.py: importing the application ended the Python process",
    ),
    "no document can be made": (
        SOURCE,
        OTHER % "1 / 0",
        "bookshop/main.py:3:16: the application cannot be imported: Zero",
    ),
    "no JSON": (SOURCE, OTHER % "{'x': {1, 2}}", "TypeError: Object of type set is not JSON serializable"),
    "no document": (
        SOURCE,
        OTHER % "{'swagger': '2.0'}",
        "bookshop/main.py: Swagger 2.0 is not supported; convert it to OpenAPI 3",
    ),
    "of another shape": (
        SOURCE,
        OTHER % "{'openapi': '3.1.0', 'paths': []}",
        "bookshop/main.py: #/paths must be an object",
    ),
}


@pytest.mark.parametrize(("source", "main", "message"), REFUSED.values(), ids=REFUSED)
def test_application_that_cannot_be_read_is_refused(tmp_path: Path, source: str, main: str, message: str) -> None:
    root = write(tmp_path, {**SERVICE, "bookshop/main.py": main})
    with pytest.raises((RegistryError, RegistryErrors)) as caught:
        read_head(source, root)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
