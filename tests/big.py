"""A large project that tests write: an API of hundreds of objects, whose last version brought hundreds of changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api_upgrades.history.history import History
from api_upgrades.project import Project

FIRST, SECOND, LATEST = "2022-03-01", "2022-09-01", "2023-02-01"

OBJECTS = {"Catalogs": 120, "Flows": 12, "Lists": 12, "Orders": 12, "Tags": 12, "Users": 12}
"""How many objects each resource has; each of them has an operation that answers with it."""

COLOURS = [f"colour_{number}" for number in range(300)]

API = """\
import json
from pathlib import Path

from api_upgrades.sources.api import Api


class Written(Api):
    def openapi(self):
        return json.loads(Path(__file__).with_name("openapi.json").read_text("utf-8"))


api = Written("Big", version_header="X-Version", servers={"https://big.example": "Live"}, resources=[])
"""

ROOT = Path(__file__).parent.parent

NAV = """\
site_name: Big
plugins: [search, api-upgrades]
extra_css: [assets/site.css]
nav:
  - Home: index.md
  - Upgrade guide: upgrades/index.md
  - Reference: reference/latest/index.md
  - Changelog: changelog/index.md
  - Versioning: versioning/index.md
  - Kinds: maintain/kinds/index.md
"""


def names() -> Iterator[tuple[str, str]]:
    """Every object by its name, with its resource."""
    for resource, count in OBJECTS.items():
        yield from ((f"{resource}{number}", resource) for number in range(count))


def document() -> dict[str, Any]:
    """Today's API."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for name, resource in names():
        texts = {f"note_{n}": _text(f"What is noted in place {n}.") for n in range(12)}
        properties = {"id": _text("Which one."), "label": _text("Its name."), "kind": _text("Its kind."), **texts}
        properties |= {f"extra_{n}": _text("Came later.") for n in range(2)}
        schemas[name] = {"type": "object", "description": f"One of {resource}.", "properties": properties}
        answer = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        paths[f"/{resource.lower()}/{name.lower()}"] = {
            "get": {
                "operationId": name,
                "summary": f"Get {name}",
                "tags": [resource],
                "responses": {"200": {"description": "Found.", "content": answer}},
            }
        }
    schemas["Tags0"]["properties"]["colour"] = {"type": "string", "enum": COLOURS}
    schemas["Tags0"]["properties"]["any"] = {
        "anyOf": [{"$ref": f"#/components/schemas/Catalogs{number}"} for number in range(60)]
    }
    schemas["Users0"]["properties"] |= {f"many_{n}": _text("Came with many others.") for n in range(30)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Big", "version": LATEST},
        "tags": [{"name": resource} for resource in OBJECTS],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description, "examples": ["A text of some length"]}


def changes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every change: its version, its id, and what its file says."""
    for number, (name, _) in enumerate(names()):
        added = {"kind": "add_property", "target": f"{name}.extra_0"}
        if number < 60:
            rename = {"kind": "rename_property", "target": name, "old": "name", "new": "label"}
            yield LATEST, f"label-{name.lower()}", _change(f"`name` is now `label` in {name}", rename)
        elif number < 100:
            yield LATEST, f"extra-{name.lower()}", _change(f"There is `extra_0` in {name}", added)
        elif number < 160:
            nobody = {"override": {"severity": "neutral", "reason": "Nobody can tell."}}
            yield LATEST, f"extra-{name.lower()}", _change(f"There is `extra_0` in {name}", added | nobody)
        if 100 <= number < 130:
            later = {"kind": "add_property", "target": f"{name}.extra_1"}
            yield SECOND, f"later-{name.lower()}", _change(f"There is `extra_1` in {name}", later)
    everywhere = {
        "kind": "rename_property",
        "target": [name for name, resource in names() if resource != "Catalogs"],
        "old": "sort",
        "new": "kind",
    }
    yield LATEST, "kind", _change("`sort` is now `kind` everywhere", everywhere)
    many = [{"kind": "add_property", "target": f"Users0.many_{n}"} for n in range(30)]
    yield LATEST, "many", _change("Users have much more", *many)


def _change(title: str, *effects: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "why": "It is clearer so.", "upgrade": "Use it as it is now.", "effects": list(effects)}


def _configuration() -> str:
    """A site that looks as this project's own."""
    own = (ROOT / "mkdocs.yml").read_text("utf-8")
    theme = own[own.index("theme:") : own.index("extra_css:")]
    return NAV + theme.replace("  custom_dir: .overrides\n", "")


def write(root: Path) -> Path:
    """Write the project into a folder, which comes back."""
    files: dict[str, str] = {
        "changes/api/__init__.py": API,
        "changes/api/openapi.json": json.dumps(document()),
        "mkdocs.yml": _configuration(),
        "docs/assets/site.css": (ROOT / "docs" / "assets" / "site.css").read_text("utf-8"),
        "docs/index.md": "# Home\n\nNothing but this.\n",
    }
    for version in (FIRST, SECOND, LATEST):
        files[f"changes/{version}/version.yaml"] = f"summary: What came on {version}.\n"
    for version, id, change in changes():
        files[f"changes/{version}/{id}.yaml"] = json.dumps(change)
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


@cache
def history() -> History:
    """The same as a history."""
    with TemporaryDirectory() as folder:
        return Project(write(Path(folder))).load()
