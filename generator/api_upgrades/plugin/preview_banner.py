"""A preview: a build of the site that says which pull request it shows, and that it is not the published one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from api_upgrades.core.errors import ApiUpgradesError

NUMBER_VARIABLE = "API_UPGRADES_PREVIEW"
"""The environment variable that holds the number of the pull request."""

ROBOTS = '<meta name="robots" content="noindex">'


def preview_number(environment: Mapping[str, str]) -> str | None:
    """The number of the pull request that a build previews, None for any other build. Raises ApiUpgradesError."""
    number = environment.get(NUMBER_VARIABLE, "")
    if not number:
        return None
    if re.fullmatch("[0-9]+", number) is None:
        raise ApiUpgradesError(
            f"the environment variable {NUMBER_VARIABLE} is {number!r}; set it to the number of the pull request, digits "
            "alone, or leave it out where this is no preview"
        )
    return number


def add_banner(html: str, number: str) -> str:
    """A page of the site that says that it is a preview, to readers and to search engines; each page once."""
    banner = (
        '<aside class="au-preview" aria-label="Preview">'
        f"<p>Preview of pull request #{number}: not the published documentation.</p></aside>"
    )
    if banner in html:
        return html
    html = re.sub(r"</head\s*>", f"{ROBOTS}\\g<0>", html, count=1, flags=re.IGNORECASE)
    return re.sub(r"<body\b[^>]*>", f"\\g<0>{banner}", html, count=1, flags=re.IGNORECASE)
