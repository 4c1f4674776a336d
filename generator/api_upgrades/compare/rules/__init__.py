"""The rule table: how severe each kind of difference is in requests, responses and webhooks, and why.

May import: `core` and `openapi`.
"""
