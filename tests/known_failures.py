"""What does not hold yet, in one place: `known_failures.yaml` says for each test which of its cases fail, and why.

Such a case must fail: one that passes fails its test, until its line is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml


@cache
def known_failures(section: str) -> Mapping[str, str]:
    """The cases of one section that fail, with the reasons."""
    text = Path(__file__).with_name("known_failures.yaml").read_text(encoding="utf-8")
    failures: Mapping[str, str] = (yaml.safe_load(text) or {}).get(section) or {}
    return failures


def cases(section: str, names: Iterable[str]) -> list[Any]:
    """The names as parameters of a test; those that fail are expected to."""
    names = list(names)
    failures = known_failures(section)
    unknown = sorted(set(failures) - set(names))
    assert not unknown, f"known_failures.yaml has no case of {section} for {', '.join(unknown)}"
    return [
        pytest.param(name, id=name, marks=[pytest.mark.xfail(reason=failures[name])] if name in failures else [])
        for name in names
    ]
