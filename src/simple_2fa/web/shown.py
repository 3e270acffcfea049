"""What the page of a second step shows, and with which status."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import Response

from simple_2fa.challenges import flows
from simple_2fa.challenges.model import (
    MAIL,
    RESEND_GAP,
    Challenge,
    Outcome,
    Purpose,
)
from simple_2fa.clients import flows as clients
from simple_2fa.core.address import mask, spoken
from simple_2fa.core.factor import Factor, Prompt
from simple_2fa.http.pages import page
from simple_2fa.http.services import now, seconds_until, services
from simple_2fa.mail.outbox import Delivery, Progress
from simple_2fa.web.forms import patience, wanted_path

_UNDERWAY = (Delivery.QUEUED, Delivery.SENDING)
_TYPED_HERE = frozenset({Purpose.PROVE_ADDRESS, Purpose.CHANGE_ADDRESS})
_LATE = timedelta(seconds=15)
"""After so long a letter that waits is said to be delayed."""
ERRORS = {
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
    "mail_later": 429,
    "slow_down": 429,
    "paused": 429,
    "too_many": 409,
    "too_many_tries": 429,
    "unavailable": 503,
}


_NOTHING: dict[str, object] = {
    "error": None,
    "notice": None,
    "wait": 0,
    "ticket": "",
    "challenge": None,
    "values": {},
    "asked": {},
    "others": (),
    "lost": None,
    "hint": "",
}


def asked(
    challenge: Challenge,
    ticket: str,
    *,
    status: int | None = None,
    again: datetime | None = None,
    **more: object,
) -> Response:
    """Render a challenge's page with an error or a notice; `again` says when to come back."""
    error, stopped = more.get("error"), challenge.stopped(now())
    progress = flows.delivery(services().desk, challenge) if is_mailed(challenge) else None
    if not is_mailed(challenge):
        more["notice"] = None  # which tells that a code was sent
    context: dict[str, object] = {
        **_NOTHING,
        "state": "dead" if error in ERRORS.values() or stopped else "ask",
        "reason": ERRORS.get(stopped, error) if stopped else error,
        "challenge": facts(challenge),
        "asked": prompt_of(challenge),
        "script": services().desk.factor(challenge.factor).script,
        "delivery": progress and delivery_facts(challenge, progress),
        "notice_at": challenge.resend_after - RESEND_GAP,
        "wait": seconds_until(challenge.resend_after),
        "ticket": ticket,
    }
    if status is None:
        status = _STATUS[str(error) if error else None]
    response = page("verify", {**context, **more}, status)
    if again:
        response.headers["Retry-After"] = str(max(seconds_until(again), 1))
    return response


def bare(address: str = "", *, error: str | None = None, **more: str) -> Response:
    """Render the page that asks for address and code."""
    status = _STATUS[error] if error or not more else 422
    typed = {"values": {"email": address}, "error": error}
    return page("verify", {**_NOTHING, "state": "bare", **typed, **more}, status)


def done(challenge: Challenge | None = None) -> Response:
    """Render the page of an approved challenge."""
    told = facts(challenge) if challenge else None
    return page("verify", {**_NOTHING, "state": "done", "challenge": told})


def waiting(
    again: datetime | None = None,
    ways: Sequence[str] = (),
    lost: Mapping[str, object] | None = None,
) -> Response:
    """Render the page of somebody whose password was right, and who wasn't asked for more yet.

    By the first of the ways the button asks.
    """
    first, *others = ways or (MAIL,)
    told = {"by_mail": first == MAIL, "others": others, "lost": lost}
    told |= patience(again) if again else {}
    response = page("verify", {**_NOTHING, "state": "waiting", **told}, 429 if again else 200)
    if again:
        response.headers["Retry-After"] = str(max(seconds_until(again), 1))
    return response


def nothing(status: int = 200) -> Response:
    """Render the page that leads nowhere."""
    return page("verify", {**_NOTHING, "state": "nowhere"}, status)


def enrolling(factor: Factor, *, error: str | None = None) -> Response:
    """Render the page that says what it takes to add a way to sign in."""
    told: dict[str, object] = {
        "factor": factor.name,
        "challenge": {},
        "is_single": factor.is_single,
    }
    return page("account/add", {**_NOTHING, **told, "error": error}, _STATUS[error])


def enrolled(
    challenge: Challenge,
    _ticket: str,
    *,
    status: int | None = None,
    again: datetime | None = None,
    **more: object,
) -> Response:
    """Render the page that shows what is to be confirmed; one that is over begins anew."""
    factor, stopped = services().desk.factor(challenge.factor), challenge.stopped(now())
    error = ERRORS[stopped] if stopped else more.get("error")
    context: dict[str, object] = {
        **_NOTHING,
        **more,
        "error": error,
        "factor": factor.name,
        "is_single": factor.is_single,
        "challenge": facts(challenge),
        "asked": {} if stopped else prompt_of(challenge),
        "script": factor.script,
    }
    if status is None:
        status = _STATUS[str(error) if error else None]
    response = page("account/add", context, 200 if stopped else status)
    if again:
        response.headers["Retry-After"] = str(max(seconds_until(again), 1))
    return response


def alone_begins(factor: Factor, *, error: str | None = None) -> Response:
    """Render the page that says what signing in by this factor alone is."""
    return page("alone", {**_NOTHING, **_alone(factor), "error": error}, _STATUS[error])


def alone(
    challenge: Challenge,
    _ticket: str,
    *,
    status: int | None = None,
    again: datetime | None = None,
    **more: object,
) -> Response:
    """Render the page that asks for an answer that stands alone; one that is over begins anew."""
    factor, error = services().desk.factor(challenge.factor), more.get("error")
    told = {**_NOTHING, **_alone(factor), **more, "asked": prompt_of(challenge)}
    response = page("alone", told, status or _STATUS[str(error) if error else None])
    if again:
        response.headers["Retry-After"] = str(max(seconds_until(again), 1))
    return response


def _alone(factor: Factor) -> dict[str, object]:
    about = {"purpose": Purpose.ALONE.value}
    return {
        "factor": factor.name,
        "script": factor.script,
        "challenge": about,
        "next": wanted_path(),
    }


def prompt_of(challenge: Challenge) -> Prompt:
    """Give what a challenge's factor shows, while it takes answers."""
    return services().desk.posed(challenge).prompt if challenge.sealed else {}


def is_mailed(challenge: Challenge) -> bool:
    """Whether its code comes by mail, as the question is put now."""
    return services().desk.factor(challenge.factor).rests_on_mailbox


def facts(challenge: Challenge) -> dict[str, object]:
    """Give what the page shows of a challenge; an address that was typed here is shown whole."""
    whole = challenge.purpose in _TYPED_HERE
    is_client = challenge.caller.kind == "client"
    return {
        "to": challenge.address if whole else mask(challenge.address),
        "to_spoken": "" if whole else spoken(challenge.address),
        "digits": challenge.digits,
        "factor": challenge.factor,
        "mailed": is_mailed(challenge),
        "purpose": challenge.purpose,
        "expires_at": challenge.expires_at,
        "client": clients.name_of(services().db, challenge.caller.id) if is_client else "",
    }


def delivery_facts(challenge: Challenge, progress: Progress) -> dict[str, object]:
    """Give what the page shows of a letter."""
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
    found = re.compile(re.escape(challenge.address), re.IGNORECASE)  # some answer in small letters
    return found.sub(mask(challenge.address), reply) if reply[:3].isdigit() else ""
