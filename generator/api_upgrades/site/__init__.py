"""Render the history of an API as pages for people and files for machines.

Pure, and independent of any site builder. May import `project` and everything below it.
"""
