"""Example payloads composed from a contract, their validation, and their text as HTTP, curl, Python and JavaScript.

May import: `registry` and everything below it.
"""
