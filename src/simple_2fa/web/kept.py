"""What was sent to a view before the second step: kept sealed, shown again, sent by the person."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta

from flask import request

from simple_2fa.core.clock import from_millis, to_millis
from simple_2fa.core.errors import SealError
from simple_2fa.db.engine import Connection
from simple_2fa.http.hosts import their_fields, token_field
from simple_2fa.http.paths import at, here, home, path_asked, safe_path
from simple_2fa.http.services import now, services
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Session

AGAIN = "/verify/again"
_USE = "kept form"
_MOST = 40 * 1024
"""Characters of a form that are kept; sealed they are less than 64 kB."""
_OF_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
"""What is read as fields; a page may send others as text/plain."""
_LONGEST_SHOWN = 200
_SECRET = re.compile(r"pass|pwd|secret|token|cvv|cvc|card|(?<![a-z])pin(?![a-z])", re.IGNORECASE)
_LASTS = timedelta(minutes=15)
"""A form that nobody has sent by then is forgotten."""

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent.

    Attributes:
        path: to which.
        fields: names and values, as far as they could be kept.
        back: the page that it came from, as far as that is known; else the start page.
        is_whole: all of it could be kept; else it has to be filled in again.
    """

    path: str
    fields: Fields
    back: str
    is_whole: bool


def wanted(*, is_meant: bool) -> tuple[str, Form | None]:
    """Give where the person goes on, and the form to keep, if one was sent.

    What a stranger's page has sent is nothing that the person wanted.
    """
    path = path_asked()
    if request.method != "POST":
        return path or safe_path(here()) or home(), None
    if not is_meant:
        return home(), None
    sent = tuple(request.form.items(multi=True))
    fields = _that_fit(sent)
    is_whole = bool(path) and fields == sent and not _has_more()
    return at(AGAIN), Form(path, fields, from_where(), is_whole)


def from_where() -> str:
    """Give the page of this host from which the request came, or the start page."""
    referrer = request.referrer or ""
    for own in (request.host_url, f"{services().settings.origin}/"):
        if referrer.startswith(own):
            return safe_path("/" + referrer.removeprefix(own)) or home()
    return home()


def keep(token: str, form: Form) -> None:
    """Keep a form with the session that a token opens, and lead to it once that may go on."""
    db, instant = services().db, now()
    session = db.read(lambda connection: store.by_token(connection, token, instant))
    if session:
        packed = json.dumps([to_millis(instant), form.path, form.fields, form.back, form.is_whole])
        sealed = services().vault.seal(_USE, session.id, packed.encode())
        db.tidy(lambda connection: _keep(connection, session, sealed, token))


def kept(session: Session | None) -> Form | None:
    """Give the form that was kept with a session."""
    if session is None or session.kept is None:
        return None
    try:
        packed = services().vault.open(_USE, session.id, session.kept)
    except SealError:
        return None
    at, path, fields, *rest = json.loads(packed)
    if now() - from_millis(at) > _LASTS:
        return None
    return Form(path, tuple((name, _renewed(name, value)) for name, value in fields), *rest)


def shown(form: Form) -> list[tuple[str, str]]:
    """Give what a page shows of a form, for its person to know it by; secrets are not shown.

    What has to be typed again is shown whole.
    """
    unsaid = {token_field(), "csrf"} if form.path.startswith(at("/verify")) else {token_field()}
    told = ((name, value) for name, value in form.fields if value and name not in unsaid)
    most = _LONGEST_SHOWN if form.is_whole else None
    return [(name, "•••" if _SECRET.search(name) else value[:most]) for name, value in told]


def done(session: Session) -> None:
    """Forget the form, once it gets through or its time is over."""
    form = kept(session)
    if session.kept and (form is None or _is_sent(form)):
        drop(session)


def drop(session: Session) -> None:
    """Forget the form: its person doesn't want to send it."""
    services().db.tidy(lambda connection: store.keep(connection, session.id, None))


def _keep(connection: Connection, session: Session, sealed: str, token: str) -> None:
    store.keep(connection, session.id, sealed)
    store.aim(connection, token, at(AGAIN))


def _is_sent(form: Form) -> bool:
    return request.method == "POST" and form.path.partition("?")[0] == here()


def _has_more() -> bool:
    """Whether more than fields was sent: files, or a body that is no form's at all."""
    if request.mimetype not in _OF_FORMS:
        return bool(request.content_length or request.headers.get("Transfer-Encoding"))
    return any(each.filename for each in request.files.values())


def _that_fit(fields: Fields) -> Fields:
    """Give the fields that can be kept; where one is too long for that, the others."""
    kept, room = [], _MOST
    for each in fields:
        length = len(json.dumps(each)) + len(", ")
        if length <= room:
            kept.append(each)
            room -= length
    return tuple(kept)


def _renewed(name: str, value: str) -> str:
    """Give a field's value; the token of an application's own forms is made anew."""
    return their_fields().get(name, value)
