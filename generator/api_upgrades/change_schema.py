"""Stub."""

SCHEMA_LINE = "# yaml-language-server: $schema=../change.schema.json"
