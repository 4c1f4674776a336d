"""Creates a registry from OpenAPI documents for `api-upgrades import`, or adds versions to one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from api_upgrades.cli.formats import print_notes
from api_upgrades.cli.init_run import advise, site_files, title_of, write_new_files
from api_upgrades.core.errors import ApiUpgradesError, Location, RegistryError, RegistryErrors, UsageError, location_key
from api_upgrades.core.json_text import indent_json
from api_upgrades.core.progress import stage
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import Project
from api_upgrades.registry.model import natural_sort_key
from api_upgrades.registry.reader import find_name_problem
from api_upgrades.releases.check import find_undocumented_differences
from api_upgrades.releases.import_files import ImportResult, convert_documents
from api_upgrades.releases.import_store import create_registry, extend_registry, require_empty_folder
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.sources.openapi_file import read_document
from api_upgrades.sources.source_map import DOCUMENT_SUFFIXES, is_document


@dataclass(frozen=True)
class _Document:
    """What an import needs of a document: its contract, the files that it consists of, and its mistakes."""

    contract: Contract
    files: tuple[Path, ...]
    mistakes: tuple[RegistryError, ...]


def run_import(project: Project, files: Sequence[Path], out: Path | None, versions: Sequence[str]) -> None:
    """Import documents, and print the versions that this made."""
    file_of = _files_by_version(files, versions)
    with stage("Reading the documents"):
        documents = _read_documents(file_of)
    result = _add_versions(project, documents) if out is None else _create_registry(Project(out.resolve()), documents)
    print_notes(find_distinct_mistakes(documents))
    print_notes(_find_replaced_parts(result, file_of))
    for version in result.history.versions:
        if version.id in documents:
            click.echo(f"{version.id}: {len(version.changes)} changes" if version.changes else version.id)


def _read_documents(file_of: Mapping[str, Path]) -> dict[str, _Document]:
    """The documents by version, oldest first. What the contracts of two neighbors have in common is in memory once."""
    found: dict[str, _Document] = {}
    older: Contract | None = None
    for version in sorted(file_of, key=natural_sort_key):
        read = read_document(file_of[version])
        contract = Contract.from_openapi(read.document)
        older = contract.sharing_with(older) if older else contract
        found[version] = _Document(older, read.files, read.mistakes)
    return found


def find_distinct_mistakes(documents: Mapping[str, _Document]) -> list[RegistryError]:
    """The mistakes of all documents. One that several versions have is named once, in the newest document."""
    found: dict[str, RegistryError] = {}
    for document in reversed(list(documents.values())):
        for mistake in document.mistakes:
            found.setdefault(mistake.problem, mistake)
    return sorted(found.values(), key=location_key)


def _find_replaced_parts(result: ImportResult, file_of: Mapping[str, Path]) -> Iterator[RegistryError]:
    """Notes about steps of which the effects say less than usual, with the document and the parts that caused it."""
    for version, parts in result.replaced.items():
        names = ", ".join(map(str, parts))
        problem = f"no effects were found that lead back from {names}; the older values of {version} are kept whole"
        yield RegistryError(Location(str(file_of[version])), problem)


def _files_by_version(files: Sequence[Path], versions: Sequence[str]) -> Mapping[str, Path]:
    """The files by their versions. Raises UsageError if a file has no valid version."""
    if versions and len(versions) != len(files):
        raise UsageError(f"{len(files)} documents need {len(files)} --version options, not {len(versions)}")
    found: dict[str, Path] = {}
    for file, version in zip(files, versions or [file.stem for file in files], strict=True):
        if version in found:
            raise UsageError(f"{found[version]} and {file} are both version {version}; give each one a --version")
        if fault := find_name_problem(version, found):
            raise UsageError(f"{file}: {version!r} is not a valid version: {fault}; or give a --version")
        found[version] = file
    return found


def _create_registry(project: Project, documents: Mapping[str, _Document]) -> ImportResult:
    """Write a new registry, and a site if there is none."""
    folder = project.root / project.registry
    require_empty_folder(folder)
    result = convert_documents({version: one.contract for version, one in documents.items()})
    suffix, data = _source_file(_newest_document(documents))
    project = replace(project, source=f"{project.registry}/api/openapi{suffix}")
    site = site_files(project, project.source, title_of(result.history.registry.head, project.root))
    write_new_files(project.root, site)
    create_registry(folder, result, f"api/openapi{suffix}", data)
    advise(project, project.source, site)
    return result


def _newest_document(documents: Mapping[str, _Document]) -> _Document:
    return list(documents.values())[-1]


def _source_file(document: _Document) -> tuple[str, bytes]:
    """The suffix and content of a source file for a document: its only file, or if it has several, a bundle of them."""
    first, *others = document.files
    if others or first.suffix.lower() not in DOCUMENT_SUFFIXES:
        return ".json", indent_json(document.contract.to_openapi()).encode()
    return first.suffix.lower(), first.read_bytes()


def _add_versions(project: Project, documents: Mapping[str, _Document]) -> ImportResult:
    """Add newer versions to the project's registry. Raises ApiUpgradesError if the registry has faults."""
    if not is_document(project.source):
        raise UsageError(
            f"the API source is {project.source}, not an OpenAPI document; edit it and run: api-upgrades draft"
        )
    state = project.read_state()
    registry, latest = state.registry, state.registry.latest.id
    known = [version.id for version in registry.versions]
    for version in documents:
        if fault := find_name_problem(version, known):
            raise UsageError(f"{version!r} is not a valid new version: {fault}")
        if natural_sort_key(version)[0] <= natural_sort_key(latest)[0]:
            raise UsageError(f"{version} is not newer than {latest}; add documents in the order of their versions")
    if registry.unreleased:
        raise ApiUpgradesError(f"{registry.unreleased.file}: there are unreleased changes; release them first")
    result = convert_documents(
        {latest: _latest_contract(state, project.source, documents)}
        | {version: one.contract for version, one in documents.items()},
        registry,
        state.locks,
    )
    suffix, data = _source_file(_newest_document(documents))
    if suffix != Path(project.source).suffix.lower():
        data = indent_json(_newest_document(documents).contract.to_openapi()).encode()  # JSON is YAML too
    extend_registry(project.root / project.registry, result, state.locks, project.root / project.source, data)
    return result


def _latest_contract(state: ProjectState, source: str, documents: Mapping[str, _Document]) -> Contract:
    """The contract of the latest version. Raises RegistryErrors if the source differs from it."""
    head, latest = state.registry.head, state.registry.latest.id
    lock = state.locks.by_version.get(latest)
    if (
        lock
        and lock.contract
        and json.dumps(head.to_openapi()) == json.dumps(_newest_document(documents).contract.to_openapi())
    ):
        return Contract.from_openapi(lock.contract)  # an earlier run was interrupted after it wrote the source
    if faults := [*find_undocumented_differences(state, source), *state.errors]:
        raise RegistryErrors(faults)
    return head
