"""What the site costs, beside what others take for the same pages: `python -m tests.bench`."""
