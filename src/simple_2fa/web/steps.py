"""The page of a second step for whoever has a session: what it waits for is answered here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from flask import Response, request

from simple_2fa.challenges.model import MAIL, Answered, Challenge, Outcome, Purpose
from simple_2fa.core.errors import SlowDownError, UnavailableError
from simple_2fa.http import signals, visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import anybody
from simple_2fa.http.pages import page
from simple_2fa.http.paths import at, go, home, lead_to
from simple_2fa.http.services import services
from simple_2fa.http.signals import second_factor_failed, second_factor_passed
from simple_2fa.signin import asking, changes, login, recover, register, step_up, unlock
from simple_2fa.signin.model import TAKEN, Entered, NotFreshError, Visit
from simple_2fa.web import lost, shown
from simple_2fa.web.code_form import CodeForm, is_ticked
from simple_2fa.web.forms import Form

_ANSWERS: Mapping[Purpose, Callable[[Visit, str], Entered]] = {
    Purpose.LOGIN: lambda visit, text: login.answer(
        visit, text, factor=_factor(), remember=request.form.get("remember") == "yes"
    ),
    Purpose.PROVE_ADDRESS: register.confirm,
    Purpose.RESET: recover.prove,
    Purpose.CHANGE_ADDRESS: changes.confirm_address,
    Purpose.UNLOCK: unlock.answer,
    Purpose.STEP_UP: lambda visit, text: step_up.answer(visit, text, factor=_factor()),
}
"""Who takes the answer to each purpose's challenge; what is enrolled has a page of its own."""
_GO_TO = {
    Purpose.PROVE_ADDRESS: "/account?notice=created",
    Purpose.RESET: "/reset",
    Purpose.CHANGE_ADDRESS: "/account?notice=address_changed",
}
"""Where somebody goes on then who wanted nothing else."""


def show() -> Response | None:
    """Show what the session waits for; None where it waits for nothing."""
    seen = asking.awaited(visits.visit())
    purpose = asking.purpose_of(visits.visit(), seen)
    if purpose is None:
        return None
    if seen and purpose is Purpose.ENROL:
        return go(f"/account/add/{seen.factor}")
    return _form(seen).open() if seen else _waiting()


def delivery() -> Challenge | None:
    """Give the challenge whose letter the page's script asks for."""
    return asking.awaited(visits.visit())


def answer() -> Response:
    """Take a code."""
    seen = asking.awaited(visits.visit())
    if seen is None or seen.purpose not in _ANSWERS:
        return go("/verify")  # which leads to where it is answered

    def judge(text: str) -> Response:
        entered = _ANSWERS[Purpose(seen.purpose)](visits.visit(), text)
        services().worker.wake()
        told = _tell(seen, entered)
        _signal(seen, entered)
        return told

    return _form(seen).send(judge)


def switch() -> Response:
    """Have the question put another way."""
    seen = asking.awaited(visits.visit())
    if seen is None and asking.purpose_of(visits.visit(), seen) is None:
        return go("/verify")

    def put() -> None:
        asking.switch(visits.visit(), _factor())

    return _form(seen).switch(put) if seen else _send_first(put)


def open_ledger() -> Response:
    """Mail a long code to whoever can't sign in by mail, and whose other codes are paused."""
    seen = asking.awaited(visits.visit())
    return _form(seen).switch(lambda: unlock.ask(visits.visit())) if seen else go("/verify")


def resend() -> Response:
    """Send the code again; where it can't be answered any more, send a new one."""
    seen = asking.awaited(visits.visit())
    if asking.purpose_of(visits.visit(), seen) not in _ANSWERS:
        return go("/verify")
    if seen is None:
        return _send_first(lambda: asking.again(visits.visit()))
    try:
        return _form(seen).send_again(lambda: asking.again(visits.visit()))
    except NotFreshError:
        return go("/account/address")  # which asks for a second step first


@anybody
def show_address() -> Response:
    """Ask for another address than the one that was mistyped."""
    seen = asking.awaited(visits.visit())
    if seen is None or seen.purpose != Purpose.PROVE_ADDRESS:
        return go("/verify")
    return _address_form(values={"email": seen.address}).show()


@anybody
def change_address() -> Response:
    """Send the code there."""
    form = _address_form()
    address = form.address()

    def change() -> Response:
        register.change_address(visits.visit(), address)
        services().worker.wake()
        return go("/verify")

    return form.send(change)


def _address_form(**context: object) -> Form:
    return Form("verify", state="address", ticket="", challenge=None, **context)


def _form(seen: Challenge) -> CodeForm:
    return CodeForm(seen, more=partial(_more, seen))


def _send_first(ask: Callable[[], object]) -> Response:
    """Put the question that couldn't be put when the password was right."""
    if not csrf_fits():
        return _waiting()
    try:
        ask()
    except SlowDownError as why:
        return _waiting(why.retry_at)
    except UnavailableError:
        return _waiting()
    services().worker.wake()
    return go("/verify?notice=renewed")


def _waiting(again: datetime | None = None) -> Response:
    visit = visits.visit()
    purpose = asking.purpose_of(visit, None)
    found = asking.others(visit, None, purpose) if purpose else ()
    return shown.waiting(again, found, lost.offer(visit))


def _factor() -> str:
    """Give the factor that a form names: the one by which it is answered, or that is wanted."""
    return request.form.get("factor", "")


def _tell(seen: Challenge, entered: Entered) -> Response:
    if entered.cookies and entered.asks:
        return visits.keep(go("/verify"), entered.cookies)
    if entered.cookies:
        page_of_ours = _GO_TO.get(Purpose(seen.purpose))
        to = entered.goes_to or (at(page_of_ours) if page_of_ours else home())
        return visits.keep(lead_to(to), entered.cookies)
    if entered.answered and TAKEN in entered.answered.data:
        told = page("taken", {"address": seen.address})
        return visits.leave(told) if seen.purpose == Purpose.PROVE_ADDRESS else told
    return _form(seen).tell(entered.answered or Answered(Outcome.UNKNOWN))


def _signal(seen: Challenge, entered: Entered) -> None:
    """Tell whoever listens how a second step ended."""
    answered = entered.answered
    if answered is None or seen.purpose not in {Purpose.LOGIN, Purpose.STEP_UP}:
        return
    if entered.cookies:
        signals.send(second_factor_passed, visits.whose, factor=seen.factor)
    else:
        signals.send(second_factor_failed, visits.whose, outcome=answered.outcome.value)


def _more(seen: Challenge) -> dict[str, Any]:
    """Give what the page needs beside the challenge: ticks that stay, what comes next."""
    session = visits.visit().session
    to = session.goes_to if session else ""
    before = to.removeprefix(at("/account")).strip("/") if seen.purpose == Purpose.STEP_UP else ""
    more: dict[str, Any] = {"values": {"remember": is_ticked(seen)}, "before": before}
    more["may_unlock"] = unlock.is_due(visits.visit(), seen)
    more["others"] = asking.others(visits.visit(), seen, Purpose(seen.purpose))
    if seen.purpose == Purpose.STEP_UP and seen.factor != MAIL:
        more["stuck"] = "wait" if lost.may_wait(visits.visit()) else "ask"
    if seen.purpose == Purpose.LOGIN:
        more["lost"] = lost.offer(visits.visit())
        more["can_remember"] = login.can_remember(visits.visit(), seen.factor)
    return more
