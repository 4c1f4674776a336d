"""Locks, and the commands on a project: check, release, amend, draft and import; and the public view of a history.

May import: `draft` and everything below it.
"""
