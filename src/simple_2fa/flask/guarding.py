"""`second_factor_required`: a view of any application, for whoever has made the second step."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, overload

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import Unauthorized
from werkzeug.local import LocalProxy

from simple_2fa.accounts.model import Account
from simple_2fa.core import words
from simple_2fa.core.errors import SlowDownError
from simple_2fa.flask.hosting import this_host
from simple_2fa.flask.marks import mark
from simple_2fa.http import hooks, problems, signals, visits
from simple_2fa.http.guard import is_answered_by_flask
from simple_2fa.http.origins import is_own_origin
from simple_2fa.http.own import g
from simple_2fa.http.pages import error_page
from simple_2fa.http.paths import at, go, home, lead_to, safe_path
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.http.signals import second_factor_asked
from simple_2fa.sessions.model import Stage
from simple_2fa.signin import asking, login, persons, step_up
from simple_2fa.signin.model import Entered, OverError, Visit
from simple_2fa.web import kept

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
Answer = TypeVar("Answer", Response, Response | None)
_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Proof:
    """That whoever is signed in has made the second step.

    Attributes:
        factor: by which factor it was made last; None where the browser skipped it.
        at: when (aware, UTC); None with it.
    """

    factor: str | None
    at: datetime | None


def _proof() -> Proof | None:
    who = this_host().person()
    session = visits.session() if who else None
    if session is None or session.stage is not Stage.FULL:
        return None
    return Proof(session.proved_by, session.proved_at)


current_proof: Any = LocalProxy(_proof)
"""The proof of whoever is signed in; false where there is none yet."""


@overload
def second_factor_required(view: View) -> View: ...
@overload
def second_factor_required(*, within: float | None = None) -> Callable[[View], View]: ...
def second_factor_required(view: Any = None, *, within: float | None = None) -> Any:
    """Let a view be reached by those alone who have made the second step.

    Put it under the route, and under what demands that somebody is signed in. Browsers are led to
    the second step and back; programs get 403 as `application/problem+json` with the `page` where
    it is made.

    Args:
        view: where it is used without brackets.
        within: minutes for which the last second step counts; a browser that skipped it has made
            none. Without it: once per sign-in.
    """
    span = _span(within)

    def guarded(view: View) -> View:
        @wraps(view)
        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401 (the view's own)
            refused = demand(span)
            return current_app.ensure_sync(view)(*given, **named) if refused is None else refused

        mark(call, within)
        return call  # type: ignore[return-value]

    return guarded if view is None else guarded(view)


def guard_blueprint(blueprint: Blueprint, within: float | None) -> None:
    """Let all views of a blueprint be reached by those alone; see `Simple2FA.guard`."""
    if not isinstance(blueprint, Blueprint):
        raise TypeError(f"guard takes a blueprint, not {blueprint!r}: our own pages stay open")
    span = _span(within)

    def check() -> Response | None:
        return None if is_answered_by_flask() else demand(span)

    mark(check, within)
    blueprint.before_request(check)


def _span(within: float | None) -> timedelta | None:
    if within is not None and not within > 0:
        raise ValueError("within is a number of minutes above 0")
    return None if within is None else timedelta(minutes=within)


def demand(within: timedelta | None) -> Response | None:
    """Give what whoever may not go on is answered; None for whoever may."""
    if this_host().person() is None:  # the application's own business, as are its loader's faults
        return _sign_in()
    return _told(lambda: _demand(within))


def ask(goes_to: str = "") -> Response:
    """Take whoever has just been signed in to the second step, and then on to a path.

    For the end of a login view, after the application has let them in.
    """
    host = this_host()
    host.look_again()
    if host.person() is None:
        raise RuntimeError("ask() comes after your app has signed somebody in")
    return _told(lambda: _ask_at_once(safe_path(goes_to) or home()))


def _ask_at_once(wanted: str) -> Response:
    account = _account()
    return _led(login.go_on(visits.visit(), account, wanted, ask=True), account, wanted)


def _told(work: Callable[[], Answer]) -> Answer | Response:
    """Do something of ours in a view of the application; a fault is told as in our own views."""
    services()  # or the application says that they aren't ready
    with words.speaking(visits.browser_locale()):
        try:
            hooks.begin()
            return work()
        except OverError:  # by another request of the same browser, a moment ago
            return _refusal() if _is_program() else go("/verify")
        except Exception as error:  # noqa: BLE001 (each becomes a page or a problem)
            problem = problems.of(error)
            return problems.respond(problem) if _is_program() else error_page(problem)


def forget(ref: object) -> bool:
    """Remove all that is known of a person whom the application has removed."""
    parts = services()
    return persons.forget(parts.desk, this_host().named(ref), parts.clock())


def _demand(within: timedelta | None) -> Response | None:
    visit, account = visits.visit(), _account()
    session = persons.is_in(visit, account)
    if session is None:
        return _ask(visit, account)
    if within is None or session.is_fresh(visit.now, within):
        kept.done(session)
        return None
    return _ask_again(visit, account)


def _account() -> Account:
    who = this_host().person()
    if who is None:
        raise OverError
    try:
        return persons.account_of(visits.visit(), *who)
    except persons.DisabledError:
        raise Problem("account_disabled") from None
    except persons.NoAddressError as why:
        log.warning("no code can go to person %s: %s (request %s)", who[0].ref, why, g.request_id)
        raise Problem("no_address") from None


def _ask(visit: Visit, account: Account) -> Response:
    """Put the question of a sign-in: at once where a page of the application leads here."""
    waits = persons.waits(visit, account)
    if _is_program():
        if waits:
            return _refusal()
        entered = login.go_on(visit, account, kept.from_where(), ask=False)
        return _led(entered, account, "", _refusal())
    if waits and not _is_meant():
        return go("/verify")
    wanted, form = _wanted(visit)
    entered = login.go_on(visit, account, wanted, ask=_is_meant())
    if entered.cookies and form:
        kept.keep(entered.cookies.session, form)
    return _led(entered, account, wanted)


def _ask_again(visit: Visit, account: Account) -> Response:
    """Put the question before what needs a fresh second step."""
    seen, is_asked = asking.awaited(visit), _is_meant() and not _is_program()
    if seen and not seen.stopped(visit.now) and not is_asked:
        return _refusal() if _is_program() else go("/verify")
    wanted, form = (kept.from_where(), "") if _is_program() else _wanted(visit)
    try:
        if is_asked:
            step_up.ask(visit, wanted)
    except SlowDownError:
        is_asked = False
    if not is_asked:
        visit.db.tidy(lambda link: asking.want(link, visit, wanted))
    if form:
        kept.keep(visit.token, form)
    services().worker.wake()
    signals.send(second_factor_asked, lambda: _ref(account))
    return _refusal() if _is_program() else go("/verify")


def _wanted(visit: Visit) -> tuple[str, str]:
    """Give where she goes on, and a form to keep; one that is kept already is gone on to first."""
    wanted, form = kept.wanted(is_meant=_is_meant())
    if not form and kept.kept(visit.session) and visit.session:
        return visit.session.goes_to or wanted, ""
    return wanted, form


def _led(
    entered: Entered, account: Account, wanted: str, response: Response | None = None
) -> Response:
    """Keep what a step led to, and lead on."""
    services().worker.wake()
    if entered.asks:
        signals.send(second_factor_asked, lambda: _ref(account))
    to = response or (go("/verify") if entered.asks else lead_to(wanted))
    return visits.keep(to, entered.cookies) if entered.cookies else to


def _refusal() -> Response:
    known = services()
    origin = request.host_url.rstrip("/") if known.development else known.settings.origin
    page = f"{origin}{at('/verify')}"
    return problems.respond(Problem("second_factor_required", page=page))


def _sign_in() -> Response:
    """Answer somebody who isn't signed in as the application itself does."""
    manager = getattr(current_app, "login_manager", None)
    if manager is not None and not _is_program():
        return current_app.make_response(manager.unauthorized())
    raise Unauthorized


def _is_program() -> bool:
    """Whether a program asks, which can't be led to a page."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if request.is_json or request.method in _CHANGES - {"POST"}:
        return True
    accepts = request.accept_mimetypes
    prefers_json = accepts["application/json"] > accepts["text/html"]
    return prefers_json or (mode is not None and mode != "navigate")


def _is_meant() -> bool:
    """Whether a page of the application leads here, not another site's, nor a look ahead."""
    return is_own_origin() and "Sec-Purpose" not in request.headers


def _ref(account: Account) -> str:
    return account.person.ref if account.person else account.id
