"""The page of a second step: shows a challenge, takes its code, sends it again."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify, redirect, render_template, request

from simple_2fa.challenges import answers, flows
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.model import (
    Answered,
    Caller,
    Challenge,
    ClosedError,
    Outcome,
    Sending,
)
from simple_2fa.clients.model import DEVELOPMENT
from simple_2fa.core import codes
from simple_2fa.core.address import canonical, subject_of_address
from simple_2fa.core.clock import minutes_up
from simple_2fa.core.errors import (
    BadAddressError,
    MalformedAnswerError,
    SlowDownError,
    UnavailableError,
)
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.services import now, services
from simple_2fa.mail.outbox import Delivery
from simple_2fa.web import shown

_REOPENS = timedelta(hours=1)
"""How long after its expiry a challenge's page still offers a new code."""


def route(blueprint: Blueprint) -> None:
    """Add the page's addresses."""
    blueprint.get("/verify")(bare)
    blueprint.get("/verify/<ticket>")(show)
    blueprint.get("/verify/<ticket>/delivery")(delivery)
    blueprint.post("/verify/answer")(answer)
    blueprint.post("/verify/resend")(resend)


def bare() -> Response:
    """Show the page where nothing is pending: development asks for address and code."""
    return shown.bare() if services().development else shown.nothing()


def show(ticket: str) -> Response:
    """Show the challenge that a ticket opens."""
    challenge = _found(ticket)
    if challenge is None:
        return shown.nothing(404)
    if challenge.outcome == Outcome.APPROVED:
        return shown.done(challenge)
    stopped = challenge.stopped(now())
    if stopped:
        return shown.asked(challenge, ticket, error=shown.ERRORS[stopped], status=200)
    return shown.asked(challenge, ticket, notice=request.args.get("notice"))


def delivery(ticket: str) -> Response:
    """Tell the page's script how far the letter has come."""
    challenge = _found(ticket)
    progress = flows.delivery(services().desk, challenge) if challenge else None
    if challenge is None or progress is None or progress.state is Delivery.VOID:
        return jsonify(state="failed", line=""), 404  # type: ignore[return-value]
    facts = shown.delivery_facts(challenge, progress)
    line = render_template(
        "pages/delivery_line.html", delivery=facts, challenge=shown.facts(challenge)
    )
    return jsonify(state=facts["state"], line=line)


def answer() -> Response:
    """Take a code, for a ticket or, in development, for an address."""
    ticket = request.form.get("ticket", "")
    return _answer_by_ticket(ticket) if ticket else _answer_bare()


def resend() -> Response:
    """Send the code again; where it can't be answered any more, send a new one."""
    ticket = request.form.get("ticket", "")
    challenge = _found(ticket)
    if challenge is None:
        return shown.nothing(404)
    if not csrf_fits():
        return shown.asked(challenge, ticket, error="stale_form")
    try:
        started = flows.renew(services().desk, challenge, now())
    except ClosedError:
        return shown.asked(challenge, ticket, error="canceled")
    except SlowDownError as why:
        return shown.asked(challenge, ticket, error="slow_down", **shown.patience(why.retry_at))
    except UnavailableError:
        return shown.asked(challenge, ticket, error="unavailable")
    services().worker.wake()
    notice = "resent" if started.sending is Sending.RESENT else "renewed"
    return redirect(f"/verify/{started.ticket}?notice={notice}", 303)  # type: ignore[return-value]


def _answer_by_ticket(ticket: str) -> Response:
    challenge = _found(ticket)
    if challenge is None:
        return shown.nothing(404)
    text = request.form.get("code", "")
    error = "stale_form" if not csrf_fits() else "empty" if not text.strip() else None
    if error:
        return shown.asked(challenge, ticket, error=error)
    attempt = Attempt(text, challenge.caller, challenge.purpose)
    try:
        answered = answers.answer(services().desk, challenge.id, attempt, now())
    except MalformedAnswerError:
        return shown.asked(challenge, ticket, error="malformed")
    except UnavailableError:
        return shown.asked(challenge, ticket, error="unavailable")
    return _tell(challenge, ticket, answered)


def _answer_bare() -> Response:
    """Take a code together with the address that it was sent to; development only."""
    if not services().development:
        return shown.nothing(404)
    address, code = request.form.get("email", ""), request.form.get("code", "")
    faults: dict[str, str] = {}
    if not csrf_fits():
        return shown.bare(address, error="stale_form")
    try:
        subject = subject_of_address(canonical(address.strip()))
    except BadAddressError:
        faults["email_error"] = "malformed" if address.strip() else "empty"
    if not code.strip():
        faults["error"] = "empty"
    elif not codes.has_form(code):
        faults["error"] = "malformed"
    if faults:
        return shown.bare(address, **faults)
    attempt = Attempt(code, Caller("client", DEVELOPMENT))
    answered = answers.answer_by_address(services().desk, subject, attempt, now())
    if answered.outcome is Outcome.APPROVED:
        return shown.done()
    return shown.bare(address, error="wrong")


def _tell(challenge: Challenge, ticket: str, answered: Answered) -> Response:
    if answered.outcome is Outcome.APPROVED:
        return redirect(f"/verify/{ticket}", 303)  # type: ignore[return-value]
    if answered.retry_at:
        return shown.asked(
            challenge,
            ticket,
            error="paused",
            again=answered.retry_at,
            retry_at=minutes_up(answered.retry_at),
        )
    if answered.outcome is Outcome.WRONG and answered.tries_left:
        return shown.asked(challenge, ticket, error="wrong", tries_left=answered.tries_left)
    return shown.asked(
        challenge, ticket, error=shown.ERRORS.get(answered.outcome, "too_many_tries")
    )


def _found(ticket: str) -> Challenge | None:
    """Read the challenge of a ticket, while its page still leads anywhere."""
    challenge = flows.by_ticket(services().desk, ticket)
    if challenge is None or now() - challenge.expires_at > _REOPENS:
        return None
    return challenge
