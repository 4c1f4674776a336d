"""Post, edit or remove the comment on a preview: `comment_on_preview.py (NUMBER SHA REPORT | --remove NUMBER)`.

A pull request gets one comment. The script finds it by its author and by an invisible marker, and edits it. The code
of the pull request made the report in it, so the report may contain anything. The script defuses whatever could notify
people, load something, link elsewhere or imitate our own text.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from pathlib import Path

from gh import api

MARKER = "<!-- api-upgrades-preview -->"
AUTHOR = "github-actions[bot]"
MAX_REPORT = 20_000
"""In characters. GitHub accepts 65,536, and defusing at most doubles their number."""

_BREAK = "\u200b"
"""A space of no width. It is invisible, and it breaks the markup that it stands in, in text and in code alike."""

_HARMLESS = "amp|lt|gt|quot|#126|#58|#61"
"""The character references that our own reports use. Any other could encode an `@`."""

_FOLDS = r"/?(?:details|summary)>"
"""The only tags that our own reports use: a list that unfolds, without attributes."""

_DANGER = "|".join(
    (
        "@",  # mentions somebody
        r"!(?=\[)",  # shows an image
        r"\](?=[(:])",  # links somewhere
        r":(?=//)|\bwww(?=\.)",  # becomes a link on GitHub
        rf"<(?!{_FOLDS})(?=[a-z/!?])",  # starts a tag, a comment, or an address in angle brackets
        rf"&(?!(?:{_HARMLESS});)#?(?=\w)",  # encodes another character
        r"(?:(?<!&)#|\bGH-)(?=\d)",  # refers to an issue
    )
)


def defuse(report: str, preview: str) -> str:
    """The same report as inert Markdown, whose only links lead into the preview."""
    text = re.sub(r"\r\n?", "\n", report)
    # Other invisible characters could hide what the pattern looks for, and some reverse the direction of the text.
    visible = "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf", "Cs"))
    inside = rf"(\]\({re.escape(preview)}(?:(?!\.\.)[\w./#?=&-])*\))"
    defused = re.sub(
        f"{inside}|{_DANGER}",
        lambda found: found[0] if found[1] else found[0] + _BREAK,
        visible[:MAX_REPORT],
        flags=re.ASCII | re.IGNORECASE,
    )
    return defused if len(visible) <= MAX_REPORT else f"{defused}…"


def compose(number: int, sha: str, report: str, previews: str) -> str:
    """The whole comment. Our own text comes first, so that a fence left open in the report can't swallow it."""
    preview = f"{previews.rstrip('/')}/pr-{number}/"
    return f"{MARKER}\n[Preview of {sha[:7]}]({preview}), available in a minute.\n\n{defuse(report, preview)}\n"


def main(*arguments: str) -> None:
    remove = arguments[0] == "--remove"
    number = int(arguments[1] if remove else arguments[0])
    repository = f"repos/{os.environ['GITHUB_REPOSITORY']}"
    comments = f"{repository}/issues/{number}/comments"
    ours = [
        f"{repository}/issues/comments/{comment['id']}"
        for page in api(f"{comments}?per_page=100", "--paginate", "--slurp")
        for comment in page
        if comment["user"]["login"] == AUTHOR and comment["body"].startswith(MARKER)
    ]
    if remove:
        for comment in ours:
            api(comment, "--method", "DELETE")
        return
    report = Path(arguments[2]).read_text(encoding="utf-8", errors="replace")
    body = {"body": compose(number, arguments[1], report, os.environ["PREVIEW_URL"])}
    if ours:
        api(ours[0], "--method", "PATCH", body=body)
    else:
        api(comments, "--method", "POST", body=body)


if __name__ == "__main__":
    main(*sys.argv[1:])
