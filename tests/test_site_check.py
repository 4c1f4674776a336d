from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.site_check import check, resolve

ROOT = Path(__file__).parent.parent


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


SOUND = {
    "index.html": """<link rel="canonical" href="https://docs.example.com/">
        <link rel="stylesheet" href="a/main.css?v=1">
        <link rel="alternate" href="https://docs.example.com/feed.xml"><img src="data:image/gif;base64,R0" alt="">
        <h1 id="home">Home</h1><a href="guide/#caf%C3%A9">Guide</a> <a href="#home">up</a> <a href="#">top</a>
        <label for="box">Box</label><input id="box"> <a href="https://example.com/#anything">elsewhere</a>
        <a href="mailto:docs@example.com">mail</a> <a href="guide/?from=1&amp;to=2#café">picked</a>""",
    "guide/index.html": """<h2 id="café">Café</h2><a href="..">home</a> <a href="./">self</a>
        <a href="../a/main.css">css</a>
        <img src="../a/one.png" srcset="../a/one.png 1x, ../a/one.png 2x" alt="">""",
    "a/main.css": "@import 'other.css'; p { background: url(one.png) } i { background: url('data:image/png,R0') }",
    "a/other.css": "",
    "a/one.png": "",
    "404.html": """<a href="/guide/">guide</a> <link rel="stylesheet" href="/a/main.css">""",
}


def test_a_sound_site_has_no_faults(tmp_path: Path) -> None:
    assert check(write(tmp_path, SOUND)) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="gone/">x</a>', "'gone/' leads to no file: gone/index.html"),
        ('<a href="guide">x</a>', "'guide' lacks the last slash of the folder guide"),
        ('<a href="Guide/">x</a>', "'Guide/' leads to no file: Guide/index.html"),
        ('<a href="../guide/">x</a>', "'../guide/' leads out of the site"),
        ('<a href="/guide/">x</a>', "'/guide/' is absolute, and fails under a sub-path"),
        ('<a href="guide/#tea">x</a>', "'guide/#tea' leads to no id of guide/index.html: tea"),
        ('<a href="#tea">x</a>', "'#tea' leads to no id of page.html: tea"),
        ('<a href="https://docs.example.com/guide/">x</a>', "leads into this very site, and should be relative"),
        ('<a href="javascript:alert(1)">x</a>', "'javascript:alert(1)' has the scheme 'javascript'"),
        ('<a href="//example.com/">x</a>', "'//example.com/' has no scheme"),
        ('<img src="gone.png" alt="">', "'gone.png' leads to no file: gone.png"),
        ('<img src="a/one.png" srcset="a/one.png 1x, a/two.png 2x" alt="">', "'a/two.png' leads to no file: a/two.png"),
        ('<script src="https://cdn.example.com/x.js"></script>', "is loaded from elsewhere"),
        ('<link rel="stylesheet" href="https://fonts.example.com/x.css">', "is loaded from elsewhere"),
        ('<link rel="preconnect" href="https://fonts.example.com">', "is loaded from elsewhere"),
        ('<p style="background: url(https://example.com/x.png)">x</p>', "is loaded from elsewhere"),
        ("<style>@import 'https://example.com/x.css';</style>", "is loaded from elsewhere"),
        ('<svg><use href="#shape"></use></svg>', "'#shape' leads to no id of page.html: shape"),
        ('<p id="a"></p><p id="a"></p>', "the id 'a' is already on line 1"),
        ('<label for="box">x</label>', "for='box' names no id of the page"),
        ('<p aria-labelledby="a b" id="a">x</p>', "aria-labelledby='b' names no id of the page"),
    ],
)
def test_each_fault_is_found(tmp_path: Path, html: str, fault: str) -> None:
    problems = check(write(tmp_path, {**SOUND, "page.html": html}))
    assert len(problems) == 1
    assert problems[0].startswith("page.html:1: ")
    assert problems[0].endswith(fault)


def test_a_style_sheet_is_read_too(tmp_path: Path) -> None:
    css = "@font-face { src: url('https://fonts.example.com/x.woff2') } p { background: url(gone.png) }"
    assert check(write(tmp_path, {**SOUND, "a/main.css": css})) == [
        "a/main.css:1: 'https://fonts.example.com/x.woff2' is loaded from elsewhere",
        "a/main.css:1: 'gone.png' leads to no file: a/gone.png",
    ]


def test_all_faults_of_all_pages_are_reported(tmp_path: Path) -> None:
    write(tmp_path, {"a.html": '<a href="x">\n<a href="y">', "b/index.html": '<a href="#z">'})
    run = subprocess.run(
        [sys.executable, "-m", "tests.site_check", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stdout.splitlines() == [
        "a.html:1: 'x' leads to no file: x",
        "a.html:2: 'y' leads to no file: y",
        "b/index.html:1: '#z' leads to no id of b/index.html: z",
        f"3 faults in the links, anchors and ids of {tmp_path}",
    ]


@pytest.mark.parametrize(
    ("name", "path", "file"),
    [
        ("a/b/index.html", "..", "a/index.html"),
        ("a/b/index.html", "../..", "index.html"),
        ("a/b/index.html", "../../..", None),
        ("a/b/index.html", ".", "a/b/index.html"),
        ("a/b/index.html", "./x.png", "a/b/x.png"),
        ("a/b/index.html", "../c/d/", "a/c/d/index.html"),
    ],
)
def test_resolving(name: str, path: str, file: str | None) -> None:
    assert resolve(name, path) == file
