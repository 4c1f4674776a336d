"""Locks: what is written is read again, and the locks alone say what every version was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_upgrades.core.errors import RegistryError
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History
from api_upgrades.registry.model import Amendment, Registry
from api_upgrades.releases.lock import Lock, Locks, diff_digests, parse_lock
from api_upgrades.releases.locking import LockBuilder, LockedVersions
from tests.generated import registries
from tests.kept import TABLE, as_models_say, promise
from tests.profiles import up_to

laws = settings(max_examples=up_to(40), suppress_health_check=list(HealthCheck))

TEXTS = st.text(max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
DIGESTS = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
AMENDMENTS = st.builds(
    Amendment, date=st.just("2024-01-31"), why=st.sampled_from(["So", "«é»\nand"]), places=st.lists(TEXTS, max_size=2)
)
LOCKS = st.builds(
    Lock,
    additions=st.none() | st.lists(TEXTS, max_size=3),
    amendments=st.lists(AMENDMENTS, max_size=2),
    effects=st.lists(st.dictionaries(TEXTS, JSON, max_size=3), max_size=3),
    parts=st.dictionaries(TEXTS, st.none() | DIGESTS, max_size=4),
    contract=st.none() | st.dictionaries(TEXTS, JSON, max_size=3),
)


@laws
@given(LOCKS)
def test_a_lock_is_read_as_it_was_written(lock: Lock) -> None:
    read = parse_lock(lock.to_text().encode(), "lock.json")
    assert read == lock
    assert read.to_text() == lock.to_text()
    assert json.dumps(read.contract) == json.dumps(lock.contract)


@laws
@given(LOCKS, st.integers(0))
def test_half_a_lock_is_no_lock(lock: Lock, cut: int) -> None:
    data = lock.to_text().encode()
    with pytest.raises(RegistryError, match="restore the file"):
        parse_lock(data[: cut % (len(data) - 2)], "lock.json")


@given(st.dictionaries(TEXTS, DIGESTS, max_size=5), st.dictionaries(TEXTS, DIGESTS, max_size=5))
def test_what_changed_leads_from_the_older_digests_to_the_newer(older: dict[str, str], newer: dict[str, str]) -> None:
    changed = diff_digests(older, newer)
    merged = {**older, **changed}
    assert {part: digest for part, digest in merged.items() if digest is not None} == newer
    assert all(older.get(part) != digest for part, digest in changed.items())


@laws
@given(registries())
def test_the_locks_alone_say_what_every_version_was(registry: Registry) -> None:
    registry = Registry(as_models_say(registry.head), registry.versions)
    steps, errors = derive(registry)
    assert errors == []
    history = History(registry, steps, TABLE)
    frozen = LockedVersions(LockBuilder().build_locks(history, Locks(Path(), Path(), {})))
    assert list(frozen.locks.digests) == [version.id for version in registry.versions]
    for version, contract in history.contracts.items():
        assert frozen.locks.digests[version] == LockBuilder().compute_digests(contract)
        assert promise(frozen.contracts[version]) == promise(contract)


def test_a_contract_that_its_digests_deny_is_not_believed() -> None:
    lock = Lock(effects=[], parts={"Other": "0" * 16}, contract={"openapi": "3.1.0"})
    assert LockedVersions(Locks(Path(), Path(), {"1": lock})).contracts == {}
