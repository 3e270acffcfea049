"""Errors of the API: RFC 9457 problem details, one table of codes."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response
from werkzeug.exceptions import HTTPException

from simple_2fa.core.errors import ConflictError, SealError, SlowDownError, UnavailableError
from simple_2fa.http.own import g, request_id
from simple_2fa.http.services import mount, seconds_until, services

log = logging.getLogger("simple_2fa.problems")

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A code's status, its title, and what it tells people."""

    status: int
    title: str
    message: str


KINDS: Mapping[str, Kind] = {
    "wrong_code": Kind(400, "Wrong code", "That code isn't right."),
    "unauthorized": Kind(401, "API key needed", "This request needs a valid API key."),
    "forbidden": Kind(403, "Forbidden", "That isn't allowed here."),
    "not_found": Kind(404, "Not found", "There is no such thing here."),
    "method_not_allowed": Kind(
        405, "Method not allowed", "This address doesn't take such a request."
    ),
    "conflict": Kind(409, "Conflict", "That contradicts an earlier request."),
    "canceled": Kind(410, "Challenge canceled", "That code was canceled."),
    "code_expired": Kind(410, "Code expired", "That code has expired."),
    "code_used": Kind(410, "Code used", "That code was already used."),
    "too_large": Kind(413, "Too large", "That was too long."),
    "unsupported_media_type": Kind(415, "Unsupported media type", "Send application/json."),
    "misdirected": Kind(421, "Misdirected request", "This isn't the address of this server."),
    "invalid_request": Kind(422, "Invalid request", "Something in the request can't be used."),
    "paused": Kind(429, "Codes paused", "Too many wrong codes; codes are paused for a while."),
    "slow_down": Kind(429, "Slow down", "That was too fast. Try again later."),
    "too_many_tries": Kind(429, "Too many tries", "Too many wrong codes. Start a new challenge."),
    "internal_error": Kind(500, "Internal error", "Something broke. That's our fault."),
    "unavailable": Kind(503, "Unavailable", "We can't answer right now. Try again in a minute."),
}

KINDS_OF_HOSTS: Mapping[str, Kind] = {
    "second_factor_required": Kind(
        403, "Second step needed", "Confirm that it's you, then send this again."
    ),
    "account_disabled": Kind(403, "Account disabled", "This account can't be used."),
    "no_address": Kind(403, "No address", "This account has no address that codes can go to."),
}
"""What views of other applications tell, beside these."""
_BY_STATUS = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    421: "misdirected",
    429: "slow_down",
    503: "unavailable",
}
_SHORT = 120
"""Seconds; longer waits are told in minutes."""
_SOON = "10"
"""Seconds after which a request that found the database away may be sent again."""
_BROKEN = 500
"""From this status on the fault is ours."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field; `pointer` is a JSON pointer (RFC 6901)."""

    pointer: str
    detail: str


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 (the RFC's noun)
    """An error to tell the caller; raised anywhere in a view.

    Attributes:
        code: one of `KINDS`.
        detail: what to do in this case; the kind's message by default.
        retry_at: when the same request is welcome again; becomes `Retry-After`.
        tries_left: after a wrong code.
        errors: the fields that can't be used.
        headers: more of them.
        page: where a person goes to do something about it.
    """

    code: str
    detail: str = ""
    retry_at: datetime | None = None
    tries_left: int | None = None
    errors: tuple[FieldFault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    page: str = ""


def kind_of(problem: Problem) -> Kind:
    """Give what kind of problem it is."""
    return KINDS.get(problem.code) or KINDS_OF_HOSTS[problem.code]


def respond(problem: Problem) -> Response:
    """Render a problem as a response."""
    kind = kind_of(problem)
    g.problem = problem.code
    docs = f"{services().settings.origin}/docs#{problem.code}"
    body: dict[str, object] = {
        "type": "about:blank" if mount().is_hosted else docs,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail or kind.message,
        "message": kind.message,
        "code": problem.code,
        "request_id": request_id(),
    }
    if problem.page:
        body["page"] = problem.page
    if problem.tries_left is not None:
        body["tries_left"] = problem.tries_left
    if problem.errors:
        body["errors"] = [
            {"pointer": each.pointer, "detail": each.detail} for each in problem.errors
        ]
    headers = dict(problem.headers)
    if problem.retry_at is not None:
        headers["Retry-After"] = str(max(seconds_until(problem.retry_at), 1))
    return Response(
        json.dumps(body, ensure_ascii=False),
        status=kind.status,
        headers=headers,
        content_type=MEDIA_TYPE,
    )


def of(error: Exception) -> Problem:
    """Give the problem for any error that comes out of a view; the unforeseen ones are logged."""
    match error:
        case Problem():
            return error
        case HTTPException():
            return _of_http(error)
        case SlowDownError():
            detail = f"Try again {_in(seconds_until(error.retry_at))}."
            return Problem("slow_down", detail, retry_at=error.retry_at)
        case ConflictError():
            return Problem("conflict", str(error))
        case UnavailableError() | SealError():
            log.error("unavailable: %s (request %s)", error, request_id())
            return Problem("unavailable", headers={"Retry-After": _SOON})
        case _:
            log.error("internal error (request %s)", request_id(), exc_info=error)
            return Problem("internal_error")


def _in(seconds: int) -> str:
    """Word a wait, rounded up."""
    if seconds <= _SHORT:
        return f"in {max(seconds, 1)} seconds"
    return f"in {-(-seconds // 60)} minutes"


def _of_http(error: HTTPException) -> Problem:
    """Translate what Flask itself raised: no such route, too large."""
    methods = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(methods))} if methods else {}
    status = error.code or _BROKEN
    other = "internal_error" if status >= _BROKEN else "invalid_request"
    return Problem(_BY_STATUS.get(status, other), headers=headers)
