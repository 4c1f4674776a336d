"""What a pull request changes, as a report and a preview page; and any two contracts compared for a reader.

May import: `site` and everything below it.
"""
