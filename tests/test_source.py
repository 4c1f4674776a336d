"""Reading today's models in a process of their own: what is read anew, what is kept, and what is said of faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api_upgrades.core.errors import RegistryError
from api_upgrades.openapi.part import schema_part
from api_upgrades.sources import launcher
from api_upgrades.sources.source import prepare_reading, read_head

START = launcher._start_worker

INIT = """\
from api_upgrades.sources.api import Api
from .things import things

api = Api("Shop", version_header="X-Version", servers={"https://a.example": "Live"}, resources=[things])
"""
THINGS = """\
from pydantic import BaseModel
from api_upgrades.sources.api import Operation, Resource

class Thing(BaseModel):
    name: str

things = Resource(
    "Things",
    "All.",
    operations=[Operation("GET /things", "Get", id="get", responses={200: Thing})],
)
"""


@pytest.fixture(autouse=True)
def start_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the launcher does what it does for users; all other tests let it fork."""
    monkeypatch.setattr(launcher, "_start_worker", START)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, in a path with a space, with two modules of models."""
    root = tmp_path / "a project"
    write(root, __init__=INIT, things=THINGS)
    return root


def write(root: Path, **modules: str) -> None:
    folder = root / "changes" / "api"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")


def thing(root: Path) -> Any:
    return read_head("changes/api", root).contract.parts[schema_part("Thing")]["properties"]


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The child processes that were started, one entry each."""
    started: list[Any] = []

    class Counted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            started.append(self)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    return started


def test_the_contract_and_the_files_it_was_read_from(project: Path) -> None:
    head = read_head("changes/api", project)
    assert [str(part) for part in head.contract.parts] == ["Thing", "GET /things"]
    assert sorted(head.files) == [project / "changes/api/__init__.py", project / "changes/api/things.py"]


def test_a_second_reading_starts_no_process(project: Path, children: list[Any]) -> None:
    first = read_head("changes/api", project)
    assert read_head("changes/api", project) == first
    assert len(children) == 1


@pytest.fixture
def expected(project: Path, children: list[Any]) -> Iterator[None]:
    """A reading was expected, and a process started for it."""
    prepare_reading("changes/api", project)
    assert len(children) == 1
    yield
    for child in children:
        child.communicate()


@pytest.mark.usefixtures("expected")
def test_a_reading_that_was_expected(project: Path, children: list[Any]) -> None:
    prepare_reading("changes/api", project)
    write(project, things=THINGS.replace("name: str", "name: int"))
    assert thing(project) == {"name": {"type": "integer"}}
    assert len(children) == 1
    assert children[0].poll() == 0


@pytest.mark.usefixtures("expected")
def test_a_process_that_was_killed_while_it_waited(project: Path, children: list[Any]) -> None:
    children[0].kill()
    children[0].wait()
    assert thing(project) == {"name": {"type": "string"}}
    assert len(children) == 2


@pytest.mark.usefixtures("expected")
def test_an_environment_that_changed_while_a_process_waited(
    project: Path, children: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THING", "int")
    write(project, things="import os\n" + THINGS.replace("name: str", "name: eval(os.environ['THING'])"))
    assert thing(project) == {"name": {"type": "integer"}}
    assert len(children) == 2


def test_no_process_waits_for_a_document(project: Path, children: list[Any]) -> None:
    prepare_reading("openapi.json", project)
    assert children == []


def test_a_process_that_waits_ends_with_what_it_waits_for(project: Path) -> None:
    script = f"""\
from pathlib import Path
from api_upgrades.sources import launcher

launcher.start_idle_worker(Path({str(project)!r}))
print(launcher._idle_workers.popitem()[1][1].pid, flush=True)
"""
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    end = time.monotonic() + 60
    while Path(f"/proc/{int(process.stdout)}").exists():
        assert time.monotonic() < end, "it waits for nobody"
        time.sleep(0.1)


def test_nothing_is_written_but_the_cache(project: Path) -> None:
    read_head("changes/api", project)
    found = sorted(path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file())
    assert found == [".cache/api-upgrades/changes-api.json", "changes/api/__init__.py", "changes/api/things.py"]


def test_an_edit_of_the_same_second_and_size_is_seen(project: Path) -> None:
    assert thing(project) == {"name": {"type": "string"}}
    file = project / "changes/api/things.py"
    before = file.stat()
    write(project, things=THINGS.replace("name: str", "name: int"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert thing(project) == {"name": {"type": "integer"}}


def test_a_module_that_another_imports_is_read_anew(project: Path) -> None:
    write(
        project,
        things=THINGS.replace("name: str", "name: Name").replace("class", "from .names import Name\n\nclass", 1),
    )
    write(project, names="Name = str")
    assert thing(project) == {"name": {"type": "string"}}
    write(project, names="Name = int")
    assert thing(project) == {"name": {"type": "integer"}}


def test_stale_bytecode_is_never_used(project: Path) -> None:
    cached = project / "changes/api/__pycache__"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(project / "changes")], env=environment, check=True)
    file = project / "changes/api/things.py"
    before = file.stat()
    assert list(cached.iterdir())
    write(project, things=THINGS.replace("name: str", "name: int"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert thing(project) == {"name": {"type": "integer"}}


def test_a_file_that_the_models_read_counts_as_theirs(project: Path) -> None:
    reading = (
        'from pathlib import Path\nTYPE = {"s": str, "i": int}[Path(__file__).with_name("type.txt").read_text()]\n'
    )
    write(project, things=reading + THINGS.replace("name: str", "name: TYPE"))
    data = project / "changes/api/type.txt"
    data.write_text("s")
    assert thing(project) == {"name": {"type": "string"}}
    assert data in read_head("changes/api", project).files
    data.write_text("i")
    assert thing(project) == {"name": {"type": "integer"}}


def test_a_project_module_outside_the_folder_counts_as_well(project: Path) -> None:
    (project / "shared.py").write_text("Name = str\n")
    write(project, things="from shared import Name\n" + THINGS.replace("name: str", "name: Name"))
    assert thing(project) == {"name": {"type": "string"}}
    (project / "shared.py").write_text("Name = int\n")
    assert thing(project) == {"name": {"type": "integer"}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, {"more": ""}, id="new"),
        pytest.param({"more": ""}, {}, id="removed"),
    ],
)
def test_new_and_removed_modules_are_noticed(
    project: Path, children: list[Any], before: dict[str, str], after: dict[str, str]
) -> None:
    write(project, **before)
    read_head("changes/api", project)
    for name in before:
        (project / f"changes/api/{name}.py").unlink()
    write(project, **after)
    read_head("changes/api", project)
    assert len(children) == 2


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"key": 1}', "null"])
def test_a_broken_cache_is_read_past(project: Path, children: list[Any], kept: str) -> None:
    read_head("changes/api", project)
    file = project / ".cache/api-upgrades/changes-api.json"
    file.write_text(kept)
    assert thing(project) == {"name": {"type": "string"}}
    assert len(children) == 2
    assert json.loads(file.read_text())["document"]["info"]["title"] == "Shop"


def test_a_cache_that_cannot_be_written_is_done_without(project: Path) -> None:
    (project / ".cache").write_text("a file where the folder belongs")
    assert thing(project) == {"name": {"type": "string"}}


def test_what_the_models_print_is_no_part_of_the_result(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, things='import os\nprint("{}")\nos.write(1, b"raw\\xff\\n")\n' + THINGS)
    assert thing(project) == {"name": {"type": "string"}}
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sorted(captured.err.split()) == ["raw\N{REPLACEMENT CHARACTER}", "{}"]


def test_the_order_of_sets_is_the_same_each_time(project: Path) -> None:
    text = THINGS.replace("name: str", "name: Literal[tuple({'a', 'b', 'c', 'd', 'e', 'f'})]")
    write(project, things="from typing import Literal\n" + text)
    first = thing(project)
    (project / ".cache/api-upgrades/changes-api.json").unlink()
    assert thing(project) == first


DECIMAL = "from decimal import Decimal\n" + THINGS.replace("name: str", "name: Decimal")
BOTH_WAYS = DECIMAL.replace('"GET', '"POST').replace("responses=", "request=Thing, responses=")


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        pytest.param(
            {"things": "class Thing(:\n"},
            "things.py:1:13: not valid Python: invalid syntax; fix this line",
            id="syntax",
        ),
        pytest.param(
            {"things": "if True:\npass\n"},
            "things.py:2:1: not valid Python: expected an indented block after 'if' statement on line 1; fix this line",
            id="indentation",
        ),
        pytest.param(
            {"things": "x = 1\ny = nothing\n"},
            "things.py:2:5: the models cannot be imported: NameError: name 'nothing' is not defined; "
            "fix this line or what it calls",
            id="exception",
        ),
        pytest.param(
            {"things": "def f():\n    return 1 / 0\n\nf()\n"},
            "things.py:2:12: the models cannot be imported: ZeroDivisionError: division by zero; "
            "fix this line or what it calls",
            id="exception further in",
        ),
        pytest.param(
            {"things": "raise SystemExit(3)\n"},
            "things.py:1:1: the models cannot be imported: SystemExit: 3; fix this line or what it calls",
            id="exit",
        ),
        pytest.param(
            {"things": "import nowhere_at_all\n"},
            "things.py:1:1: No module named 'nowhere_at_all'; install it next to api-upgrades, or fix the import",
            id="missing package",
        ),
        pytest.param(
            {"__init__": "from .thinks import things\n"},
            "__init__.py:1:1: No module named 'api.thinks'; install it next to api-upgrades, or fix the import",
            id="misspelt module",
        ),
        pytest.param(
            {"__init__": ""},
            "__init__.py:1:1: the name 'api' must be an Api, but is missing; write 'api = Api(...)' in this file",
            id="no api",
        ),
        pytest.param(
            {"__init__": "from . import api\n", "api": ""},
            "__init__.py:1:1: the name 'api' must be an Api, but is a module; write 'api = Api(...)' in this file",
            id="api is a module",
        ),
        pytest.param(
            {"things": THINGS.replace("GET /things", "GET things")},
            "things.py:10:17: 'GET things' is not an operation; write it as 'POST /patients'",
            id="declared wrongly",
        ),
        pytest.param(
            {"things": BOTH_WAYS},
            "things.py:5:1: Thing is used in requests and in responses, but its schemas for them differ "
            "(is there a computed field, a serializer, a Decimal?); split it into two models",
            id="a model that differs by direction",
        ),
        pytest.param(
            {"things": "import os\nos._exit(7)\n"},
            "__init__.py: importing the models ended the Python process (exit code 7); see its output above",
            id="the process ends",
        ),
    ],
)
def test_models_that_cannot_be_read_give_one_error(project: Path, modules: dict[str, str], message: str) -> None:
    write(project, **modules)
    with pytest.raises(RegistryError) as raised:
        read_head("changes/api", project)
    assert str(raised.value) == f"changes/api/{message}"


def test_source_that_is_not_utf_8(project: Path) -> None:
    (project / "changes/api/things.py").write_bytes(b"x = 'caf\xe9'\n")
    with pytest.raises(RegistryError, match=r"changes/api/things\.py:1:.*not valid Python: .*(?i:utf-8)"):
        read_head("changes/api", project)


def test_an_error_is_not_kept(project: Path) -> None:
    write(project, things="nothing")
    with pytest.raises(RegistryError):
        read_head("changes/api", project)
    write(project, things=THINGS)
    assert thing(project) == {"name": {"type": "string"}}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "changes/apy", "changes/apy/__init__.py: does not exist; write the API's models there", id="absent"
        ),
        pytest.param("../elsewhere", r"\.\./elsewhere/__init__.py: the models are outside the project", id="outside"),
        pytest.param(".", "are outside the project", id="the project itself"),
    ],
)
def test_a_source_that_is_no_folder_of_the_project(project: Path, name: str, message: str) -> None:
    with pytest.raises(RegistryError, match=message):
        read_head(name, project)
