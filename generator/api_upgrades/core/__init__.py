"""General tools: errors, JSON and YAML with line numbers, writing files, progress, worker processes.

Nothing here depends on OpenAPI. Imports nothing else of this library.
"""
