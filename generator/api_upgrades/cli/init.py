"""The command that makes a beginning in any repository: who is asked, and what is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from api_upgrades.cli import scaffold
from api_upgrades.cli.group import main
from api_upgrades.cli.mkdocs_config import NAMES, file_in, plugin_options
from api_upgrades.cli.prose import Prose
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError, UsageError
from api_upgrades.core.files import write_text_durably
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import REGISTRY, SOURCE, Project
from api_upgrades.registry.file_models import Line
from api_upgrades.registry.model import NOT_VERSIONS, Registry, Version
from api_upgrades.registry.reader import find_name_problem
from api_upgrades.releases.amend import complete_locks
from api_upgrades.releases.check import check
from api_upgrades.releases.lock import LOCK_FILE, Locks
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.sources.source import Head, read_head
from api_upgrades.sources.source_map import SourceMap

_SOURCES = "today's API: an OpenAPI document, an object as 'myservice.main:app', or a package of models"


@main.command()
@click.option("--source", help=f"Where to find {_SOURCES}.  [default: {SOURCE}, with an example if there is none]")
@click.option("--title", type=Prose(Line), help="The API's name.  [default: as the source has it]")
@click.option("--version", help="The name of the first version.  [default: the date of today]")
@click.pass_obj
def init(project: Project, source: str | None, title: str | None, version: str | None) -> None:
    """Begin to document an API in this folder. What is there already stays as it is.

    Example: api-upgrades init

    Example: api-upgrades init --source openapi.yaml --version 2024-01-01
    """
    root = project.root
    _refuse_versions(root / project.registry, project.registry)
    source = _said(source, f"Where is {_SOURCES}", project.source)
    is_example = source == SOURCE and not (root / SOURCE).exists()
    head = None if is_example else read_head(source, root)
    title = _said(title, "What is the API called", title_of(head.contract if head else None, root), Prose(Line))
    version = _said(version, "What is its version called", date.today().isoformat())
    if fault := find_name_problem(version, ()):
        raise UsageError(f"{version!r} is not a name for a version: {fault}")
    files = {f"{SOURCE}/__init__.py": scaffold.models(title)} if is_example else {}
    files |= _first_version(project, source, version, head or _of_example(files))
    files |= site_files(project, source, title)
    write_new(root, files)
    for name in files:
        click.echo(name)
    advise(project, source, files)


def _refuse_versions(folder: Path, registry: str) -> None:
    """Raises ApiUpgradesError where somebody has begun already."""
    found = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    if versions := sorted(name for name in found if name not in NOT_VERSIONS and not name.startswith((".", "__"))):
        raise ApiUpgradesError(
            f"{registry}/{versions[0]}: this API is documented already. To see where it stands, run: api-upgrades "
            "check. To document another one beside it, name another folder with --registry"
        )


def _said(said: str | None, question: str, default: str, type: click.ParamType[str] | None = None) -> str:
    """What was said on the command line, or is at the terminal; else the default."""
    if said is not None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return default if said is None else said
    answer: str = click.prompt(question, default=default, type=type)
    return answer


def title_of(contract: Contract | None, root: Path) -> str:
    """The API's name, as its document has it or else the folder."""
    found = contract.document.get("info", {}).get("title") if contract else None
    return str(found or root.name.replace("-", " ").replace("_", " ").capitalize() or "API")


def _of_example(files: Mapping[str, str]) -> Head:
    with TemporaryDirectory(prefix="api-upgrades-") as folder:
        for name, text in files.items():
            write_text_durably(Path(folder, name), text)
        return read_head(SOURCE, Path(folder))


def _first_version(project: Project, source: str, version: str, head: Head) -> dict[str, str]:
    """The files of a version that is what the API is today. Raises RegistryErrors where that has faults."""
    folder = project.root / project.registry
    first = Version(version, scaffold.SUMMARY, None, None, None, (), (), f"{project.registry}/{version}/version.yaml")
    declared = SourceMap(project.root.resolve(), head.files, head.document)
    registry = Registry(head.contract, (first,), source_map=declared)
    standing = ProjectState(registry, Locks(folder, project.root, {}), RuleTable.with_overrides({}))
    lock = complete_locks(standing, check(standing, source)).by_version[version]
    return {first.file: scaffold.version_file(), f"{project.registry}/{version}/{LOCK_FILE}": lock.to_text()}


def site_files(project: Project, source: str, title: str) -> dict[str, str]:
    """The files of a site, none where there is one."""
    if file_in(project.root) is not None:
        return {}
    home = next((name for name in ("index.md", "README.md") if (project.root / "docs" / name).exists()), None)
    page = {"docs/index.md": scaffold.first_page(title)} if home is None else {}
    return {**page, NAMES[0]: scaffold.configuration(title, home or "index.md", _options(project, source))}


def _options(project: Project, source: str) -> dict[str, str]:
    defaults = {"registry": REGISTRY, "source": SOURCE}
    options = {"registry": project.registry, "source": source}
    return {name: value for name, value in options.items() if value != defaults[name]}


def write_new(root: Path, files: Mapping[str, str]) -> None:
    """Write files that are not there yet: all of them, or none."""
    written: list[Path] = []
    try:
        for name, text in files.items():
            if (root / name).exists():
                raise ApiUpgradesError(f"{name}: is there already; move it away")
            written.append(root / name)
            write_text_durably(root / name, text)
    except BaseException:
        _remove(root, written)
        raise


def _remove(root: Path, files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
        for folder in file.relative_to(root).parents:
            if (root / folder).is_dir() and not os.listdir(root / folder):
                (root / folder).rmdir()


def advise(project: Project, source: str, files: Mapping[str, str]) -> None:
    """What is left to do."""
    site, options = file_in(project.root), _options(project, source)
    if site is not None and site.name not in files and plugin_options(project.root) != options:
        click.echo(
            f"\nAdd to {site.name}:\n\n{scaffold.plugins(options)}\nand to its navigation, if it has one:\n\nnav:"
        )
        click.echo(scaffold.navigation())
    click.echo("Leave .cache/ and site/ out of version control. Run: mkdocs serve", err=True)
