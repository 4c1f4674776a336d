"""The contract of every version, the judged changes between them, timelines of places, and upgrade paths.

May import: `examples` and everything below it.
"""
