"""The command. Reads its arguments, calls, prints; thinks nothing. One module for each purpose of its commands."""

from api_upgrades.cli import diff, draft, keep, pull_request, show
from api_upgrades.cli.group import main

__all__ = ["diff", "draft", "keep", "main", "pull_request", "show"]
