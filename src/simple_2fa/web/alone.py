"""Signing in by one answer alone, such as a passkey: offered on the sign-in page, or on its own."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, jsonify

from simple_2fa.challenges.model import Challenge
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.factor import Factor
from simple_2fa.http import visits
from simple_2fa.http.cookies import csrf_fits, visitor
from simple_2fa.http.guard import anybody
from simple_2fa.http.paths import go, home, lead_to
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import alone
from simple_2fa.signin.model import Entered
from simple_2fa.web import shown
from simple_2fa.web.code_form import CodeForm
from simple_2fa.web.forms import lead_on, wanted_path


@anybody
def show(factor: str) -> Response:
    """Ask, where the question was put; else say what it is about."""
    known = _known(factor)
    if visits.account():
        return lead_to(wanted_path() or home())
    seen = alone.awaited(visits.visit(), visitor(), known)
    return _form(seen).open() if seen else shown.alone_begins(known)


@anybody
def begin(factor: str) -> Response:
    """Put the question."""
    known = _known(factor)
    if not (csrf_fits() and visitor()):
        return shown.alone_begins(known, error="stale_form")
    try:
        alone.begin(visits.visit(), visitor(), known)
    except SlowDownError:
        return shown.alone_begins(known, error="slow_down")
    return _back(factor)


@anybody
def offer(factor: str) -> Response:
    """Put it to the page's script, which asks only if somebody picks an answer."""
    known = _known(factor)
    if not (csrf_fits() and visitor()):
        raise Problem("forbidden")
    return jsonify(**alone.begin(visits.visit(), visitor(), known))


@anybody
def answer(factor: str) -> Response:
    """Take the answer."""
    known = _known(factor)
    if not csrf_fits():
        return shown.alone_begins(known, error="stale_form")
    seen = alone.awaited(visits.visit(), visitor(), known)
    if seen is None:
        return _back(factor)
    form = _form(seen)

    def judge(text: str) -> Response:
        entered: Entered = alone.answer(visits.visit(), visitor(), known, text)
        services().worker.wake()
        if entered.cookies:
            return visits.keep(lead_on(replace(entered, goes_to=wanted_path())), entered.cookies)
        return form.tell(entered.answered) if entered.answered else _back(factor)

    return form.send(judge)


def _known(factor: str) -> Factor:
    """Give a factor that can be first.

    Raises:
        Problem: 404, there is none of this name.
    """
    found = services().desk.factors.get(factor)
    if found is None or not found.can_be_first:
        raise Problem("not_found")
    return found


def _path(factor: str) -> str:
    onward = {"next": wanted_path()} if wanted_path() else {}
    return f"/login/with/{factor}" + (f"?{urlencode(onward)}" if onward else "")


def _back(factor: str) -> Response:
    return go(_path(factor))


def _form(seen: Challenge) -> CodeForm:
    return CodeForm(seen, at=f"/login/with/{seen.factor}", render=shown.alone)


ROUTES = (
    ("GET", "/login/with/<factor>", show),
    ("POST", "/login/with/<factor>", answer),
    ("POST", "/login/with/<factor>/begin", begin),
    ("POST", "/login/with/<factor>/offer", offer),
)
