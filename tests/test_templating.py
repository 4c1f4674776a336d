"""Templates that are kept compiled give what their texts say, whatever became of what was kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import Environment, FileSystemLoader

from api_upgrades.site.pages import jinja_codegen
from api_upgrades.site.pages.environment import html_environment, markdown_environment
from api_upgrades.site.pages.jinja_codegen import TemplateCache

NAME = "page.html.j2"


@pytest.fixture(autouse=True)
def writes_bytecode(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    jinja_codegen._compiler_fingerprint.cache_clear()
    yield
    jinja_codegen._compiler_fingerprint.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / NAME).write_text("<p>{{ word }}</p>", encoding="utf-8")
    return tmp_path


def rendered(folder: Path, *, autoescape: bool = True) -> str:
    """The page by an environment that knows nothing yet."""
    cache = TemplateCache(folder)
    environment = Environment(loader=FileSystemLoader(folder), autoescape=autoescape, bytecode_cache=cache)
    return environment.get_template(NAME).render(word="<b>")


def kept(folder: Path) -> list[Path]:
    return list(folder.glob("__pycache__/*"))


def test_it_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(folder) == "<p>&lt;b&gt;</p>"
    (file,) = kept(folder)
    assert file.name == f"page.html.{sys.implementation.cache_tag}.pyc"

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("it was compiled again")

    monkeypatch.setattr(Environment, "compile", refuse)
    assert rendered(folder) == "<p>&lt;b&gt;</p>"


def test_a_template_that_is_edited_at_the_same_time_and_size(folder: Path) -> None:
    rendered(folder)
    times = (folder / NAME).stat()
    (folder / NAME).write_text("<i>{{ word }}</i>", encoding="utf-8")
    os.utime(folder / NAME, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert rendered(folder) == "<i>&lt;b&gt;</i>"


def test_what_escapes_and_what_does_not(folder: Path) -> None:
    assert [rendered(folder, autoescape=one) for one in (True, False, True)] == [
        "<p>&lt;b&gt;</p>",
        "<p><b></p>",
        "<p>&lt;b&gt;</p>",
    ]


@pytest.mark.parametrize("what", ["nothing", "Jinja", "Python", "how templates are compiled", "our filters"])
def test_what_another_compiler_kept(folder: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    modules = {name: folder / f"{name}.py" for name in ("jinja_codegen", "environment")}
    for module in modules.values():
        module.write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(jinja_codegen, "__file__", str(modules["jinja_codegen"]))
    rendered(folder)
    before = kept(folder)[0].read_bytes()
    if what == "Jinja":
        monkeypatch.setattr(jinja2, "__version__", "0")
    elif what == "Python":
        monkeypatch.setattr(jinja_codegen, "MAGIC_NUMBER", b"0")
    elif what != "nothing":
        modules["environment" if what == "our filters" else "jinja_codegen"].write_text("as it is", encoding="utf-8")
    jinja_codegen._compiler_fingerprint.cache_clear()
    assert rendered(folder) == "<p>&lt;b&gt;</p>"
    assert (kept(folder)[0].read_bytes() == before) == (what == "nothing")


@pytest.mark.parametrize("left", [0, 10, 32, 40, -1])
def test_half_of_what_was_kept(folder: Path, left: int) -> None:
    rendered(folder)
    (file,) = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[:left])
    assert rendered(folder) == "<p>&lt;b&gt;</p>"
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file where a folder should be", encoding="utf-8")
    assert rendered(folder) == "<p>&lt;b&gt;</p>"


def test_where_python_shall_keep_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(folder) == "<p>&lt;b&gt;</p>"
    assert kept(folder) == []


def test_our_own_templates_are_kept() -> None:
    for environment, kind in ((html_environment(), "html"), (markdown_environment(), "md")):
        cache = environment.bytecode_cache
        assert isinstance(cache, TemplateCache)
        names = [name for name in environment.list_templates() if name.endswith(f".{kind}.j2")]
        assert len({cache.get_cache_key(name) for name in names}) == len(names) > 10
