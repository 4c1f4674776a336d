"""Turns a series of OpenAPI documents into the changes between them: intents, their order and their titles.

May import: `draft` and everything below it.
"""
