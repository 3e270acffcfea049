"""A new password for somebody who has forgotten the old one."""

from flask import Response

from simple_2fa.core.address import mask
from simple_2fa.http import visits
from simple_2fa.http.guard import Demand, anybody, demands
from simple_2fa.http.services import services
from simple_2fa.sessions.model import Stage
from simple_2fa.signin import people, recover
from simple_2fa.web.forms import Form, go, next_page, wanted_path


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
        return visits.keep(go(next_page(entered)), entered.cookies)

    return form.send(store)


@anybody
def show_undo() -> Response:
    """Offer to bring the password of before a reset back."""
    form = _undo_form()
    return form.show() if form else go(_back())


@anybody
def undo() -> Response:
    """Bring it back; in a known browser where nobody is signed in, that password is asked for."""
    form = _undo_form()
    if form is None:
        return go(_back())
    former = "" if visits.account() else form.secret()

    def restore() -> Response:
        if not recover.undo(visits.visit(), former):
            form.faults |= {"password_error": "wrong"}
            return form.show()
        services().worker.wake()
        return go(f"{_back()}?notice=restored")

    return form.send(restore)


def undo_offer() -> dict[str, object] | None:
    """Give what pages tell of a reset that this visitor may undo."""
    account = recover.undoable(visits.visit())
    return {"at": account.reset_at, "address": mask(account.address)} if account else None


def _undo_form() -> Form | None:
    offer = undo_offer()
    return Form("undo", undo=offer, asks=not visits.account()) if offer else None


def _back() -> str:
    return "/account" if visits.account() else "/login"


def _form() -> Form:
    return Form("reset", address=people.owner(visits.visit()).address)


ROUTES = (
    ("GET", "/forgot", show),
    ("POST", "/forgot", begin),
    ("GET", "/reset", show_reset),
    ("POST", "/reset", reset),
    ("GET", "/undo", show_undo),
    ("POST", "/undo", undo),
)
