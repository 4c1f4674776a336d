"""Projects that the benchmark measures: a registry of many versions and parts, and sites to compare it with."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent

PARTS_OF_A_RESOURCE = 10


def write_registry(root: Path, versions: int, parts: int) -> None:
    """Write a project of so many versions, two changes each, and parts in a tenth as many resources.

    One change renames a property that goes by another name by then, the other adds one.
    """
    count = parts // PARTS_OF_A_RESOURCE
    labels, extras = [0] * count, [list[str]() for _ in range(count)]
    for version in range(versions):
        folder = root / "changes" / str(date(2020, 1, 1) + timedelta(weeks=version))
        _write(folder / "version.yaml", json.dumps({"summary": f"The version number {version}, with two changes."}))
        if version:
            one, other = 2 * version % count, (2 * version + 1) % count
            old, new = (f"label_{labels[one] + step}" for step in range(2))
            extra = f"extra_{version}"
            labels[one] += 1
            extras[other].append(extra)
            rename = {"kind": "rename_property", "target": f"Thing{one}", "old": old, "new": new}
            _write_change(folder / "label.yaml", f"`{old}` is now `{new}`", rename)
            add = {"kind": "add_property", "target": f"Thing{other}.{extra}"}
            _write_change(folder / "extra.yaml", f"There is `{extra}`", add)
    plan = [{"label": f"label_{label}", "extras": names} for label, names in zip(labels, extras, strict=True)]
    source = root / "changes" / "api"
    _write(source / "plan.json", json.dumps(plan))
    shutil.copy(Path(__file__).with_name("bench_models.py"), source / "__init__.py")


def _write_change(file: Path, title: str, effect: dict[str, str]) -> None:
    change = {"title": title, "why": "It is clearer so.", "upgrade": "Use it as it is now.", "effects": [effect]}
    _write(file, json.dumps(change))


def write_site(root: Path, plugins: str) -> Path:
    """Write a site with Material, set up as this project's own, that has a home page; the path of its configuration."""
    own = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    theme = own[own.index("theme:") : own.index("extra_css:")]
    extensions = own[own.index("markdown_extensions:") : own.index("nav:")]
    # Else every page would list every other one, which costs the square of their number.
    nav = "nav: [index.md]\nvalidation: {omitted_files: ignore}\n"
    file = root / "mkdocs.yml"
    _write(file, f"site_name: Bench\nplugins: {plugins}\n{theme}{extensions}{nav}")
    _write(root / "docs" / "index.md", "# Home\n\nNothing but this.\n")
    return file


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
