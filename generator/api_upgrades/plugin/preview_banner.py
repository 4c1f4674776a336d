"""Marks a preview: a build of the site for a pull request, with a banner on every page, hidden from search engines."""

from __future__ import annotations

import re
from collections.abc import Mapping

from api_upgrades.core.errors import ApiUpgradesError

NUMBER_VARIABLE = "API_UPGRADES_PREVIEW"
"""The environment variable that holds the number of the pull request."""

ROBOTS = '<meta name="robots" content="noindex">'


def read_preview_number(environment: Mapping[str, str]) -> str | None:
    """Return the number of the pull request that this build previews; None if it isn't a preview.

    Raises ApiUpgradesError if the variable is not a number.
    """
    number = environment.get(NUMBER_VARIABLE, "")
    if not number:
        return None
    if re.fullmatch("[0-9]+", number) is None:
        raise ApiUpgradesError(
            f"the environment variable {NUMBER_VARIABLE} is {number!r}; set it to the number of the pull request, "
            "digits only, or unset it if this is not a preview"
        )
    return number


def add_banner(html: str, number: str) -> str:
    """Add the banner and the instruction for search engines to a page, unless it already has them."""
    banner = (
        '<aside class="au-preview" aria-label="Preview">'
        f"<p>Preview of pull request #{number}: not the published documentation.</p></aside>"
    )
    if banner in html:
        return html
    html = re.sub(r"</head\s*>", f"{ROBOTS}\\g<0>", html, count=1, flags=re.IGNORECASE)
    return re.sub(r"<body\b[^>]*>", f"\\g<0>{banner}", html, count=1, flags=re.IGNORECASE)
