"""Compares two contracts and judges each difference: the findings, and the rule table that gives their severity.

May import: `core` and `openapi`. It never imports `effects`, so it can verify what effects claim.
"""
