"""Reads the change files into a `Registry` and reports every error with file, line and column.

May import: `effects` and everything below it.
"""
