"""What somebody sees and ends from the account's page: activity, browsers, sessions."""

from flask import Response, request

from simple_2fa.core.ids import is_id
from simple_2fa.http import visits
from simple_2fa.http.cookies import demand_own_form
from simple_2fa.http.guard import freshly_signed_in, signed_in
from simple_2fa.http.pages import page
from simple_2fa.http.paths import go
from simple_2fa.http.problems import Problem
from simple_2fa.signin import changes
from simple_2fa.web import overview


@signed_in
def activity() -> Response:
    """Show what happened, a page at a time."""
    return page("account/activity", overview.activity(request.args.get("before", "")))


@freshly_signed_in
def forget() -> Response:
    """Forget one known browser, or all."""
    demand_own_form()
    changes.forget(visits.visit(), _chosen("browser", "all"))
    return go("/account?notice=forgotten")


@freshly_signed_in
def end() -> Response:
    """End one session, or all others."""
    demand_own_form()
    which = _chosen("session", "others")
    changes.end(visits.visit(), which)
    return go(f"/account?notice={'ended_others' if which == 'others' else 'ended'}")


def _chosen(field: str, several: str) -> str:
    """Take the public id of one, or the word for several; databases look up nothing else.

    Raises:
        Problem: 422, it is neither.
    """
    typed = request.form.get(field, "")
    if typed != several and not is_id(typed):
        raise Problem("invalid_request")
    return typed


ROUTES = (
    ("GET", "/account/activity", activity),
    ("POST", "/account/browsers/forget", forget),
    ("POST", "/account/sessions/end", end),
)
