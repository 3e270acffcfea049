"""Undoing a reset of a password, or saying that it was meant."""

from collections.abc import Mapping, Sequence

from flask import Response, request

from simple_2fa.core.address import mask
from simple_2fa.http import visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import anybody, signed_in
from simple_2fa.http.paths import go
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import undo as undoing
from simple_2fa.signin.model import OverError
from simple_2fa.web.forms import Form

Offer = Mapping[str, object]
_OVERTAKEN = "/undo?notice=overtaken"


@anybody
def show() -> Response:
    """Ask for the password of before a reset."""
    offer = _chosen()
    return _form(offer).show() if offer else go(_back())


@anybody
def undo() -> Response:
    """Bring it back."""
    offer = _chosen()
    if offer is None:
        return go(_back())
    form = _form(offer)
    former = form.secret()

    def restore() -> Response:
        try:
            is_back = undoing.undo(visits.visit(), str(offer["browser"]), former)
        except OverError:
            return go(_OVERTAKEN)
        if not is_back:
            form.faults |= {"password_error": "wrong"}
            return form.show()
        services().worker.wake()
        return go(f"{_back()}?notice=restored")

    return form.send(restore)


@signed_in
def keep() -> Response:
    """Let the reset stand."""
    if not csrf_fits():
        raise Problem("forbidden")
    offer = _chosen()
    if offer is None:
        return go("/account")
    try:
        undoing.keep(visits.visit(), str(offer["browser"]), request.form.get("reset", ""))
    except OverError:
        return go(_OVERTAKEN)
    return go("/account")


def offers() -> Sequence[Offer]:
    """Give what pages tell of the resets that this visitor may undo."""
    return [
        {
            "at": each.account.reset_at,
            "before": each.account.former_at,
            "address": mask(each.account.address),
            "browser": each.browser.id,
            "reset": each.reset,
        }
        for each in undoing.undoable(visits.visit())
    ]


def _chosen() -> Offer | None:
    found, wanted = offers(), request.values.get("browser", "")
    named = next((each for each in found if each["browser"] == wanted), None)
    return next(iter(found), None) if not wanted else named


def _form(offer: Offer) -> Form:
    return Form("undo", undo=offer, notice=request.args.get("notice"))


def _back() -> str:
    return "/account" if visits.account() else "/login"


ROUTES = (
    ("GET", "/undo", show),
    ("POST", "/undo", undo),
    ("POST", "/undo/keep", keep),
)
