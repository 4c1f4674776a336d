"""Commands that keep the registry: check it, draft what it lacks, release it, freeze what was released."""

from __future__ import annotations

import json
import sys
from datetime import date as Date
from pathlib import Path

import click

from api_upgrades.amend import amended, locked, rebased
from api_upgrades.change_schema import SCHEMA_FILE, change_schema
from api_upgrades.check import check as checked_of
from api_upgrades.cli.group import main
from api_upgrades.draft.files import draft_files
from api_upgrades.draft.recognise import Ambiguous, Question, as_said, recognised
from api_upgrades.errors import RegistryErrors
from api_upgrades.exports.openapi import indented
from api_upgrades.files import keep, write
from api_upgrades.names import Names
from api_upgrades.project import Project
from api_upgrades.release import release as release_version
from api_upgrades.standing import Standing
from api_upgrades.target import Target


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def check(project: Project, form: str) -> None:
    """Report all that is undocumented, altered since it was released, or still to be written.

    Example: api-upgrades check
    """
    standing = project.standing()
    checked = checked_of(standing, project.source)
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


def _fine(standing: Standing) -> str:
    registry = standing.registry
    changes = sum(len(version.changes) for version in registry.lineup) + len(registry.additions)
    return f"{len(registry.versions)} versions and {changes} changes are fine."


@main.command()
@click.option("--rename", "renames", multiple=True, metavar="OLD=NEW", help="What goes by another name; repeatable.")
@click.option("--no-renames", is_flag=True, help="Nothing goes by another name: it went, and something else came.")
@click.option("--addition", is_flag=True, help="It breaks nobody, and is live in every version from a day on.")
@click.option("--date", metavar="YYYY-MM-DD", help="The day on which an addition went live.  [default: today]")
@click.option("--dry-run", is_flag=True, help="Print the files, and write none.")
@click.pass_obj
def draft(
    project: Project, renames: tuple[str, ...], no_renames: bool, addition: bool, date: str | None, dry_run: bool
) -> None:
    """Write change files for all that the models say and no change tells of yet.

    Example: api-upgrades draft

    Example: api-upgrades draft --rename Appointment.note=Appointment.remark
    """
    if date is not None and not addition:
        raise click.UsageError("--date is the day of an addition; say --addition too")
    standing = project.standing()
    names = _names(standing, renames, no_renames)
    day = (date or Date.today().isoformat()) if addition else None
    found = draft_files(standing, names, lambda file: (project.root / file).read_text("utf-8"), day)
    if not found.files:
        click.echo("Every difference is in a change already; there is nothing to draft.")
    for name, text in found.files.items():
        click.echo(f"# {project.registry}/{name}\n{text}" if dry_run else f"{project.registry}/{name}")
    if not dry_run:
        for name, text in found.files.items():
            keep(project.root / project.registry / name, text)
        if addition and (found.files or standing.pending):
            _freeze(project)
    if not addition and found.severity in ("additive", "neutral"):
        click.echo("None of this breaks anybody. If it goes live in every version at once: draft --addition", err=True)


def _names(standing: Standing, renames: tuple[str, ...], no_renames: bool) -> Names:
    """How names moved: as the call says, and for the rest as somebody at the terminal says."""
    goal = standing.goal
    if goal is None:
        return Names()
    told = [move for applied in standing.upcoming.effects for move in applied.moves] if standing.upcoming else []
    said = as_said(goal, standing.now, renames, told)
    if no_renames:
        return said
    asker = _Asker(sys.stdin.isatty() and sys.stdout.isatty())
    found = recognised(goal, standing.now, asker.decide, said)
    if asker.open:
        raise click.UsageError(str(Ambiguous(asker.open)))
    return found


class _Asker:
    """Asks about each rename once; where nobody can be asked, it takes what is certain and keeps the rest open."""

    def __init__(self, is_terminal: bool) -> None:
        self.open: list[Question] = []
        self._is_terminal = is_terminal
        self._answers: dict[tuple[str, tuple[str, ...]], int | None] = {}

    def decide(self, question: Question) -> Target | None:
        if not self._is_terminal:
            if len(question.candidates) == 1:
                return question.candidates[0]
            self.open.append(question)
            return None
        same = (question.old.name, tuple(one.name for one in question.candidates))
        if same not in self._answers:
            self._answers[same] = _asked(question)
        index = self._answers[same]
        return None if index is None else question.candidates[index]


def _asked(question: Question) -> int | None:
    """Which of the candidates it is, None for none of them."""
    if len(question.candidates) == 1:
        return 0 if click.confirm(str(question), default=True) else None
    click.echo(str(question))
    for number, one in enumerate(question.candidates, 1):
        click.echo(f"  {number}  {one}")
    click.echo("  0  none of them")
    number = click.prompt("Which one", type=click.IntRange(0, len(question.candidates)), default=1)
    return number - 1 if number else None


def _freeze(project: Project) -> None:
    """Bring the locks up to what is there."""
    standing = project.standing()
    locked(standing, checked_of(standing, project.source)).write(standing.locks)


@main.command()
@click.argument("version")
@click.option("--summary", help="What the version brings.  [default: the titles of its changes]")
@click.pass_obj
def release(project: Project, version: str, summary: str | None) -> None:
    """Make what is unreleased the VERSION, and freeze it.

    Example: api-upgrades release 2023-07-10
    """
    standing = project.standing()
    release_version(standing, checked_of(standing, project.source), version, summary)
    click.echo(f"{project.registry}/{version} is released.")


@main.command()
@click.option("--rebase", is_flag=True, help="Accept schemas that say the same in other words, as a new pydantic does.")
@click.pass_obj
def lock(project: Project, rebase: bool) -> None:
    """Freeze the versions and additions that no lock holds yet.

    Example: api-upgrades lock
    """
    if not rebase:
        _freeze(project)
        click.echo("Every version and every addition is frozen.")
        return
    standing = project.standing()
    locks, told = rebased(standing, checked_of(standing, project.source))
    locks.write(standing.locks)
    for line in told:
        click.echo(line)
    click.echo(f"{len(told)} differences in wording alone are accepted.")


@main.command()
@click.argument("version")
@click.option("--why", required=True, help="The reason, which the page of the version shows.")
@click.pass_obj
def amend(project: Project, version: str, why: str) -> None:
    """Correct what was released: freeze VERSION, and the older ones with it, as they are derived now.

    Example: api-upgrades amend 2023-05-12 --why "The documentation said integer; the API always sent a string."
    """
    if not why.strip():
        raise click.UsageError("--why says nothing; give the reason, which the page of the version shows")
    standing = project.standing()
    locks, versions = amended(standing, version, why.strip(), Date.today().isoformat())
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
    """Write the JSON Schema of change files, by which editors complete and check them.

    Example: api-upgrades schema
    """
    file = out or project.root / project.registry / SCHEMA_FILE
    write(file, indented(change_schema()))
    click.echo(str(file))
