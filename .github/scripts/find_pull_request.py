"""Find the pull request of this run of preview.yml, and decide whether to publish or to remove its preview.

Prints `action`, `number` and `sha` for `$GITHUB_OUTPUT`, or nothing if there is nothing to do. Everything comes from
the event and from the API, and nothing from the artifact of the build.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from gh import api

Json = dict[str, Any]


def closed_pull_request(event: Json) -> Json | None:
    """The pull request that was closed, or None if somebody has reopened it."""
    pull: Json = api(f"repos/{event['repository']['full_name']}/pulls/{event['number']}")
    return pull if pull["state"] == "closed" else None


def built_pull_request(event: Json) -> Json | None:
    """The pull request that a run of docs.yml has built, or None if it has a newer commit.

    For a branch of a fork the event names no pull request, so this looks it up by the branch. At most one pull request
    from a branch into main is open, and it comes first. One that was closed during the build comes after it: its
    preview has to be removed.
    """
    run, repository = event["workflow_run"], event["repository"]
    head = run["head_repository"]
    query = {
        "state": "all",
        "head": f"{head['owner']['login']}:{run['head_branch']}",
        "base": repository["default_branch"],
        "per_page": "100",
    }
    pulls: list[Json] = [
        pull
        for pull in api(f"repos/{repository['full_name']}/pulls?{urlencode(query)}")
        if pull["head"]["sha"] == run["head_sha"]
        and (pull["head"]["repo"] or {}).get("id") == head["id"]
        and pull["base"]["repo"]["id"] == repository["id"]
        and pull["base"]["ref"] == repository["default_branch"]
    ]
    return max(pulls, key=lambda pull: (pull["state"] == "open", pull["number"]), default=None)


def main() -> None:
    event: Json = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    pull = closed_pull_request(event) if "pull_request" in event else built_pull_request(event)
    if pull is None:
        print("Nothing to do: the pull request has changed since this run started.", file=sys.stderr)
        return
    print(f"action={'publish' if pull['state'] == 'open' else 'remove'}")
    print(f"number={pull['number']}")
    print(f"sha={pull['head']['sha']}")


if __name__ == "__main__":
    main()
