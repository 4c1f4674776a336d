"""The MkDocs plugin, the only package that imports mkdocs.

May import: `review` and everything below it.
"""
