"""Compares two contracts and judges each difference. The rule table in `rules/` gives the severities.

May import: `core` and `openapi`. It never imports `effects`, so it can verify what effects claim.
"""
