"""Addresses that browsers and password managers know by themselves (RFC 8615)."""

from flask import Response, jsonify

from simple_2fa.http.guard import anybody, machines
from simple_2fa.http.paths import go
from simple_2fa.http.services import services


@anybody
def change_password() -> Response:
    """Lead to where the password is changed (W3C, A Well-Known URL for Changing Passwords)."""
    return go("/account/password")


@machines
def passkey_endpoints() -> Response:
    """Tell where passkeys are created and managed (W3C, Passkey Endpoints Well-Known URL)."""
    origin = services().settings.origin or ""
    told = {"manage": f"{origin}/account"}
    if "passkey" in services().desk.factors:
        told["enroll"] = f"{origin}/account/add/passkey"
    return jsonify(told)


ROUTES = (
    ("GET", "/.well-known/change-password", change_password),
    ("GET", "/.well-known/passkey-endpoints", passkey_endpoints),
)
