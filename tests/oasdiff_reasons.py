"""Why our comparison differs from oasdiff's where it does. Data: what is in none of these is shown as unexplained."""

from __future__ import annotations

from collections.abc import Mapping

UNLIKE: Mapping[int, str] = {1: "information", 2: "warning", 3: "error"}
"""Their levels."""

SEVERITIES: Mapping[tuple[str, str], str] = {}
"""Their rule and ours, and why they disagree."""
