"""Every error in one table, and its two faces: problem+json (RFC 9457) for programs, a friendly page for people."""

import logging
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

import orjson
from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from hub.domain.errors import (
    AuthError,
    ConflictError,
    FieldError,
    ForbiddenError,
    HubError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.services.signing_in import SignInError
from hub.transport.webhooks import SignatureError
from hub.web.i18n import N_, translate
from hub.web.strict_json import MalformedError
from hub.web.words import entity_word

log = logging.getLogger(__name__)
R = TypeVar("R", bound=BaseResponse)
JSON = "application/problem+json"
SOON = 5.0  # seconds until a retry makes sense where nobody said better


class SignedOutError(HubError):
    """Nobody is signed in, or the key is not known."""


class PreconditionError(HubError):
    """The request must say which version it means."""


@dataclass(frozen=True)
class Kind:
    """How a class of errors is answered."""

    status: int
    name: str
    title: str


KINDS: dict[type[HubError], Kind] = {
    MalformedError: Kind(400, "malformed", N_("The request cannot be read")),
    SignedOutError: Kind(401, "signed-out", N_("Please sign in")),
    SignInError: Kind(401, "sign-in", N_("Signing in failed")),
    SignatureError: Kind(401, "signature", N_("The sender is not known")),
    ForbiddenError: Kind(403, "forbidden", N_("You may not do this")),
    NotFoundError: Kind(404, "not-found", N_("Not found")),
    ConflictError: Kind(409, "conflict", N_("This is not possible now")),
    StaleError: Kind(412, "stale", N_("Somebody was faster")),
    InvalidError: Kind(422, "invalid", N_("Some entries are wrong")),
    PreconditionError: Kind(428, "precondition", N_("The version is missing")),
    RateLimitedError: Kind(429, "rate-limited", N_("Too many requests")),
    RejectedError: Kind(502, "rejected", N_("A connected system refused this")),
    AuthError: Kind(502, "system-auth", N_("A connected system refused the hub's sign-in")),
    UnknownOutcomeError: Kind(502, "unknown-outcome", N_("The outcome is not known yet")),
    RetryableError: Kind(503, "unavailable", N_("Please try again shortly")),
    HubError: Kind(500, "error", N_("Something went wrong")),
}
HTTP = {
    400: Kind(400, "malformed", N_("The request cannot be read")),
    404: Kind(404, "not-found", N_("Not found")),
    405: Kind(405, "method", N_("This address does not take this method")),
    413: Kind(413, "too-large", N_("The request is too large")),
    415: Kind(415, "media-type", N_("This kind of content is not read here")),
    500: Kind(500, "error", N_("Something went wrong")),
}
REASONS = {
    404: N_("There is nothing at this address: check it, or go back to the start."),
    405: N_("Use one of the methods that the API document names for this address."),
    413: N_("The request is larger than this address takes: send less at once."),
    500: N_("The fault is recorded under {correlation}: tell your administrator this code."),
}


def kind_of(error: HubError) -> Kind:
    """How an error is answered: by its class, or the nearest class above it."""
    return next(KINDS[cls] for cls in type(error).__mro__ if cls in KINDS)


def sentence(error: HubError) -> str:
    """What the error says, in the reader's language."""
    return filled(error.template, error.params)


def filled(template: str, params: Any) -> str:
    """A template in the reader's language, filled in; names of entities are translated, too."""
    worded = {name: entity_word(value) if name == "entity" else value for name, value in dict(params).items()}
    return translate(template, **worded)


def field_errors(error: HubError) -> list[dict[str, str]]:
    """Each wrong field, in the reader's language."""
    fields: tuple[FieldError, ...] = getattr(error, "fields", ())
    return [{"field": one.path, "detail": filled(one.template, one.params)} for one in fields]


def document(error: HubError) -> dict[str, Any]:
    """The problem document of an error."""
    kind = kind_of(error)
    problem: dict[str, Any] = {
        "type": f"urn:tickethub:problem:{kind.name}",
        "title": translate(kind.title),
        "status": kind.status,
        "detail": sentence(error),
        "instance": f"urn:tickethub:correlation:{g.correlation}",
    }
    if fields := field_errors(error):
        problem["errors"] = fields
    return problem


def as_reply(error: HubError) -> tuple[int, bytes]:
    """Status and body of an error, as an idempotent answer keeps them."""
    return kind_of(error).status, orjson.dumps(document(error))


def wants_json() -> bool:
    """Whether a program asks."""
    return request.path.startswith(("/api/", "/webhooks/", "/healthz", "/metrics"))


def register(app: Flask) -> None:
    """All error handlers together."""
    app.register_error_handler(HubError, of_hub)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_bug)


def of_hub(error: HubError) -> Response:
    """Answer an error that names what to do."""
    response = problem_json(document(error)) if wants_json() else page(error)
    if isinstance(error, RetryableError):
        response.headers["Retry-After"] = str(ceil(getattr(error, "retry_after", None) or SOON))
    if isinstance(error, SignedOutError) and wants_json():
        response.headers["WWW-Authenticate"] = 'Bearer realm="tickethub"'
    return response


def page(error: HubError) -> Response:
    """An error as a person sees it: in place where the page asked for a part, else as a page of its own."""
    kind = kind_of(error)
    facts = {"title": translate(kind.title), "detail": sentence(error), "errors": field_errors(error)}
    name = "parts/alert.html" if "HX-Request" in request.headers else "problem.html"
    return in_place(Response(render_template(name, **facts), kind.status))


def in_place(response: R) -> R:
    """Have a refusal shown above the page that asked, which stays as it is."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#alerts", "innerHTML"
    return response


def of_http(error: HTTPException) -> Response:
    """Answer what the framework refuses."""
    if (code := error.code or 500) < 400:  # noqa: PLR2004 - a redirect is no error
        return Response(error.get_response())  # type: ignore[arg-type] # werkzeug's own response is one
    kind = HTTP.get(code, Kind(code, "http", error.name))
    reason = translate(REASONS.get(code, kind.title), correlation=g.correlation)
    title = translate(kind.title)
    if wants_json():
        answer = {"type": f"urn:tickethub:problem:{kind.name}", "title": title, "status": code, "detail": reason}
        response = problem_json(answer)
    else:
        response = Response(render_template("problem.html", title=title, detail=reason, errors=[]), code)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def of_bug(error: Exception) -> Response:
    """Answer our own mistake: the log keeps kind and places, for the text of an error may carry data."""
    log.error("a mistake of ours", exc_info=error, extra={"correlation": g.get("correlation")})
    return of_http(InternalServerError())


def problem_json(problem: dict[str, Any]) -> Response:
    """A problem document as a response."""
    return Response(orjson.dumps(problem), problem["status"], content_type=JSON)
