"""What the generator says of two documents: by `diff`, and by `import` and `check` of a series of the two."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import Project
from api_upgrades.releases.check import check
from api_upgrades.releases.import_files import convert_documents
from api_upgrades.releases.import_store import create_registry
from api_upgrades.review.contract_diff import Comparison, Side, detect_renames
from api_upgrades.sources.openapi_file import read_document

Document = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """What went wrong in which stage; `kind` is the same for failures of the same kind."""

    stage: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.stage}: {self.text}"


class _Failed(Exception):
    pass


@contextmanager
def _files(*documents: Document) -> Iterator[list[Path]]:
    """The documents as files, as a user has them."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number, _ in enumerate(documents, 1)]
        for file, document in zip(files, documents, strict=True):
            file.write_text(json.dumps(document), encoding="utf-8")
        yield files


def find_differences(old: Document, new: Document) -> tuple[Finding, ...]:
    """What `diff` finds between two documents."""
    with _files(old, new) as files:
        was, now = (Side(file.name, Contract.from_openapi(read_document(file).document)) for file in files)
    comparison = Comparison(was, now, RuleTable.with_overrides({}))
    return comparison.diff(detect_renames(comparison, (), True)).findings


def judge_diff(old: Document, new: Document) -> Failure | None:
    """A failure if `diff` finds more than neutral differences."""
    try:
        found = [one for one in find_differences(old, new) if one.severity != "neutral"]
    except ApiUpgradesError as error:
        return Failure("diff", "refused", str(error))
    except Exception as error:  # any exception is a failure of the law
        return Failure("diff", type(error).__name__, f"{type(error).__name__}: {error}")
    if not found:
        return None
    lines = [f"{one.severity} {one.direction} {one.rule} {one.target} {one.text}" for one in found]
    return Failure("diff", found[0].rule, "; ".join(lines[:4]))


def judge_import(*documents: Document) -> Failure | None:
    """A failure if the series cannot be imported exactly, or `check` finds faults in what was imported."""
    try:
        _import_and_check(*documents)
    except _Failed as error:
        return Failure("check", str(error).split(": ")[1].split(";")[0][:40], str(error))
    except ApiUpgradesError as error:
        return Failure("import", str(error)[-40:], str(error))
    except Exception as error:  # any exception is a failure of the law
        return Failure("import", type(error).__name__, f"{type(error).__name__}: {error}")
    return None


def _import_and_check(*documents: Document) -> None:
    with _files(*documents) as files:
        contracts = {file.stem: Contract.from_openapi(read_document(file).document) for file in files}
        result = convert_documents(contracts)
        root = files[0].parent / "project"
        project = Project(root, source="changes/openapi.json")
        root.mkdir()
        create_registry(root / project.registry, result, "openapi.json", files[-1].read_bytes())
        faults = check(project.read_state(), project.source, allow_todo=True).faults
        if faults:
            raise _Failed("\n".join(str(fault).replace(str(root), "") for fault in faults[:3]))
