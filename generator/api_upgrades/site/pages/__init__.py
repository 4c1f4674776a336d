"""The pages for people, each as HTML and as Markdown: what a page shows is a view of plain data, its look a template.

May import: `text`, `project` and everything below it.
"""
