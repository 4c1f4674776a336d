"""What contributors read is true: names, paths and steps of the guide, the hooks of commits, and the release notes."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from api_upgrades import effects
from api_upgrades.cli import main
from tests import generated, shop, test_pages_browser
from tests.test_docs import blocks

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generator" / "api_upgrades"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
GUIDE, SECURITY, NOTES = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in (".github/CONTRIBUTING.md", ".github/SECURITY.md", "docs/maintain/release-notes.md")
)
TEMPLATE = (ROOT / ".github" / "pull_request_template.md").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]


def code_of(page: str) -> list[str]:
    """The inline code of a page."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", page, flags=re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("page", [GUIDE, SECURITY], ids=["CONTRIBUTING", "SECURITY"])
def test_links_lead_to_files(page: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert links
    assert [link for link in links if not (ROOT / ".github" / link).is_file()] == []


@pytest.mark.parametrize("page", [GUIDE, SECURITY, TEMPLATE], ids=["CONTRIBUTING", "SECURITY", "pull request"])
def test_paths_exist(page: str) -> None:
    paths = [one for one in code_of(page) if re.fullmatch(r"[\w.-]+(?:/[\w.-]*)+", one)]
    placeholders = {"tests/effects/KIND.yaml", "templates/NAME.html.j2", "templates/NAME.md.j2"}
    assert paths
    assert [
        one for one in paths if one not in placeholders and not ((ROOT / one).exists() or (PACKAGE / one).exists())
    ] == []


def test_the_layout_lists_every_package_in_the_order_of_its_imports() -> None:
    [layout] = [block.text for block in blocks(GUIDE) if block.language == "text"]
    lines = [re.split(r"  +", line)[0].removesuffix(".py").split(", ") for line in layout.splitlines()]
    layers = [
        one for layer in PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"] for one in layer.split(" | ")
    ]
    assert [name for line in lines for name in line] == layers
    assert {*layers} == {path.stem for path in PACKAGE.iterdir() if path.stem not in ("__init__", "__pycache__", "py")}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (effects, "_GROUPS"),
        (effects.TargetedEffect, "revert_at"),
        (generated, "candidates"),
        (shop, "PAGES"),
        (test_pages_browser, "KINDS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names_in_the_steps_exist(module: object, name: str) -> None:
    assert f"`{name}`" in GUIDE
    assert hasattr(module, name)


def test_commands_exist() -> None:
    named = {*re.findall(r"(?:^ *|`)api-upgrades (\w+)", GUIDE, re.MULTILINE)}
    assert {"check", "schema"} <= named <= {*main.commands}


def test_modules_in_the_guide_can_be_run() -> None:
    modules = re.findall(r"python -m (api_upgrades[\w.]+)", GUIDE)
    assert modules
    for name in modules:
        assert "__main__" in Path(str(importlib.import_module(name).__file__)).read_text(encoding="utf-8")


def test_the_hooks_of_commits_are_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(ROOT / ".pre-commit-config.yaml")]
    assert subprocess.run(command, check=False).returncode == 0


def test_the_hooks_of_commits_need_no_network_and_run_what_ci_runs() -> None:
    assert {hook["language"] for hook in HOOKS} == {"system"}
    entries = {hook["entry"] for hook in HOOKS}
    assert {entry for entry in entries if not re.search(rf"^{entry}\b", CI, re.MULTILINE)} == {"api-upgrades check"}


def test_the_hook_of_the_registry_sees_what_the_registry_follows_from() -> None:
    [hook] = [hook for hook in HOOKS if hook["entry"] == "api-upgrades check"]
    for name in (
        "changes/2023-06-26/recording-expires-at.yaml",
        "changes/api/patients.py",
        "generator/api_upgrades/project.py",
    ):
        assert (ROOT / name).is_file()
        assert re.search(hook["files"], name)
    assert not re.search(hook["files"], "docs/index.md")


def test_the_newest_release_notes_are_those_of_the_version() -> None:
    assert re.findall(r"^## (.+)$", NOTES, re.MULTILINE)[0] == PYPROJECT["project"]["version"]


def test_release_notes_name_modules_and_kinds_that_exist() -> None:
    newest = NOTES.split("\n## ")[1]
    modules = {name for name in code_of(newest) if name.startswith("api_upgrades.")} - {"api_upgrades.api"}
    assert {name.removesuffix(".Project") for name in modules} == {
        "api_upgrades.compare",
        "api_upgrades.core.errors",
        "api_upgrades.project",
        "api_upgrades.site.pages",
        "api_upgrades.sources.api",
    }
    for name in modules:
        importlib.import_module(name.removesuffix(".Project"))
    assert {"split_property", "join_properties"} <= {*effects.KINDS} & {*code_of(newest)}
    [example] = blocks(newest)
    exec(example.text, {})
