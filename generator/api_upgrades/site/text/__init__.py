"""Text for pages: prose as safe HTML, and line-by-line diffs.

May import everything below `site`.
"""
