"""The account's page on our own server, and what is changed there: password, address, language."""

from flask import Response, request

from simple_2fa.core import words
from simple_2fa.core.passwords import normal
from simple_2fa.http import visits
from simple_2fa.http.cookies import demand_own_form
from simple_2fa.http.guard import freshly_signed_in, signed_in
from simple_2fa.http.pages import page
from simple_2fa.http.paths import go
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import changes
from simple_2fa.web import overview, undo
from simple_2fa.web.forms import Form


@signed_in
def show() -> Response:
    """Show all there is to know about the account."""
    told = overview.account(request.args.get("notice"))
    return page("account", {**told, "undo": next(iter(undo.offers()), None)})


@freshly_signed_in
def show_password() -> Response:
    """Ask for the current password and the new one."""
    return Form("account/password").show()


@freshly_signed_in
def change_password() -> Response:
    """Change it; every other session ends."""
    form = Form("account/password")
    current, new = form.secret("current_password"), form.new_secret()
    form.faults |= _renamed(form.faults)
    if normal(current) == normal(new):
        form.faults.setdefault("password_error", "same")

    def change() -> Response:
        entered = changes.change_password(visits.visit(), current, new)
        if entered.cookies is None:
            form.faults["current_error"] = "wrong"
            return form.show()
        services().worker.wake()
        return visits.keep(go("/account?notice=password_changed"), entered.cookies)

    return form.send(change)


@freshly_signed_in
def show_address() -> Response:
    """Ask for the new address."""
    return Form("account/address").show()


@freshly_signed_in
def change_address() -> Response:
    """Mail a code there; nothing changes before it is entered."""
    form, account = Form("account/address"), visits.account()
    address = form.address()
    if account and address == account.address:
        form.faults["email_error"] = "same"

    def ask() -> Response:
        changes.ask_address(visits.visit(), address)
        services().worker.wake()
        return go("/verify")

    return form.send(ask)


@freshly_signed_in
def show_delete() -> Response:
    """State what deleting means."""
    return Form("account/delete").show()


@freshly_signed_in
def delete() -> Response:
    """Delete the account."""

    def remove() -> Response:
        changes.delete(visits.visit())
        services().worker.wake()
        return visits.leave(go("/login?notice=deleted"))

    return Form("account/delete").send(remove)


@signed_in
def speak() -> Response:
    """Change the language of pages and letters."""
    demand_own_form()
    locale = request.form.get("language", "")
    if locale not in ("", *words.LOCALES):
        raise Problem("invalid_request")
    changes.speak(visits.visit(), locale)
    return go("/account?notice=language")


def _renamed(faults: dict[str, object]) -> dict[str, object]:
    fault = faults.pop("current_password_error", None)
    return {"current_error": fault} if fault else {}


ROUTES = (
    ("GET", "/account", show),
    ("GET", "/account/password", show_password),
    ("POST", "/account/password", change_password),
    ("GET", "/account/address", show_address),
    ("POST", "/account/address", change_address),
    ("GET", "/account/delete", show_delete),
    ("POST", "/account/delete", delete),
    ("POST", "/account/language", speak),
)
