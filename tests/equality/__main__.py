"""Draws rewrites and edits for as long as you like: `python -m tests.equality --minutes 30`.

Law 7: rewriting a document without changing its meaning gives no finding above neutral, is imported exactly, and
passes `check`. Law 8: where a value that was valid becomes invalid, the comparison says so. Prints a table for each,
and keeps in a folder, which it names, every pair that fails law 7, made smaller, and for law 8 the smallest of each
kind of edit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.equality.keep import keep
from tests.equality.runs import run_edits, run_rewrites


def main() -> int:
    """Run the laws, and print what was found. The result is 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.equality", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="how long to draw (default: 30)")
    parser.add_argument("--seed", type=int, default=0, help="where the draws start (default: 0)")
    parser.add_argument("--law", choices=["7", "8", "all"], default="all", help="which law to try (default: all)")
    parser.add_argument("--out", type=Path, help="the folder of the failing pairs (default: a new one)")
    options = parser.parse_args()
    folder = options.out or Path(tempfile.mkdtemp(prefix="equality-"))
    laws = ["7", "8"] if options.law == "all" else [options.law]
    failed = 0
    for law in laws:
        run = run_rewrites if law == "7" else run_edits
        lines, pairs = run(options.seed, 60 * options.minutes / len(laws))
        print(f"Law {law}", *lines, "", sep="\n", flush=True)
        failed += keep(folder, pairs)
    print(f"{failed} failing pairs are in {folder}" if failed else "No pair fails.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
