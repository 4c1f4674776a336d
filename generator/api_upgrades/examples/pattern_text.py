r"""Writes a text that matches a pattern, for patterns of literals, classes, groups, alternatives and repetitions.

`^[A-Z]{2}-\d{4}$` gives `AB-1234`. Anchors and conditions such as `(?!…)` write nothing. Whether the text matches, the
pattern itself decides afterwards; if that could take long, a text counts where no condition was left out. So the result
is the same in every run.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from api_upgrades.core.patterns import match_if_fast, to_python

MAX_LENGTH = 1_000
"""The maximum number of characters of a text, and of the repetitions of one group."""

MAX_STEPS = 20_000
MAX_DEPTH = 30
MAX_BRANCHES = 4
"""How many of the alternatives of a pattern are tried."""

_OTHERS = "-_. !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"
_ANY = string.ascii_letters + string.digits + _OTHERS
_CLASSES = {"d": "1234567890", "w": string.ascii_letters + string.digits + "_", "s": " "}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_LONG_RANGE = 100
"""Of a range with more characters, the first ones."""


class _TooComplex(Exception):
    """The pattern has something that can't be written, or its text would be too long."""


@lru_cache(4096)
def text_matching(pattern: str, min_length: int = 0, max_length: int | None = None) -> str | None:
    """A text of a length that matches a pattern; None if none is found."""
    try:
        parser = _Parser(to_python(pattern))
        node = parser.whole()
        for branch, is_short, may_exceed in product(range(MAX_BRANCHES), (False, True), (False, True)):
            text = _Writer(branch, is_short).write(node)
            if len(text) < min_length:
                text = _Writer(branch, is_short, may_exceed, min_length - len(text)).write(node)
            has_length = min_length <= len(text) and (max_length is None or len(text) <= max_length)
            is_match = match_if_fast(pattern, text) if has_length else False
            if is_match or (is_match is None and not parser.has_conditions):
                return text
    except _TooComplex:
        pass
    return None


@dataclass(frozen=True)
class _Repeat:
    """A part of a pattern with its smallest and its largest number of repetitions."""

    item: _Node
    least: int
    most: int


@dataclass(frozen=True)
class _Choice:
    branches: tuple[_Node, ...]


_Node = str | _Repeat | _Choice | tuple["_Node", ...]
"""The characters of a class, a repetition, alternatives, or a sequence."""


@dataclass
class _Writer:
    """Writes one text: which alternative it takes, whether it repeats as rarely as possible, and how much it adds."""

    branch: int
    is_short: bool
    may_exceed: bool = False
    missing: int = 0
    steps: int = 0

    def write(self, node: _Node, turn: int = 0) -> str:
        """The text of a part; `turn` counts its repetitions, so that a class writes one character after the other."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise _TooComplex
        if isinstance(node, str):
            return node[turn % len(node)]
        if isinstance(node, _Choice):
            return self.write(node.branches[self.branch % len(node.branches)], turn)
        if isinstance(node, _Repeat):
            return self._repeat(node)
        return "".join(self.write(one, turn) for one in node)

    def _repeat(self, node: _Repeat) -> str:
        usual = node.least if self.is_short or node.most <= 1 else max(node.least, 1)
        pieces = [self.write(node.item, turn) for turn in range(usual)]
        while self.missing and len(pieces) < node.most:
            piece = self.write(node.item, len(pieces))
            if not piece or (len(piece) > self.missing and not self.may_exceed):
                break
            pieces.append(piece)
            self.missing = max(0, self.missing - len(piece))
        return "".join(pieces)


@dataclass
class _Parser:
    """Reads a pattern in Python's syntax. `has_conditions` says whether it has any that write nothing."""

    pattern: str
    has_conditions: bool = field(default=False, init=False)
    at: int = field(default=0, init=False)
    depth: int = field(default=0, init=False)

    def whole(self) -> _Node:
        found = self._alternatives()
        if self.at < len(self.pattern):
            raise _TooComplex
        return found

    def _take(self, *texts: str) -> str:
        """The first of some texts that comes next, which is read; empty if none does."""
        found = next((one for one in texts if self.pattern.startswith(one, self.at)), "")
        self.at += len(found)
        return found

    def _next(self) -> str:
        if self.at == len(self.pattern):
            raise _TooComplex
        self.at += 1
        return self.pattern[self.at - 1]

    def _until(self, end: str) -> str:
        start, self.at = self.at, self.pattern.find(end, self.at) + len(end)
        if self.at < start:
            raise _TooComplex
        return self.pattern[start : self.at - len(end)]

    def _alternatives(self) -> _Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooComplex
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else _Choice(tuple(branches))

    def _sequence(self) -> _Node:
        found = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            found.append(self._quantified(self._atom()))
        return tuple(found)

    def _quantified(self, node: _Node) -> _Node:
        least, most = 1, 1
        if sign := self._take("*", "+", "?"):
            least, most = int(sign == "+"), 1 if sign == "?" else MAX_LENGTH
        elif counts := self._counts():
            least, most = counts
        else:
            return node
        self._take("?")  # a lazy repetition matches the same texts
        return _Repeat(node, least, most)

    def _counts(self) -> tuple[int, int] | None:
        """The numbers of `{2}`, `{2,}` or `{2,5}`. Any other brace is a character."""
        start = self.at
        if not self._take("{"):
            return None
        least, comma, most = self.pattern[self.at : self.pattern.find("}", self.at)].partition(",")
        if not (least + most).isdecimal() or (not comma and not least):
            self.at = start
            return None
        self._until("}")
        fewest = int(least or 0)
        if fewest > MAX_LENGTH:
            raise _TooComplex
        return fewest, fewest if not comma else int(most) if most else MAX_LENGTH

    def _atom(self) -> _Node:
        sign = self._next()
        if sign in "*+?":
            raise _TooComplex
        if sign == "(":
            return self._group()
        if sign == "[":
            return self._class()
        if sign == "\\" and not self._take(*"bBAZ"):
            return self._escaped()
        if sign in "\\^$":
            self.has_conditions |= self.at not in (1, len(self.pattern))
            return ()
        return _ANY if sign == "." else sign

    def _group(self) -> _Node:
        if not self._take("?"):
            found = self._alternatives()
        elif self._take("=", "!", "<=", "<!"):
            self._alternatives()
            self.has_conditions, found = True, ()
        elif self._take(":") or (self._take("P<") and self._until(">")):
            found = self._alternatives()
        elif set(self._until(")")) <= set("ims"):
            return ()
        else:
            raise _TooComplex
        if not self._take(")"):
            raise _TooComplex
        return found

    def _escaped(self) -> str:
        """The characters that an escape sequence stands for."""
        sign = self._next()
        if sign.lower() in _CLASSES:
            inside = _CLASSES[sign.lower()]
            return inside if sign.islower() else _others_than(inside)
        if sign in "xu":
            digits = self.pattern[self.at : self.at + (2 if sign == "x" else 4)]
            self.at += len(digits)
            try:
                return chr(int(digits, 16))
            except ValueError:
                raise _TooComplex from None
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign.isalnum():
            raise _TooComplex
        return sign

    def _class(self) -> str:
        is_negated = bool(self._take("^"))
        found = ""
        while not found or not self._take("]"):
            first = self._class_item()
            if len(first) == 1 and self.pattern[self.at : self.at + 2] not in ("-]", "-") and self._take("-"):
                last = self._class_item()
                codes = range(ord(first), ord(last) + 1) if len(last) == 1 else ()
                if not codes:
                    raise _TooComplex
                first = "".join(filter(str.isprintable, map(chr, codes[:_LONG_RANGE]))) or chr(codes[-1])
            found += first
        if is_negated:
            return _others_than(found)
        return "".join(sorted(dict.fromkeys(found), key=_is_unusual))

    def _class_item(self) -> str:
        sign = self._next()
        return self._escaped() if sign == "\\" else sign


def _others_than(characters: str) -> str:
    found = "".join(one for one in _ANY if one not in characters)
    if not found:
        raise _TooComplex
    return found


def _is_unusual(character: str) -> bool:
    return not character.isalnum()
