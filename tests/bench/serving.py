"""From saving a file to the page that shows it, under a real `mkdocs serve`."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.error import URLError

from tests.bench.figures import Save
from tests.bench.processes import ENVIRONMENT

PATIENCE = 300.0
"""In seconds, how long to wait for a page."""

NOTICED = "Detected file changes"
"""What MkDocs logs when its polling has found a saved file."""


class Server:
    """A running `mkdocs serve`."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self._url = url
        self._noticed: list[float] = []
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None, "it is piped"
        for line in self._process.stdout:
            if NOTICED in line:
                self._noticed.append(time.perf_counter())

    def wait_for(self, address: str, text: str) -> None:
        """Ask for a page until it contains a text. Raises SystemExit if it never does."""
        end = time.perf_counter() + PATIENCE
        while time.perf_counter() < end:
            try:
                with urllib.request.urlopen(self._url + address, timeout=PATIENCE) as answer:
                    if text in answer.read().decode():
                        return
            except (URLError, ConnectionError):  # not there yet
                if self._process.poll() is not None:
                    sys.exit(f"mkdocs serve ended with {self._process.returncode}")
            time.sleep(0.01)
        sys.exit(f"{address} does not show {text!r} after {PATIENCE} s")

    def save(self, file: Path, mark: str, address: str, times: int) -> Save:
        """Replace a mark in a file, and wait until the page shows the new word; the medians of several saves."""
        saves = []
        original = file.read_text(encoding="utf-8")
        for number in range(times):
            time.sleep(1)  # so that the server has finished the last save, and saves come at any moment of its polling
            word = f"{mark}{number}{time.time_ns()}"
            start = time.perf_counter()
            file.write_text(original.replace(mark, word), encoding="utf-8")
            self.wait_for(address, word)
            end = time.perf_counter()
            noticed = next(when for when in self._noticed if when > start)
            saves.append(Save(served=end - start, noticed=noticed - start))
        file.write_text(original, encoding="utf-8")
        return Save(served=median(one.served for one in saves), noticed=median(one.noticed for one in saves))


@contextmanager
def serving(config: Path) -> Iterator[Server]:
    """Serve a site; what MkDocs writes goes with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with TemporaryDirectory() as scratch:
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--config-file", str(config), "--dev-addr", address],
            env={**ENVIRONMENT, "TMPDIR": scratch, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield Server(process, f"http://{address}/")
        finally:
            process.terminate()
            process.wait()
