"""A weave: all texts of a series in one list of lines, each line stored once with the range of texts that contain it.

The diff of any two texts can be read off the weave: it is the sum of the diffs between neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from api_upgrades.core.json import Json
from api_upgrades.site.text.diff_lines import diff_lines


@dataclass
class _WeaveLine:
    """A line without its trailing comma, contained in the texts from `start` to before `end`.

    `commas` are the texts in which a comma follows it.
    """

    text: str
    start: int
    end: int
    commas: list[int] = field(default_factory=list)

    def extend(self, number: int, line: str) -> None:
        """Add the text of this number to the range."""
        self.end = number + 1
        if line.endswith(","):
            self.commas.append(number)


class Weave:
    """A series of texts, identified by their numbers. Equal texts have the same number."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._lines: list[_WeaveLine] = []

    def add(self, text: str) -> int:
        """Return the number of a text, adding it to the series if it is new."""
        if text in self._texts:
            return self._texts.index(text)
        number = len(self._texts)
        old = iter(self._lines)
        woven: list[_WeaveLine] = []
        for sign, line in diff_lines(self._texts[-1] if self._texts else "", text):
            if sign == "+":
                woven.append(_WeaveLine(line.removesuffix(","), number, number))
            else:
                for passed in old:
                    woven.append(passed)
                    if passed.end == number:  # the previous text contains it
                        break
            if sign != "-":
                woven[-1].extend(number, line)
        self._lines = [*woven, *old]
        self._texts.append(text)
        return number

    def to_json(self) -> list[Json]:
        """Return each line as `[text, start, end, commas]`.

        A line that all texts contain becomes its text alone. `commas` is left out if a comma follows in all texts (the
        line then ends with it) or in none.
        """
        return [self._line_to_json(line) for line in self._lines]

    def _line_to_json(self, line: _WeaveLine) -> Json:
        has_comma_always = len(line.commas) == line.end - line.start
        text = line.text + "," if has_comma_always else line.text
        if line.commas and not has_comma_always:
            return [text, line.start, line.end, line.commas]
        return text if (line.start, line.end) == (0, len(self._texts)) else [text, line.start, line.end]
