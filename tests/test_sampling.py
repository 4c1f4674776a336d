"""Law 8: where a value that was valid in the older request schema is invalid in the newer one, the comparison says
breaking in requests; and for responses the other way round.

A few fixed draws of each kind of edit; `python -m tests.equality --law 8` draws others, for as long as you like.
"""

from __future__ import annotations

from functools import cache
from itertools import count, islice

import pytest

from tests.equality.sampling import Sample, samples
from tests.known_failures import cases
from tests.sampling import EDITS

pytestmark = pytest.mark.slow

DRAWS = 10


@cache
def drawn(kind: str) -> list[Sample]:
    return list(islice(samples(kind, count(), tries=100), DRAWS))


@pytest.mark.parametrize("kind", cases("sampling", EDITS))
def test_no_edit_that_breaks_a_caller_is_missed(kind: str) -> None:
    found = drawn(kind)
    assert len(found) == DRAWS
    assert not [one.fault for one in found if one.is_missed_in_request or one.is_missed_in_response]


@pytest.mark.parametrize("law", cases("sampling: false alarms", ["of what is breaking in requests, 95% is"]))
def test_what_is_breaking_in_requests_breaks_a_caller(law: str) -> None:
    alarms = [one for kind in EDITS for one in drawn(kind) if one.worst("request") == "breaking"]
    false = [one.fault for one in alarms if one.is_false_alarm]
    assert len(false) <= 0.05 * len(alarms), false
