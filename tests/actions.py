"""As much of GitHub's runner as the workflows here need: conditions, expressions, shell steps and their outputs.

An action isn't run. A test says what stands for it, and fails where it said nothing.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}

Contexts = Mapping[str, Any]
Action = Callable[[Mapping[str, Any]], object]


class Step(NamedTuple):
    """A step of a workflow, by where it stands."""

    workflow: str
    job: str
    name: str


def steps() -> Iterator[tuple[Step, dict[str, Any]]]:
    for workflow, content in WORKFLOWS.items():
        for job, body in content["jobs"].items():
            for step in body["steps"]:
                yield Step(workflow, job, step.get("name", "")), step


SHELL_STEPS = {place for place, step in steps() if "run" in step}

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([\w.]+)|(&&|\|\||==|!=|[()]))")
_OPERATORS = {"&&": " and ", "||": " or "}


def evaluate(expression: str, contexts: Contexts) -> Any:
    """What an expression comes to. `&&` and `||` give one of their sides, as Python's words do."""
    python, end = "", 0
    for token in _TOKEN.finditer(expression.strip()):
        assert token.start() == end, f"no expression known here: {expression!r}"
        end = token.end()
        text, name, operator = token.groups()
        if name:
            python += repr(look_up(name, contexts))
        else:
            python += text or _OPERATORS.get(operator, operator)
    assert end == len(expression.strip()), f"no expression known here: {expression!r}"
    return eval(python, {"__builtins__": {}})


def look_up(name: str, contexts: Contexts) -> Any:
    """A context's value; as on GitHub, what isn't there is empty."""
    found: Any = contexts
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return "" if found is None else found


def fill_in(text: str, contexts: Contexts) -> str:
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], contexts)), str(text), flags=re.DOTALL)


def combinations(job: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What a job's matrix gives it to run with, one after the other; once nothing for a job without one."""
    matrix: Mapping[str, list[str]] = job.get("strategy", {}).get("matrix", {})
    for values in product(*matrix.values()):
        yield dict(zip(matrix, values, strict=True))


@dataclass
class Runner:
    """A machine that runs jobs in a folder, and remembers which shell steps it ran."""

    folder: Path
    temporary: Path
    environment: Mapping[str, str]
    actions: Mapping[str, Action]
    ran: set[Step] = field(default_factory=set)
    printed: str = ""

    def run(self, workflow: str, job: str, contexts: Contexts) -> bool:
        """Run a job, once for each combination of its matrix, and say whether it was run at all.

        Raises where one of its steps fails.
        """
        body = WORKFLOWS[workflow]["jobs"][job]
        if not evaluate(body.get("if", "'always'"), contexts):
            return False
        for matrix in combinations(body):
            self.run_steps(workflow, job, {**contexts, "matrix": matrix})
        return True

    def run_steps(self, workflow: str, job: str, contexts: Contexts) -> None:
        body = WORKFLOWS[workflow]["jobs"][job]
        outputs: dict[str, Any] = {}
        inside = {**contexts, "steps": outputs}
        for step in body["steps"]:
            if not evaluate(step.get("if", "'always'"), inside):
                continue
            if "uses" in step:
                given = {key: fill_in(value, inside) for key, value in step.get("with", {}).items()}
                self.actions[step["uses"].partition("@")[0]](given)
                continue
            asked = {**WORKFLOWS[workflow].get("env", {}), **body.get("env", {}), **step.get("env", {})}
            found = self.shell(step["run"], {name: fill_in(value, inside) for name, value in asked.items()})
            outputs[step.get("id", step["name"])] = {"outputs": found}
            self.ran.add(Step(workflow, job, step["name"]))

    def shell(self, script: str, environment: Mapping[str, str]) -> dict[str, str]:
        """Run a script, strictly, and give its outputs."""
        self.temporary.mkdir(exist_ok=True)
        file, output = self.temporary / "step.sh", self.temporary / "output"
        file.write_text(script, encoding="utf-8")
        output.write_text("", encoding="utf-8")
        run = subprocess.run(
            ["bash", "--noprofile", "--norc", "-euo", "pipefail", str(file)],
            cwd=self.folder,
            env={
                **self.environment,
                "GITHUB_OUTPUT": str(output),
                "RUNNER_TEMP": str(self.temporary),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.printed = run.stdout
        assert run.returncode == 0, f"{script}\n{run.stdout}"
        lines = output.read_text(encoding="utf-8").splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}
