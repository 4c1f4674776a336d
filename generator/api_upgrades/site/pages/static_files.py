"""The style sheet and the scripts that every generated page uses."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

STYLE_SHEETS = (
    "tokens",
    "layout",
    "labels",
    "controls",
    "tables",
    "guide",
    "change",
    "example",
    "reference",
    "filter",
    "policy",
    "home",
    "path",
    "print",
)
"""The style sheets in the order in which `api-upgrades.css` holds them: later ones may refine earlier ones."""

_ASSETS = files("api_upgrades.site.pages").joinpath("assets")


@cache
def read_static_file(name: str) -> str:
    """Return `api-upgrades.css`, or a script by its file name, without comments and indentation."""
    if name == "api-upgrades.css":
        text = "".join(_ASSETS.joinpath("styles", f"{sheet}.css").read_text("utf-8") for sheet in STYLE_SHEETS)
        text = re.sub(r"/\*.*?\*/\n?", "", text, flags=re.DOTALL)
    else:
        text = _ASSETS.joinpath(name).read_text("utf-8")
    stripped = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in stripped if not line.startswith("//"))
