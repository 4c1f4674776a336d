"""Who may call, and where: credentials and servers, of an operation or of the whole API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from api_upgrades.compare.difference import Difference, compare_beside
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target

Alternative = dict[str, list[str]]
"""The schemes that have to be met together, each with the scopes that it needs."""


def compare_security(old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
    """What credentials are asked for. One of the alternatives will do; None where nobody says anything."""

    def found(rule: RuleId, before: Json, after: Json) -> Difference:
        return Difference(rule, target, old_target, "security", before, after)

    if json_equal(old, new):
        return
    before, after = _alternatives(old), _alternatives(new)
    gone = [one for one in before if one not in after]
    come = [one for one in after if one not in before]
    if not before or not after:  # anybody may call
        yield found("security-changed" if after or not before else "security-lifted", old, new)
        return
    for one in list(gone):
        other = next((other for other in come if other.keys() == one.keys()), None)
        if other is not None:
            gone.remove(one)
            come.remove(other)
            yield from _scopes(one, other, old_target, target)
    if gone and come:
        yield found("security-changed", gone, come)
    elif gone or come:
        rule: RuleId = "security-alternative-removed" if gone else "security-alternative-added"
        yield found(rule, gone or None, come or None)


def _alternatives(security: Json) -> list[Alternative]:
    """The alternatives, empty where anybody may call."""
    found = [
        {name: sorted(map(str, scopes)) if isinstance(scopes, list) else [] for name, scopes in one.items()}
        for one in security or ()
    ]
    return [] if {} in found else found


def _scopes(old: Alternative, new: Alternative, old_target: Target, target: Target) -> Iterator[Difference]:
    for scheme, scopes in old.items():
        for scope in scopes:
            if scope not in new[scheme]:
                scoped = f"{scheme} {scope}"
                yield Difference("security-scope-removed", target, old_target, "security", scoped, None)
        for scope in new[scheme]:
            if scope not in scopes:
                scoped = f"{scheme} {scope}"
                yield Difference("security-scope-added", target, old_target, "security", None, scoped)


def compare_servers(
    old: Sequence[JsonObject], new: Sequence[JsonObject], old_target: Target, target: Target
) -> Iterator[Difference]:
    """Servers, which are the same where their addresses are."""
    before, after = ({str(one.get("url")): one for one in servers} for servers in (old, new))
    for url in dict.fromkeys((*after, *before)):
        if url not in before:
            yield Difference("server-added", target, old_target, "servers", None, url)
        elif url not in after:
            yield Difference("server-removed", target, old_target, "servers", url, None)
        elif not means_same(before[url], after[url]):
            was, now = (one.get("variables") for one in (before[url], after[url]))
            if not means_same(was, now):
                yield Difference("server-changed", target, old_target, f"servers {url}", was, now)
            yield from compare_beside(before[url], after[url], ("url", "variables"), old_target, target)


def compare_scheme(old: JsonObject, new: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
    """A Security Scheme Object."""
    flows = as_names(old.get("flows")), as_names(new.get("flows"))
    for keyword in dict.fromkeys((*old, *new)):
        is_told = keyword in ("flows", "description") or keyword.startswith("x-")
        if not is_told and not json_equal(old.get(keyword), new.get(keyword)):
            values = old.get(keyword), new.get(keyword)
            yield Difference("security-scheme-changed", target, old_target, keyword, *values)
    for flow in dict.fromkeys((*flows[0], *flows[1])):
        yield from _flow(flow, flows[0].get(flow), flows[1].get(flow), old_target, target)
    yield from compare_beside(old, new, [key for key in (*old, *new) if not key.startswith("x-")], old_target, target)


def _flow(name: str, old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
    """An OAuth Flow Object. What a scope is for is wording."""
    facet = f"flow {name}"
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if not json_equal(old, new):
            yield Difference("security-scheme-changed", target, old_target, facet, old, new)
        return
    before, after = as_names(old.get("scopes")), as_names(new.get("scopes"))
    for scope in dict.fromkeys((*before, *after)):
        if scope not in before:
            yield Difference("oauth-scope-added", target, old_target, facet, None, scope)
        elif scope not in after:
            yield Difference("oauth-scope-removed", target, old_target, facet, scope, None)
    for keyword in dict.fromkeys((*old, *new)):
        if keyword != "scopes" and not json_equal(old.get(keyword), new.get(keyword)):
            values = old.get(keyword), new.get(keyword)
            yield Difference("security-scheme-changed", target, old_target, f"{facet} {keyword}", *values)


def as_names(value: Json) -> JsonObject:
    """What stands by names; nothing where a document has something else there."""
    return value if isinstance(value, Mapping) else {}
