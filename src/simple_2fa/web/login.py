"""Signing in and out, and confirming that it's still the same person."""

from urllib.parse import urlencode

from flask import Response, request

from simple_2fa.challenges.model import Purpose
from simple_2fa.core.errors import SlowDownError
from simple_2fa.http import visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import anybody, signed_in
from simple_2fa.http.pages import page
from simple_2fa.http.paths import at, go, home, lead_to, safe_path
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import changes, login, people, step_up, ways
from simple_2fa.signin.model import HeldError, Typed
from simple_2fa.web import undo
from simple_2fa.web.forms import Form, lead_on, patience, wanted_path

_NOTICES = {"signed_out", "ended", "deleted", "restored"}


@anybody
def show() -> Response:
    """Ask for address and password."""
    if visits.account():
        return lead_to(wanted_path() or home())
    return _form().show()


@anybody
def sign_in() -> Response:
    """Take them; the second step comes next, unless this browser skips it."""
    form = _form()
    typed = Typed(form.address(), form.secret())

    def enter() -> Response:
        entered = login.sign_in(visits.visit(), typed, wanted_path())
        if entered.cookies is None:
            return form.show("no_match")
        services().worker.wake()
        return visits.keep(lead_on(entered), entered.cookies)

    return form.send(enter)


@anybody
def sign_out() -> Response:
    """End the session."""
    if not csrf_fits():
        raise Problem("forbidden")
    changes.sign_out(visits.visit())
    return visits.leave(go("/login?notice=signed_out"))


@signed_in
def show_confirm() -> Response:
    """Say that a second step is needed before what comes next; nothing is sent yet."""
    session, to = visits.visit().session, safe_path(request.values.get("next", ""), home())
    if session and session.is_fresh(visits.visit().now):
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
    return {"before": before(path), "next": path, "mailed": first == ways.MAIL}


def before(path: str) -> str:
    """Name what a path leads to, for 'Before you ...'."""
    return path.removeprefix(at("/account")).strip("/") or "account"


def _form() -> Form:
    notice = request.args.get("notice")
    factors = services().desk.factors.values()
    return Form(
        "login",
        notice=notice if notice in _NOTICES else None,
        undo=undo.offers(),
        firsts=[each.name for each in factors if each.can_be_first],
    )


ROUTES = (
    ("GET", "/login", show),
    ("POST", "/login", sign_in),
    ("POST", "/logout", sign_out),
    ("GET", "/confirm", show_confirm),
    ("POST", "/confirm", confirm),
)
