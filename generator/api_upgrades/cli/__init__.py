"""The command. Reads its arguments, calls, prints; thinks nothing. One module for each purpose of its commands."""

from api_upgrades.cli import diff, draft, importing, init, keep, pull_request, show
from api_upgrades.cli.group import main

__all__ = ["diff", "draft", "importing", "init", "keep", "main", "pull_request", "show"]
