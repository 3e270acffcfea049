"""What each view demands of its visitor: said where the view is, checked before it is called.

A view that says nothing is refused to everybody.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request
from flask.globals import request_ctx
from flask.sansio.scaffold import Scaffold

from simple_2fa.core import words
from simple_2fa.http import visits
from simple_2fa.http.bearer import api_caller
from simple_2fa.http.own import g
from simple_2fa.http.paths import go, here, home, is_asset, lead_to, safe_path
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import mount
from simple_2fa.sessions.model import Stage
from simple_2fa.signin import ways

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Demand:
    """What a view demands.

    Attributes:
        stage: how far its visitor has come; None for anybody.
        fresh: a second step of the last minutes, as for sensitive changes.
        by_key: it isn't a page: an application calls, by its API key.
        for_machines: nor is it one: it tells any machine how we are.
    """

    stage: Stage | None = None
    fresh: bool = False
    by_key: bool = False
    for_machines: bool = False


def demands(demand: Demand) -> Callable[[View], View]:
    """Let a view demand something."""

    def mark(view: View) -> View:
        view.demand = demand  # type: ignore[attr-defined]
        return view

    return mark


anybody = demands(Demand())
machines = demands(Demand(for_machines=True))
with_key = demands(Demand(by_key=True))
signed_in = demands(Demand(Stage.FULL))
freshly_signed_in = demands(Demand(Stage.FULL, fresh=True))


def demand_of(endpoint: str, app: Flask | None = None) -> Demand | None:
    """Tell what the view of an endpoint demands; None where it doesn't say."""
    if is_asset(endpoint):
        return Demand(for_machines=True)
    return getattr((app or current_app).view_functions[endpoint], "demand", None)


def install(app: Scaffold) -> None:
    """Check every request to an application of ours, or to our blueprint in another."""
    app.before_request(check)
    app.teardown_request(_fall_silent)


def check() -> Response | None:
    """Refuse, or lead elsewhere, whoever doesn't meet what the view demands.

    Raises:
        Problem: 403, the view doesn't say what it demands; 401 or 403, as `api_caller`.
    """
    if request.endpoint is None:
        return None  # no such address; Flask says so
    demand = demand_of(request.endpoint)
    if demand is None:
        raise Problem("forbidden")
    if demand.by_key and not is_answered_by_flask():
        api_caller()
    if demand.by_key or demand.for_machines:
        return None
    g.language = ExitStack()
    for locale in (visits.browser_locale, visits.locale):  # the second one may fail
        g.language.enter_context(words.speaking(locale()))
    enter = mount().enter
    if demand.stage is None or (enter and is_answered_by_flask()):
        return None
    refused = enter() if enter else None
    if refused:
        return refused
    session = visits.session()
    if session is None or session.stage is not demand.stage:
        return _to_sign_in(demand.stage)
    return refuse_stale() if demand.fresh else None


def refuse_stale() -> Response | None:
    """Lead to a second step whoever made none in the last minutes, and from there back."""
    return None if ways.is_fresh(visits.visit()) else _to_confirm()


def is_answered_by_flask() -> bool:
    """Whether no view is called: browsers ask which methods there are before they call."""
    by_itself = getattr(request.url_rule, "provide_automatic_options", False)
    return request.method == "OPTIONS" and bool(by_itself)


def _fall_silent(_error: BaseException | None) -> None:
    g.pop("language", ExitStack()).close()


def _to_sign_in(stage: Stage) -> Response:
    """Lead to the sign-in page, and from there back to this one; a host has its own."""
    if mount().is_hosted:
        return lead_to(home())
    query = {"notice": "ended"} if visits.token() and not visits.session() else {}
    if stage is Stage.FULL:
        query["next"] = _back_here()
    return go(f"/login?{urlencode(query)}")


def _to_confirm() -> Response:
    return go(f"/confirm?{urlencode({'next': _back_here()})}")


def _back_here() -> str:
    """Give this page's path: a form that was sent is shown again, never sent again.

    A button of the account's page has no page of its own.
    """
    adapter = request_ctx.url_adapter
    has_page = adapter is not None and adapter.test(method="GET")
    return safe_path(here(), home()) if has_page else home()
