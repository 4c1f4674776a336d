"""The reference of every version: one page for each resource, with a section for each of its parts.

May import `pages` and everything below it.
"""
