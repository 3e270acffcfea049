"""Cookies and the CSRF token that is bound to them."""

from datetime import timedelta

from flask import Response, request

from simple_2fa.core.ids import is_id, new_id
from simple_2fa.http.origins import is_own_origin
from simple_2fa.http.own import g
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services

_VISITOR = "s2fa_visitor"
_USE = "csrf"


def csrf_token() -> str:
    """Give the token for a form of this page: a MAC over the visitor's cookie."""
    return services().vault.mac(_USE, _visitor())


def visitor() -> str:
    """Name the browser of a visitor of whom nothing else is known; '' without its cookie."""
    known = request.cookies.get(cookie_name(_VISITOR), "")
    return known if is_id(known) else ""


def csrf_fits() -> bool:
    """Tell whether a form was sent from a page of ours, to this very browser."""
    known = request.cookies.get(cookie_name(_VISITOR), "")
    token = request.form.get("csrf", "")
    return is_own_origin() and bool(known) and services().vault.mac_fits(_USE, known, token)


def demand_own_form() -> None:
    """Refuse a form that wasn't sent from a page of ours.

    Raises:
        Problem: 403, it wasn't.
    """
    if not csrf_fits():
        raise Problem("forbidden")


def keep_visitor(response: Response) -> Response:
    """Set the cookie that a token of this response was bound to, where it is new."""
    new = g.get("new_visitor")
    if new:
        set_cookie(response, _VISITOR, new)
    return response


def set_cookie(response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    """Set a cookie that no script reads; without `lasts` it goes when the browser is closed."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=lasts,
        secure=not services().development,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def cookie_name(name: str) -> str:
    """Give a cookie's whole name: in production it is bound to this host (`__Host-`)."""
    return name if services().development else f"__Host-{name}"


def _visitor() -> str:
    if known := visitor():
        return known
    if "new_visitor" not in g:
        g.new_visitor = new_id()
    return str(g.new_visitor)
