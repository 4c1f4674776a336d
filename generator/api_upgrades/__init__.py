"""Upgrade documentation that cannot lie: an API's older versions derived from today's, and pages made of them."""
