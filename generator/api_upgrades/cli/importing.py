"""The command that makes a registry of OpenAPI documents, or adds them to one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from api_upgrades.cli.group import main
from api_upgrades.cli.init import advise, site_files, title_of, write_new
from api_upgrades.core.errors import ApiUpgradesError, RegistryErrors, UsageError
from api_upgrades.core.json_text import indent_json
from api_upgrades.core.progress import stage
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import Project
from api_upgrades.registry.model import natural_sort_key
from api_upgrades.registry.reader import find_name_problem
from api_upgrades.releases.check import find_undocumented
from api_upgrades.releases.import_files import ImportResult, convert_documents
from api_upgrades.releases.import_store import create_registry, extend_registry, require_empty_folder
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.sources.openapi_file import OpenApiFile, read_document
from api_upgrades.sources.source_map import DOCUMENT_SUFFIXES, is_document


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The folder of a new project.")
@click.option(
    "--version",
    "versions",
    multiple=True,
    help="What a document's version is called, for each in turn.  [default: as its file]",
)
@click.pass_obj
def import_documents(project: Project, files: Sequence[Path], out: Path | None, versions: Sequence[str]) -> None:
    """Make a registry of OpenAPI documents, one for each version; or add newer ones to the registry that is here.

    Example: api-upgrades import 2024-01-01.json 2024-06-01.json --out acme-docs

    Example: api-upgrades import 2025-01-01.json
    """
    named = _named(files, versions)
    with stage("Reading the documents"):
        read = {version: read_document(named[version]) for version in sorted(named, key=natural_sort_key)}
    made = _add(project, read) if out is None else _begin(Project(out.resolve()), read)
    for version in read:
        changes = made.history.changes_of(version)
        click.echo(f"{version}: {len(changes)} changes" if changes else version)


def _named(files: Sequence[Path], versions: Sequence[str]) -> Mapping[str, Path]:
    """The files by their versions. Raises UsageError where one has no name for a version."""
    if versions and len(versions) != len(files):
        raise UsageError(f"there are {len(files)} documents and {len(versions)} times --version; say it for each")
    found: dict[str, Path] = {}
    for file, version in zip(files, versions or [file.stem for file in files], strict=True):
        if version in found:
            raise UsageError(f"{found[version]} and {file} are both version {version}; name them with --version")
        if fault := find_name_problem(version, found):
            raise UsageError(f"{file}: {version!r} is not a name for a version: {fault}; or say it with --version")
        found[version] = file
    return found


def _begin(project: Project, read: Mapping[str, OpenApiFile]) -> ImportResult:
    """A new registry, and the site of it where there is none."""
    folder = project.root / project.registry
    require_empty_folder(folder)
    made = convert_documents({version: Contract.from_openapi(one.document) for version, one in read.items()})
    newest = list(read.values())[-1]
    suffix, data = _as_file(newest)
    project = replace(project, source=f"{project.registry}/api/openapi{suffix}")
    site = site_files(project, project.source, title_of(made.history.registry.head, project.root))
    write_new(project.root, site)
    create_registry(folder, made, f"api/openapi{suffix}", data)
    advise(project, project.source, site)
    return made


def _as_file(read: OpenApiFile) -> tuple[str, bytes]:
    """How the name of a document ends, and what is in it: as it is, if it is one file."""
    first, *others = read.files
    if others or first.suffix.lower() not in DOCUMENT_SUFFIXES:
        return ".json", indent_json(read.document).encode()
    return first.suffix.lower(), first.read_bytes()


def _add(project: Project, read: Mapping[str, OpenApiFile]) -> ImportResult:
    """Newer versions in the registry that is here. Raises ApiUpgradesError where that is not sound by itself."""
    if not is_document(project.source):
        raise UsageError(f"the API of today is in {project.source}, which is no document; edit that, and run: draft")
    standing = project.standing()
    registry, latest = standing.registry, standing.registry.latest.id
    known = [version.id for version in registry.versions]
    for version in read:
        if fault := find_name_problem(version, known):
            raise UsageError(f"{version!r} is not a name for a new version: {fault}")
        if natural_sort_key(version)[0] <= natural_sort_key(latest)[0]:
            raise UsageError(f"{version} is not after {latest}; documents are added in the order of their versions")
    if registry.unreleased:
        raise ApiUpgradesError(f"{registry.unreleased.file}: there are changes on their way; release them first")
    made = convert_documents(
        {latest: _older(standing, project.source, read)}
        | {version: Contract.from_openapi(one.document) for version, one in read.items()},
        registry,
        standing.locks,
    )
    suffix, data = _as_file(list(read.values())[-1])
    if suffix != Path(project.source).suffix.lower():
        data = indent_json(list(read.values())[-1].document).encode()  # which is YAML, too
    extend_registry(project.root / project.registry, made, standing.locks, project.root / project.source, data)
    return made


def _older(standing: ProjectState, source: str, read: Mapping[str, OpenApiFile]) -> Contract:
    """What the latest version is. Raises RegistryErrors where the source says something else."""
    head, latest = standing.registry.head, standing.registry.latest.id
    kept = standing.locks.by_version.get(latest)
    newest = list(read.values())[-1]
    if kept and kept.contract and json.dumps(head.to_openapi()) == json.dumps(newest.document):
        return Contract.from_openapi(kept.contract)  # the same import was interrupted
    if faults := [*find_undocumented(standing, source), *standing.errors]:
        raise RegistryErrors(faults)
    return head
