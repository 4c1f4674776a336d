"""The site's files for machines: OpenAPI documents, `changes.json`, the feed, `llms.txt` and Markdown twins.

May import `pages`, `text` and everything below them.
"""
