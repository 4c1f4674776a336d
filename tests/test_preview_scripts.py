"""What a stranger's preview may hold, and what stands in the comment on it."""

from __future__ import annotations

import html
import re
import stat
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import publish_preview
import unpack_preview
from api_upgrades.site.pages.markdown import prose_blocks
from comment_on_preview import MARKER, compose, defuse
from publish_preview import Git, update
from unpack_preview import MAX_FILE, MAX_FILES, MAX_TOTAL, InvalidPreview, check_entries, unpack

PREVIEW = "https://acme-previews.github.io/server-api/pr-12/"
SHA = "5fda3b95a4ea91299a34e894583c3862153e4b97"


def entry(name: str, mode: int = stat.S_IFREG | 0o644, size: int = 0, compression: int = ZIP_DEFLATED) -> ZipInfo:
    """An entry as an archive may declare it, whatever it then holds."""
    info = ZipInfo()
    info.filename = name
    info.external_attr = mode << 16
    info.file_size = size
    info.compress_type = compression
    return info


def fine() -> list[ZipInfo]:
    """What no preview is without."""
    return [entry("report.md"), entry("site/index.html")]


def archive(folder: Path, *entries: ZipInfo, content: bytes = b"x") -> Path:
    path = folder / "preview.zip"
    with ZipFile(path, "w") as target, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one name twice is what a test is about
        for info in entries:
            target.writestr(info, content)
    return path


def test_a_preview_is_unpacked_as_it_is(tmp_path: Path) -> None:
    pages = ["site/upgrades/2024-01-01/index.html", "site/assets/Ä b.png", "site/404.html", "site/x..y"]
    unpack(archive(tmp_path, *fine(), entry("site/empty/", stat.S_IFDIR), *map(entry, pages)), tmp_path / "out")
    written = {str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*") if file.is_file()}
    assert written == {"report.md", "site/index.html", *pages}
    assert (tmp_path / "out" / "site" / "x..y").read_bytes() == b"x"


def test_no_mode_of_theirs_is_kept(tmp_path: Path) -> None:
    special = entry("site/run", stat.S_IFREG | stat.S_ISUID | 0o777)
    unpack(archive(tmp_path, *fine(), special), tmp_path / "out")
    assert (tmp_path / "out" / "site" / "run").stat().st_mode & (stat.S_ISUID | 0o111) == 0


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "//host/share",
        "../evil",
        "site/../evil",
        "site/../../evil",
        "site/a/..",
        "site/./a",
        "site//a",
        "C:/evil",
        "site/C:evil",
        "site\\..\\evil",
        "site/a\x00.html",
        "site/a\n::error::",
        "site/\x1b[2J",
        "site/.git/config",
        "site/.gitattributes",
        "site/a/.htaccess",
        "site/...",
        "report.md/a",
        "evil",
        "evil/site/a",
        "siteevil/a",
        "Site/a",
        "",
        "site/" + "a" * 300,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidPreview, match=r"the path .* is not allowed"):
        check_entries([*fine(), entry(name)])


@given(st.text())
def test_a_name_that_is_taken_stays_inside(name: str) -> None:
    try:
        check_entries([*fine(), entry(f"site/{name}", stat.S_IFDIR if name.endswith("/") else stat.S_IFREG)])
    except InvalidPreview:
        return
    place = Path("/folder", f"site/{name}")
    assert place.is_relative_to("/folder/site")
    assert not {"..", ".git"} & {*place.parts}
    assert name.isprintable() or not name.isascii()


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR, 0o150000]
)
def test_what_is_no_plain_file_is_refused(kind: int) -> None:
    with pytest.raises(InvalidPreview, match="is not a regular file or folder"):
        check_entries([*fine(), entry("site/a", kind | 0o644)])


def test_a_folder_that_is_a_link_is_refused() -> None:
    with pytest.raises(InvalidPreview, match="is not a regular file or folder"):
        check_entries([*fine(), entry("site/a/", stat.S_IFLNK | 0o777)])


def test_a_link_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidPreview):
        unpack(archive(tmp_path, *fine(), entry("site/a", stat.S_IFLNK), content=b"/etc"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([entry("site/a", size=MAX_FILE + 1)], "allowed"),
        ([entry("site/a", size=10**9)], "1,000,000,000 bytes"),
        ([entry(f"site/{number}", size=MAX_FILE) for number in range(MAX_TOTAL // MAX_FILE + 1)], "allowed"),
        ([entry(f"site/{number}") for number in range(MAX_FILES)], "files"),
        ([entry("site/a")] * 1_000_000, "1,000,002 files"),
        ([entry("site/a"), entry("site/a")], "twice"),
        ([entry("site/a", compression=ZIP_BZIP2)], "unsupported compression"),
    ],
    ids=["too big", "1 GB", "too much", "too many", "1,000,000", "twice", "compression"],
)
def test_too_much_is_refused(entries: list[ZipInfo], reason: str) -> None:
    with pytest.raises(InvalidPreview, match=reason):
        check_entries([*fine(), *entries])


def test_the_most_that_is_allowed_is_taken() -> None:
    check_entries([*fine(), *(entry(f"site/{number}", size=MAX_FILE) for number in range(MAX_TOTAL // MAX_FILE))])
    check_entries([*fine(), *(entry(f"site/{number}") for number in range(MAX_FILES - len(fine())))])


@pytest.mark.parametrize("missing", ["report.md", "site/index.html"])
def test_what_is_no_preview_is_refused(missing: str) -> None:
    with pytest.raises(InvalidPreview, match=r"report\.md or site/index\.html is missing"):
        check_entries([info for info in fine() if info.filename != missing])


def lying(path: Path) -> None:
    """Declare one byte where a million zeroes are packed."""
    with ZipFile(path, "w", ZIP_DEFLATED) as target:
        for info in fine():
            target.writestr(info, b"\0" * 10**6, ZIP_DEFLATED)
    data = path.read_bytes()
    path.write_bytes(data.replace((10**6).to_bytes(4, "little"), (1).to_bytes(4, "little")))


def encrypted(path: Path) -> None:
    data = bytearray(archive(path.parent, *fine()).read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(signature, bytes(data)):
            data[found.start() + flags] |= 1
    path.write_bytes(data)


def cut_off(path: Path) -> None:
    path.write_bytes(archive(path.parent, *fine()).read_bytes()[:-10])


def a_file_and_a_folder(path: Path) -> None:
    archive(path.parent, *fine(), entry("site/a"), entry("site/a/b")).rename(path)


def no_archive(path: Path) -> None:
    path.write_bytes(b"x" * 100)


@pytest.mark.parametrize("make", [lying, encrypted, cut_off, a_file_and_a_folder, no_archive])
def test_an_archive_that_is_not_what_it_says_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "other.zip"
    make(path)
    with pytest.raises(InvalidPreview, match="can't be read"):
        unpack(path, tmp_path / "out")
    written = sum(file.stat().st_size for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert written <= len(fine()) + 1


def test_a_refusal_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = archive(tmp_path, *fine(), entry("site/a\n::add-mask::b"))
    with pytest.raises(SystemExit, match=r"^::error::the preview is refused: the path [^\n]*$"):
        unpack_preview.main(str(path), str(tmp_path / "out"))


# The repository of previews


@pytest.fixture
def previews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which git takes for acme/previews on GitHub."""
    folder = tmp_path / "previews.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{folder}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "git@github.com:acme/previews.git")
    monkeypatch.setattr(publish_preview, "api", lambda path: {"ssh_keys": []})
    return folder


def own(folder: Path, kind: type[Git] = Git) -> Git:
    folder.mkdir()
    return kind(folder, "acme/previews", "a key")


def a_site(folder: Path) -> Path:
    folder.mkdir()
    (folder / "index.html").write_text("a page", encoding="utf-8")
    (folder / "ignored.pyc").write_text("", encoding="utf-8")
    (folder / "ignored").mkdir()
    (folder / "ignored" / "a.html").write_text("", encoding="utf-8")
    return folder


def refuse_pushes(previews: Path) -> None:
    hook = previews / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)


def published(previews: Path) -> list[str]:
    command = ["git", "-C", str(previews), "ls-tree", "-r", "--name-only", "main"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_run_that_was_overtaken_starts_over(tmp_path: Path, previews: Path) -> None:
    site = a_site(tmp_path / "site")
    rival = own(tmp_path / "rival")

    class Overtaken(Git):
        by = iter(["pr-13", "pr-14"])

        def __call__(self, *arguments: str, stdin: str = "") -> str:
            if arguments[0] == "push" and (name := next(self.by, None)):
                update(rival, name, site)
            return super().__call__(*arguments, stdin=stdin)

    update(own(tmp_path / "slow", Overtaken), "pr-12", site)
    assert {name.split("/")[0] for name in published(previews)} == {".nojekyll", "pr-12", "pr-13", "pr-14"}


def test_every_file_is_published_whatever_is_ignored_here(
    tmp_path: Path, previews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ignored").write_text("ignored*\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    monkeypatch.setenv("GIT_CONFIG_KEY_1", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_1", str(tmp_path / "ignored"))
    update(own(tmp_path / "git"), "pr-12", a_site(tmp_path / "site"))
    assert published(previews) == [
        ".nojekyll",
        "pr-12/ignored.pyc",
        "pr-12/ignored/a.html",
        "pr-12/index.html",
    ]


def test_a_preview_that_is_not_there_is_removed_without_a_push(
    tmp_path: Path, previews: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(own(tmp_path / "first"), "pr-12", a_site(tmp_path / "site"))
    before = published(previews)
    refuse_pushes(previews)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")  # else the same second would make the same commit
    update(own(tmp_path / "second"), "pr-99", None)
    assert published(previews) == before


def test_a_push_that_is_refused_is_reported(tmp_path: Path, previews: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_pushes(previews)
    monkeypatch.setenv("PREVIEW_REPOSITORY", "acme/previews")
    monkeypatch.setenv("PREVIEW_DEPLOY_KEY", "a key")
    with pytest.raises(
        SystemExit, match="`git push` failed, see above; check that PREVIEW_DEPLOY_KEY may write to acme/previews"
    ):
        publish_preview.main("--remove", "12")


def test_the_key_is_nobody_else_s_to_read(tmp_path: Path, previews: Path) -> None:
    own(tmp_path / "git")
    assert (tmp_path / "git" / "key").read_text(encoding="utf-8") == "a key\n"
    assert (tmp_path / "git" / "key").stat().st_mode & 0o077 == 0


# The comment


@pytest.mark.parametrize(
    "hostile",
    [
        "@everyone",
        "@acme/team",
        "`@everyone`",
        "&#64;everyone",
        "&#x40;everyone",
        "&#00064;everyone",
        "&commat;everyone",
        "@\u200b@everyone",
        "\u200d@everyone",
    ],
)
def test_nobody_is_mentioned(hostile: str) -> None:
    seen = defuse(hostile, PREVIEW)
    assert not re.search(r"@[\w/-]", html.unescape(seen))
    assert seen.count("@") == hostile.count("@")


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](https://evil.example/x.png)",
        "![x][y]\n\n[y]: https://evil.example/x.png",
        "[![x](https://evil.example/x.png)](https://evil.example)",
        "!\u200b[x](https://evil.example/x.png)",
        "!\x00[x](https://evil.example/x.png)",
        "<img src=https://evil.example/x.png>",
        "<IMG src=https://evil.example/x.png>",
        "<picture><source srcset=//evil.example></picture>",
        "<script>alert(1)</script>",
        "<details open ontoggle=alert(1)>",
        "</details >",
        "<!-- api-upgrades-preview -->",
        "<?php ?>",
        "<![CDATA[x]]>",
        "<https://evil.example>",
    ],
)
def test_nothing_is_loaded_and_no_html_is_left(hostile: str) -> None:
    seen = defuse(hostile, PREVIEW)
    assert not re.search(r"!\[|<[a-z/!?]|\]:|\]\(|://", seen, re.IGNORECASE)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "javascript:alert(1)",
        "//evil.example",
        "../../../settings",
        "<https://evil.example>",
        PREVIEW + "@evil.example) [x](y",
        PREVIEW.replace("pr-12", "pr-13"),
        PREVIEW + "%2e%2e/",
        PREVIEW + "../pr-13/",
        PREVIEW + ' "title"',
        "https://evil.example/" + PREVIEW,
        PREVIEW.replace(".io/", ".io.evil.example/"),
    ],
)
def test_no_link_leaves_the_preview(address: str) -> None:
    for text in (f"[text]({address})", f"[text][here]\n\n[here]: {address}", f"<{address}>", address):
        assert not re.search(r"\]\(|\]:|<\w|://", defuse(text, PREVIEW))


def test_no_name_of_a_host_becomes_a_link() -> None:
    assert "www." not in defuse("www.evil.example", PREVIEW)


@pytest.mark.parametrize(
    "place", ["", "upgrades/2024-01-01/#a-change", "changelog/#2024-01-01", "upgrades/path/?from=1&to=2"]
)
def test_links_into_the_preview_stay(place: str) -> None:
    link = f"[the guide]({PREVIEW}{place})"
    assert defuse(link, PREVIEW) == link


def test_no_issue_is_referred_to() -> None:
    assert not re.search(
        r"(?:#|GH-)\d", defuse("fixes #12, acme/other#12, gh-12, GH-12, &#12;", PREVIEW), re.IGNORECASE
    )


@given(st.text(st.sampled_from("@!<[](){}&#;:/a1\u200b\u202e\x00\n`")))
def test_whatever_the_report_is_nothing_dangerous_is_left(report: str) -> None:
    seen = defuse(report, PREVIEW)
    assert not re.search(r"@[\w/-]|!\[|<[a-z/!?]|\]:|\]\(|#\d|[\x00\u202e]", seen)


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), max_size=200))
def test_what_a_reader_sees_stays(report: str) -> None:
    assert defuse(report, PREVIEW).replace("\u200b", "") == report


def test_a_report_of_ours_stays_as_it_is() -> None:
    """Markdown as the generator writes it, with all that it escapes."""
    report = "## 2024-01-01\n\n- **breaking** " + prose_blocks("`a` is *gone*: a < b & c; ~~x~~; 1 &lt; 2") + "\n\n"
    report += "<details><summary>Pages: 2</summary>\n\n- added: `a`\n\n</details>\n\n"
    report += '| a | b |\n| --- | --- |\n| `x` | y |\n\n```diff\n-  "a": 1\n+  "b": 1\n```\n'
    assert defuse(report, PREVIEW) == report


def test_a_long_report_is_cut() -> None:
    body = compose(12, SHA, "@" * 10**6, PREVIEW)
    assert len(body) < 65_536
    assert body.rstrip().endswith("…")


def test_what_is_ours_comes_first() -> None:
    body = compose(12, SHA, f"```\n{MARKER}", "https://acme-previews.github.io/server-api")
    assert body.startswith(f"{MARKER}\n[Preview of 5fda3b9]({PREVIEW})")
    assert body.count(MARKER) == 1
