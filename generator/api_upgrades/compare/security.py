"""Compares security requirements, security schemes and servers, of an operation or of the whole API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from api_upgrades.compare.difference import Difference, compare_other_keywords
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import SECURITY_SCHEME_REF
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target

Alternative = dict[str, list[str]]
"""Security schemes that a call must satisfy together, each with the scopes that it needs."""


def compare_security(old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
    """Compare two `security` values, or None: lists of alternatives, of which a call must satisfy one."""

    def difference(rule: RuleId, before: Json, after: Json) -> Difference:
        return Difference(rule, target, old_target, "security", before, after)

    before, after = _alternatives(old), _alternatives(new)
    if before == after:
        return
    removed = [one for one in before if one not in after]
    added = [one for one in after if one not in before]
    if not before or not after:  # on at least one side, calls need no credentials
        yield difference("security-changed" if after or not before else "security-lifted", old, new)
        return
    for one in list(removed):
        counterpart = next((other for other in added if other.keys() == one.keys()), None)
        if counterpart is not None:
            removed.remove(one)
            added.remove(counterpart)
            yield from _compare_scopes(one, counterpart, old_target, target)
    if removed and added:
        yield difference("security-changed", removed, added)
    elif removed:
        yield difference("security-alternative-removed", removed, None)
    elif added:
        yield difference("security-alternative-added", None, added)


def same_schemes(old: Contract, new: Contract) -> Mapping[str, str]:
    """The newer names of the security schemes that are the same under another name. Names are no contract."""
    before, after = (
        as_mapping(as_mapping(one.document.get("components")).get("securitySchemes")) for one in (old, new)
    )
    come = {name: value for name, value in after.items() if name not in before}
    found: dict[str, str] = {}
    for name, value in before.items():
        same = [other for other, held in come.items() if name not in after and _are_same_scheme(value, held)]
        if len(same) == 1 and same[0] not in found.values():
            found[name] = same[0]
    return found


def _are_same_scheme(one: Json, other: Json) -> bool:
    return means_same(*(_without_extensions(_without_case(as_mapping(scheme))) for scheme in (one, other)))


def _without_extensions(value: Json) -> Json:
    if not isinstance(value, Mapping):
        return value
    return {key: _without_extensions(held) for key, held in value.items() if not key.startswith("x-")}


def with_names(security: Json, names: Mapping[str, str]) -> Json:
    """A `security` value with the newer names of its schemes."""
    if not names or not isinstance(security, list):
        return security
    return [{names.get(name, name): scopes for name, scopes in one.items()} for one in security]


def servers_of(*holders: JsonObject) -> list[JsonObject]:
    """The servers of the first that has any: an operation, its path item, the document. Without any, it is `/`."""
    return next((list(holder["servers"]) for holder in holders if holder.get("servers")), [{"url": "/"}])


def _alternatives(security: Json) -> list[Alternative]:
    """The alternatives; none if calls need no credentials."""
    alternatives = [
        {
            name.removeprefix(SECURITY_SCHEME_REF): sorted(map(str, scopes)) if isinstance(scopes, list) else []
            for name, scopes in one.items()
        }
        for one in security or ()
    ]
    return [] if {} in alternatives else alternatives


def _compare_scopes(old: Alternative, new: Alternative, old_target: Target, target: Target) -> Iterator[Difference]:
    for scheme, scopes in old.items():
        for scope in scopes:
            if scope not in new[scheme]:
                removed = f"{scheme} {scope}"
                yield Difference("security-scope-removed", target, old_target, "security", removed, None)
        for scope in new[scheme]:
            if scope not in scopes:
                added = f"{scheme} {scope}"
                yield Difference("security-scope-added", target, old_target, "security", None, added)


def compare_servers(
    old: Sequence[JsonObject], new: Sequence[JsonObject], old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare two lists of servers. Servers with the same URL are the same server, with or without a last slash."""
    before, after = ({str(one.get("url")).rstrip("/") or "/": one for one in servers} for servers in (old, new))
    for url in dict.fromkeys((*after, *before)):
        if url not in before:
            yield Difference("server-added", target, old_target, "servers", None, after[url].get("url"))
        elif url not in after:
            yield Difference("server-removed", target, old_target, "servers", before[url].get("url"), None)
        elif not means_same(before[url], after[url]):
            was, now = (one.get("variables") for one in (before[url], after[url]))
            if not means_same(was, now):
                yield Difference("server-changed", target, old_target, f"servers {url}", was, now)
            yield from compare_other_keywords(before[url], after[url], ("url", "variables"), old_target, target)


def compare_security_schemes(
    old: JsonObject, new: JsonObject, old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare two Security Scheme Objects. HTTP's schemes and header names are the same in capitals."""
    old, new = _without_case(old), _without_case(new)
    old_flows, new_flows = as_mapping(old.get("flows")), as_mapping(new.get("flows"))
    keywords = [key for key in dict.fromkeys((*old, *new)) if not key.startswith("x-")]
    was_deprecated, is_deprecated = old.get("deprecated") is True, new.get("deprecated") is True
    if was_deprecated != is_deprecated:
        rule: RuleId = "security-scheme-deprecated" if is_deprecated else "security-scheme-no-longer-deprecated"
        yield Difference(rule, target, old_target, "deprecated", was_deprecated, is_deprecated)
    for keyword in keywords:
        was, now = old.get(keyword), new.get(keyword)
        if keyword not in ("flows", "description", "deprecated") and not json_equal(was, now):
            rule = _rule_of_source(was, now) if keyword == "oauth2MetadataUrl" else "security-scheme-changed"
            yield Difference(rule, target, old_target, keyword, was, now)
    for flow in dict.fromkeys((*old_flows, *new_flows)):
        yield from _compare_flows(flow, old_flows.get(flow), new_flows.get(flow), old_target, target)
    yield from compare_other_keywords(old, new, keywords, old_target, target)


def _without_case(scheme: JsonObject) -> JsonObject:
    keyword = {"http": "scheme", "apiKey": "name"}.get(str(scheme.get("type")), "")
    is_free = scheme.get("type") == "http" or scheme.get("in") == "header"
    return {**scheme, keyword: str(scheme[keyword]).lower()} if is_free and keyword in scheme else scheme


def _rule_of_source(old: Json, new: Json) -> RuleId:
    """The rule for a place where clients get credentials."""
    if old is None:
        return "security-scheme-extended"
    return "security-scheme-reduced" if new is None else "security-scheme-changed"


def _compare_flows(name: str, old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
    """Compare two OAuth Flow Objects. The description of a scope is wording, so it isn't compared."""
    facet = f"flow {name}"
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if not json_equal(old, new):
            yield Difference(_rule_of_source(old, new), target, old_target, facet, old, new)
        return
    before, after = as_mapping(old.get("scopes")), as_mapping(new.get("scopes"))
    for scope in dict.fromkeys((*before, *after)):
        if scope not in before:
            yield Difference("oauth-scope-added", target, old_target, facet, None, scope)
        elif scope not in after:
            yield Difference("oauth-scope-removed", target, old_target, facet, scope, None)
    for keyword in dict.fromkeys((*old, *new)):
        if keyword != "scopes" and not json_equal(old.get(keyword), new.get(keyword)):
            values = old.get(keyword), new.get(keyword)
            yield Difference("security-scheme-changed", target, old_target, f"{facet} {keyword}", *values)


def as_mapping(value: Json) -> JsonObject:
    """A value that should be a mapping; an empty one if the document has something else there."""
    return value if isinstance(value, Mapping) else {}
