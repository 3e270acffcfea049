"""Creating an account."""

from flask import Response

from simple_2fa.http import visits
from simple_2fa.http.guard import anybody
from simple_2fa.http.paths import go
from simple_2fa.http.services import services
from simple_2fa.signin import register
from simple_2fa.signin.model import Typed
from simple_2fa.web.forms import Form, wanted_path


@anybody
def show() -> Response:
    """Ask for address and password."""
    return go("/account") if visits.account() else _form().show()


@anybody
def create() -> Response:
    """Keep them, and mail a code."""
    form = _form()
    if services().settings.registration == "closed":
        return form.show()
    typed = Typed(form.address(), form.new_secret())

    def begin() -> Response:
        cookies = register.begin(visits.visit(), typed, wanted_path())
        services().worker.wake()
        return visits.keep(go("/verify"), cookies)

    return form.send(begin)


def _form() -> Form:
    return Form("register", closed=services().settings.registration == "closed")


ROUTES = (
    ("GET", "/register", show),
    ("POST", "/register", create),
)
