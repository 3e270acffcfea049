"""A new password for somebody who has forgotten the old one."""

from flask import Response

from simple_2fa.http import visits
from simple_2fa.http.guard import Demand, anybody, demands
from simple_2fa.http.paths import go
from simple_2fa.http.services import services
from simple_2fa.sessions.model import Stage
from simple_2fa.signin import people, recover
from simple_2fa.web.forms import Form, lead_on, wanted_path


@anybody
def show() -> Response:
    """Ask for the address."""
    return Form("forgot").show()


@anybody
def begin() -> Response:
    """Mail a code; whether there is an account is told in the letter alone."""
    form = Form("forgot")
    address = form.address()

    def ask() -> Response:
        cookies = recover.begin(visits.visit(), address, wanted_path())
        services().worker.wake()
        return visits.keep(go("/verify"), cookies)

    return form.send(ask)


@demands(Demand(Stage.RESET))
def show_reset() -> Response:
    """Ask for the new password, once the code was right."""
    return _form().show()


@demands(Demand(Stage.RESET))
def reset() -> Response:
    """Store it and sign in."""
    form = _form()
    password = form.new_secret()

    def store() -> Response:
        entered = recover.set_password(visits.visit(), password)
        services().worker.wake()
        if entered.cookies is None:
            return go("/forgot")
        return visits.keep(lead_on(entered), entered.cookies)

    return form.send(store)


def _form() -> Form:
    return Form("reset", address=people.owner(visits.visit()).address)


ROUTES = (
    ("GET", "/forgot", show),
    ("POST", "/forgot", begin),
    ("GET", "/reset", show_reset),
    ("POST", "/reset", reset),
)
