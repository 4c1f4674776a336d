"""Speeds up `mkdocs serve`: writes a page when it is first requested, and compiles the theme's templates once."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from api_upgrades.core.files import OutputFolder

Application = Callable[..., Iterable[bytes]]
"""A WSGI application."""


def _call_application(application: Application, environ: dict[str, Any]) -> tuple[tuple[Any, ...], Iterable[bytes]]:
    """Call a WSGI application, and return its arguments for `start_response` and its result."""
    calls: list[tuple[Any, ...]] = []
    result = application(environ, lambda *arguments: calls.append(arguments))
    return calls[0], result


class OnDemandWriter:
    """Writes pages into the served folder when they are requested."""

    def __init__(self) -> None:
        self._pages: tuple[OutputFolder, Mapping[str, Callable[[], str]]] | None = None

    def set_pages(self, folder: OutputFolder, texts: Mapping[str, Callable[[], str]]) -> None:
        """Replace the pages. `texts` are functions that render them, by their paths in `folder`."""
        self._pages = folder, texts

    def wrap(self, application: Application, mount_path: str) -> Application:
        """Return an application that, where `application` answers 404, writes the page and calls it again.

        It repeats this if the page is still missing: `application` waits for a running build, which may delete it.
        """

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
            while True:
                start_arguments, result = _call_application(application, environ)
                is_missing = str(start_arguments[0]).startswith("404")
                if not is_missing or not self._write_if_missing(path.removeprefix(mount_path)):
                    start_response(*start_arguments)
                    return result

        return answer

    def _write_if_missing(self, path: str) -> bool:
        """Write the page at a path, and return whether there is one that was not written yet."""
        if self._pages is None:
            return False
        folder, texts = self._pages
        for uri in (posixpath.join(path, "index.html"), path) if not path.endswith(".html") else (path,):
            uri = uri.lstrip("/")
            if uri in texts and not folder.has_written(uri):
                folder.write(uri, texts[uri]())
                return True
        return False


class TemplateCache(BytecodeCache):
    """Keeps the theme's compiled templates in memory across builds, as long as their text stays the same.

    MkDocs creates a new Jinja environment for every build.
    """

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template's code if its text is unchanged."""
        checksum, code = self._entries.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a template's code."""
        if bucket.code is not None:
            self._entries[bucket.key] = bucket.checksum, bucket.code
