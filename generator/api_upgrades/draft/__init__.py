"""Drafts the effects between two contracts; `importing` does this for a whole series of documents.

May import: `history` and everything below it.
"""
