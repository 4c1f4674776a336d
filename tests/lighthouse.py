"""What Lighthouse says of the site: `python -m tests.lighthouse [--runs N] [--site DIR] [PAGE ...]`.

Builds this project's own site, or takes the built one of `--site`, serves it compressed as a static host does, and
prints the four figures of each page. Exits with 1 where one is under 95, with what cost points. Needs Node and
Chromium; Lighthouse comes through npx.

What else runs on the machine takes points from the performance and never gives any: of several runs the best counts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import mimetypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.browser import CHROMIUM, Quiet, serving

ROOT = Path(__file__).parent.parent
PAGES = (
    "upgrades/",
    "upgrades/2023-02-27/",
    "upgrades/path/?from=2022-12-20&to=2023-06-26",
    "reference/latest/appointments/",
)
FIGURES = ("performance", "accessibility", "best-practices", "seo")
ENOUGH = 95

LIGHTHOUSE = "lighthouse@12"  # 13 needs a newer Node than some have
CHROME_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
)


class AsHosted(Quiet):
    """Sends text compressed, and lets browsers keep files for ten minutes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            self.send_error(404)
            return
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        body, is_text = path.read_bytes(), kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if is_text else kind)
        self.send_header("Cache-Control", "max-age=600")
        if is_text:
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


Report = dict[str, Any]


def figures_of(report: Report) -> list[int]:
    return [round(100 * (report["categories"][figure]["score"] or 0)) for figure in FIGURES]


def best(url: str, chromium: str, runs: int) -> Report:
    """The best of several reports on one page, or the first that is good enough."""
    found: list[Report] = []
    while len(found) < runs and not (found and min(figures_of(found[-1])) >= ENOUGH):
        found.append(report(url, chromium))
    return max(found, key=lambda one: min(figures_of(one)))


def report(url: str, chromium: str) -> Report:
    """Lighthouse's report on one page. Raises SystemExit, with what it printed, where there is none."""
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--chrome-flags={CHROME_FLAGS}"]
    command.append(f"--only-categories={','.join(FIGURES)}")
    run = subprocess.run(
        command, env={**os.environ, "CHROME_PATH": chromium}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if run.returncode:
        sys.exit(f"Lighthouse failed on {url}:\n{run.stderr}")
    found: Report = json.loads(run.stdout)
    return found


def lost(found: Report) -> Iterator[str]:
    """What cost points, in Lighthouse's words."""
    for figure in FIGURES:
        for reference in found["categories"][figure]["auditRefs"]:
            audit = found["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{figure}: {audit['title']} {audit.get('displayValue', '')}".rstrip()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lighthouse", description="Lighthouse's figures of the site.")
    parser.add_argument("pages", nargs="*", default=PAGES, metavar="PAGE", help="addresses below the site's root")
    parser.add_argument(
        "--site", type=Path, metavar="DIR", help="a site that is built already, such as an imported one"
    )
    parser.add_argument("--runs", type=int, default=3, help="of each page at most, until one is good enough")
    options = parser.parse_args()
    pages = options.pages
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None or shutil.which("npx") is None:
        sys.exit("Lighthouse needs Chromium and npx, which comes with Node, on the PATH")
    is_enough = True
    with tempfile.TemporaryDirectory() as folder:
        site = options.site or Path(folder)
        if options.site is None:
            build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
            subprocess.run(build, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
        width = max(map(len, pages))
        print(" " * width, *FIGURES, sep="  ")
        with serving(site, AsHosted) as url:
            for page in pages:
                found = best(url + page, chromium, options.runs)
                figures = figures_of(found)
                cells = (str(number).rjust(len(figure)) for number, figure in zip(figures, FIGURES, strict=True))
                print(page.ljust(width), *cells, sep="  ", flush=True)
                if min(figures) < ENOUGH:
                    is_enough = False
                    print(*(f"  {fault}" for fault in lost(found)), sep="\n")
    if not is_enough:
        sys.exit(f"a figure is under {ENOUGH}")


if __name__ == "__main__":
    main()
