"""Law 5: a series of documents becomes a registry, and each document can be had back from it, exactly."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_upgrades.cli import main
from api_upgrades.compare.rules.table import Severity
from api_upgrades.core.json import Json
from api_upgrades.draft.importing.settling import Trial, parts_of
from api_upgrades.draft.importing.steps import ImportedStep, import_step
from api_upgrades.draft.partial_draft import size
from api_upgrades.effects import Effect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_part
from api_upgrades.openapi.target import Target
from api_upgrades.project import Project
from api_upgrades.registry.model import natural_sort_key
from tests import shop
from tests.documents import FOLDER
from tests.generated import contracts
from tests.profiles import up_to
from tests.test_kill import deaths

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("series.yaml").read_text(encoding="utf-8"))
SERIES = sorted({path.parent for path in FOLDER.glob("*/*") if path.suffix in (".json", ".yaml")})

cases = pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
every_series = pytest.mark.parametrize(
    "folder",
    [pytest.param(path, id=path.name) for path in SERIES]
    or [pytest.param(None, marks=pytest.mark.skip(reason="../shared/data, with documents of real APIs, is absent"))],
)


def text(document: Json) -> str:
    """JSON in which the order of keys counts."""
    return json.dumps(document)


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def refused(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code != 0
    return result.output


def exported(project: Path, version: str) -> str:
    result = run("--root", project, "export", version)
    assert result.exit_code == 0, result.output
    return text(json.loads(result.stdout))


def write_series(folder: Path, documents: Iterable[Json]) -> list[Path]:
    files = []
    for number, document in enumerate(documents, 1):
        files.append(folder / f"v{number}.json")
        files[-1].write_text(text(document), encoding="utf-8")
    return files


def undone(step: ImportedStep, newer: Contract) -> Contract:
    """The older contract, as the registry derives it."""
    effects = [*step.wording, *(effect for change in step.changes for effect in change.effects)]
    for effect in reversed(effects):
        newer = effect.revert(newer)
    return newer


# The law


@cases
def test_a_series_leads_back_to_each_document(case: dict[str, Any], tmp_path: Path) -> None:
    files = write_series(tmp_path, case["documents"])
    result = run("import", *files, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    for file, document in zip(files, case["documents"], strict=True):
        assert exported(tmp_path / "out", file.stem) == text(document)
    assert run("--root", tmp_path / "out", "check", "--allow-todo").exit_code == 0


@cases
def test_a_series_the_other_way_round_does_too(case: dict[str, Any]) -> None:
    older, newer = (Contract.from_openapi(document) for document in reversed(case["documents"]))
    assert text(undone(import_step(older, newer), newer).to_openapi()) == text(older.to_openapi())


@pytest.mark.slow
@every_series
def test_a_real_series_leads_back_to_each_document(folder: Path, tmp_path: Path) -> None:
    """And so it does when its last document comes later, which leaves the older versions as they were."""
    *older, newest = sorted(folder.iterdir(), key=lambda path: natural_sort_key(path.stem))
    project = tmp_path / "out"
    assert run("import", *older, "--out", project).exit_code == 0
    digests = {path.stem: digests_of(project, path.stem) for path in older}
    assert run("--root", project, "import", newest).exit_code == 0
    assert {path.stem: digests_of(project, path.stem) for path in older} == digests
    assert run("--root", project, "export", "--out", tmp_path / "documents").exit_code == 0
    for path in (*older, newest):
        found = json.loads((tmp_path / "documents" / f"{path.stem}.json").read_bytes())
        assert text(found) == text(read(path)), path.stem
    result = run("--root", project, "check", "--allow-todo")
    assert result.exit_code == 0, result.output


def digests_of(project: Path, version: str) -> Json:
    return json.loads((project / "changes" / version / "lock.json").read_bytes())["parts"]


def read(path: Path) -> Json:
    """A document by another reader than the generator's."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return json.loads(content)
    return json.loads(json.dumps(yaml.load(content, _Loader)))


class _Loader(yaml.CSafeLoader):
    """YAML in which nothing but true and false is a boolean, and dates are text."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, re.compile("^(?:true|false)$") if tag.endswith(":bool") else pattern)
        for tag, pattern in resolvers
        if not tag.endswith((":timestamp", ":merge", ":value"))
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


laws = settings(max_examples=up_to(60), deadline=None, suppress_health_check=list(HealthCheck))


def shuffled(value: Json, chance: random.Random) -> Json:
    """JSON with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@pytest.mark.slow
@laws
@given(contracts(), contracts(), st.randoms(use_true_random=False))
def test_any_two_documents_lead_back_to_the_older_one(one: Contract, other: Contract, chance: random.Random) -> None:
    older, newer = (Contract.from_openapi(shuffled(found.to_openapi(), chance)) for found in (one, other))
    assert text(undone(import_step(older, newer), newer).to_openapi()) == text(older.to_openapi())


@pytest.mark.slow
@laws
@given(contracts(), st.randoms(use_true_random=False))
def test_another_order_is_no_change(contract: Contract, chance: random.Random) -> None:
    older, newer = (Contract.from_openapi(shuffled(contract.to_openapi(), chance)) for _ in range(2))
    assert import_step(older, newer).changes == ()


def test_tags_are_told_and_need_no_change() -> None:
    def document(tag: str, name: str) -> Json:
        schemas = {"Pot": {"type": "object", "properties": {name: {"type": "string", "maxLength": 3}}}}
        info = {"title": "T", "version": "1"}
        return {"openapi": "3.1.0", "info": info, "tags": [{"name": tag}], "components": {"schemas": schemas}}

    documents = document("a", "glaze"), document("b", "glazes")
    step = import_step(*map(Contract.from_openapi, documents))
    assert [effect.kind for change in step.changes for effect in change.effects] == ["rename_property"]
    assert "/tags/0/name" in [effect.as_data()["pointer"] for effect in step.wording]


# What it says


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES if "titles" in case])
def test_what_changes_are_called(case: dict[str, Any]) -> None:
    older, newer = map(Contract.from_openapi, case["documents"])
    assert sorted(change.title for change in import_step(older, newer).changes) == case["titles"]


@cases
def test_nothing_is_carried_that_did_not_differ(case: dict[str, Any]) -> None:
    """What effects put back is no more than what the newer document lacks, a few words to say it aside."""
    older, newer = map(Contract.from_openapi, case["documents"])
    step = import_step(older, newer)
    effects = [*step.wording, *(effect for change in step.changes for effect in change.effects)]
    carried = sum(size(effect.as_data()["was"]) for effect in effects if "was" in effect.as_data())
    lacking = set(leaves(older.to_openapi())) - set(leaves(newer.to_openapi()))
    assert carried <= len(lacking) + 2


def leaves(value: Json, way: tuple[str | int, ...] = ()) -> Iterable[tuple[object, ...]]:
    if isinstance(value, dict | list) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*way, key))
    else:
        yield (*way, json.dumps(value))


# Onto what is there, and what is refused

BOOK: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {"/books": {"get": {"responses": {"200": {"description": "All"}}}}},
    "components": {"schemas": {"Book": {"type": "object", "properties": {"title": {"type": "string"}}}}},
}


def with_property(name: str) -> dict[str, Any]:
    properties = {"title": {"type": "string"}, name: {"type": "string"}}
    return {**BOOK, "components": {"schemas": {"Book": {"type": "object", "properties": properties}}}}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return write_series(tmp_path, [BOOK, with_property("pages"), with_property("isbn")])


@pytest.fixture
def project(files: list[Path], tmp_path: Path) -> Path:
    assert run("import", *files[:2], "--out", tmp_path / "out").exit_code == 0
    return tmp_path / "out"


def test_what_an_import_writes(project: Path) -> None:
    found = sorted(path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file())
    assert found == [
        "changes/api/openapi.json",
        "changes/change.schema.json",
        "changes/v1/lock.json",
        "changes/v1/version.yaml",
        "changes/v2/lock.json",
        "changes/v2/pages-is-new-in-book.yaml",
        "changes/v2/version.yaml",
        "docs/index.md",
        "mkdocs.yml",
    ]
    change = (project / "changes/v2/pages-is-new-in-book.yaml").read_text("utf-8")
    assert "title: '`pages` is new in `Book`'\nwhy: TODO\neffects:\n" in change
    assert "  - {kind: add_property, target: Book.pages}\n" in change


def _with_misfits(parts: Callable[[Sequence[Effect]], set[Part | None]]) -> Callable[..., Trial]:
    """A trial in which something is wrong with the given parts, whatever the effects are."""

    def find_misfits(effects: Sequence[Effect], *_: object) -> Trial:
        severities: tuple[Severity, ...] = tuple("neutral" for _ in effects)
        return Trial(severities, parts(effects))

    return find_misfits


def _two_schemas(*names: str) -> dict[str, Any]:
    """A document with two schemas that have properties of these names."""
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}
    responses = {
        status: {"description": "…", "content": {"application/json": {"schema": {"$ref": SCHEMA_REF + name}}}}
        for status, name in (("200", "Book"), ("201", "Shelf"))
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Books", "version": "1"},
        "paths": {"/books": {"get": {"responses": responses}}},
        "components": {"schemas": {"Book": schema, "Shelf": schema}},
    }


@pytest.mark.parametrize("is_lasting", [True, False])
def test_only_parts_without_fitting_effects_are_replaced(is_lasting: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = (Contract.from_openapi(_two_schemas(*names)) for names in (["id"], ["id", "pages"]))
    book = schema_part("Book")

    def find_misfits(effects: Sequence[Effect]) -> set[Part | None]:
        added = [one for one in effects if one.kind == "add_property" and book in parts_of(one)]
        return {book} if is_lasting or added else set()

    monkeypatch.setattr("api_upgrades.draft.importing.steps.try_effects", _with_misfits(find_misfits))
    step = import_step(older, newer)
    effects = [effect for change in step.changes for effect in change.effects]
    adding = [effect for effect in effects if effect.kind == "add_property"]
    assert [parts_of(effect) for effect in adding] == [{schema_part("Shelf")}]
    assert step.replaced == ((Target(book),) if is_lasting else ())


def test_a_step_without_fitting_effects_is_named(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    misfits = _with_misfits(lambda effects: {schema_part("Book")})
    monkeypatch.setattr("api_upgrades.draft.importing.steps.try_effects", misfits)
    result = run("import", *files, "--out", tmp_path / "made")
    assert "no effects were found that lead back from Book; the older values of " in result.stderr
    assert f"note: {files[1]}: " in result.stderr
    for file in files:
        assert json.loads(exported(tmp_path / "made", file.stem)) == read(file)


def test_check_asks_for_what_is_to_be_written(project: Path) -> None:
    assert "says TODO" in refused("--root", project, "check")
    assert run("--root", project, "check", "--allow-todo").exit_code == 0


def test_yaml_stays_yaml(tmp_path: Path) -> None:
    files = [tmp_path / "v1.yaml", tmp_path / "v2.yml"]
    for file, document in zip(files, [BOOK, with_property("pages")], strict=True):
        file.write_text(f"# Ours\n{yaml.safe_dump(document, sort_keys=False)}", encoding="utf-8")
    assert run("import", *files, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out/changes/api/openapi.yml").read_bytes() == files[1].read_bytes()
    assert exported(tmp_path / "out", "v1") == text(BOOK)


def test_a_json_document_added_to_a_yaml_one(files: list[Path], tmp_path: Path) -> None:
    first = tmp_path / "v1.yaml"
    first.write_text(yaml.safe_dump(BOOK, sort_keys=False), encoding="utf-8")
    assert run("import", first, "--out", tmp_path / "out").exit_code == 0
    assert run("--root", tmp_path / "out", "import", files[1]).exit_code == 0
    assert exported(tmp_path / "out", "v1") == text(BOOK)
    assert exported(tmp_path / "out", "v2") == text(with_property("pages"))


def test_versions_may_be_named(files: list[Path], tmp_path: Path) -> None:
    named = ("--version", "2024-01-01", "--version", "2024-02-01", "--version", "2024-03-01")
    assert run("import", *files, *named, "--out", tmp_path / "out").exit_code == 0
    assert exported(tmp_path / "out", "2024-02-01") == text(with_property("pages"))


def test_versions_are_in_their_own_order(files: list[Path], tmp_path: Path) -> None:
    renamed = [files[0].rename(tmp_path / "2.9.json"), files[1].rename(tmp_path / "2.10.json")]
    assert run("import", *reversed(renamed), "--out", tmp_path / "out").exit_code == 0
    assert [version.id for version in Project(tmp_path / "out", source="changes/api/openapi.json").load().versions] == [
        "2.9",
        "2.10",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["v1.json", "sub/v1.json"], "are both version v1; give each one a --version", id="two for one"),
        pytest.param(["v1.json", "V1.json"], "differ only in case", id="case"),
        pytest.param(["v1.json", "--version", "a/b"], "'a/b' is not a valid version", id="a path"),
        pytest.param(["v1.json", "--version", ".."], "'..' is not a valid version", id="dots"),
        pytest.param(["v1.json", "--version", "latest"], "it is one of the reserved names", id="reserved"),
        pytest.param(["v1.json", "v2.json", "--version", "1"], "need 2 --version options, not 1", id="too few names"),
        pytest.param(["swagger.json"], "Swagger 2.0 is not supported", id="Swagger"),
        pytest.param(["cut.json"], "cut.json:1:", id="cut off"),
        pytest.param(["deep.json"], "levels deep", id="deep"),
        pytest.param(["text.json"], "text.json:1:1", id="no JSON"),
    ],
)
def test_what_is_refused(arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("v1.json", "v2.json", "V1.json", "sub/v1.json"):
        (tmp_path / name).write_text(text(BOOK), encoding="utf-8")
    (tmp_path / "swagger.json").write_text('{"swagger": "2.0", "info": {}, "paths": {}}', encoding="utf-8")
    (tmp_path / "cut.json").write_text(text(BOOK)[:60], encoding="utf-8")
    (tmp_path / "deep.json").write_text('{"openapi": "3.1.0", "x": ' + "[" * 10_000 + "]" * 10_000 + "}", "utf-8")
    (tmp_path / "text.json").write_text("An API", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    assert message in refused("import", *arguments, "--out", "out")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_registry_is_not_written_over(project: Path, files: list[Path]) -> None:
    before = contents(project)
    assert "changes: already exists; to add versions to it" in refused("import", *files, "--out", project)
    assert contents(project) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_older_document_is_not_added(project: Path, files: list[Path], tmp_path: Path) -> None:
    before = contents(project)
    older = files[2].rename(tmp_path / "v0.json")
    assert "v0 is not newer than v2" in refused("--root", project, "import", older)
    assert contents(project) == before


def test_nothing_is_added_while_changes_are_on_their_way(project: Path, files: list[Path]) -> None:
    change = project / "changes/unreleased/behaves.yaml"
    change.parent.mkdir()
    change.write_text(
        "title: It\nwhy: So\neffects:\n"
        "  - {kind: behaviour, target: GET /books, severity: risky, before: a, after: b}\n",
        encoding="utf-8",
    )
    assert "release them first" in refused("--root", project, "import", files[2])


def test_nothing_is_added_to_models(files: list[Path], tmp_path: Path) -> None:
    shop.write(tmp_path / "shop", shop.FILES)
    assert "changes/api, not an OpenAPI document" in refused("--root", tmp_path / "shop", "import", files[2])


# Interrupted


@pytest.mark.slow
@pytest.mark.forks
def test_an_import_that_is_killed_can_be_done_again(files: list[Path], tmp_path: Path) -> None:
    """Wherever it ended, nothing is left but a whole registry or none, and the same call makes it whole."""
    place = tmp_path / "place"
    place.mkdir()
    arguments = ("import", *map(str, files), "--out", str(place / "out"))
    for _ in deaths(place, {}, arguments):
        assert not (place / "out/changes").exists() or (place / "out/changes/v3/lock.json").exists()
        shutil.rmtree(place / "out/changes", ignore_errors=True)
        assert run(*arguments).exit_code == 0
        assert exported(place / "out", "v1") == text(BOOK)
        assert run("--root", place / "out", "check", "--allow-todo").exit_code == 0


@pytest.mark.slow
@pytest.mark.forks
def test_a_document_whose_addition_is_killed_can_be_added_again(project: Path, files: list[Path]) -> None:
    before = contents(project)
    for _ in deaths(project, before, ["import", str(files[2])]):
        if not (project / "changes/v3").exists():
            result = run("--root", project, "import", files[2])
            assert result.exit_code == 0, result.output
        for version, document in (("v1", BOOK), ("v2", with_property("pages")), ("v3", with_property("isbn"))):
            assert exported(project, version) == text(document)
        run("--root", project, "lock")
        assert run("--root", project, "check", "--allow-todo").exit_code == 0
