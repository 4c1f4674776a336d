"""The contract, one version of an API as OpenAPI JSON, and how to read, address and change its contents.

May import: `core`.
"""
