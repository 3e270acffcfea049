"""What was sent to a view before the second step: kept sealed, shown again, sent by the person."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta

from flask import request

from simple_2fa.core.clock import from_millis, to_millis
from simple_2fa.core.errors import SealError
from simple_2fa.http.hosts import their_fields, token_field
from simple_2fa.http.paths import at, here, home, safe_path
from simple_2fa.http.services import now, services
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Session

AGAIN = "/verify/again"
_USE = "kept"
_MOST = 16 * 1024
"""Characters of a form that are kept."""
_LONGEST_SHOWN = 200
_SECRET = re.compile(r"pass|pwd|secret|token|cvv|cvc|card|(?<![a-z])pin(?![a-z])", re.IGNORECASE)
_LASTS = timedelta(minutes=15)
"""A form that nobody has sent by then is forgotten."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: to which path, and its fields."""

    path: str
    fields: tuple[tuple[str, str], ...]


def wanted(*, is_meant: bool) -> tuple[str, str]:
    """Give where the person goes on, and the form to keep, if one was sent.

    What can't be kept (a file, or too much) is filled in again, on the page that it came from; what
    a stranger's page has sent is nothing that the person wanted.
    """
    query = request.query_string.decode("ascii", "replace")
    path = safe_path(f"{here()}?{query}" if query else here())
    if request.method != "POST":
        return path or safe_path(here()) or home(), ""
    if not is_meant:
        return home(), ""
    fields = list(request.form.items(multi=True))
    kept = json.dumps([to_millis(now()), path, fields])
    has_files = any(each.filename for each in request.files.values())
    if not path or has_files or not fields or len(kept) > _MOST:
        return from_where(), ""
    return at(AGAIN), kept


def from_where() -> str:
    """Give the page of this host from which the request came, or the start page."""
    referrer = request.referrer or ""
    for own in (request.host_url, f"{services().settings.origin}/"):
        if referrer.startswith(own):
            return safe_path("/" + referrer.removeprefix(own)) or home()
    return home()


def keep(token: str, kept: str) -> None:
    """Keep a form with the session that a token opens."""
    db, instant = services().db, now()
    session = db.read(lambda connection: store.by_token(connection, token, instant))
    if session:
        sealed = services().vault.seal(_USE, session.id, kept.encode())
        db.tidy(lambda connection: store.keep(connection, session.id, sealed))


def kept(session: Session | None) -> Form | None:
    """Give the form that was kept with a session."""
    if session is None or session.kept is None:
        return None
    try:
        at, path, fields = json.loads(services().vault.open(_USE, session.id, session.kept))
    except SealError:
        return None
    if now() - from_millis(at) > _LASTS:
        return None
    return Form(path, tuple((name, _renewed(name, value)) for name, value in fields))


def shown(form: Form) -> list[tuple[str, str]]:
    """Give what a page shows of a form, for its person to know it by; secrets are not shown."""
    told = ((name, value) for name, value in form.fields if value and name != token_field())
    return [
        (name, "•••" if _SECRET.search(name) else value[:_LONGEST_SHOWN]) for name, value in told
    ]


def done(session: Session) -> None:
    """Forget the form, once one gets through or its time is over."""
    if session.kept and (request.method == "POST" or kept(session) is None):
        services().db.tidy(lambda connection: store.keep(connection, session.id, None))


def _renewed(name: str, value: str) -> str:
    """Give a field's value; the token of an application's own forms is made anew."""
    return their_fields().get(name, value)
