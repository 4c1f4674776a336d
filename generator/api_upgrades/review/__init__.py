"""Reports what a pull request changes, on a preview page and for comments; compares any two contracts for a reader.

May import: `site` and everything below it.
"""
