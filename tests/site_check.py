"""Every link, anchor and id of a built site: `python -m tests.site_check SITE_DIR`.

Prints each fault as `page:line: what` and exits with 1 where there is one. A site that passes works under any
sub-path, and loads nothing from elsewhere.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

ADDRESSES = frozenset({"href", "xlink:href", "src", "srcset", "imagesrcset", "poster", "data", "action", "formaction"})
NAMES_AN_ID = frozenset({"for", "aria-labelledby", "aria-describedby", "aria-controls"})

LEADS_AWAY = frozenset({"a", "area", "form", "button", "input"})
"""Elements whose address the reader may follow to another site. All others load what they name."""

SAYS_ONLY = frozenset({"canonical", "alternate", "author", "license", "me", "prev", "next", "search"})
"""`<link rel>`s that load nothing, and of which some must be absolute."""

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})

NOT_FOUND = "404.html"
"""Served at any address, so its links start at the site's root, as they must not anywhere else."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CSS_ADDRESS = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)'"\s]*))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')""")

Attributes = Sequence[tuple[str, str | None]]


class Link(NamedTuple):
    """An address that a page or a style sheet holds, and whether it loads it, leads to it or only mentions it."""

    line: int
    address: str
    use: Literal["loads", "leads", "says"]


class Document(HTMLParser):
    """What one HTML page links to, loads, and can be linked at."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.ids: dict[str, int] = {}
        self.ids_again: list[tuple[int, str]] = []
        self.ids_named: list[tuple[int, str, str]] = []
        self.links: list[Link] = []
        self.canonical: str | None = None
        self._in_style = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        line = self.getpos()[0]
        for name, value in attrs:
            if not value:
                continue
            if name == "id":
                if value in self.ids:
                    self.ids_again.append((line, value))
                self.ids.setdefault(value, line)
            elif name in ADDRESSES:
                self._add_links(line, tag, name, value, attrs)
            elif name in NAMES_AN_ID:
                self.ids_named.extend((line, name, one) for one in value.split())
            elif name == "style":
                self.links.extend(Link(line, address, "loads") for address in css_addresses(value))

    def _add_links(self, line: int, tag: str, name: str, value: str, attrs: Attributes) -> None:
        use: Literal["loads", "leads", "says"] = "leads" if tag in LEADS_AWAY and name != "src" else "loads"
        if tag == "link":
            relations = set((dict(attrs).get("rel") or "").lower().split())
            use = "says" if relations <= SAYS_ONLY else "loads"
            if "canonical" in relations:
                self.canonical = value
        addresses = (
            (one.split()[0] for one in value.split(",") if one.strip()) if "srcset" in name else (value.strip(),)
        )
        self.links.extend(Link(line, address, use) for address in addresses)

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.links.extend(Link(self.getpos()[0], address, "loads") for address in css_addresses(data))

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False


def css_addresses(text: str) -> Iterator[str]:
    """What a style sheet, or a `style` attribute, loads."""
    return (next(filter(None, found.groups()), "") for found in _CSS_ADDRESS.finditer(text))


class Site:
    """A built site: its files, and the pages read so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        self.document = cache(self._read)
        self.address = self.document("index.html").canonical if "index.html" in self.files else None
        """Where the site says it will be, if it does."""

    def _read(self, name: str) -> Document:
        return Document((self.folder / name).read_text(encoding="utf-8"))

    def problems(self) -> Iterator[str]:
        for name in sorted(self.files):
            if name.endswith(".html"):
                yield from self._page_problems(name)
            elif name.endswith(".css"):
                text = (self.folder / name).read_text(encoding="utf-8")
                links = [Link(1, address, "loads") for address in css_addresses(text)]
                yield from self._link_problems(name, links)

    def _page_problems(self, name: str) -> Iterator[str]:
        document = self.document(name)
        for line, value in document.ids_again:
            yield f"{name}:{line}: the id {value!r} is already on line {document.ids[value]}"
        for line, attribute, value in document.ids_named:
            if value not in document.ids:
                yield f"{name}:{line}: {attribute}={value!r} names no id of the page"
        yield from self._link_problems(name, document.links)

    def _link_problems(self, name: str, links: Sequence[Link]) -> Iterator[str]:
        for link in links:
            if problem := self._elsewhere(link) or self._here(name, link):
                yield f"{name}:{link.line}: {link.address!r} {problem}"

    def _elsewhere(self, link: Link) -> str | None:
        """What is wrong with an address that has a scheme or a host."""
        if link.address.startswith("//"):
            return "has no scheme"
        found = _SCHEME.match(link.address)
        if not found:
            return None
        scheme = found[1].lower()
        if link.use == "loads" and scheme != "data":
            return "is loaded from elsewhere"
        if link.use != "loads" and scheme not in SAFE_SCHEMES:
            return f"has the scheme {scheme!r}"
        if link.use == "leads" and self.address is not None and link.address.startswith(self.address):
            return "leads into this very site, and should be relative"
        return None

    def _here(self, name: str, link: Link) -> str | None:
        """What is wrong with a relative address on the page or style sheet `name`."""
        if _SCHEME.match(link.address):
            return None
        parts = urlsplit(link.address)
        path, fragment = unquote(parts.path), unquote(parts.fragment)
        if path.startswith("/"):
            if name != NOT_FOUND:
                return "is absolute, and fails under a sub-path"
            path = "./" + path.removeprefix(urlsplit(self.address or "/").path)
        file = resolve(name, path) if path else name
        if file is None:
            return "leads out of the site"
        if file not in self.files:
            lacks_slash = f"{file}/index.html" in self.files
            return f"lacks the last slash of the folder {file}" if lacks_slash else f"leads to no file: {file}"
        # "" and "top" are the top of any page by the HTML standard; only HTML pages have ids to check.
        if fragment in ("", "top") or not file.endswith(".html") or fragment in self.document(file).ids:
            return None
        return f"leads to no id of {file}: {fragment}"


def resolve(name: str, path: str) -> str | None:
    """The file that a relative path leads to from the file `name`, or None where it leaves the site."""
    steps = name.split("/")[:-1]
    for step in path.split("/"):
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    is_folder = path.rpartition("/")[2] in ("", ".", "..")
    return "/".join([*steps, "index.html"] if is_folder else steps)


def check(folder: Path) -> list[str]:
    """All faults of the site in a folder, page by page."""
    return list(Site(folder).problems())


def main() -> int:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: python -m tests.site_check SITE_DIR", file=sys.stderr)
        return 2
    problems = check(Path(sys.argv[1]))
    for problem in problems:
        print(problem)
    print(f"{len(problems)} faults in the links, anchors and ids of {sys.argv[1]}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
