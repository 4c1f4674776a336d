"""The feed: the rules of RFC 4287, its ids and dates, and where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from api_upgrades.history.history import History
from api_upgrades.project import Project
from api_upgrades.registry.model import Version
from api_upgrades.registry.model import find_release_times as moments_of
from api_upgrades.site.exports.addresses import Mount
from api_upgrades.site.exports.feed import NAMESPACE, render_feed
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from api_upgrades.site.pages.site import Site
from tests.shop import API, FILES, write

SITE_URL = "https://docs.example/some/place/"
BASE = "{http://www.w3.org/XML/1998/namespace}base"

PERSONS = ("author", "contributor")
ONCE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated")}
AT_MOST_ONCE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
}
REPEATED = {"feed": (*PERSONS, "category", "link", "entry"), "entry": (*PERSONS, "category", "link")}
TEXTS = ("title", "subtitle", "summary", "rights", "content")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
VOID = frozenset(("br", "hr", "img"))


def name(element: Element) -> str:
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def text(element: Element | None) -> str:
    return "" if element is None else element.text or ""


def parts(parent: Element, child: str) -> list[Element]:
    return parent.findall(f"{{{NAMESPACE}}}{child}")


def part(parent: Element, child: str) -> Element:
    (found,) = parts(parent, child)
    return found


def faults(document: str) -> list[str]:
    """What RFC 4287 has against a document, whose root is a feed."""
    root = ElementTree.fromstring(document.encode())
    if root.tag != f"{{{NAMESPACE}}}feed":
        return [f"{root.tag} is no feed"]
    found = list(_faults(root))
    ids = [text(one) for entry in parts(root, "entry") for one in parts(entry, "id")]
    found += [f"two entries with the id {one}" for one in set(ids) if ids.count(one) > 1]
    return found


def _faults(parent: Element) -> Iterator[str]:
    where = name(parent)
    counts = {child: len(parts(parent, child)) for child in map(name, parent)}
    yield from (f"{where} has {counts.get(one, 0)} {one}" for one in ONCE[where] if counts.get(one) != 1)
    yield from (f"{where} has more than one {one}" for one in AT_MOST_ONCE[where] if counts.get(one, 0) > 1)
    allowed = (*ONCE[where], *AT_MOST_ONCE[where], *REPEATED[where])
    yield from (f"{where} has a {one}" for one in counts if one not in allowed)
    if where == "feed" and not counts.get("author") and not all(parts(one, "author") for one in parts(parent, "entry")):
        yield "nobody is the author"
    alternates = [link for link in parts(parent, "link") if link.get("rel", "alternate") == "alternate"]
    if len({(one.get("type"), one.get("hreflang")) for one in alternates}) < len(alternates):
        yield f"{where} has two alternate links of one type and language"
    if where == "entry" and not alternates and not counts.get("content"):
        yield "entry has neither content nor an alternate link"
    for child in parent:
        yield from _faults(child) if name(child) == "entry" else _faults_of_leaf(child)


def _faults_of_leaf(element: Element) -> Iterator[str]:
    kind, said = name(element), text(element)
    if kind == "id" and not (urlsplit(said).scheme and said == said.strip()):
        yield f"the id {said!r} is not absolute"
    if kind in ("updated", "published") and not (DATE.fullmatch(said) and datetime.fromisoformat(said)):
        yield f"{said!r} is no date of RFC 3339"
    if kind in PERSONS and [text(one) != "" for one in parts(element, "name")] != [True]:
        yield "a person has no name, or several"
    if kind == "category" and not element.get("term"):
        yield "a category has no term"
    if kind == "link":
        if not element.get("href"):
            yield "a link leads nowhere"
        if not MEDIA_TYPE.fullmatch(element.get("type", "text/html")):
            yield f"{element.get('type')!r} is no media type"
    if kind in TEXTS:
        type = element.get("type", "text")
        if type not in ("text", "html", "xhtml"):
            yield f"{kind} has the type {type!r}"
        if type in ("text", "html") and len(element):
            yield f"{kind} of the type {type!r} holds elements"
        if type == "html":
            yield from Markup(said).faults


class Markup(HTMLParser):
    """HTML inside an element: what it links to, and what is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> does not end" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for key, value in attrs if key == "href"]
        if tag not in VOID:
            self._open.append(tag)
        if tag in ("script", "style", "iframe"):
            self.faults.append(f"there is a <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> ends nothing")


@pytest.fixture(scope="module")
def server() -> History:
    return Project(Path(__file__).parent.parent).load()


def shop(tmp_path: Path, files: dict[str, str]) -> History:
    return Project(write(tmp_path / "shop", FILES | files)).load()


def made(history: History, site_url: str = "", index: str = "") -> str:
    addresses = Addresses(index)
    return render_feed(Site(history, addresses), Mount(addresses, site_url))


@pytest.mark.parametrize("site_url", ["", SITE_URL])
def test_the_rules_hold(server: History, site_url: str) -> None:
    document = made(server, site_url)
    assert document.startswith('<?xml version="1.0" encoding="utf-8"?>\n')
    assert faults(document) == []
    assert document == made(server, site_url)


def test_an_entry_for_each_version_newest_first(server: History) -> None:
    root = ElementTree.fromstring(made(server).encode())
    entries = parts(root, "entry")
    assert [text(part(entry, "title")).partition(":")[0] for entry in entries] == [
        version.id for version in reversed(server.versions)
    ]
    assert [text(part(entry, "updated")) for entry in entries] == [
        f"{version.id}T00:00:00Z" for version in reversed(server.versions)
    ]
    assert text(part(root, "updated")) == "2023-06-26T00:00:00Z"
    for entry, version in zip(entries, reversed(server.versions), strict=True):
        content = text(part(entry, "content"))
        assert ("Reconstructed date." in content) == (version.dating is not None)
        assert all(f"#{change.id}" in content for change in version.changes)


def test_severities_are_words_and_categories(server: History) -> None:
    root = ElementTree.fromstring(made(server).encode())
    entry = parts(root, "entry")[2]
    assert text(part(entry, "title")).startswith("2023-05-12: ")
    assert [category.get("term") for category in parts(entry, "category")] == ["breaking", "additive"]
    content = text(part(entry, "content"))
    assert "<strong>Breaking</strong> in Tasks" in content
    assert "<strong>Additive</strong> in Messages" in content


@pytest.mark.parametrize("index", ["", "index.html"])
@pytest.mark.parametrize("site_url", ["", SITE_URL])
def test_every_link_leads_to_a_page_and_a_change(server: History, site_url: str, index: str) -> None:
    """Resolved as RFC 4287 says: against `xml:base`, which itself is against the address of the feed."""
    here = SITE_URL + "feed.xml"
    root = ElementTree.fromstring(made(server, site_url, index).encode())
    pages = {
        SITE_URL + page.path + index: page for page in render_pages(server, Addresses(index)) if isinstance(page, Page)
    }
    addresses = [link.get("href", "") for link in root.iter(f"{{{NAMESPACE}}}link") if link.get("rel") == "alternate"]
    for content in root.iter(f"{{{NAMESPACE}}}content"):
        base = urljoin(here, content.get(BASE, ""))
        inside = Markup(text(content)).addresses
        addresses += [urljoin(base, address) for address in inside]
        assert bool(site_url) == all(urlsplit(address).scheme for address in inside) or not inside
    assert len(addresses) > 30
    for address in addresses:
        page, fragment = urldefrag(urljoin(here, address))
        assert page in pages, address
        assert not fragment or f'id="{fragment}"' in pages[page].html, address
    itself = [link.get("href") for link in parts(root, "link") if link.get("rel") == "self"]
    assert itself == ([here] if site_url else [])


def ids(document: str) -> list[str]:
    root = ElementTree.fromstring(document.encode())
    return [text(one) for one in root.iter(f"{{{NAMESPACE}}}id")]


def test_ids_stay_wherever_the_site_is_and_whatever_is_said(tmp_path: Path) -> None:
    before = shop(tmp_path / "before", {})
    other = {
        "changes/2024-02-01/version.yaml": "summary: Otherwise.\n",
        "changes/2024-04-01/version.yaml": "summary: N.\n",
    }
    after = shop(tmp_path / "after", other)
    was = ids(made(before))
    assert was == ids(made(before, SITE_URL)) == ids(made(before, "https://elsewhere.example/", "index.html"))
    assert ids(made(after)) == [was[0], ids(made(after))[1], *was[1:]]
    assert was == [  # a reader has seen these
        "urn:uuid:98285e51-a8e3-503d-9c80-58351a810530",
        "urn:uuid:2e0a26b8-f17e-5b78-846a-5a13bd000fb1",
        "urn:uuid:c2f9a57f-8ef1-5f6e-94d0-c877b39f5d1b",
        "urn:uuid:b54c1376-ed1e-5108-950d-ac18a9d8aafc",
    ]
    renamed = shop(tmp_path / "renamed", {"changes/api/__init__.py": API.replace('Api("Shop"', 'Api("Library"')})
    assert not set(was) & set(ids(made(renamed)))


def test_markup_and_what_xml_cannot_have_are_text(tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script> & <b>bold</b> ]]> <!-- &amp; \U0001f4a5"
    files = {
        "changes/api/__init__.py": API.replace('Api("Shop"', f'Api("Shop {nasty}\\x0b\\ufffe"'),
        "changes/2024-03-01/version.yaml": f"summary: '{nasty} [x](javascript:alert)'\ndating: '{nasty}'\n",
        "changes/2024-03-01/title.yaml": FILES["changes/2024-03-01/title.yaml"].replace(
            '"`name` is now `title`"', f"'{nasty}'"
        ),
    }
    document = made(shop(tmp_path, files))
    assert faults(document) == []
    root = ElementTree.fromstring(document.encode())
    assert text(part(root, "title")) == f"Shop {nasty}"
    assert text(part(parts(root, "entry")[0], "title")).startswith("2024-03-01: <script>alert(1)</script> & ")
    html = Markup(text(part(parts(root, "entry")[0], "content")))
    assert set(html.tags) <= {"p", "strong", "b", "h2", "h3", "ul", "li", "a", "code"}
    assert [address for address in html.addresses if not address.startswith("#")] == []


@pytest.mark.parametrize(
    ("versions", "moments"),
    [
        (["2024-01-31", "2024-02-29"], ["2024-01-31T00:00:00", "2024-02-29T00:00:00"]),
        (["2024-01-31.acacia", "2024-06-01-preview"], ["2024-01-31T00:00:00", "2024-06-01T00:00:00"]),
        (["2024-01", "2024-04"], ["2024-01-01T00:00:00", "2024-04-01T00:00:00"]),
        (["v1", "v2", "v10"], ["1970-01-01T00:00:00", "1970-01-01T00:00:01", "1970-01-01T00:00:02"]),
        (["1", "2024-01-31", "next"], ["1970-01-01T00:00:00", "2024-01-31T00:00:00", "2024-01-31T00:00:01"]),
        (["2024-01-31-rc", "2024-01-31"], ["2024-01-31T00:00:00", "2024-01-31T00:00:01"]),
        (["2024-06-01", "2024-01-31"], ["2024-06-01T00:00:00", "2024-06-01T00:00:01"]),
        (["2023-02-30", "2023-13", "20230101", "0000-01-01"], [f"1970-01-01T00:00:0{n}" for n in range(4)]),
    ],
)
def test_dates_come_from_ids_and_keep_the_order(versions: list[str], moments: list[str]) -> None:
    found = moments_of([Version(id, "", None, None, None, (), (), "") for id in versions])
    assert [moment.isoformat() for moment in found.values()] == [f"{moment}+00:00" for moment in moments]


SOUND = f"""<feed xmlns="{NAMESPACE}"><id>urn:a</id><title>A</title><updated>2024-01-01T00:00:00Z</updated>
<author><name>N</name></author><link href="a/"/><entry><id>urn:b</id><title>B</title>
<updated>2024-01-01T00:00:00Z</updated><link href="b/"/>
<content type="html">&lt;p&gt;c&lt;/p&gt;</content></entry></feed>"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<id>urn:a</id>", "", "feed has 0 id"),
        ("<title>B</title>", "<title>B</title><title>B</title>", "entry has 2 title"),
        ("<author><name>N</name></author>", "", "nobody is the author"),
        ("<name>N</name>", "<name/>", "a person has no name, or several"),
        ("urn:b", "b", "the id 'b' is not absolute"),
        ("<id>urn:b</id>", "<id>urn:b</id><id>urn:b</id>", "entry has 2 id"),
        ("2024-01-01T00:00:00Z", "2024-01-01", "'2024-01-01' is no date of RFC 3339"),
        ('<link href="b/"/>', '<link href="b/"/><link href="c/"/>', "entry has two alternate links"),
        ('<link href="b/"/>', "<link/>", "a link leads nowhere"),
        ('type="html"', 'type="markup"', "content has the type 'markup'"),
        ("&lt;/p&gt;", "", "<p> does not end"),
        ("&lt;p&gt;c&lt;/p&gt;", "<p>c</p>", "content of the type 'html' holds elements"),
        ('<link href="a/"/>', "<category/>", "a category has no term"),
        ('<link href="a/"/>', "<summary/>", "feed has a summary"),
        ("</feed>", re.findall("<entry>.*</entry>", SOUND, re.DOTALL)[0] + "</feed>", "two entries with the id urn:b"),
    ],
)
def test_the_check_finds_what_it_should(old: str, new: str, fault: str) -> None:
    assert faults(SOUND) == []
    assert any(found.startswith(fault) for found in faults(SOUND.replace(old, new)))
