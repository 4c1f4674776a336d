"""Reads the current API from pydantic models, from an application, or from an OpenAPI document.

May import: `core` and `openapi`.
"""
