"""The `api-upgrades` command, with one module for each subcommand: it reads arguments, calls the library and prints.

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
