"""Commands that keep the registry: check it, release it, freeze what was released."""

from __future__ import annotations

import json
import sys
from datetime import date as Date
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from api_upgrades.cli.group import main
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.files import write
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.registry.file_models import Line, Text
from api_upgrades.registry.json_schema import SCHEMA_FILE, schema_text
from api_upgrades.releases.amend import amended, locked, rebased
from api_upgrades.releases.check import check as checked_of
from api_upgrades.releases.fault import Checked
from api_upgrades.releases.project_state import Standing
from api_upgrades.releases.release import release as release_version


class Prose(click.ParamType[str]):
    """A text that pages show, of one line or of any number."""

    name = "text"

    def __init__(self, form: Any = Text) -> None:
        self._form = form

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            text: str = TypeAdapter(self._form).validate_python(value)
            return text
        except ValidationError:
            line = "a line of text" if self._form is Line else "some text"
            self.fail(f"write {line} here, without control characters", param, ctx)


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--allow-todo", is_flag=True, help="Accept prose that is still to be written, as an import leaves it.")
@click.pass_obj
def check(project: Project, form: str, allow_todo: bool) -> None:
    """Report what is undocumented, altered, or still to be written.

    Example: api-upgrades check
    """
    standing, checked = _checked(project, allow_todo=allow_todo)
    if form == "json":
        click.echo(json.dumps(checked.as_json(), indent=2, ensure_ascii=False))
    else:
        for note in checked.notes:
            click.echo(f"note: {note}", err=True)
        if checked.faults:
            raise RegistryErrors(checked.faults)
        click.echo(_fine(standing))
    if checked.faults:
        sys.exit(1)


def _checked(project: Project, *, allow_todo: bool = False) -> tuple[Standing, Checked]:
    standing = project.standing()
    with stage("Checking every version"):
        return standing, checked_of(standing, project.source, allow_todo=allow_todo)


def _fine(standing: Standing) -> str:
    registry = standing.registry
    changes = sum(len(version.changes) for version in registry.lineup) + len(registry.additions)
    return f"{len(registry.versions)} versions and {changes} changes are fine."


def freeze(project: Project) -> None:
    """Bring the locks up to what is there."""
    standing, checked = _checked(project)
    locked(standing, checked).write(standing.locks)


@main.command()
@click.argument("version")
@click.option("--summary", type=Prose(), help="What the version brings.  [default: the titles of its changes]")
@click.pass_obj
def release(project: Project, version: str, summary: str | None) -> None:
    """Make what is unreleased the VERSION, and freeze it.

    Example: api-upgrades release 2023-07-10

    Example: api-upgrades release 2023-07-10 --summary "Appointments have a title."
    """
    standing, checked = _checked(project)
    release_version(standing, checked, version, summary)
    click.echo(f"{project.registry}/{version} is released.")


@main.command()
@click.option("--rebase", is_flag=True, help="Accept schemas that say the same in other words, as a new pydantic does.")
@click.pass_obj
def lock(project: Project, rebase: bool) -> None:
    """Freeze the versions and additions that no lock holds yet.

    Example: api-upgrades lock

    Example: api-upgrades lock --rebase
    """
    if not rebase:
        freeze(project)
        click.echo("Every version and every addition is frozen.")
        return
    standing, checked = _checked(project)
    locks, told = rebased(standing, checked)
    locks.write(standing.locks)
    for line in told:
        click.echo(line)
    counted = "1 difference" if len(told) == 1 else f"{len(told)} differences"
    click.echo(f"{counted} in wording alone accepted.")


@main.command()
@click.argument("version")
@click.option("--why", type=Prose(), required=True, help="The reason, which the page of the version shows.")
@click.pass_obj
def amend(project: Project, version: str, why: str) -> None:
    """Correct what was released, with a reason.

    Freezes VERSION, and the older ones with it, as they are derived now.

    Example: api-upgrades amend 2023-05-12 --why "The documentation said integer; the API always sent a string."
    """
    standing = project.standing()
    with stage("Deriving every version"):
        locks, versions = amended(standing, version, why, Date.today().isoformat())
    locks.write(standing.locks)
    click.echo(f"Amended: {', '.join(reversed(versions))}.")


@main.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file to write.  [default: {SCHEMA_FILE} in the registry]",
)
@click.pass_obj
def schema(project: Project, out: Path | None) -> None:
    """Write the JSON Schema of change files, for editors.

    Example: api-upgrades schema
    """
    file = out or project.root / project.registry / SCHEMA_FILE
    write(file, schema_text())
    click.echo(str(file))
