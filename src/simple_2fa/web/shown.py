"""What the page of a second step shows, and with which status."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response

from simple_2fa.challenges import flows
from simple_2fa.challenges.model import (
    RESEND_GAP,
    Challenge,
    Outcome,
)
from simple_2fa.clients import flows as clients
from simple_2fa.core.address import mask, spoken
from simple_2fa.core.clock import minutes_up
from simple_2fa.http.pages import page
from simple_2fa.http.services import now, seconds_until, services
from simple_2fa.mail.outbox import Delivery, Progress

_LONGEST_COUNTDOWN = 120
"""Seconds."""
_UNDERWAY = (Delivery.QUEUED, Delivery.SENDING)
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
    "slow_down": 429,
    "paused": 429,
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
    progress = flows.delivery(services().desk, challenge)
    context: dict[str, object] = {
        **_NOTHING,
        "state": "dead" if error in ERRORS.values() or stopped else "ask",
        "reason": ERRORS.get(stopped, error) if stopped else error,
        "challenge": facts(challenge),
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


def patience(until: datetime) -> dict[str, Any]:
    """Say how long to wait: in seconds to count down, or, where it is long, by the clock."""
    wait = seconds_until(until)
    if wait > _LONGEST_COUNTDOWN:
        return {"again": until, "wait": 0, "again_at": minutes_up(until)}
    return {"again": until, "wait": wait}


def bare(address: str = "", *, error: str | None = None, **more: str) -> Response:
    """Render the page that asks for address and code."""
    status = _STATUS[error] if error or not more else 422
    typed = {"values": {"email": address}, "error": error}
    return page("verify", {**_NOTHING, "state": "bare", **typed, **more}, status)


def done(challenge: Challenge | None = None) -> Response:
    """Render the page of an approved challenge."""
    told = facts(challenge) if challenge else None
    return page("verify", {**_NOTHING, "state": "done", "challenge": told})


def nothing(status: int = 200) -> Response:
    """Render the page that leads nowhere."""
    return page("verify", {**_NOTHING, "state": "nowhere"}, status)


def facts(challenge: Challenge) -> dict[str, object]:
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
    return reply.replace(challenge.address, mask(challenge.address)) if reply[:3].isdigit() else ""
