"""Every form of ours, with somebody for whom it would do something, and what is typed into it."""

from collections.abc import Callable

from guests import OTHER_PASSWORD, PASSWORD, Guest, member
from live import Shown
from simple_2fa.core.ids import new_id

Case = tuple[Guest, dict[str, str]]


def somebody() -> str:
    return f"{new_id()}@example.com"


def registering(guest: Guest) -> Case:
    guest.send("/register", email=somebody(), password=PASSWORD)
    return guest, {"email": somebody()}


def nobody(guest: Guest) -> Case:
    return guest, {"email": member(guest.site).address, "password": PASSWORD}


def half_way(guest: Guest) -> Case:
    guest.log_in(member(guest.site).address)
    guest.site.clock.move(seconds=31)
    return guest, {"code": guest.code()}


def resetting(guest: Guest) -> Case:
    guest.send("/forgot", email=member(guest.site).address)
    guest.enter()
    return guest, {"password": OTHER_PASSWORD}


def signed_in(guest: Guest) -> Case:
    ann = member(guest.site)
    Guest(guest.site).sign_in(ann.address)
    guest.site.clock.move(seconds=31)
    fields = {"current_password": PASSWORD, "password": OTHER_PASSWORD, "email": somebody()}
    more = {"browser": "all", "session": "others", "language": "de", "next": "/account/delete"}
    guest.sign_in(ann.address)
    guest.site.clock.move(seconds=31)
    return guest, {**fields, **more}


def overruled(guest: Guest) -> Case:
    """In a browser of hers, after somebody else's reset."""
    ann = member(guest.site)
    guest.sign_in(ann.address)
    guest.site.clock.move(seconds=31)
    Guest(guest.site).reset(ann.address)
    (offer,) = Shown(guest.get("/undo")).all("input", name="reset")
    return guest, {"password": PASSWORD, "reset": offer["value"]}


FORMS: dict[str, Callable[[Guest], Case]] = {
    "/account/address": signed_in,
    "/account/browsers/forget": signed_in,
    "/account/delete": signed_in,
    "/account/language": signed_in,
    "/account/password": signed_in,
    "/account/sessions/end": signed_in,
    "/confirm": signed_in,
    "/forgot": nobody,
    "/login": nobody,
    "/logout": signed_in,
    "/register": nobody,
    "/reset": resetting,
    "/undo": overruled,
    "/undo/keep": overruled,
    "/verify/address": registering,
    "/verify/answer": half_way,
    "/verify/resend": half_way,
}
