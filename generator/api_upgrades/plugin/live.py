"""What `mkdocs serve` has of its own: pages that are written when somebody asks for them, templates compiled once."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from api_upgrades.core.files import OutputFolder

Application = Callable[..., Iterable[bytes]]
"""What answers requests, by WSGI."""


def _call_application(application: Application, environ: dict[str, Any]) -> tuple[tuple[Any, ...], Iterable[bytes]]:
    """What an application says to begin with, and what it answers."""
    said: list[tuple[Any, ...]] = []
    result = application(environ, lambda *words: said.append(words))
    return said[0], result


class OnDemandWriter:
    """What could be written into the folder that is served, and is not yet."""

    def __init__(self) -> None:
        self._pages: tuple[OutputFolder, Mapping[str, Callable[[], str]]] | None = None

    def set_pages(self, folder: OutputFolder, texts: Mapping[str, Callable[[], str]]) -> None:
        """What there is from now on, by its path in the folder, of which nothing is written."""
        self._pages = folder, texts

    def wrap(self, application: Application, mount_path: str) -> Application:
        """An application that writes what another one could not find, and asks that one again.

        That one waits while the site is built. Whatever was written before that is gone then.
        """

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
            while True:
                words, result = _call_application(application, environ)
                if not str(words[0]).startswith("404") or not self._write_if_missing(path.removeprefix(mount_path)):
                    start_response(*words)
                    return result

        return answer

    def _write_if_missing(self, path: str) -> bool:
        """Write what is at a path, if there is such a thing and it is not written yet."""
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
    """The theme's templates as they were compiled for the build before, in memory, as long as they say the same.

    MkDocs sets up Jinja anew for every build.
    """

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is known of a template, if it is of the same text."""
        checksum, code = self._entries.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled."""
        if bucket.code is not None:
            self._entries[bucket.key] = bucket.checksum, bucket.code
