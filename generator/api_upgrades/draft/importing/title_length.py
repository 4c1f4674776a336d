"""Fits titles into their maximum length: with fewer names, then with shorter ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile

MAX_NAMES = 2
"""The number of names that a title shows before it counts the others."""

MAX_LENGTH = 110
"""The length of a title, in characters."""

MAX_UNCUT_LENGTH = 180
"""The length up to which a title with a single name is left whole, so that no name in it is cut."""

NAMES_SHOWN = ((MAX_NAMES, MAX_NAMES), (MAX_NAMES, 1), (1, 1))
"""How many names and places to show, the most first."""

MIN_PATH_LENGTH = 20
"""How much of a path a title shows at least, in characters."""


def fit_title(title: Callable[[int, int], str]) -> str:
    """The title with as many names as fit. If not even one does, names are shortened, and then places counted."""
    for names in NAMES_SHOWN:
        text = title(*names)
        if len(text) <= MAX_LENGTH:
            return text
    if len(text) <= MAX_UNCUT_LENGTH:
        return text
    for names, lengths in _SHORTER:
        text = _without_repeated_beginnings(title(*names))
        for length in lengths:
            shorter = _shorten_names(text, length)
            if len(shorter) <= MAX_LENGTH and _count_names(shorter) == _count_names(text):
                return shorter
    return _cut(text)


def _count_names(text: str) -> int:
    """How many different names a text has; fewer, if two became the same when they were shortened."""
    return len({code[2] for code in _CODE.finditer(text)})


def _cut(text: str) -> str:
    """The beginning of a text, up to the end of a word and outside of names."""
    words = text[: MAX_LENGTH - 1].split(" ")[:-1]
    while " ".join(words).count("`") % 2:
        del words[-1]
    return f"{' '.join(words)}…"


_SHORTER = (((1, 1), range(56, 30, -2)), ((1, 0), (MAX_LENGTH, *range(56, 18, -2))), ((1, -1), range(56, 6, -4)))
"""How many names and places to try, with how long names."""

_CODE = re.compile(r"(`+)(.+?)\1")
"""A name in a title."""

MIN_REPEATED = 8
"""How long the same beginning of two names has to be to leave it out in the second one."""


def _without_repeated_beginnings(text: str) -> str:
    """A text in which a name lacks the words with which the name before it begins too."""
    before = ""

    def shorten(code: re.Match[str]) -> str:
        nonlocal before
        name, words = code[2], split_words(code[2])
        if " /" in name:
            return code[0]  # an operation
        pairs = zip(split_words(before), words, strict=False)
        shared = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        before = name
        return f"{code[1]}…{name[len(shared) :]}{code[1]}" if MIN_REPEATED <= len(shared) < len(name) else code[0]

    return _CODE.sub(shorten, text)


def split_words(name: str) -> list[str]:
    """The words of a name, with all that stands between them."""
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[^A-Za-z0-9]+|[A-Z]", name)


def _shorten_names(text: str, length: int) -> str:
    """A text with all names in it shortened to a length."""
    return _CODE.sub(lambda code: f"{code[1]}{_shorten(code[2], length)}{code[1]}", text)


def _shorten(name: str, length: int) -> str:
    """The beginning and the end of a name. Of an operation, the method and the end of its path."""
    if len(name) <= length:
        return name
    method, space, path = name.partition(" /")
    if space:
        end = path[-max(length - len(method) - 2, MIN_PATH_LENGTH) :]
        return f"{method} …{end[end.find('/', 0, -1) :] if '/' in end[:-1] else end}"
    words = split_words(name)
    head, tail = _outer_words(words, length - 1)
    if head and tail:
        return f"{head}…{tail}"
    return f"{name[: (length - 1) // 2]}…{name[-(length // 2) :]}"


def _outer_words(words: list[str], length: int) -> tuple[str, str]:
    """As many whole words from the end and from the beginning of a name, in turn, as fit."""
    head: list[str] = []
    tail: list[str] = []
    left = list(words)
    while left:
        from_end = len("".join(tail)) <= len("".join(head))
        word = left.pop(-1 if from_end else 0)
        if sum(map(len, (*head, *tail, word))) > length:
            break
        tail.insert(0, word) if from_end else head.append(word)
    return "".join(head).rstrip("_-. "), "".join(tail).lstrip("_-. ")
