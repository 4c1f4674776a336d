"""The pages for people, each as HTML and as Markdown.

A view holds the data of a page, and a template renders it. May import `text`, `project` and everything below it.
"""
