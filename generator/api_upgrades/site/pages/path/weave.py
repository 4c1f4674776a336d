"""All texts of one series in one list of lines, each line written once.

A line knows in which of the texts it stands, always a run of them, so that the difference of any two is read off: it
is the sum of the differences between neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from api_upgrades.core.json import Json
from api_upgrades.site.text.diff import diff_lines


@dataclass
class _Woven:
    """A line without its trailing comma, the texts `first` to before `end`, and those in which it has a comma."""

    text: str
    first: int
    end: int
    commas: list[int] = field(default_factory=list)

    def stand_in(self, number: int, line: str) -> None:
        self.end = number + 1
        if line.endswith(","):
            self.commas.append(number)


class Weave:
    """A series of texts. They are known by their numbers, equal ones by one number."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._lines: list[_Woven] = []

    def add(self, text: str) -> int:
        """The number of a text, which joins the series if need be."""
        if text in self._texts:
            return self._texts.index(text)
        number = len(self._texts)
        old = iter(self._lines)
        woven: list[_Woven] = []
        for sign, line in diff_lines(self._texts[-1] if self._texts else "", text):
            if sign == "+":
                woven.append(_Woven(line.removesuffix(","), number, number))
            else:
                for passed in old:
                    woven.append(passed)
                    if passed.end == number:  # it stands in the text before
                        break
            if sign != "-":
                woven[-1].stand_in(number, line)
        self._lines = [*woven, *old]
        self._texts.append(text)
        return number

    def lines(self) -> list[Json]:
        """Every line: the text alone where it stands in all texts, else with the first, the one after the last, and
        those in which it has a comma, where these aren't all or none.
        """
        return [self._line(line) for line in self._lines]

    def _line(self, line: _Woven) -> Json:
        every = len(line.commas) == line.end - line.first
        text = line.text + "," if every else line.text
        if line.commas and not every:
            return [text, line.first, line.end, line.commas]
        return text if (line.first, line.end) == (0, len(self._texts)) else [text, line.first, line.end]
