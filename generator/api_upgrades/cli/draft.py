"""The command that drafts changes: who asks, who is asked, and what is written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date as Date
from datetime import datetime

import click

from api_upgrades.cli.group import main
from api_upgrades.cli.lock import freeze
from api_upgrades.core.errors import UsageError
from api_upgrades.core.files import write_text_durably
from api_upgrades.core.progress import stage
from api_upgrades.draft.rename_detection import Ambiguous, Question, parse_renames, resolve_renames
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.target import Target
from api_upgrades.project import Project
from api_upgrades.registry.json_schema import SCHEMA_FILE, render_change_schema
from api_upgrades.releases.amend import require_ready_for_addition
from api_upgrades.releases.check import check
from api_upgrades.releases.draft_files import Draft, draft_files
from api_upgrades.releases.project_state import ProjectState


@main.command()
@click.option("--rename", "renames", multiple=True, metavar="OLD=NEW", help="What goes by another name; repeatable.")
@click.option("--no-renames", is_flag=True, help="Nothing goes by another name: it went, and something else came.")
@click.option("--addition", is_flag=True, help="It breaks nobody, and is live in every version from a day on.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day on which an addition went live.  [default: today]",
)
@click.option("--dry-run", is_flag=True, help="Print the files, and write none.")
@click.pass_obj
def draft(
    project: Project, renames: tuple[str, ...], no_renames: bool, addition: bool, day: datetime | None, dry_run: bool
) -> None:
    """Write change files for what no change tells of yet.

    Example: api-upgrades draft

    Example: api-upgrades draft --rename Appointment.note=Appointment.remark

    Example: api-upgrades draft --addition --date 2023-07-10
    """
    if day is not None and not addition:
        raise UsageError("--date is the day of an addition; say --addition too")
    standing = project.standing()
    names = _names(standing, renames, no_renames)
    date = (day.date() if day else Date.today()).isoformat()
    if addition:
        require_ready_for_addition(check(standing, project.source))
    found = _drafted(project, standing, names, date if addition else None)
    if not addition and not dry_run and found.is_compatible and _is_terminal():
        addition = click.confirm(f"{_BREAKS_NOBODY} Does it go live in every version at once?")
        found = _drafted(project, standing, names, date) if addition else found
    _write(project, found, dry_run)
    if addition and not dry_run and (found.files or standing.unlocked_additions):
        freeze(project)
    if not found.files and not found.reworded_places:
        click.echo("Every difference is in a change already; there is nothing to draft.")
    for line in _advice(standing, found, addition, dry_run):
        click.echo(line, err=True)


_BREAKS_NOBODY = "None of this breaks anybody."


def _advice(standing: ProjectState, found: Draft, addition: bool, dry_run: bool) -> Iterator[str]:
    """What else there is to do, for those who were not asked."""
    if found.is_compatible and not addition and not _is_terminal():
        first = "" if dry_run else "take it away again and "
        yield f"{_BREAKS_NOBODY} If it goes live in every version at once, {first}run: api-upgrades draft --addition"
    if not found.files and addition and standing.registry.unreleased:
        yield (
            "If a change in unreleased/ goes live in every version at once, move its file to additions/, "
            "give it a 'date' and run: api-upgrades lock"
        )
    if found.reworded_places:
        places = ", ".join(map(str, found.reworded_places))
        yield f"{places}: the same in other words, as another pydantic has them. Run: api-upgrades lock --rebase"


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _drafted(project: Project, standing: ProjectState, names: RenameMap, date: str | None) -> Draft:
    with stage("Drafting"):
        return draft_files(standing, names, lambda file: (project.root / file).read_text("utf-8"), date)


def _write(project: Project, found: Draft, dry_run: bool) -> None:
    """Write drafted files, with the schema to which their first lines lead, and print their names; or print it all."""
    folder = project.root / project.registry
    files = dict(found.files)
    if files and not (folder / SCHEMA_FILE).exists() and not dry_run:
        files = {SCHEMA_FILE: render_change_schema()} | files  # first: once all is drafted, nothing is written
    for name, text in files.items():
        click.echo(f"# {project.registry}/{name}\n{text}" if dry_run else f"{project.registry}/{name}")
    if not dry_run:
        for name, text in files.items():
            write_text_durably(folder / name, text)


def _names(standing: ProjectState, renames: tuple[str, ...], no_renames: bool) -> RenameMap:
    """How names moved: as the call says, and for the rest as somebody at the terminal says."""
    goal = standing.latest_from_lock
    if goal is None:
        return RenameMap()
    told = (
        [move for applied in standing.unreleased_step.effects for move in applied.moves]
        if standing.unreleased_step
        else []
    )
    said = parse_renames(goal, standing.latest_from_source, renames, told)
    if no_renames:
        return said
    asker = _Asker(_is_terminal())
    found = resolve_renames(goal, standing.latest_from_source, asker.decide, said)
    if asker.open:
        raise Ambiguous(asker.open)
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
