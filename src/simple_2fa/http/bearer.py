"""Which application calls: its API key."""

from flask import request

from simple_2fa.challenges.model import Caller
from simple_2fa.clients import flows as clients
from simple_2fa.clients.model import DEVELOPMENT
from simple_2fa.http.origins import is_own_origin
from simple_2fa.http.own import g
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="simple-2fa"'}


def api_caller() -> Caller:
    """Give the calling application.

    Raises:
        Problem: 401 without a valid key (development needs none), 403 from another site's page.
    """
    if "caller" not in g:
        g.caller = _recognised()
    found: Caller = g.caller
    return found


def _recognised() -> Caller:
    if not is_own_origin():
        raise Problem(
            "forbidden", "Pages of other sites can't call this API. Call it from a server."
        )
    if request.args:
        raise Problem("invalid_request", "This address takes no query. Keys go into a header.")
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not scheme and services().development:
        return Caller("client", DEVELOPMENT)
    client = clients.recognise(services().db, key.strip()) if scheme.lower() == "bearer" else None
    if client is None:
        detail = "Send the header 'Authorization: Bearer s2fa_...' with your key."
        raise Problem("unauthorized", detail, headers=_CHALLENGE)
    g.actor = client.id
    return Caller("client", client.id)
