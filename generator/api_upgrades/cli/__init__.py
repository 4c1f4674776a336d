"""The `api-upgrades` command. It has a module for each subcommand, which calls the library and prints the result.

May import: everything but `plugin`.
"""

from api_upgrades.cli import (
    amend,
    check,
    diff,
    draft,
    export,
    importing,
    init,
    lock,
    path,
    release,
    render,
    report,
    schema,
)
from api_upgrades.cli.group import main

__all__ = [
    "amend",
    "check",
    "diff",
    "draft",
    "export",
    "importing",
    "init",
    "lock",
    "main",
    "path",
    "release",
    "render",
    "report",
    "schema",
]
