"""How laws draw their examples: the profiles of Hypothesis.

`project` draws the same examples in every run, so that the result follows from the code alone. `anew` draws others each
time, and `dev` draws ten for each law: `pytest --hypothesis-profile=dev`. None of them has a deadline, since a slow
machine is no failure.
"""

from __future__ import annotations

from hypothesis import settings


def load_profiles() -> None:
    """Register the profiles, and load the one that holds if no other is asked for."""
    settings.register_profile("project", deadline=None, derandomize=True)
    settings.register_profile("anew", deadline=None)
    settings.register_profile("dev", deadline=None, derandomize=True, max_examples=10)
    settings.load_profile("project")


def up_to(many: int) -> int:
    """The number of examples for a law that asks for many: as many, or what a profile allows that draws fewer."""
    allowed = settings().max_examples
    return many if allowed >= settings.get_profile("project").max_examples else min(many, allowed)
