"""The HTTP methods that a Path Item Object has operations for."""

from __future__ import annotations

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The keys of a Path Item Object with one operation each."""

OTHER_METHODS = "additionalOperations"
"""The key of a Path Item Object with the operations of all other methods, by method."""
