"""Puts into words how calls changed beside their schemas: their credentials, and the encoding of forms."""

from __future__ import annotations

from api_upgrades.core.json import Json
from api_upgrades.effects.base import Predicate, as_code, join_some
from api_upgrades.effects.schema_words import MAX_ALTERNATIVES
from api_upgrades.openapi.schema import MISSING


def describe_encoding(was: Json, now: Json) -> Predicate:
    """What happened to the Encoding Object of one property of a form."""
    older, newer = _encoding_words(was), _encoding_words(now)
    if was is MISSING:
        how = f"now encoded with {newer}"
    elif now is MISSING:
        how = f"no longer encoded with {older}"
    else:
        how = "encoded differently" if older == newer else f"encoded with {newer} instead of {older}"
    return Predicate(f"is {how}", f"are {how}", is_limit=True)


def describe_encodings(was: Json, now: Json) -> Predicate:
    """What happened to all the encodings of a form."""
    held, how = (now, "now encodes") if isinstance(now, dict) else (was, "no longer encodes")
    if not isinstance(held, dict) or not held:
        return Predicate("has different encodings", "have different encodings")
    words = dict.fromkeys(map(_encoding_words, held.values()))
    text = f"{how} {join_some([as_code(name) for name in held], MAX_ALTERNATIVES)} with {' or '.join(words)}"
    return Predicate(text, text.replace("encodes", "encode", 1))


def _encoding_words(encoding: Json) -> str:
    """The first of what an Encoding Object says: `` the style `deepObject` ``."""
    names = {"style": "the style", "contentType": "the content type"}
    found = [
        f"{name} {as_code(str(encoding[key]))}"
        for key, name in names.items()
        if isinstance(encoding, dict) and key in encoding
    ]
    return " and ".join(found) or "an encoding of its own"


def describe_credentials(security: Json) -> str:
    """The alternatives of a `security` in words: `` `basic` or `OAuth` with `read` ``."""
    if not isinstance(security, list) or not any(security):
        return "no credentials"
    found = []
    for one in security:
        if isinstance(one, dict):
            found.append(" and ".join(map(as_code, one)) if one else "no credentials")
    return " or ".join(dict.fromkeys(found))


def describe_security_change(was: Json, now: Json) -> Predicate:
    """What happened to a `security`, as a predicate."""
    older, newer = describe_credentials(was), describe_credentials(now)
    if older == newer:
        return Predicate("requires different scopes", "require different scopes")
    text = f"{newer} instead of {older}"
    return Predicate(f"requires {text}", f"require {text}")
