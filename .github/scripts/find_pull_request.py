"""Which pull request this run of preview.yml is about, and whether its preview is to be published or removed.

Prints `action`, `number` and `sha` for `$GITHUB_OUTPUT`, or nothing where nothing is to be done. All of it comes from
the event and from the API, nothing from what the build handed over.
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
    """The pull request that was closed, unless it has been opened again since."""
    pull: Json = api(f"repos/{event['repository']['full_name']}/pulls/{event['number']}")
    return pull if pull["state"] == "closed" else None


def built_pull_request(event: Json) -> Json | None:
    """The pull request that a run of docs.yml has built, unless its head has moved on since.

    The event names none where the branch is in a fork, so it is looked up by that branch. Of one branch into main at
    most one is open; one that was closed while it was built comes last, since its preview has to go.
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
        print("Nothing to do: the pull request has moved on.", file=sys.stderr)
        return
    print(f"action={'publish' if pull['state'] == 'open' else 'remove'}")
    print(f"number={pull['number']}")
    print(f"sha={pull['head']['sha']}")


if __name__ == "__main__":
    main()
