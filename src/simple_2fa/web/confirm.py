"""Confirming that it's still the same person, before a sensitive change."""

from urllib.parse import urlencode

from flask import Response, request

from simple_2fa.challenges.model import MAIL, Purpose
from simple_2fa.core.errors import SlowDownError
from simple_2fa.http import visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import signed_in
from simple_2fa.http.pages import page
from simple_2fa.http.paths import at, go, home, lead_to, safe_path
from simple_2fa.http.services import services
from simple_2fa.signin import people, step_up, ways
from simple_2fa.signin.model import HeldError
from simple_2fa.web.forms import patience


@signed_in
def show_confirm() -> Response:
    """Say that a second step is needed before what comes next; nothing is sent yet."""
    session, to = visits.visit().session, safe_path(request.values.get("next", ""), home())
    if ways.is_fresh(visits.visit()):
        return lead_to(to)
    if session and session.is_one_factor(visits.visit().now):
        return page("account/held", {"until": session.one_factor_until}, 403)
    return page("confirm", {**_asked(to), "error": None})


@signed_in
def confirm() -> Response:
    """Ask for that step."""
    to = safe_path(request.form.get("next", ""), home())
    again = go(f"/confirm?{urlencode({'next': to})}")
    if not csrf_fits():
        return again
    try:
        step_up.ask(visits.visit(), to)
    except HeldError:
        return again
    except SlowDownError as why:
        told = {**_asked(to), "error": "slow_down", **patience(why.retry_at)}
        return page("confirm", told, 429)
    services().worker.wake()
    return go("/verify")


def _asked(path: str) -> dict[str, object]:
    """Give what the page says of that step, and of what comes next."""
    visit = visits.visit()
    first = ways.ways(visit, people.owner(visit), Purpose.STEP_UP)[0]
    return {"before": before(path), "next": path, "mailed": first == MAIL}


def before(path: str) -> str:
    """Name what a path leads to, for 'Before you ...'."""
    return path.removeprefix(at("/account")).strip("/") or "account"


ROUTES = (
    ("GET", "/confirm", show_confirm),
    ("POST", "/confirm", confirm),
)
