"""Stands for `gh api`: GitHub as a JSON file, which refuses what a token has no permission for.

`FAKE_GITHUB` names the file. It holds `pulls`, `comments`, `artifacts` and `docs`; `permissions` is what the token may,
and `used` what was asked of it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "acme/server-api"
LEVELS = ("none", "read", "write")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["api"])
    parser.add_argument("path")
    parser.add_argument("--method")
    parser.add_argument("--input", choices=["-"])
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--slurp", action="store_true")
    asked = parser.parse_args()
    sent = json.load(sys.stdin) if asked.input else None
    file = Path(os.environ["FAKE_GITHUB"])
    github = json.loads(file.read_text(encoding="utf-8"))
    if not os.environ.get("GH_TOKEN"):
        sys.exit("gh: no token")
    address = urlsplit(asked.path)
    answer = respond(github, asked.method or ("POST" if sent else "GET"), address.path, parse_qs(address.query), sent)
    file.write_text(json.dumps(github), encoding="utf-8")
    if isinstance(answer, bytes):
        sys.stdout.buffer.write(answer)
    elif answer is not None:
        print(json.dumps([answer] if asked.slurp else answer))


def need(github: Any, scope: str, level: str) -> None:
    github["used"].append([scope, level])
    if LEVELS.index(github["permissions"].get(scope, "none")) < LEVELS.index(level):
        sys.exit(f"gh: HTTP 403, {scope}: {level} is missing")


def respond(github: Any, method: str, path: str, query: dict[str, list[str]], sent: Any) -> Any:
    if path == "meta":
        return {"ssh_keys": ["ssh-ed25519 AAAA"]}
    if not path.startswith(f"repos/{REPOSITORY}/"):
        sys.exit(f"gh: HTTP 404, {path}")
    path = path.removeprefix(f"repos/{REPOSITORY}/")
    if path == "pages":
        need(github, "pages", "read")
        return {"html_url": github["docs"]}
    if path == "pulls":
        need(github, "pull-requests", "read")
        # GitHub leaves a `head` out of its search that it doesn't understand, so more may come than was asked for.
        assert set(query) == {"state", "head", "base", "per_page"}
        return github["pulls"]
    if found := re.fullmatch(r"pulls/(\d+)", path):
        need(github, "pull-requests", "read")
        return next(pull for pull in github["pulls"] if pull["number"] == int(found[1]))
    if found := re.fullmatch(r"actions/runs/(\d+)/artifacts", path):
        need(github, "actions", "read")
        return {"artifacts": [one for one in github["artifacts"] if one["run"] == int(found[1])]}
    if found := re.fullmatch(r"actions/artifacts/(\d+)/zip", path):
        need(github, "actions", "read")
        [one] = [one for one in github["artifacts"] if one["id"] == int(found[1])]
        return Path(one["file"]).read_bytes()
    if found := re.fullmatch(r"issues/(\d+)/comments", path):
        of_pull = github["comments"].setdefault(found[1], [])
        if method == "GET":
            need(github, "pull-requests", "read")
            return of_pull
        need(github, "pull-requests", "write")
        github["last"] = github.get("last", 1000) + 1
        of_pull.append({"id": github["last"], "user": {"login": "github-actions[bot]"}, **sent})
        return of_pull[-1]
    if found := re.fullmatch(r"issues/comments/(\d+)", path):
        need(github, "pull-requests", "write")
        for of_pull in github["comments"].values():
            for comment in [one for one in of_pull if one["id"] == int(found[1])]:
                if method == "PATCH":
                    comment |= sent
                    return comment
                of_pull.remove(comment)
        return None
    sys.exit(f"gh: HTTP 404, {path}")


if __name__ == "__main__":
    main()
