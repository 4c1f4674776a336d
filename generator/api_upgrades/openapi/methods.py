"""The HTTP methods that a Path Item Object has operations for, and those of requests."""

from __future__ import annotations

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The keys of a Path Item Object with one operation each."""

OTHER_METHODS = "additionalOperations"
"""The key of a Path Item Object with the operations of all other methods, by method."""

FIXED_METHODS = frozenset(method.upper() for method in METHODS)
METHOD_PATTERN = rf"(?!x-|(?:webhook|{'|'.join(METHODS)})\b)[!#$%&'*+.^_`|~0-9A-Za-z-]+"
"""A method of HTTP, as a request sends it: any token, except that `x-` starts an extension, and `webhook` a target."""
