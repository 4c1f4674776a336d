"""Numbers of any length are kept exactly, or refused where they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.shop import call
from tests.test_hostile import imported, run, write
from tests.test_plugin import build

KEYWORDS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "default", "const", "example"),
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "x-limit"),
)
NUMBERS = {"310 digits": 10**310 - 1, "4,000 digits": 10**3999 * 4, "negative": -(10**400), "fraction": 1.5e300}


def document(number: float, version: int) -> dict[str, Any]:
    schemas: dict[str, Any] = {
        keyword: {"type": "integer" if version == 1 else "number", keyword: number, "description": "A number."}
        for keyword in KEYWORDS
    }
    schemas["enum"] = {"enum": [number, version]}
    schemas["text"] = {"type": "string", "minLength": number, "maxLength": number}
    schemas["both"] = {"type": "number", "minimum": number, "multipleOf": 0.5, "exclusiveMaximum": number * version}
    properties = {name: {"$ref": f"#/components/schemas/{name}"} for name in schemas}
    schemas["All"] = {"type": "object", "properties": properties, "required": list(properties)}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/All"}, "example": {"n": number}}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "ok", "content": content}}}
    info = {"title": "Numbers", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": {"/a": {"post": operation}}, "components": {"schemas": schemas}}


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_large_numbers_are_kept(tmp_path: Path, number: float) -> None:
    build(imported(tmp_path, [document(number, version) for version in (1, 2)]))


def test_yaml_and_json_read_the_same(tmp_path: Path) -> None:
    whole = document(10**310, 1)
    (tmp_path / "1.json").write_text(json.dumps(whole))
    (tmp_path / "2.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    assert call(tmp_path, "diff", str(tmp_path / "1.json"), str(tmp_path / "2.yaml")).exit_code == 0
    result = run("import", tmp_path / "2.yaml", "--version", "1", "--out", tmp_path / "project")
    assert result.exit_code == 0, result.output
    assert json.loads(run("--root", tmp_path / "project", "export", "1").stdout) == whole


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e400", "-1E999", "1." + "0" * 5000])
def test_larger_ones_are_refused_where_they_stand(tmp_path: Path, number: str) -> None:
    (file,) = write(tmp_path, [document(1, 1)])
    file.write_text(file.read_text().replace('"x-limit": 1', f'\n"x-limit": {number}'))
    result = run("import", file, "--out", tmp_path / "project")
    assert result.exit_code == 1
    assert ":2:12: this number is too large; if it is text, put it in quotes" in result.output
