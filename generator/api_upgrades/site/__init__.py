"""Renders a history: pages for people, files for machines. Pure, and independent of any site builder.

May import: `project` and everything below it.
"""
