"""What `check` found, as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api_upgrades.core.errors import RegistryError, RegistryErrors
from api_upgrades.core.json import Json
from api_upgrades.effects.base import as_code
from api_upgrades.registry.model import Registry
from api_upgrades.releases.fault import CheckResult
from api_upgrades.review.terminal import Colorize
from api_upgrades.site.pages import markdown


@dataclass(frozen=True)
class CheckText:
    """The faults and notes of a project, or the sentence that all is fine."""

    registry: Registry
    result: CheckResult

    @property
    def verdict(self) -> str:
        """How many faults there are, or what was found to be fine."""
        if count := len(self.result.faults):
            return f"{count} {'fault' if count == 1 else 'faults'}."
        versions = len(self.registry.versions)
        changes = sum(len(version.changes) for version in self.registry.all_versions) + len(self.registry.additions)
        return (
            f"{versions} {'version' if versions == 1 else 'versions'} and "
            f"{changes} {'change' if changes == 1 else 'changes'} are fine."
        )

    def as_text(self, colorize: Colorize) -> str:
        """The faults, one a line; the verdict if there are none. Notes are printed apart, to stderr."""
        return str(RegistryErrors(self.result.faults)) if self.result.faults else self.verdict

    def as_markdown(self) -> str:
        """The verdict, the faults and the notes, without any text that GitHub would turn into a mention or a link."""
        return markdown.make_inert("\n".join(self._markdown_lines()) + "\n")

    def _markdown_lines(self) -> Iterator[str]:
        yield f"**{self.verdict}**"
        if self.result.faults:
            yield from ("", *map(_item, self.result.faults))
        if self.result.notes:
            yield from ("\n## Notes\n", *map(_item, self.result.notes))

    def as_json(self) -> dict[str, Json]:
        """The faults and the notes as data."""
        return self.result.as_json()


def _item(error: RegistryError) -> str:
    return f"- {as_code(error.location)}: {markdown.escape_text(error.message)}"
