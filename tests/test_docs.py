"""The hand-written pages and the README: what they promise is there, and what they show works."""

from __future__ import annotations

import ast
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from click.testing import CliRunner

from api_upgrades.cli import main
from api_upgrades.effects import KINDS
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import UNRELEASED
from tests.browser import OpenPage, faults_of_layout

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOME, RECORD, ARCHITECTURE = (
    (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("index.md", "maintain/index.md", "maintain/architecture.md")
)
LATEST = "2023-06-26"
"""The version that the worked example starts from."""


class Block(NamedTuple):
    """A fenced block of a Markdown page."""

    language: str
    title: str
    text: str


def blocks(page: str) -> list[Block]:
    found = re.findall(r'^```(\w+)(?: title="([^"]*)")?\n(.*?)^```$', page, re.DOTALL | re.MULTILINE)
    return [Block(*one) for one in found]


def changes(page: str) -> list[dict[str, Any]]:
    """The blocks of a page that are change files or parts of one."""
    loaded = (yaml.safe_load(block.text) for block in blocks(page) if block.language == "yaml")
    return [one for one in loaded if "effects" in one]


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_readme_starts_with_what_this_is_a_picture_and_two_commands() -> None:
    title, about, picture, *_ = README.split("\n\n")
    assert title == "# api-upgrades"
    assert len(about.splitlines()) == 5
    assert picture.startswith("![")
    commands = [block.text.strip() for block in blocks(README) if block.language == "bash"]
    assert commands == ["pip install -e . && mkdocs serve", "pip install -e '.[test]' && pytest"]


def test_what_the_readme_links_to_and_lists_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    folders = re.findall(r"^\| `([^`]+/)` \|", README, re.MULTILINE)
    assert links
    assert folders
    assert [name for name in [*links, *folders] if not (ROOT / name).exists()] == []


def test_the_readme_lists_every_command() -> None:
    assert set(re.findall(r"^\| `api-upgrades (\w+)", README, re.MULTILINE)) == set(main.commands)


def test_the_change_in_the_readme_is_the_one_in_the_registry() -> None:
    [shown] = changes(README)
    recorded = (ROOT / "changes" / LATEST / "recording-expires-at.yaml").read_text(encoding="utf-8")
    assert shown == yaml.safe_load(recorded)


@pytest.mark.parametrize("page", [README, RECORD], ids=["README", "Record a change"])
def test_every_effect_shown_is_one(page: str) -> None:
    effects = [effect for change in changes(page) for effect in change["effects"]]
    assert effects
    for effect in effects:
        KINDS[effect["kind"]].model_validate(effect)


def test_every_target_shown_is_one() -> None:
    table = RECORD[RECORD.index("| Target | Place |") : RECORD.index("Use the names that places")]
    targets = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert targets
    assert [str(Target.parse(target)) for target in targets] == targets


def test_every_message_explained_is_one() -> None:
    table = RECORD[RECORD.index("| It says | Do |") :]
    messages = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "generator").rglob("*.py"))
    assert messages
    assert [message for message in messages if message not in code] == []


PACKAGE = ROOT / "generator" / "api_upgrades"


def names_in_code() -> set[str]:
    """The names of all classes, functions, methods, attributes and constants of the generator."""
    found: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
            elif isinstance(node, ast.Assign):
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def test_every_name_in_the_architecture_exists() -> None:
    known = names_in_code() | main.commands.keys() | KINDS.keys() | {"serve", UNRELEASED}
    missing = set()
    for paragraph in ARCHITECTURE.split("\n\n"):
        package = re.match(r"\*\*`(\w+)/`\*\*", paragraph)
        roots = (PACKAGE, ROOT, PACKAGE / package[1] if package else ROOT)
        for name in re.findall(r"`([^`\n]+)`", paragraph):
            if re.fullmatch(r"[\w./]+(\.py|/)", name):
                missing |= {name} if not any((root / name).exists() for root in roots) else set()
            elif re.fullmatch(r"[A-Za-z_]\w*", name):
                missing |= {name} - known
    assert missing == set()


def test_every_package_has_its_paragraph_in_the_architecture() -> None:
    packages = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert set(re.findall(r"^\*\*`(\w+)/`\*\*", ARCHITECTURE, re.MULTILINE)) == packages
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "project.py"}


def test_the_home_page_shows_a_version_and_objects_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    [version] = re.findall(r"X-Nabla-Api-Version: (\S+?)\"", HOME)
    document = json.loads(run("export", version))
    modelled = re.findall(r"\*\*([A-Z]\w+)\*\*", HOME[HOME.index("## What is reconstructed") :])
    assert set(modelled) - set(document["components"]["schemas"]) == set()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what an API team edits, as the current folder."""
    shutil.copytree(ROOT / "changes", tmp_path / "changes", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


DRAFTED = "changes/unreleased/patient-national-health-number.yaml"


def follow_the_example(project: Path) -> None:
    """Edit the model, draft, and write the prose, each as the page shows it."""
    [edit] = [block for block in blocks(RECORD) if block.language == "diff"]
    lines = edit.text.splitlines(keepends=True)
    old, new = ("".join(line[1:] for line in lines if line[0] in sides) for sides in (" -", " +"))
    model = project / edit.title
    text = model.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{edit.title} has not exactly one\n{old}"
    model.write_text(text.replace(old, new), encoding="utf-8")
    shown = console("check")
    assert CliRunner().invoke(main, ["check"]).stderr.splitlines() == [StartsWith(line) for line in shown]
    assert run("draft").splitlines() == console("draft") == [DRAFTED]
    [written] = [block for block in blocks(RECORD) if block.title == DRAFTED]
    drafted = yaml.safe_load((project / DRAFTED).read_text(encoding="utf-8"))
    assert drafted["effects"] == yaml.safe_load(written.text)["effects"]
    (project / DRAFTED).write_text(written.text, encoding="utf-8")


class StartsWith(str):
    """A line as the page shows it, which may break it off with `...`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return str(other).startswith(self.removesuffix("...").rstrip())

    __hash__ = str.__hash__


def console(command: str) -> list[str]:
    """What the page shows that a command prints, the first time that it shows it."""
    shown = [block.text.splitlines() for block in blocks(RECORD) if block.language == "console"]
    return next(lines[1:] for lines in shown if lines[0] == f"$ api-upgrades {command}")


def test_the_worked_example_works_and_leaves_the_older_versions_alone(project: Path) -> None:
    before = run("export", LATEST)
    follow_the_example(project)
    assert run("check") == "13 versions and 22 changes are fine.\n"
    assert run("export", LATEST) == before
    [command] = re.findall(r"^\$ api-upgrades (release .*)$", RECORD, re.MULTILINE)
    run(*shlex.split(command))
    run("check")
    assert run("export", LATEST) == before
    assert run("export", "2023-07-10") != before


def test_the_fault_in_the_worked_example_is_reported_as_shown(project: Path) -> None:
    follow_the_example(project)
    change = project / DRAFTED
    old, new = "healthcare_system_identifier", "national_health_number"
    right, wrong = (f"old: {one}, new: {other}" for one, other in ((old, new), (new, old)))
    text = change.read_text(encoding="utf-8")
    assert right in text
    change.write_text(text.replace(right, wrong), encoding="utf-8")
    result = CliRunner().invoke(main, ["check"])
    [shown] = [block.text.strip() for block in blocks(RECORD) if block.language == "text"]
    assert result.exit_code == 1
    assert shown in result.output


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "maintain/",
        "maintain/hosting/",
        "maintain/release-notes/",
        "maintain/architecture/",
        "maintain/performance/",
    ],
)
def test_hand_written_pages_are_accessible_and_fit(
    open_page: OpenPage, site_url: str, address: str, palette: Any
) -> None:
    page = open_page(palette=palette)
    page.goto(site_url + address)
    # The theme puts a nameless `nav` around each copy button.
    assert [fault for fault in faults_of_layout(page) if "landmark-unique: #__code_" not in fault] == []
