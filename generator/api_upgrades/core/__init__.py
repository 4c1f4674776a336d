"""Plain tools that know nothing of APIs."""
