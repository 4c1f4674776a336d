"""Reports the links in an API's descriptions that lead nowhere for sure, in one note for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.core.json import Json
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import LITERALS
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.target import Target
from api_upgrades.site.text.link_base import NO_BASE, LinkBase, find_link_base
from api_upgrades.site.text.prose import find_addresses
from api_upgrades.sources.source_map import entry_file

_MAX_EXAMPLES = 2
"""The number of addresses that a note shows before it counts the others."""

_FIX = (
    "If the documentation is at another address, write that address into mkdocs.yml, as the option 'link_base' of the "
    "plugin api-upgrades"
)

_ABSOLUTE = r"(?:https?://|mailto:)"
_MAYBE_RELATIVE_LINK = re.compile(
    rf"\](?:\(|:)\s*<?(?!\s|{_ABSOLUTE})|\bhref\s*=\s*[\"']?(?!\s|[\"']|{_ABSOLUTE})", re.IGNORECASE
)
"""What every text with a link that isn't absolute contains. Other texts need not be converted to find their links."""


def link_base_of(history: History, option: str | None) -> LinkBase:
    """The base of the links in the descriptions of all versions. Raises ApiUpgradesError if the option is invalid.

    It is found in the document of the latest version, because versions share pages.
    """
    return find_link_base(option, history.contract_at(history.latest.id).document)


def find_link_note(history: History, option: str | None, source: str) -> RegistryError | None:
    """Describe the links in descriptions that are shown as text, and those that lead to the API's server.

    Returns None if there are none. A server seldom has the documentation that a description means, so the team should
    know. `source` is where the API is declared.
    """
    base = link_base_of(history, option)
    texts: dict[str, Part | None] = {}
    to_server: dict[str, Part | None] = {}
    for part, address in _relative_links(history):
        if base.resolve(address) is None:
            texts.setdefault(address, part)
        elif base.origin == "server" and NO_BASE.resolve(address) is None:
            to_server.setdefault(address, part)
    problems = []
    if to_server:
        problems.append(f"{_format_links(to_server)} to the API's server {base.url}")
    if texts:
        problems.append(f"{_format_links(texts)} nowhere and {'are' if len(texts) > 1 else 'is'} shown as text")
    if not problems:
        return None
    part = next(iter((to_server or texts).values()))
    declared = history.registry.source_map.locate(Target(part), source) if part else Location(entry_file(source))
    fix = "" if base.origin == "option" else _FIX
    return RegistryError(declared, f"in descriptions, {', and '.join(problems)}", fix)


def _format_links(addresses: dict[str, Part | None]) -> str:
    """`the link '/docs/a' leads`, `3 links ('/docs/a', '/docs/b' and 1 more) lead`."""
    shown = [repr(address) for address in addresses][:_MAX_EXAMPLES]
    if len(addresses) == 1:
        return f"the link {shown[0]} leads"
    left = len(addresses) - len(shown)
    listed = f"{', '.join(shown)} and {left} more" if left else " and ".join(shown)
    return f"{len(addresses)} links ({listed}) lead"


def _relative_links(history: History) -> Iterator[tuple[Part | None, str]]:
    """Yield each part with the addresses of links in it that aren't absolute, those of the newest version first."""
    found: dict[str, tuple[str, ...]] = {}
    read: set[int] = set()  # ids stay unique, because the history keeps the contracts
    for version in reversed(history.versions):
        for part, value in _values(history.contract_at(version.id)):
            if id(value) not in read:
                read.add(id(value))
                for text in _descriptions(value):
                    if _MAYBE_RELATIVE_LINK.search(text):
                        if text not in found:
                            found[text] = tuple(one for one in find_addresses(text) if not _is_absolute(one))
                        yield from ((part, address) for address in found[text])


def _values(contract: Contract) -> Iterator[tuple[Part | None, Json]]:
    yield from contract.parts.items()
    yield from ((None, value) for value in contract.document.values())


def _is_absolute(address: str) -> bool:
    return re.match(_ABSOLUTE, address, re.IGNORECASE) is not None


def _descriptions(value: Json) -> Iterator[str]:
    """Yield the descriptions in some JSON."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "description" and isinstance(item, str):
                yield item
            elif key not in LITERALS and not key.startswith("x-"):
                yield from _descriptions(item)
    elif isinstance(value, list):
        for item in value:
            yield from _descriptions(item)
