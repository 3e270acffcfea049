"""Signing in and out."""

from flask import Response, request

from simple_2fa.http import visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import anybody
from simple_2fa.http.paths import go, home, lead_to
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import changes, login
from simple_2fa.signin.model import Typed
from simple_2fa.web import undo
from simple_2fa.web.forms import Form, lead_on, wanted_path

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
)
