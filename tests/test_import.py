"""Law 5: a series of documents becomes a registry, and each document can be had back from it, exactly."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_upgrades.cli import main
from api_upgrades.contract import Contract, Json
from api_upgrades.draft.undo import size
from api_upgrades.registry import natural
from api_upgrades.series import ImportedStep, step_between
from tests.documents import FOLDER
from tests.generated import contracts

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
    assert text(undone(step_between(older, newer), newer).to_openapi()) == text(older.to_openapi())


@pytest.fixture(scope="module")
def imports(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The project that a real series becomes, made once."""

    @cache
    def made(folder: Path) -> Path:
        out = tmp_path_factory.mktemp("imports") / folder.name
        result = run("import", *folder.iterdir(), "--out", out)
        assert result.exit_code == 0, result.output
        return out

    return made


@every_series
def test_a_real_series_leads_back_to_each_document(folder: Path, imports: Any) -> None:
    for path in folder.iterdir():
        assert exported(imports(folder), path.stem) == text(read(path)), path.stem


@every_series
def test_a_real_series_is_accepted_as_it_is(folder: Path, imports: Any) -> None:
    result = run("--root", imports(folder), "check", "--allow-todo")
    assert result.exit_code == 0, result.output


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


laws = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def shuffled(value: Json, chance: random.Random) -> Json:
    """JSON with its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@laws
@given(contracts(), contracts(), st.randoms(use_true_random=False))
def test_any_two_documents_lead_back_to_the_older_one(one: Contract, other: Contract, chance: random.Random) -> None:
    older, newer = (Contract.from_openapi(shuffled(found.to_openapi(), chance)) for found in (one, other))
    assert text(undone(step_between(older, newer), newer).to_openapi()) == text(older.to_openapi())


@laws
@given(contracts(), st.randoms(use_true_random=False))
def test_another_order_is_no_change(contract: Contract, chance: random.Random) -> None:
    older, newer = (Contract.from_openapi(shuffled(contract.to_openapi(), chance)) for _ in range(2))
    assert step_between(older, newer).changes == ()


# What it says


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES if "titles" in case])
def test_what_changes_are_called(case: dict[str, Any]) -> None:
    older, newer = map(Contract.from_openapi, case["documents"])
    assert sorted(change.title for change in step_between(older, newer).changes) == case["titles"]


@cases
def test_nothing_is_carried_that_did_not_differ(case: dict[str, Any]) -> None:
    """What effects put back is no more than what the newer document lacks, a few words to say it aside."""
    older, newer = map(Contract.from_openapi, case["documents"])
    step = step_between(older, newer)
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


# Onto what is there


def grown(folder: Path, out: Path) -> list[Path]:
    """A real series imported but for its newest document, and all its documents in their order."""
    files = sorted(folder.iterdir(), key=lambda path: natural(path.stem))
    result = run("import", *files[:-1], "--out", out)
    assert result.exit_code == 0, result.output
    return files


@every_series
def test_one_more_document_leaves_the_older_ones_as_they_were(folder: Path, tmp_path: Path) -> None:
    *older, newest = grown(folder, tmp_path / "out")
    digests = {path.stem: digests_of(tmp_path / "out", path.stem) for path in older}
    result = run("--root", tmp_path / "out", "import", newest)
    assert result.exit_code == 0, result.output
    for path in (*older, newest):
        assert exported(tmp_path / "out", path.stem) == text(read(path)), path.stem
    assert {path.stem: digests_of(tmp_path / "out", path.stem) for path in older} == digests
    assert run("--root", tmp_path / "out", "check", "--allow-todo").exit_code == 0


def digests_of(project: Path, version: str) -> Json:
    lock = project / "changes" / version / "lock.json"
    return json.loads(lock.read_bytes())["parts"]
