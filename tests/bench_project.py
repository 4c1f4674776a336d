"""Projects that the benchmark measures: a registry of many versions and parts, and sites to compare it with."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parent.parent

PARTS_OF_A_RESOURCE = 10

MODELS = '''
"""Resources of ten parts each: four objects, five operations and a webhook."""

from pydantic import BaseModel, Field, create_model

from api_upgrades.api import Api, ErrorResponse, Inline, Operation, Resource, Webhook

RENAMED = {renamed}
ADDED = {added}


class Error(BaseModel):
    """What went wrong."""

    code: str = Field(description="Names the kind of error.", examples=["not_found"])
    message: str = Field(description="Says what is wrong.", examples=["There is no such thing."])


class Id(BaseModel):
    id: str = Field(description="The id of the thing.", examples=["7d5c2b91"])


class Filter(BaseModel):
    cursor: str | None = Field(None, description="Where the page begins.", examples=["b2Zmc2V0"])


NOT_FOUND = ErrorResponse(404, "There is no such thing.", Error(code="not_found", message="There is no such thing."))


def text(name):
    return str, Field(description=f"The {{name}} of the thing, as people write it.", examples=[f"some {{name}}"])


def resource(number):
    name = f"Thing{{number}}"
    part = create_model(f"{{name}}Part", __doc__="A part of it.", **{{key: text(key) for key in ("size", "colour")}})
    own = {{f"label_{{RENAMED[number]}}": text("label"), "note": text("note"), "part": (part, Field(description="Its part."))}}
    own |= {{f"extra_{{version}}": text(f"extra {{version}}") for version in ADDED[number]}}
    thing = create_model(name, __doc__="A thing.", id=text("id"), **own)
    create = create_model(f"{{name}}Create", __doc__="A new thing.", name=text("name"), note=text("note"))
    update = create_model(f"{{name}}Update", __doc__="An edited thing.", note=text("note"))
    event = create_model(f"{{name}}Event", __base__=Inline, id=text("id"), data=(thing, Field(description="The thing.")))
    page = create_model(f"{{name}}Page", __base__=Inline, data=(list[thing], Field(description="The things.")))
    path, one = f"/things{{number}}", f"/things{{number}}/{{{{id}}}}"
    return Resource(
        f"Things {{number}}",
        "Things of one sort.",
        operations=[
            Operation(f"GET {{path}}", "List things", id=f"list{{number}}", query=Filter, responses={{200: page}}),
            Operation(f"POST {{path}}", "Create one", id=f"new{{number}}", request=create, responses={{201: thing}}),
            Operation(f"GET {{one}}", "Get one", id=f"get{{number}}", path=Id, responses={{200: thing}}, errors=[NOT_FOUND]),
            Operation(f"PATCH {{one}}", "Edit one", id=f"edit{{number}}", path=Id, request=update, responses={{200: thing}}),
            Operation(f"DELETE {{one}}", "Delete one", id=f"delete{{number}}", path=Id, responses={{204: None}}),
        ],
        webhooks=[Webhook(f"thing{{number}}.created", "A thing was created", payload=event)],
    )


api = Api(
    "Bench API",
    version_header="X-Bench-Version",
    servers={{"https://api.example.com": "Production"}},
    resources=[resource(number) for number in range({resources})],
)
'''


def write_registry(root: Path, versions: int, parts: int) -> None:
    """Write a project of so many versions, two changes each, and parts in a tenth as many resources."""
    resources = parts // PARTS_OF_A_RESOURCE
    renamed, added = [0] * resources, [list[int]() for _ in range(resources)]
    for version in range(versions):
        folder = root / "changes" / str(date(2020, 1, 1) + timedelta(weeks=version))
        _write(folder / "version.yaml", json.dumps({"summary": f"The version number {version}, with two changes."}))
        if version:
            one, other = 2 * version % resources, (2 * version + 1) % resources
            old, new = (f"label_{renamed[one] + step}" for step in range(2))
            renamed[one] += 1
            added[other].append(version)
            _write_change(
                folder / "label.yaml",
                f"`{old}` is now `{new}`",
                {"kind": "rename_property", "target": f"Thing{one}", "old": old, "new": new},
            )
            target = f"Thing{other}.extra_{version}"
            _write_change(folder / "extra.yaml", f"There is `{target}`", {"kind": "add_property", "target": target})
    models = MODELS.format(renamed=renamed, added=added, resources=resources)
    _write(root / "changes" / "api" / "__init__.py", models.lstrip())


def _write_change(file: Path, title: str, effect: dict[str, str]) -> None:
    change = {"title": title, "why": "It is clearer so.", "upgrade": "Use it as it is now.", "effects": [effect]}
    _write(file, json.dumps(change))


def write_site(root: Path, plugins: str, nav: str = "") -> Path:
    """Write the configuration and home page of a site with Material, set up as this project's own; its path."""
    own = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    theme = own[own.index("theme:") : own.index("extra_css:")]
    markdown = own[own.index("markdown_extensions:") : own.index("nav:")]
    # Else every page would list every other one, which costs the square of their number.
    nav = dedent(nav) or "nav: [index.md]\nvalidation: {omitted_files: ignore}\n"
    file = root / "mkdocs.yml"
    _write(file, f"site_name: Bench\nplugins: {plugins}\n{theme}{markdown}{nav}")
    home = root / "docs" / "index.md"
    if not home.exists():
        _write(home, "# Home\n\nNothing but this.\n")
    return file


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
