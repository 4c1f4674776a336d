"""The one comment on a preview: `comment_on_preview.py (NUMBER SHA REPORT | --remove NUMBER)`.

It is posted once and then edited, found by its author and by a marker that nobody sees. The report in it was made by
the code of the pull request, so anything may stand in it: what could notify people, load something, link elsewhere or
pass for ours is defused.
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
"""In characters; GitHub takes 65,536, and defusing at most doubles them."""

_BREAK = "\u200b"
"""A space of no width: nobody sees it, and what it stands in is no longer what it was, in text and in code alike."""

_HARMLESS = "amp|lt|gt|quot|#126|#58|#61"
"""The character references that our own reports use. Any other might stand for an `@`."""

_FOLDS = r"/?(?:details|summary)>"
"""The one kind of tag that our own reports use, without attributes: a list that opens."""

_DANGER = "|".join(
    (
        "@",  # mentions somebody
        r"!(?=\[)",  # shows an image
        r"\](?=[(:])",  # links somewhere
        r":(?=//)|\bwww(?=\.)",  # is made a link by GitHub
        rf"<(?!{_FOLDS})(?=[a-z/!?])",  # begins a tag, a comment, or an address in angle brackets
        rf"&(?!(?:{_HARMLESS});)#?(?=\w)",  # stands for another character
        r"(?:(?<!&)#|\bGH-)(?=\d)",  # refers to an issue
    )
)


def defuse(report: str, preview: str) -> str:
    """A report as Markdown that says the same and does nothing, with links into the preview only."""
    known = re.sub(r"\r\n?", "\n", report)
    # Others of no width would hide what is searched for; some turn the direction of the text.
    seen = "".join(one for one in known if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf", "Cs"))
    inside = rf"(\]\({re.escape(preview)}(?:(?!\.\.)[\w./#?=&-])*\))"
    defused = re.sub(
        f"{inside}|{_DANGER}",
        lambda found: found[0] if found[1] else found[0] + _BREAK,
        seen[:MAX_REPORT],
        flags=re.ASCII | re.IGNORECASE,
    )
    return defused if len(seen) <= MAX_REPORT else f"{defused}…"


def compose(number: int, sha: str, report: str, previews: str) -> str:
    """The whole comment. What is ours comes first: a fence that the report leaves open swallows nothing of it."""
    preview = f"{previews.rstrip('/')}/pr-{number}/"
    return f"{MARKER}\n[Preview of {sha[:7]}]({preview}), there in a minute.\n\n{defuse(report, preview)}\n"


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
        api(ours[0], "--method", "PATCH", sent=body)
    else:
        api(comments, "--method", "POST", sent=body)


if __name__ == "__main__":
    main(*sys.argv[1:])
