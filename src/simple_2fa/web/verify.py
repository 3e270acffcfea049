"""The page of a second step: shows a challenge, takes its code, sends it again."""

from datetime import timedelta

from flask import Response, jsonify, request

from simple_2fa.challenges import answers, flows
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.model import MAIL, Caller, Challenge, Outcome
from simple_2fa.clients.model import DEVELOPMENT
from simple_2fa.core import codes
from simple_2fa.core.address import canonical, slip, subject_of_address
from simple_2fa.core.errors import BadAddressError
from simple_2fa.http import visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import anybody
from simple_2fa.http.pages import render
from simple_2fa.http.paths import go, home, lead_to
from simple_2fa.http.services import now, services
from simple_2fa.mail.outbox import Delivery
from simple_2fa.sessions.model import Stage
from simple_2fa.web import shown, steps, tickets
from simple_2fa.web.code_form import CodeForm

_REOPENS = timedelta(hours=1)
"""How long after its expiry a challenge's page still offers a new code."""


@anybody
def bare() -> Response:
    """Show what the session waits for; one that waits for nothing has gone on already."""
    waits = steps.show()
    if waits:
        return waits
    session = visits.session()
    if session and session.stage in {Stage.RESET, Stage.FULL}:  # in another tab, too
        return go("/reset") if session.stage is Stage.RESET else lead_to(home())
    if visits.token() and not session:
        return visits.leave(go("/login?notice=ended"))
    if services().development and not session:
        return shown.bare()
    return shown.nothing()


@anybody
def show(ticket: str) -> Response:
    """Show the challenge that a ticket opens."""
    challenge = _found(ticket)
    if challenge is None:
        return shown.nothing(404)
    if challenge.outcome == Outcome.APPROVED:
        return shown.done(challenge)
    return _form(challenge, ticket).open()


@anybody
def delivery(ticket: str = "") -> Response:
    """Tell the page's script how far the letter has come."""
    challenge = _found(ticket) if ticket else steps.delivery()
    progress = flows.delivery(services().desk, challenge) if challenge else None
    if challenge is None or progress is None or progress.state is Delivery.VOID:
        return jsonify(state="failed", line=""), 404  # type: ignore[return-value]
    facts = shown.delivery_facts(challenge, progress)
    told = {"delivery": facts, "challenge": shown.facts(challenge)}
    line = render("pages/delivery_line.html", told)
    return jsonify(state=facts["state"], line=line)


@anybody
def reopen() -> Response:
    """Show the page again to a browser that comes back to where a form was sent."""
    return go("/verify")


@anybody
def answer() -> Response:
    """Take a code: for a ticket, for the session or, in development, for an address."""
    ticket = request.form.get("ticket", "")
    if ticket:
        return _answer_by_ticket(ticket)
    return _answer_bare() if "email" in request.form else steps.answer()


@anybody
def resend() -> Response:
    """Send the code again; where it can't be answered any more, send a new one."""
    ticket = request.form.get("ticket", "")
    return _resend_by_ticket(ticket) if ticket else steps.resend()


@anybody
def switch() -> Response:
    """Have the question put another way."""
    ticket = request.form.get("ticket", "")
    return _switch_by_ticket(ticket) if ticket else steps.switch()


@anybody
def open_ledger() -> Response:
    """Mail a long code to whoever can't sign in by mail, and whose other codes are paused."""
    return steps.open_ledger()


def _form(challenge: Challenge, ticket: str) -> CodeForm:
    seen = tickets.as_shown(challenge)
    return CodeForm(seen, ticket, more=lambda: {"others": tickets.others(seen)})


def _resend_by_ticket(ticket: str) -> Response:
    challenge = _found(ticket)
    if challenge is None:
        return shown.nothing(404)
    return _form(challenge, ticket).send_again(
        lambda: flows.renew(services().desk, challenge, now())
    )


def _switch_by_ticket(ticket: str) -> Response:
    challenge = _found(ticket)
    if challenge is None:
        return shown.nothing(404)
    wanted = request.form.get("factor", "")
    return _form(challenge, ticket).switch(lambda: tickets.switch(challenge, wanted))


def _answer_by_ticket(ticket: str) -> Response:
    challenge = _found(ticket)
    if challenge is None:
        return shown.nothing(404)

    form = _form(challenge, ticket)

    def judge(text: str) -> Response:
        attempt = tickets.attempt(challenge, text, request.form.get("factor", ""))
        answered = answers.answer(services().desk, challenge.id, attempt, now())
        return go(form.path) if answered.outcome is Outcome.APPROVED else form.tell(answered)

    return form.send(judge)


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
        faults["email_error"] = slip(address.strip()) if address.strip() else "empty"
    if not code.strip():
        faults["error"] = "empty"
    elif not codes.has_form(code):
        faults["error"] = "malformed"
    if faults:
        return shown.bare(address, **faults)
    attempt = Attempt(code, Caller("client", DEVELOPMENT), factor=MAIL)
    answered = answers.answer_by_address(services().desk, subject, attempt, now())
    if answered.outcome is Outcome.APPROVED:
        return shown.done()
    return shown.bare(address, error="wrong")


def _found(ticket: str) -> Challenge | None:
    """Read the challenge of a ticket, while its page still leads anywhere."""
    challenge = flows.by_ticket(services().desk, ticket)
    if challenge is None or challenge.caller.kind != "client":
        return None
    if now() - challenge.expires_at > _REOPENS:
        return None
    return challenge


ROUTES = (
    ("GET", "/verify", bare),
    ("GET", "/verify/<ticket>", show),
    ("GET", "/verify/delivery", delivery),
    ("GET", "/verify/<ticket>/delivery", delivery),
    ("GET", "/verify/answer", reopen),
    ("GET", "/verify/resend", reopen),
    ("GET", "/verify/switch", reopen),
    ("GET", "/verify/unlock", reopen),
    ("POST", "/verify/answer", answer),
    ("POST", "/verify/resend", resend),
    ("POST", "/verify/switch", switch),
    ("POST", "/verify/unlock", open_ledger),
    ("GET", "/verify/address", steps.show_address),
    ("POST", "/verify/address", steps.change_address),
)
