"""Describes where to call the API and which credentials to send, for the overview of the reference."""

from __future__ import annotations

from collections.abc import Mapping

from api_upgrades.core.json import JsonObject
from api_upgrades.effects.base import as_code


def describe_server(server: JsonObject) -> str:
    """The description of a server, or else its name."""
    name = server.get("name")
    return str(server.get("description") or (name if isinstance(name, str) and name else "Server"))


def describe_credential(scheme: JsonObject) -> str:
    """Describe a security scheme as prose: its description if it has one, otherwise the credential to send."""
    deprecated = " (deprecated)" if scheme.get("deprecated") is True else ""
    return str(scheme.get("description") or _describe_type_of_credential(scheme)) + deprecated


def _describe_type_of_credential(scheme: JsonObject) -> str:
    kind = str(scheme.get("type", ""))
    if kind == "http":
        return as_code(f"Authorization: {str(scheme.get('scheme', '')).capitalize()} <token>")
    if kind == "apiKey":
        return f"{as_code(str(scheme.get('name', '')))} in the {scheme.get('in', 'header')}"
    flows = scheme.get("flows")
    names = [name for flow, name in _OAUTH_FLOWS.items() if isinstance(flows, Mapping) and flow in flows]
    return f"OAuth 2.0: {', '.join(names)}" if kind == "oauth2" and names else kind


_OAUTH_FLOWS = {
    "authorizationCode": "authorization code",
    "deviceAuthorization": "device authorization",
    "clientCredentials": "client credentials",
    "password": "password",
    "implicit": "implicit",
}
"""The flows of OAuth in words."""
