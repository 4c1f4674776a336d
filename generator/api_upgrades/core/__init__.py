"""Plain tools: errors, JSON and YAML with positions, writing files, progress, worker processes.

They know nothing of APIs and import nothing else of this library.
"""
