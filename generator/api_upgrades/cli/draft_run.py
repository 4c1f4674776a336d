"""Drafts change files for `api-upgrades draft`, and asks about renames at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date as Date

import click

from api_upgrades.cli.lock import lock_project
from api_upgrades.core.files import write_text_durably
from api_upgrades.core.progress import stage
from api_upgrades.draft.rename_detection import AmbiguousRenames, Question, parse_renames, resolve_renames
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.target import Target
from api_upgrades.project import Project
from api_upgrades.registry.json_schema import render_change_schema
from api_upgrades.registry.layout import SCHEMA_FILE
from api_upgrades.releases.amend import require_ready_for_addition
from api_upgrades.releases.check import check
from api_upgrades.releases.draft_files import Draft, draft_files
from api_upgrades.releases.project_state import ProjectState


def run_draft(
    project: Project, renames: tuple[str, ...], no_renames: bool, addition: bool, day: Date, dry_run: bool
) -> None:
    """Draft change files, write or print them, and print what else to do. `day` is the date of an addition."""
    state = project.read_state()
    names = _find_renames(state, renames, no_renames)
    date = day.isoformat()
    if addition:
        require_ready_for_addition(check(state, project.source))
    result = _draft_files(project, state, names, date if addition else None)
    if not addition and not dry_run and result.is_compatible and _is_terminal():
        addition = click.confirm(f"{_NOT_BREAKING} Do they go live in every version at once?")
        result = _draft_files(project, state, names, date) if addition else result
    _write(project, result, dry_run)
    if addition and not dry_run and (result.files or state.unlocked_additions):
        lock_project(project)
    if not result.files:
        click.echo("Every difference is documented; there is nothing to draft.")
    for line in _advice(state, result, addition, dry_run):
        click.echo(line, err=True)


_NOT_BREAKING = "None of these changes is breaking."


def _advice(state: ProjectState, result: Draft, addition: bool, dry_run: bool) -> Iterator[str]:
    """Yield advice on what else to do, unless the command asked about it at the terminal."""
    if result.is_compatible and not addition and not _is_terminal():
        first = "" if dry_run else "delete these files and "
        yield f"{_NOT_BREAKING} If they go live in every version at once, {first}run: api-upgrades draft --addition"
    if not result.files and addition and state.registry.unreleased:
        yield (
            "If a change in unreleased/ goes live in every version at once, move its file to additions/, "
            "give it a 'date' and run: api-upgrades lock"
        )


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _draft_files(project: Project, state: ProjectState, renames: RenameMap, date: str | None) -> Draft:
    with stage("Drafting"):
        return draft_files(state, renames, lambda file: (project.root / file).read_text("utf-8"), date)


def _write(project: Project, result: Draft, dry_run: bool) -> None:
    """Write the drafted files and the JSON Schema that they refer to, and print their names.

    A dry run prints the files instead.
    """
    folder = project.root / project.registry
    files = dict(result.files)
    if files and not (folder / SCHEMA_FILE).exists() and not dry_run:
        # The schema comes first: if this run is interrupted, the next may have nothing to draft, and write no schema.
        files = {SCHEMA_FILE: render_change_schema()} | files
    for name, text in files.items():
        click.echo(f"# {project.registry}/{name}\n{text}" if dry_run else f"{project.registry}/{name}")
    if not dry_run:
        for name, text in files.items():
            write_text_durably(folder / name, text)


def _find_renames(state: ProjectState, renames: tuple[str, ...], no_renames: bool) -> RenameMap:
    """Return the renames from the options and the detected ones. At a terminal, ask the user about detected ones."""
    released, latest = state.latest_from_lock, state.latest_from_source
    if released is None:
        return RenameMap()
    unreleased = state.unreleased_step.effects if state.unreleased_step else ()
    documented = [move for applied in unreleased for move in applied.moves]
    given = parse_renames(released, latest, renames, documented)
    if no_renames:
        return given
    asker = _Asker(_is_terminal())
    found = resolve_renames(released, latest, asker.decide, given)
    if asker.unanswered:
        raise AmbiguousRenames(asker.unanswered)
    return found


class _Asker:
    """Asks about each rename once. Without a terminal, it accepts renames that have one candidate, and no others."""

    def __init__(self, is_terminal: bool) -> None:
        self.unanswered: list[Question] = []
        self._is_terminal = is_terminal
        self._answers: dict[tuple[str, tuple[str, ...]], int | None] = {}

    def decide(self, question: Question) -> Target | None:
        if not self._is_terminal:
            if len(question.candidates) == 1:
                return question.candidates[0]
            self.unanswered.append(question)
            return None
        key = (question.old.name, tuple(one.name for one in question.candidates))
        if key not in self._answers:
            self._answers[key] = _ask(question)
        index = self._answers[key]
        return None if index is None else question.candidates[index]


def _ask(question: Question) -> int | None:
    """The index of the candidate that somebody at the terminal chooses; None if they choose none."""
    if len(question.candidates) == 1:
        return 0 if click.confirm(str(question), default=True) else None
    click.echo(str(question))
    for number, one in enumerate(question.candidates, 1):
        click.echo(f"  {number}  {one}")
    click.echo("  0  none of them")
    number = click.prompt("Which one", type=click.IntRange(0, len(question.candidates)), default=1)
    return number - 1 if number else None
