"""Writes the first files of a project for `api-upgrades init`. An import uses these functions too."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from api_upgrades.cli import scaffold
from api_upgrades.cli.formats import print_notes
from api_upgrades.cli.mkdocs_config import CONFIG_NAMES, find_config, plugin_options
from api_upgrades.cli.options import SOURCE_DESCRIPTION, Prose
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError, UsageError
from api_upgrades.core.files import write_text_durably
from api_upgrades.core.yaml_file import CONTROL_CHARACTER
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import Project
from api_upgrades.registry.layout import REGISTRY, SOURCE
from api_upgrades.registry.model import NOT_VERSIONS, Registry, Version
from api_upgrades.registry.reader import find_name_problem
from api_upgrades.releases.amend import complete_locks
from api_upgrades.releases.check import check
from api_upgrades.releases.lock import LOCK_FILE, Locks
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.sources.source import Head, read_head
from api_upgrades.sources.source_map import SourceMap


def run_init(project: Project, source: str | None, title: str | None, version: str | None) -> None:
    """Set up a project, ask at a terminal about what is not given, and print the names of the new files."""
    root = project.root
    _refuse_existing_versions(root / project.registry, project.registry)
    source = _ask_unless_given(source, f"Where is {SOURCE_DESCRIPTION}", project.source)
    is_example = source == SOURCE and not (root / SOURCE).exists()
    head = None if is_example else read_head(source, root)
    default_title = title_of(head.contract if head else None, root)
    title = _ask_unless_given(title, "What is the API's name", default_title, Prose(one_line=True))
    version = _ask_unless_given(version, "What is its first version", date.today().isoformat())
    if fault := find_name_problem(version, ()):
        raise UsageError(f"{version!r} is not a valid version: {fault}")
    files = {f"{SOURCE}/__init__.py": scaffold.models_module(title)} if is_example else {}
    files |= _first_version_files(project, source, version, head or _read_example(files))
    files |= site_files(project, source, title)
    write_new_files(root, files)
    print_notes(head.document.mistakes if head and head.document else ())
    for name in files:
        click.echo(name)
    advise(project, source, files)


def _refuse_existing_versions(folder: Path, registry: str) -> None:
    """Raise ApiUpgradesError if the registry has versions already."""
    names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    if versions := sorted(name for name in names if name not in NOT_VERSIONS and not name.startswith((".", "__"))):
        raise ApiUpgradesError(
            f"{registry}/{versions[0]}: this API is already documented. To see its state, run: api-upgrades check. "
            "To document another API next to it, choose another folder with --registry"
        )


def _ask_unless_given(given: str | None, question: str, default: str, type: click.ParamType[str] | None = None) -> str:
    """The value of an option, else the answer at the terminal, else the default."""
    if given is not None:
        return given
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return default
    answer: str = click.prompt(question, default=default, type=type)
    return answer


def title_of(contract: Contract | None, root: Path) -> str:
    """The API's name on one line: the title of its document, or else the name of the folder."""
    title = contract.document.get("info", {}).get("title") if contract else None
    names = (str(title or ""), root.name.replace("-", " ").replace("_", " ").capitalize(), "API")
    return next(filter(None, (" ".join(CONTROL_CHARACTER.sub(" ", name).split()) for name in names)))


def _read_example(files: Mapping[str, str]) -> Head:
    with TemporaryDirectory(prefix="api-upgrades-") as folder:
        for name, text in files.items():
            write_text_durably(Path(folder, name), text)
        return read_head(SOURCE, Path(folder))


def _first_version_files(project: Project, source: str, version: str, head: Head) -> dict[str, str]:
    """The files of the first version, which is today's API. Raises RegistryErrors if the API has faults."""
    folder = project.root / project.registry
    first = Version(version, scaffold.SUMMARY, None, None, None, (), (), f"{project.registry}/{version}/version.yaml")
    declared = SourceMap(project.root.resolve(), head.files, head.document)
    registry = Registry(head.contract, (first,), source_map=declared)
    state = ProjectState(registry, Locks(folder, project.root, {}), RuleTable.with_overrides({}))
    lock = complete_locks(state, check(state, source)).by_version[version]
    return {first.file: scaffold.version_yaml(), f"{project.registry}/{version}/{LOCK_FILE}": lock.to_text()}


def site_files(project: Project, source: str, title: str) -> dict[str, str]:
    """The files of a new site; none if the project has a site."""
    if find_config(project.root) is not None:
        return {}
    home = next((name for name in ("index.md", "README.md") if (project.root / "docs" / name).exists()), None)
    page = {"docs/index.md": scaffold.home_page(title)} if home is None else {}
    return {**page, CONFIG_NAMES[0]: scaffold.mkdocs_yaml(title, home or "index.md", _options(project, source))}


def _options(project: Project, source: str) -> dict[str, str]:
    """The plugin's options that differ from their defaults."""
    defaults = {"registry": REGISTRY, "source": SOURCE}
    options = {"registry": project.registry, "source": source}
    return {name: value for name, value in options.items() if value != defaults[name]}


def write_new_files(root: Path, files: Mapping[str, str]) -> None:
    """Write new files: all of them, or none if one exists or cannot be written."""
    written: list[Path] = []
    try:
        for name, text in files.items():
            if (root / name).exists():
                raise ApiUpgradesError(f"{name}: already exists; move it away")
            written.append(root / name)
            write_text_durably(root / name, text)
    except BaseException:  # also on Ctrl-C: nothing stays half written
        _remove(root, written)
        raise


def _remove(root: Path, files: Iterable[Path]) -> None:
    """Delete files, and the folders that are empty then."""
    for file in files:
        file.unlink(missing_ok=True)
        for folder in file.relative_to(root).parents:
            if (root / folder).is_dir() and not os.listdir(root / folder):
                (root / folder).rmdir()


def advise(project: Project, source: str, files: Mapping[str, str]) -> None:
    """Print what is left to do."""
    site, options = find_config(project.root), _options(project, source)
    if site is not None and site.name not in files and plugin_options(project.root) != options:
        click.echo(
            f"\nAdd to {site.name}:\n\n{scaffold.plugins_yaml(options)}\nand to its navigation, if it has one:\n\nnav:"
        )
        click.echo(scaffold.navigation_yaml())
    click.echo("Keep .cache/ and site/ out of version control. To see the site, run: mkdocs serve", err=True)
