"""The page of a second step: shows a challenge, takes its code, sends it again."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify, redirect, render_template, request

from simple_2fa.challenges import answers, flows
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.model import (
    RESEND_GAP,
    Answered,
    Caller,
    Challenge,
    Outcome,
    Sending,
)
from simple_2fa.clients import flows as clients
from simple_2fa.clients.model import DEVELOPMENT
from simple_2fa.core import codes
from simple_2fa.core.address import canonical, mask, spoken, subject_of_address
from simple_2fa.core.errors import (
    BadAddressError,
    MalformedAnswerError,
    SlowDownError,
    UnavailableError,
)
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.pages import page
from simple_2fa.http.services import now, seconds_until, services
from simple_2fa.mail.outbox import Delivery, Progress

_REOPENS = timedelta(hours=1)
"""How long after its expiry a challenge's page still offers a new code."""
_UNDERWAY = (Delivery.QUEUED, Delivery.SENDING)
_LATE = timedelta(seconds=15)
"""After so long a letter that waits is said to be delayed."""
_ERRORS = {
    Outcome.EXPIRED: "expired",
    Outcome.USED: "used",
    Outcome.CANCELED: "canceled",
    Outcome.OUT_OF_TRIES: "too_many_tries",
}
_STATUS = {
    None: 200,
    "wrong": 400,
    "stale_form": 403,
    "expired": 410,
    "used": 410,
    "canceled": 410,
    "empty": 422,
    "malformed": 422,
    "slow_down": 429,
    "paused": 429,
    "too_many_tries": 429,
    "unavailable": 503,
}


def route(blueprint: Blueprint) -> None:
    """Add the page's addresses."""
    blueprint.get("/verify")(bare)
    blueprint.get("/verify/<ticket>")(show)
    blueprint.get("/verify/<ticket>/delivery")(delivery)
    blueprint.post("/verify/answer")(answer)
    blueprint.post("/verify/resend")(resend)


def bare() -> Response:
    """Show the page where nothing is pending: development asks for address and code."""
    return page("verify", {**_NOTHING, "state": "bare"}) if services().development else _nothing()


def show(ticket: str) -> Response:
    """Show the challenge that a ticket opens."""
    challenge = _found(ticket)
    if challenge is None:
        return _nothing(404)
    if challenge.outcome == Outcome.APPROVED:
        return _done(challenge)
    stopped = challenge.stopped(now())
    if stopped:
        return _show(challenge, ticket, error=_ERRORS[stopped], status=200)
    return _show(challenge, ticket, notice=request.args.get("notice"))


def delivery(ticket: str) -> Response:
    """Tell the page's script how far the letter has come."""
    challenge = _found(ticket)
    progress = flows.delivery(services().desk, challenge) if challenge else None
    if challenge is None or progress is None or progress.state is Delivery.VOID:
        return jsonify(state="failed", line=""), 404  # type: ignore[return-value]
    shown = _delivery(challenge, progress)
    facts = {"delivery": shown, "challenge": _challenge(challenge)}
    return jsonify(state=shown["state"], line=render_template("pages/delivery_line.html", **facts))


def answer() -> Response:
    """Take a code, for a ticket or, in development, for an address."""
    ticket = request.form.get("ticket", "")
    return _answer_by_ticket(ticket) if ticket else _answer_bare()


def resend() -> Response:
    """Send the code again; where it can't be answered any more, send a new one."""
    ticket = request.form.get("ticket", "")
    challenge = _found(ticket)
    if challenge is None:
        return _nothing(404)
    if not csrf_fits():
        return _show(challenge, ticket, error="stale_form")
    try:
        started = flows.start(services().desk, challenge.question, now())
    except SlowDownError as why:
        return _show(challenge, ticket, error="slow_down", wait=seconds_until(why.retry_at))
    except UnavailableError:
        return _show(challenge, ticket, error="unavailable")
    services().worker.wake()
    notice = "resent" if started.sending is Sending.RESENT else "renewed"
    return redirect(f"/verify/{started.ticket}?notice={notice}", 303)  # type: ignore[return-value]


def _answer_by_ticket(ticket: str) -> Response:
    challenge = _found(ticket)
    if challenge is None:
        return _nothing(404)
    text = request.form.get("code", "")
    error = "stale_form" if not csrf_fits() else "empty" if not text.strip() else None
    if error:
        return _show(challenge, ticket, error=error)
    attempt = Attempt(text, challenge.caller, challenge.purpose)
    try:
        answered = answers.answer(services().desk, challenge.id, attempt, now())
    except MalformedAnswerError:
        return _show(challenge, ticket, error="malformed")
    except UnavailableError:
        return _show(challenge, ticket, error="unavailable")
    return _tell(challenge, ticket, answered)


def _answer_bare() -> Response:
    """Take a code together with the address that it was sent to; development only."""
    if not services().development:
        return _nothing(404)
    address, code = request.form.get("email", ""), request.form.get("code", "")
    faults: dict[str, str] = {}
    if not csrf_fits():
        return _show_bare(address, error="stale_form")
    try:
        subject = subject_of_address(canonical(address.strip()))
    except BadAddressError:
        faults["email_error"] = "malformed" if address.strip() else "empty"
    if not code.strip():
        faults["error"] = "empty"
    elif not codes.has_form(code):
        faults["error"] = "malformed"
    if faults:
        return _show_bare(address, **faults)
    attempt = Attempt(code, Caller("client", DEVELOPMENT))
    answered = answers.answer_by_address(services().desk, subject, attempt, now())
    if answered.outcome is Outcome.APPROVED:
        return page("verify", {**_NOTHING, "state": "done"})
    return _show_bare(address, error="wrong")


def _tell(challenge: Challenge, ticket: str, answered: Answered) -> Response:
    if answered.outcome is Outcome.APPROVED:
        return redirect(f"/verify/{ticket}", 303)  # type: ignore[return-value]
    if answered.outcome is Outcome.PAUSED:
        return _show(challenge, ticket, error="paused", retry_at=answered.retry_at)
    if answered.outcome is Outcome.WRONG and answered.tries_left:
        return _show(challenge, ticket, error="wrong", tries_left=answered.tries_left)
    return _show(challenge, ticket, error=_ERRORS.get(answered.outcome, "too_many_tries"))


_NOTHING: dict[str, object] = {
    "error": None,
    "notice": None,
    "wait": 0,
    "ticket": "",
    "challenge": None,
    "values": {},
}


def _show(
    challenge: Challenge, ticket: str, *, status: int | None = None, **more: object
) -> Response:
    """Render a challenge's page with an error or a notice."""
    error = more.get("error")
    progress = flows.delivery(services().desk, challenge)
    context: dict[str, object] = {
        **_NOTHING,
        "state": "dead" if error in _ERRORS.values() or challenge.stopped(now()) else "ask",
        "challenge": _challenge(challenge),
        "delivery": progress and _delivery(challenge, progress),
        "notice_at": challenge.resend_after - RESEND_GAP,
        "wait": seconds_until(challenge.resend_after),
        "ticket": ticket,
    }
    if status is None:
        status = _STATUS[str(error) if error else None]
    return page("verify", {**context, **more}, status)


def _show_bare(address: str, *, error: str | None = None, **more: str) -> Response:
    status = _STATUS[error] if error else 422
    typed = {"values": {"email": address}, "error": error}
    return page("verify", {**_NOTHING, "state": "bare", **typed, **more}, status)


def _done(challenge: Challenge) -> Response:
    return page("verify", {**_NOTHING, "state": "done", "challenge": _challenge(challenge)})


def _nothing(status: int = 200) -> Response:
    return page("verify", {**_NOTHING, "state": "nowhere"}, status)


def _found(ticket: str) -> Challenge | None:
    """Read the challenge of a ticket, while its page still leads anywhere."""
    challenge = flows.by_ticket(services().desk, ticket)
    if challenge is None or now() - challenge.expires_at > _REOPENS:
        return None
    return challenge


def _challenge(challenge: Challenge) -> dict[str, object]:
    """Give what the page shows of a challenge."""
    return {
        "to": mask(challenge.address),
        "to_spoken": spoken(challenge.address),
        "digits": challenge.digits,
        "factor": challenge.factor,
        "purpose": challenge.purpose,
        "expires_at": challenge.expires_at,
        "client": clients.name_of(services().db, challenge.caller.id),
    }


def _delivery(challenge: Challenge, progress: Progress) -> dict[str, object]:
    state = Delivery.FAILED if progress.state is Delivery.VOID else progress.state
    return {
        "state": state.value,
        "at": progress.at,
        "retry_at": progress.retry_at,
        "late": state in _UNDERWAY and now() - progress.at > _LATE,
        "domain": challenge.address.rpartition("@")[2],
        "detail": _said(challenge, progress.reply),
    }


def _said(challenge: Challenge, reply: str) -> str:
    """Give what a mail server said, without the address; our own notes are for operators."""
    return reply.replace(challenge.address, mask(challenge.address)) if reply[:3].isdigit() else ""
