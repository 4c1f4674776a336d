"""Texts that pages are made of: prose as safe HTML, and line-by-line diffs.

May import: everything below `site`.
"""
