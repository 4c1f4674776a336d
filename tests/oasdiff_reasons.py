"""Why our comparison differs from oasdiff's where it does. Data: what is in none of these is shown as unexplained."""

from __future__ import annotations

from collections.abc import Mapping

UNLIKE: Mapping[int, str] = {1: "information", 2: "warning", 3: "error"}
"""Their levels."""

NOT_FOUND = "no difference"
"""What stands for our rule where we find none."""

_ELSEWHERE = "what referred to that schema refers to another one, and both are compared at each such place"
_INSIDE = "it is inside a value that now refers to another schema, and nothing says that both are the same"
_LEFT_OUT = "a call that omits it is not rejected, and may mean something else"
_TOGETHER = "the branches of an `allOf` mean the same as the schema before"

SEVERITIES: Mapping[tuple[str, str], str] = {
    ("request-parameter-default-value-changed", "default-changed"): _LEFT_OUT,
    ("request-property-default-value-added", "default-changed"): _LEFT_OUT,
    ("request-parameter-default-value-added", "default-changed"): _LEFT_OUT,
    ("request-property-removed", "property-removed"): "the value has no effect any more, or the request is rejected",
    (
        "request-parameter-removed",
        "parameter-removed",
    ): "the request is rejected, or the parameter is ignored and the response differs",
    ("response-optional-property-removed", "property-removed"): "optional or not, code that reads it gets no value",
    ("response-property-enum-value-removed", "enum-value-removed"): "code that waits for the value waits forever",
    ("response-property-enum-value-removed", "constant-removed"): "code may rely on a value that was constant",
    ("response-property-list-of-types-widened", "variant-added"): "code that handles each form may get one more",
    **{
        (id, "schema-removed"): _ELSEWHERE
        for id in (
            "response-required-property-removed",
            "response-optional-property-removed",
            "response-property-type-changed",
            "response-property-one-of-added",
        )
    },
    ("response-property-type-changed", NOT_FOUND): _TOGETHER,
    ("response-required-property-removed", NOT_FOUND): _TOGETHER,
    ("response-optional-property-removed", NOT_FOUND): _TOGETHER,
    ("response-property-all-of-added", NOT_FOUND): _TOGETHER,
    **{
        (id, rule): _INSIDE
        for rule in ("type-changed", "type-widened")
        for id in (
            *(
                "response-property-all-of-added",
                "response-property-one-of-removed",
                "response-optional-property-removed",
            ),
            *("response-required-property-added", "response-property-enum-value-added"),
            *("response-property-enum-value-removed", "new-optional-request-property", "request-property-removed"),
        )
    },
}
"""Their rule and ours, and why they disagree."""
