"""`second_factor_required`: a view of any application, for whoever has made the second step."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, overload

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import Unauthorized
from werkzeug.local import LocalProxy

from simple_2fa.accounts.model import Account
from simple_2fa.core import words
from simple_2fa.flask import entering
from simple_2fa.flask.entering import is_program
from simple_2fa.flask.hosting import this_host
from simple_2fa.flask.marks import mark
from simple_2fa.http import hooks, problems, visits
from simple_2fa.http.guard import is_answered_by_flask
from simple_2fa.http.own import request_id
from simple_2fa.http.pages import error_page
from simple_2fa.http.paths import go, home, safe_path
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import persons, ways
from simple_2fa.signin.model import OverError
from simple_2fa.web import kept

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
Answer = TypeVar("Answer", Response, Response | None)


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
    session, account = (visits.session(), visits.account()) if who else (None, None)
    if not (who and session and account and persons.are(account, *who)):
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
    if not (view is None or callable(view)):
        raise TypeError(f"write second_factor_required(within={view!r})")

    def guarded(view: View) -> View:
        @wraps(view)
        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401 (the view's own)
            refused = demand(span)
            return current_app.ensure_sync(view)(*given, **named) if refused is None else refused

        mark(call, within)
        return call  # type: ignore[return-value]

    return guarded if view is None else guarded(view)


def guard_blueprint(blueprint: Blueprint, within: float | None) -> None:
    """Let all views of a blueprint be reached by those alone; see `Simple2FA.guard`.

    Raises:
        RuntimeError: it is registered already.
    """
    if not isinstance(blueprint, Blueprint):
        raise TypeError(f"guard takes a blueprint, not {blueprint!r}: our own pages stay open")
    span = _span(within)

    def check() -> Response | None:
        return None if is_answered_by_flask() else demand(span)

    mark(check, within)
    try:
        blueprint.before_request(check)
    except AssertionError:  # Flask's, in words about set-up
        raise RuntimeError(
            f"the blueprint {blueprint.name!r} is registered already, so parts of it would stay"
            " open: call guard before register_blueprint"
        ) from None


def _span(within: float | None) -> timedelta | None:
    if within is not None and (isinstance(within, bool) or not isinstance(within, int | float)):
        raise TypeError(f"within is a number of minutes, not {within!r}")
    if within is not None and not within > 0:
        raise ValueError("within is a number of minutes above 0")
    return None if within is None else timedelta(minutes=within)


def demand(within: timedelta | None) -> Response | None:
    """Give what whoever may not go on is answered; None for whoever may."""
    if this_host().person() is None:  # the application's own business, as are its loader's faults
        return _sign_in()
    return _told(lambda: _demand(within))


def ask(goes_to: str | None = "") -> Response:
    """Take whoever has just been signed in to the second step, and then on to a path.

    For the end of a login view, after the application has let them in.
    """
    host = this_host()
    host.look_again()
    if host.person() is None:
        raise RuntimeError("ask() comes after your app has signed somebody in")
    return _told(lambda: entering.ask_at_once(_account(), safe_path(goes_to or "") or home()))


def _told(work: Callable[[], Answer]) -> Answer | Response:
    """Do something of ours in a view of the application; a fault is told as in our own views."""
    services()  # or the application says that they aren't ready
    with words.speaking(visits.browser_locale()):
        try:
            hooks.begin()
            return work()
        except OverError:  # by another request of the same browser, a moment ago
            return entering.refusal() if is_program() else go("/verify")
        except Exception as error:  # noqa: BLE001 (each becomes a page or a problem)
            problem = problems.of(error)
            return problems.respond(problem) if is_program() else error_page(problem)


def forget(ref: object) -> bool:
    """Remove all that is known of a person whom the application has removed."""
    parts = services()
    return persons.forget(parts.desk, this_host().named(ref), parts.clock())


def _demand(within: timedelta | None) -> Response | None:
    account = _account()
    session = persons.is_in(visits.visit(), account) or entering.skip(account)
    if session is None:
        return entering.ask(account)
    if isinstance(session, Response):
        return session
    if within is None or ways.is_fresh(visits.visit(), within):
        kept.done(session)
        return None
    return entering.ask_again(account)


def _account() -> Account:
    who = this_host().person()
    if who is None:
        raise OverError
    try:
        return persons.account_of(visits.visit(), *who)
    except persons.DisabledError:
        raise Problem("account_disabled") from None
    except persons.NoAddressError as why:
        log.warning("no code can go to person %s: %s (request %s)", who[0].ref, why, request_id())
        raise Problem("no_address") from None


def _sign_in() -> Response:
    """Answer somebody who isn't signed in as the application itself does."""
    manager = getattr(current_app, "login_manager", None)
    if manager is not None and (manager.unauthorized_callback or not is_program()):
        return current_app.make_response(manager.unauthorized())
    raise Unauthorized
