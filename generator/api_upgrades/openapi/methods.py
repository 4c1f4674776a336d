"""The HTTP methods that a Path Item Object has operations for."""

from __future__ import annotations

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
