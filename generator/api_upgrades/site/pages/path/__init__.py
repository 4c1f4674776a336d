"""The upgrade path between two versions, as an interactive page and as static pages to the latest version.

May import `pages` and everything below it.
"""
