"""Law 7: rewriting a document without changing its meaning gives no finding above neutral.

A few fixed draws of each rewrite; `python -m tests.equality --law 7` draws others, for as long as you like.
"""

from __future__ import annotations

import json
from itertools import count, islice
from random import Random

import pytest

from tests.equality.judge import judge_diff, judge_import
from tests.equality.rewriting import VERSIONS, apply_all, documents_for
from tests.equality.small_documents import small_document
from tests.equality.validity import find_disagreement
from tests.known_failures import cases, known_failures
from tests.rewrites import REWRITES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", cases("rewrites: diff", REWRITES))
def test_a_rewrite_is_no_difference(name: str) -> None:
    for number, (document, seed) in enumerate(islice(documents_for(name, count()), 4)):
        rewritten = apply_all(document, [name], seed)
        assert rewritten is not None
        old, new = (rewritten, document) if number % 2 else (document, rewritten)
        assert judge_diff(old, new) is None


@pytest.mark.parametrize("name", cases("rewrites: import", REWRITES))
def test_a_rewrite_is_imported_exactly_and_passes_check(name: str) -> None:
    found = sorted(islice(documents_for(name, count()), 6), key=lambda one: len(json.dumps(one[0])))
    for document, seed in (found[0], found[-1]):
        rewritten = apply_all(document, [name], seed)
        assert rewritten is not None
        assert judge_import(document, rewritten, document) is None


@pytest.mark.parametrize("chain", cases("rewrites: chains", map(str, range(20))))
def test_a_chain_of_rewrites_is_no_difference(chain: str) -> None:
    """Ten rewrites, without those that fail alone."""
    seed = int(chain)
    random = Random(seed)
    document = small_document(random, VERSIONS[seed % 2])
    failing = {*known_failures("rewrites: diff"), *known_failures("rewrites: import")}
    names = [name for name in random.sample(sorted(REWRITES), 10) if name not in failing]
    rewritten = document
    for name in names:
        rewritten = apply_all(rewritten, [name], seed) or rewritten
    assert judge_diff(document, rewritten) is None, names


def test_rewrites_are_many_and_justified() -> None:
    assert len(REWRITES) >= 30
    for rewrite in REWRITES.values():
        assert rewrite.because.startswith(("OpenAPI", "JSON Schema", "RFC ")), rewrite.name
        assert rewrite.inverse is None or REWRITES[rewrite.inverse].inverse == rewrite.name


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_leaves_its_document_alone(name: str) -> None:
    document, seed = next(documents_for(name, count()))
    before = json.dumps(document)
    rewritten = apply_all(document, [name], seed)
    assert json.dumps(document) == before != json.dumps(rewritten)


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_leaves_alone_what_is_valid(name: str) -> None:
    """A rewrite that changed the meaning would blame the comparison for its own mistake."""
    if name in ("require-read-only-in-request", "require-write-only-in-response"):
        return  # `jsonschema` knows no direction
    for document, seed in islice(documents_for(name, count()), 2):
        rewritten = apply_all(document, [name], seed)
        assert rewritten is not None
        assert find_disagreement(document, rewritten, Random(seed)) is None
