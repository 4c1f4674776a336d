"""Tries the `pattern` of a schema on a text, in bounded time.

A pattern of a document is a program that nobody has checked: `^(a+)+$` needs centuries for thirty characters. Python
cannot interrupt a match, so a pattern that may be slow runs in a child process, which is killed after a time limit.
Patterns that are fast by their form run here, as almost all of them do.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import re
import subprocess
import sys
import threading
import time
import warnings
from functools import lru_cache
from typing import IO, NamedTuple

MAX_STEPS = 100_000
"""The bound on the estimated steps of a match that is made in this process."""

SECONDS = 1.0
TOTAL_SECONDS = 8.0
LAST_SECONDS = 0.05
"""The time limits of one match, of all slow matches of this process together, and of each one after that."""


class PatternTooSlow(Exception):
    """The match was stopped at its time limit. The text may match or not."""


class UnsupportedPattern(Exception):
    r"""Python cannot compile the pattern. It may still be valid by ECMA-262, as `\p{L}` is."""


def matches(pattern: str, text: str) -> bool:
    """Whether a text has a match of a pattern. Raises PatternTooSlow or UnsupportedPattern."""
    compiled, form = _compile(pattern), _analyse(pattern)
    if compiled is None:
        raise UnsupportedPattern
    if form.count_steps(len(text)) <= MAX_STEPS:
        return compiled.search(text) is not None
    return _CHILD.search(compiled.pattern, text)


def may_match(pattern: str, text: str) -> bool | None:
    """Like `matches`, but None if the pattern cannot be tried."""
    try:
        return matches(pattern, text)
    except (PatternTooSlow, UnsupportedPattern):
        return None


def match_if_fast(pattern: str, text: str) -> bool | None:
    """Like `may_match`, but None as well if the pattern may be slow. So the answer never depends on the machine."""
    compiled = _compile(pattern)
    is_fast = compiled is not None and _analyse(pattern).count_steps(len(text)) <= MAX_STEPS
    return compiled.search(text) is not None if compiled is not None and is_fast else None


@lru_cache(4096)
def _compile(pattern: str) -> re.Pattern[str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about forms that another version of Python may read differently
            return re.compile(to_python(pattern))
    except (re.error, OverflowError, RecursionError, ValueError):
        return None


_DELIMITED = re.compile(r"/(\^.*|.*\$)/([dgimsuvy]*)", re.DOTALL)
"""A pattern written as in JavaScript code, with slashes around it. As it stands, it would match nothing."""

_CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_ECMA = re.compile(rf"({_CLASS})|\\k<(\w+)>|\\u\{{([0-9A-Fa-f]{{1,6}})\}}|\\.|\(\?<(?![=!])", re.DOTALL)
_CODE_POINT = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}|\\.", re.DOTALL)


def to_python(pattern: str) -> str:
    """A pattern of ECMA-262 in Python's syntax: named groups, code points, and the slashes around a literal."""
    flags = ""
    if literal := _DELIMITED.fullmatch(pattern):
        pattern, flags = literal[1], "".join(flag for flag in "ims" if flag in literal[2])
    return (f"(?{flags})" if flags else "") + _ECMA.sub(_translate_token, pattern)


def _translate_token(found: re.Match[str]) -> str:
    group, name, code_point = found.groups()
    if group:
        return _CODE_POINT.sub(lambda one: re.escape(chr(int(one[1], 16))) if one[1] else one[0], group)
    if name:
        return f"(?P={name})"
    if code_point:
        return re.escape(chr(int(code_point, 16)))
    return "(?P<" if found[0] == "(?<" else found[0]


class _Form(NamedTuple):
    """What decides how long a pattern may take.

    `loops` counts the repetitions without a fixed number, `choices` the alternatives and optional places. A pattern is
    nested if it repeats a group that contains any of these: then the time may grow exponentially with the text.
    """

    is_nested: bool
    loops: int
    choices: int

    def count_steps(self, length: int) -> float:
        """An estimate of the steps that a text of a length may take at most."""
        if self.is_nested:
            return math.pow(1 + self.loops + self.choices, min(length, _MANY))
        return math.pow(length + 1, min(self.loops + 1, _MANY)) * math.pow(2, min(self.choices, _MANY))


_MANY = 20
"""Larger exponents make no difference: the number of steps is above MAX_STEPS already."""


_TOKEN = re.compile(
    rf"\\.|{_CLASS}|(?P<open>\(\??)|(?P<close>\))|(?P<choice>[|?])|(?P<loop>[*+])"
    r"|\{(?P<least>\d+)(?P<comma>,)?(?P<most>\d*)\}",
    re.DOTALL,
)


@lru_cache(4096)
def _analyse(pattern: str) -> _Form:
    loops = choices = 0
    is_nested = False
    open_groups = [0]  # the value of loops + choices where each group began
    last_group: tuple[int, int] | None = None  # the end of the group just closed, and what it contains
    for found in _TOKEN.finditer(pattern):
        is_loop = found["loop"] is not None or (found["comma"] is not None and found["least"] != found["most"])
        is_repetition = is_loop or (found["least"] is not None and int(found["least"]) > 1)
        if is_repetition and last_group and last_group[0] == found.start() and last_group[1]:
            is_nested = True
        last_group = None
        if found["open"]:
            open_groups.append(loops + choices)
        elif found["close"] and len(open_groups) > 1:
            last_group = found.end(), loops + choices - open_groups.pop()
        loops += is_loop
        choices += found["choice"] is not None
    return _Form(is_nested, loops, choices)


_SCRIPT = """\
import json, re, sys, warnings
warnings.simplefilter("ignore")
print(flush=True)
for line in sys.stdin:
    pattern, text = json.loads(line)
    print("yes" if re.search(pattern, text) else "no", flush=True)
"""


class _ChildProcess:
    """A Python process that tries patterns. It starts when it is needed, and again after it was killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[str] | None = None
        self._answers: dict[tuple[str, str], bool] = {}
        self._slow_lengths: dict[str, int] = {}
        self._seconds_left = TOTAL_SECONDS

    def search(self, pattern: str, text: str) -> bool:
        """Whether a pattern, in Python's syntax, matches. Raises PatternTooSlow."""
        with self._lock:
            if (pattern, text) in self._answers:
                return self._answers[pattern, text]
            if len(text) >= self._slow_lengths.get(pattern, sys.maxsize):
                raise PatternTooSlow
            start = time.monotonic()
            answer = self._ask(json.dumps([pattern, text]))
            if not answer:
                self._seconds_left -= time.monotonic() - start
                self._slow_lengths[pattern] = len(text)
                raise PatternTooSlow
            return self._answers.setdefault((pattern, text), answer == "yes\n")

    def _ask(self, question: str) -> str:
        """The answer of the process; empty if it was killed or cannot be started."""
        try:
            process, questions, answers = self._start()
            timer = threading.Timer(SECONDS if self._seconds_left > 0 else LAST_SECONDS, process.kill)
            timer.start()
            try:
                print(question, file=questions, flush=True)
                answer = answers.readline()
            finally:
                timer.cancel()
        except OSError:
            answer = ""
        if not answer:
            self.stop()
        return answer

    def _start(self) -> tuple[subprocess.Popen[str], IO[str], IO[str]]:
        if self._owner != os.getpid():  # a forked process must not share the pipes of its parent
            self._owner, self._process = os.getpid(), None
        if self._process is None:
            command = [sys.executable, "-I", "-S", "-c", _SCRIPT]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            assert self._process.stdout
            self._process.stdout.readline()  # it is ready, so the time limit counts only the match
        process = self._process
        assert process.stdin
        assert process.stdout
        return process, process.stdin, process.stdout

    def stop(self) -> None:
        """Kill the process, if this process has started one."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()


_CHILD = _ChildProcess()
atexit.register(_CHILD.stop)
