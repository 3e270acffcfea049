"""How somebody signs in, in another application: the second step's part of the account's page."""

from flask import Response, request

from simple_2fa.http.guard import signed_in
from simple_2fa.http.pages import page
from simple_2fa.web import account, adding, confirm, overview, suggesting, upgrading


@signed_in
def show() -> Response:
    """Show ways to sign in, browsers, sessions, activity; the rest is the application's."""
    told = overview.account(request.args.get("notice"))
    return page("account", {**told, "undo": None, "password": None})


_PAGES = (account, confirm, adding, suggesting, upgrading)
_OF_BOTH = [route for each in _PAGES for route in each.ROUTES]
_PARTS = [("GET", "/account", show), *_OF_BOTH]
ROUTES = tuple((method, f"/verify{path}", view) for method, path, view in _PARTS)
