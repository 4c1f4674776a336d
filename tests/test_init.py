"""`api-upgrades init`: a beginning in any repository, which builds and checks as it is."""

from __future__ import annotations

import ast
import json
import os
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from api_upgrades.cli import main
from api_upgrades.cli.init_run import title_of
from api_upgrades.cli.scaffold import home_page, mkdocs_yaml, models_module
from api_upgrades.openapi.contract import Contract
from tests import bookshop
from tests import test_document as document
from tests.repository import git, repository
from tests.shop import call, write
from tests.terminal import at_terminal
from tests.test_plugin import build, faults, html

TODAY = date.today().isoformat()
DOCUMENT = {name: document.FILES[name] for name in ("openapi.yaml", "models/author.json")}
SITE = ["docs/index.md", "mkdocs.yml"]


def version(name: str = TODAY) -> list[str]:
    return [f"changes/{name}/version.yaml", f"changes/{name}/lock.json"]


def names(root: Path) -> set[str]:
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith((".cache/", ".git/"))}


@pytest.mark.parametrize(
    ("files", "options", "written", "title", "page"),
    [
        pytest.param(
            {}, (), ["changes/api/__init__.py", *version(), *SITE], "A project", "greetings", id="nothing yet"
        ),
        pytest.param(
            DOCUMENT, ("--source", "openapi.yaml"), [*version(), *SITE], "Shop", "books", id="a document"
        ),
        pytest.param(
            bookshop.SERVICE,
            ("--source", bookshop.SOURCE, "--version", "v1", "--title", "My: shop"),
            [*version("v1"), *SITE],
            "My: shop",
            "books",
            id="an application",
        ),
        pytest.param(
            {"changes/api/__init__.py": models_module("Mine")}, (), [*version(), *SITE], "Mine", "greetings", id="code"
        ),
    ],
)  # fmt: skip
def test_beginning_builds_and_checks_at_once(
    tmp_path: Path, files: dict[str, str], options: tuple[str, ...], written: list[str], title: str, page: str
) -> None:
    """In a repository of git, where everything else stays as it was."""
    root = write(repository(tmp_path / "a project"), {**files, "README.md": "Mine.\n", "src/main.py": "x = 1\n"})
    result = call(root, "init", *options)
    assert (result.exit_code, result.stdout.splitlines()) == (0, written), result.output
    assert names(root) == {*files, "README.md", "src/main.py", *written}
    checked = call(root, "check")
    assert (checked.exit_code, checked.stderr) == (0, "")
    site = build(root)
    assert faults(site) == []
    assert re.search(rf"<h1[^>]*>{title}<", html(site, ""))
    assert (site / "reference" / "latest" / page / "index.html").exists()
    assert (site / "upgrades" / "index.html").exists()


def test_lock_is_the_one_that_the_command_makes(tmp_path: Path) -> None:
    root = write(tmp_path, DOCUMENT)
    call(root, "init", "--source", "openapi.yaml")
    lock = root / "changes" / TODAY / "lock.json"
    made = lock.read_bytes()
    lock.unlink()
    assert call(root, "lock").exit_code == 0
    assert lock.read_bytes() == made


def test_edit_after_it_is_found(tmp_path: Path) -> None:
    call(tmp_path, "init")
    file = tmp_path / "changes" / "api" / "__init__.py"
    file.write_text(file.read_text().replace("    text: str", "    words: str"))
    assert "Greeting.words is new, which is not documented in any change file" in call(tmp_path, "check").stderr


def test_document_with_faults_is_begun_with_as_it_is(tmp_path: Path) -> None:
    """What its authors have to mend is told by `check`."""
    faulty = (
        DOCUMENT["openapi.yaml"]
        .replace("[The Odyssey]", "[12]")
        .replace("        200:", "        404: {$ref: '#/gone'}\n        200:")
    )
    root = write(tmp_path / "a project", {**DOCUMENT, "openapi.yaml": faulty})
    assert call(root, "init", "--source", "openapi.yaml").exit_code == 0
    checked = call(root, "check")
    assert checked.exit_code == 0
    assert (
        "note: openapi.yaml:22: Book.title: the example 12 is not of type 'string'; fix the document" in checked.stderr
    )
    assert (
        "note: openapi.yaml:5: GET /books/first: refers to '#/gone', which does not exist; fix the document"
        in checked.stderr
    )
    build(root)


MKDOCS = "site_name: Mine\ndocs_dir: pages\nplugins: [search]\n"


def test_configuration_that_is_there_stays_and_is_told_what_to_add(tmp_path: Path) -> None:
    root = write(tmp_path, {**DOCUMENT, "mkdocs.yml": MKDOCS, "pages/index.md": "# Mine\n"})
    result = call(root, "init", "--source", "openapi.yaml")
    assert result.exit_code == 0
    assert result.stdout.startswith("\n".join(version()) + "\n\nAdd to mkdocs.yml:\n\nplugins:\n")
    assert (root / "mkdocs.yml").read_text() == MKDOCS
    assert names(root) == {*DOCUMENT, "mkdocs.yml", "pages/index.md", *version()}
    lines = result.stdout.split("Add to mkdocs.yml:\n\n")[1].replace("and to its navigation, if it has one:\n", "")
    added = MKDOCS.replace("plugins: [search]\n", lines)
    write(
        root,
        {
            "mkdocs.yml": added.replace("nav:\n", "nav:\n  - Home: index.md\n")
            + "theme: {name: material, font: false}\n"
        },
    )
    assert call(root, "check").exit_code == 0
    assert faults(build(root)) == []


def test_configuration_that_says_it_all_is_told_nothing(tmp_path: Path) -> None:
    more = MKDOCS.replace("[search]", "[search, api-upgrades: {source: openapi.yaml}]")
    root = write(tmp_path, {**DOCUMENT, "mkdocs.yml": more, "pages/index.md": "# Mine\n"})
    assert call(root, "init").stdout.splitlines() == version()
    assert call(root, "check").exit_code == 0


@pytest.mark.parametrize("home", ["index.md", "README.md"])
def test_first_page_that_is_there_stays(tmp_path: Path, home: str) -> None:
    root = write(tmp_path, {f"docs/{home}": "# Mine\n"})
    assert "docs/index.md" not in call(root, "init").stdout.splitlines()
    assert (root / "docs" / home).read_text() == "# Mine\n"
    assert f"- Home: {home}\n" in (root / "mkdocs.yml").read_text()
    build(root)


REFUSED: dict[str, tuple[dict[str, str], tuple[str, ...], int, str]] = {
    "versions are there": (
        {"changes/2024-01-01/version.yaml": "summary: x\n"},
        (),
        1,
        "changes/2024-01-01: this API is already documented. To see its state, run: api-upgrades check.",
    ),
    "no such document": ({}, ("--source", "openapi.yaml"), 1, "openapi.yaml: cannot be read: No such file"),
    "no such application": ({}, ("--source", "shop:app"), 1, "there is no module 'shop' in the project or its 'src'"),
    "no such package": (
        {},
        ("--source", "models"),
        1,
        "models/__init__.py: does not exist; write the API's models there",
    ),
    "no name for a version": ({}, ("--version", "../x"), 2, "'../x' is not a valid version: use letters"),
    "a name that is reserved": ({}, ("--version", "latest"), 2, "'latest' is not a valid version"),
    "no title": ({}, ("--title", "a\nb"), 2, "write a line of text here"),
}


@pytest.mark.parametrize(("files", "options", "code", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_begun_leaves_nothing(
    tmp_path: Path, files: dict[str, str], options: tuple[str, ...], code: int, message: str
) -> None:
    root = write(tmp_path, files)
    result = call(root, "init", *options)
    assert result.exit_code == code
    assert message in result.stderr
    assert names(root) == set(files)


@pytest.mark.forks
def test_questions_are_asked_at_a_terminal(tmp_path: Path) -> None:
    root = write(tmp_path / "project", DOCUMENT)
    code, shown = at_terminal(root, "init", answers=["openapi.yaml", "My shop", ""])
    assert code == 0
    assert "[changes/api]: " in shown
    assert "What is the API's name [Shop]: " in shown
    assert f"What is its first version [{TODAY}]: " in shown
    assert names(root) == {*DOCUMENT, *version(), *SITE}
    assert yaml.safe_load((root / "mkdocs.yml").read_text())["site_name"] == "My shop"


@pytest.mark.forks
@pytest.mark.parametrize("answers", [["\x03"], ["", "\x03"], ["", "", "\x03"]])
def test_question_that_is_broken_off_leaves_nothing(tmp_path: Path, answers: list[str]) -> None:
    code, shown = at_terminal(tmp_path, "init", answers=answers)
    assert (code, shown.splitlines()[-1]) == (1, "Aborted!")
    assert os.listdir(tmp_path) == []


def test_nothing_is_left_of_what_could_not_be_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, {"docs/other.md": "# Other\n"})
    whole = os.replace

    def full(source: Any, target: Any) -> None:
        if Path(target).name == "mkdocs.yml":
            raise OSError(28, "No space left on device")
        whole(source, target)

    monkeypatch.setattr(os, "replace", full)
    result = CliRunner().invoke(main, ["--root", str(root), "init"])
    assert (result.exit_code, result.stderr) == (
        1,
        f"{root / 'mkdocs.yml'}: cannot be written: No space left on device\n",
    )
    left = {path.name for path in root.rglob("*") if path.is_file() and ".cache" not in path.parts}
    assert left == {"other.md", f".mkdocs.yml.{os.getpid()}.tmp"}  # the next call takes that away


@pytest.mark.parametrize(
    "title", ["Yes", "2024-01-01", "1", "a: b # c", "- x", "{x}", "\"quoted\" \\ 'too'", "*Ü* <b> 🙂"]
)
def test_title_is_itself_wherever_it_stands(title: str) -> None:
    found = yaml.safe_load(mkdocs_yaml(title, "index.md", {"source": "a b.yaml"}))
    assert unescape(found["site_name"]) == title
    assert found["plugins"] == ["search", {"api-upgrades": {"source": "a b.yaml"}}]
    nodes = ast.walk(ast.parse(models_module(title)))
    call = next(node for node in nodes if getattr(getattr(node, "func", None), "id", "") == "Api")
    assert isinstance(call, ast.Call)
    assert ast.literal_eval(call.args[0]) == title
    assert "<b>" not in home_page(title)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bed & Breakfast's API", "Bed & Breakfast's API"),
        ("Acme <img src=x onerror=alert(1)>", "Acme &lt;img src=x onerror=alert(1)&gt;"),
        ('x" onmouseover="alert(1)', "x&quot; onmouseover=&quot;alert(1)"),
        ("&lt;script&gt; &#60;", "&amp;lt;script&amp;gt; &amp;#60;"),
        ("</title><script>alert(1)</script>", "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;"),
    ],
)
def test_site_name_is_text_where_nothing_escapes_it(title: str, name: str) -> None:
    assert yaml.safe_load(mkdocs_yaml(title, "index.md", {}))["site_name"] == name


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (" Two\n\tlines\u2028here ", "Two lines here"),
        ("A\x00bell\x07", "A bell"),
        ("\n", "A folder"),
        (None, "A folder"),
    ],
    ids=["lines", "control characters", "white space", "none"],
)
def test_title_is_one_line(title: str | None, expected: str) -> None:
    contract = Contract.from_openapi({"openapi": "3.1.0", "info": {"title": title, "version": "1"}})
    assert title_of(contract, Path("a-folder")) == expected


def test_it_works_where_git_is(tmp_path: Path) -> None:
    root = repository(tmp_path / "shop-api")
    call(root, "init")
    assert "site_name: Shop api\n" in (root / "mkdocs.yml").read_text()
    assert "?? changes/" in git(root, "status", "--short").splitlines()
