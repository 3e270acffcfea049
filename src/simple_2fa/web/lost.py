"""Pages of whoever has lost everything but the password, and of the owner who may say no."""

from datetime import datetime

from flask import Response, request

from simple_2fa.core.errors import SlowDownError
from simple_2fa.http import agents, visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import Demand, demands, freshly_signed_in, signed_in
from simple_2fa.http.pages import page
from simple_2fa.http.paths import go
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import seconds_until, services
from simple_2fa.sessions.model import Stage
from simple_2fa.signin import lost, people
from simple_2fa.signin.lost import TooSoonError
from simple_2fa.signin.model import Visit
from simple_2fa.web.forms import patience

_STATUS = {None: 200, "stale_form": 403, "slow_down": 429}
at_password = demands(Demand(Stage.PASSWORD))


@at_password
def show() -> Response:
    """State what happens to somebody who says that all is lost; or how that stands."""
    return _page()


@at_password
def start() -> Response:
    """Begin the wait."""
    if not csrf_fits():
        return _page("stale_form")
    try:
        lost.start(visits.visit())
    except SlowDownError as why:
        return _page("slow_down", why.retry_at)
    except TooSoonError:
        return go("/lost")
    services().worker.wake()
    return go("/lost")


@at_password
def go_on() -> Response:
    """Sign in without a second step, after the wait."""
    if not csrf_fits():
        return _page("stale_form")
    entered = lost.go_on(visits.visit())
    services().worker.wake()
    # Wherever she was going: first she needs a way to sign in the next time.
    home = go("/account?notice=recovered")
    return visits.keep(home, entered.cookies) if entered.cookies else go("/verify")


@signed_in
def cancel() -> Response:
    """End the wait."""
    if not csrf_fits():
        raise Problem("forbidden")
    lost.cancel(visits.visit())
    services().worker.wake()
    return go("/account?notice=recovery_cancelled")


@freshly_signed_in
def show_switch() -> Response:
    """State what it means to switch it off, or on."""
    return _switch()


@freshly_signed_in
def switch() -> Response:
    """Switch it."""
    if not csrf_fits():
        return _switch(error="stale_form")
    on = request.form.get("on") == "yes"
    cookies = lost.switch(visits.visit(), on=on)
    services().worker.wake()
    return visits.keep(go(f"/account?notice=recovery_{'on' if on else 'off'}"), cookies)


def may_wait(visit: Visit) -> bool:
    """Whether somebody who is signed in, and can't confirm it, gets on by a wait, from the door."""
    account = people.owner(visit)
    return account.recovery and account.person is None


def offer(visit: Visit) -> dict[str, object] | None:
    """Give what the page of a second step tells of this way; None where there is none."""
    found = lost.way(visit)
    return {"way": found[0].value, "at": found[1]} if found else None


def banner(visit: Visit) -> dict[str, object] | None:
    """Give what the account's page tells of a recovery that is under way."""
    seen = lost.pending(visit, people.owner(visit))
    if seen is None:
        return None
    return {
        "started_at": seen.started_at,
        "opens_at": seen.opens_at,
        "is_open": seen.is_open(visit.now),
        "agent": agents.spoken(seen.agent) if seen.agent else "",
        "network": agents.network(seen.network) if seen.network else "",
    }


def _page(error: str | None = None, again: datetime | None = None) -> Response:
    visit = visits.visit()
    told = offer(visit)
    if told is None:
        return go("/verify")
    hours = lost.wait_of(visit, people.owner(visit)).total_seconds() // 3600
    later = patience(again) if again else {"wait": 0, "again_at": None}
    context = {"lost": told, "hours": int(hours), "error": error, **later}
    shown = page("lost", context, _STATUS[error])
    if again:
        shown.headers["Retry-After"] = str(max(seconds_until(again), 1))
    return shown


def _switch(*, error: str | None = None) -> Response:
    on = people.owner(visits.visit()).recovery
    return page("account/recovery", {"on": on, "error": error}, _STATUS[error])


ROUTES = (
    ("GET", "/lost", show),
    ("POST", "/lost", start),
    ("POST", "/lost/go-on", go_on),
    ("POST", "/account/recovery/cancel", cancel),
    ("GET", "/account/recovery", show_switch),
    ("POST", "/account/recovery", switch),
)
