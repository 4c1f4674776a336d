"""The rules about calls: operations, webhooks, parameters, bodies, security, and the rest of the document."""

from __future__ import annotations

from api_upgrades.compare.rules.model import Rule, rule

CALL_RULES: tuple[str | Rule, ...] = (
    "Operations",
    rule("operation-added", "An operation is added", ("additive", "No existing code calls it.")),
    rule("operation-removed", "An operation is removed", ("breaking", "Calls to it fail.")),
    rule(
        "operation-moved",
        "The method or path of an operation changes",
        ("breaking", "Calls to the old address fail."),
    ),
    rule("operation-renamed", "A path parameter is renamed", ("neutral", "The address doesn't change.")),
    rule("operation-deprecated", "An operation is deprecated", ("neutral", "It still works.")),
    rule("operation-no-longer-deprecated", "An operation is no longer deprecated", ("neutral", "It works as before.")),
    rule(
        "operation-id-changed",
        "An operationId changes",
        ("neutral", "Only the name in generated clients changes."),
        webhook=("neutral", "Only the name in generated clients changes."),
    ),
    "Security",
    rule("security-changed", "The required credentials change", ("breaking", "Calls with the old ones may fail.")),
    rule(
        "security-lifted",
        "Credentials are no longer required",
        ("additive", "Authenticated calls keep working."),
    ),
    rule(
        "security-alternative-added",
        "An alternative security requirement is added",
        ("additive", "Calls with the old credentials keep working."),
    ),
    rule(
        "security-alternative-removed",
        "An alternative security requirement is removed",
        ("breaking", "Calls with these credentials are rejected."),
    ),
    rule("security-scope-added", "A scope becomes required", ("breaking", "Calls without it are rejected.")),
    rule("security-scope-removed", "A scope is no longer required", ("additive", "Calls with it keep working.")),
    rule(
        "security-scheme-added",
        "A security scheme is added",
        ("neutral", "Operations that require it are judged separately."),
    ),
    rule(
        "security-scheme-removed",
        "A security scheme is removed",
        ("neutral", "Operations that required it are judged separately."),
    ),
    rule(
        "security-scheme-changed",
        "A security scheme changes",
        ("breaking", "Credentials are sent in a different way."),
    ),
    rule("oauth-scope-added", "An OAuth scope is added", ("additive", "No existing code requests it.")),
    rule("oauth-scope-removed", "An OAuth scope is removed", ("breaking", "Requests for it are rejected.")),
    "Servers",
    rule("server-added", "A server URL is added", ("additive", "Existing URLs keep working.")),
    rule("server-removed", "A server URL is removed", ("breaking", "Calls to that URL may fail.")),
    rule("server-changed", "The variables of a server URL change", ("risky", "Calls may go to a different address.")),
    "Parameters and bodies",
    rule(
        "parameter-added",
        "An optional parameter is added",
        ("additive", "Calls may omit it."),
        webhook=("additive", "Receivers ignore parameters that they don't know."),
    ),
    rule(
        "required-parameter-added",
        "A required parameter is added",
        ("breaking", "Calls without it are rejected."),
        webhook=("additive", "Receivers ignore parameters that they don't know."),
    ),
    rule(
        "parameter-removed",
        "A parameter is removed",
        ("breaking", "The call fails, or the parameter is ignored and the response differs."),
        webhook=("breaking", "Code that reads it gets no value."),
    ),
    rule(
        "parameter-renamed",
        "A parameter is renamed",
        ("breaking", "The call fails, or the old name is ignored."),
        webhook=("breaking", "Code that reads the old name gets no value."),
    ),
    rule(
        "serialization-changed",
        "The serialization of a value changes",
        ("breaking", "Values in the old format are misread."),
        ("breaking", "Code that expects the old format misreads values."),
    ),
    rule(
        "request-body-added",
        "An optional request body is added",
        ("additive", "Calls may omit it."),
        webhook=("additive", "Code that reads no body keeps working."),
    ),
    rule(
        "required-request-body-added",
        "A required request body is added",
        ("breaking", "Calls without it are rejected."),
        webhook=("additive", "Code that reads no body keeps working."),
    ),
    rule(
        "request-body-removed",
        "A request body is removed",
        ("breaking", "A body that you send has no effect."),
        webhook=("breaking", "Code that reads it gets no value."),
    ),
    rule(
        "media-type-added",
        "A media type is added",
        ("additive", "Bodies of the old types are still accepted."),
        ("additive", "You receive it only if you request it."),
    ),
    rule(
        "media-type-removed",
        "A media type is removed",
        ("breaking", "Bodies of this type are rejected."),
        ("breaking", "Calls that request this type fail."),
    ),
    "Responses",
    rule(
        "success-response-added",
        "A success status code is added",
        response=("risky", "Code that expects a specific status may get a different one."),
    ),
    rule(
        "error-response-added",
        "An error status code is added",
        response=("additive", "Code that handles errors by class handles this one."),
    ),
    rule(
        "success-response-removed",
        "A success status code is removed",
        response=("breaking", "Code that expects the status never receives it."),
    ),
    rule(
        "error-response-removed",
        "An error status code is removed",
        response=("additive", "There is one error less to handle."),
    ),
    rule(
        "status-changed",
        "A status code changes",
        response=("breaking", "Code that expects the old status never receives it."),
    ),
    rule("header-added", "A header is added", response=("additive", "Clients ignore headers that they don't know.")),
    rule("header-removed", "A header is removed", response=("breaking", "Code that reads it gets no value.")),
    rule("link-added", "A link to an operation is added", response=("additive", "No existing code follows it.")),
    rule("link-removed", "A link to an operation is removed", response=("risky", "Code that follows it fails.")),
    rule(
        "link-changed",
        "A link to an operation changes",
        response=("risky", "Code that follows it makes a different call."),
    ),
    "Webhooks and callbacks",
    rule("webhook-added", "A webhook is added", webhook=("additive", "You receive it only if you subscribe to it.")),
    rule("webhook-removed", "A webhook is removed", webhook=("breaking", "Handlers for it are never called.")),
    rule(
        "webhook-renamed", "A webhook is renamed", webhook=("breaking", "Handlers for the old name are never called.")
    ),
    rule("webhook-deprecated", "A webhook is deprecated", webhook=("neutral", "It is still sent.")),
    rule("webhook-no-longer-deprecated", "A webhook is no longer deprecated", webhook=("neutral", "It is still sent.")),
    rule(
        "webhook-method-changed",
        "The method of a webhook changes",
        webhook=("breaking", "Handlers for the old method are never called."),
    ),
    rule("callback-added", "A callback is added", webhook=("additive", "You receive it only if you request it.")),
    rule("callback-removed", "A callback is removed", webhook=("breaking", "Handlers for it are never called.")),
    rule(
        "callback-moved",
        "The address or method of a callback changes",
        webhook=("breaking", "Handlers at the old address are never called."),
    ),
    rule(
        "answer-changed",
        "The response expected from you changes",
        webhook=("risky", "Your response may be rejected."),
    ),
    "Objects and shared components",
    rule("schema-added", "An object is added", request=("neutral", "Each use of it is judged separately.")),
    rule("schema-removed", "An object is removed", request=("neutral", "Each use of it is judged separately.")),
    rule("schema-renamed", "An object is renamed", request=("neutral", "No message contains its name.")),
    rule("shared-added", "A shared component is added", ("neutral", "Each use of it is judged separately.")),
    rule("shared-removed", "A shared component is removed", ("neutral", "Each use of it is judged separately.")),
    rule("shared-changed", "A shared component changes", ("neutral", "Each use of it is judged separately.")),
    rule(
        "dialect-changed",
        "The OpenAPI version of the document changes",
        ("neutral", "Differences in its content are judged separately."),
    ),
)
"""The rules, each group after its heading."""
