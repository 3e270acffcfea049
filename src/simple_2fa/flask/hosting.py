"""In somebody else's application: who is signed in there, and where our token is kept."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import flask
from flask import Response, request
from flask.globals import request_ctx
from flask.sessions import SessionMixin
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import ServiceUnavailable

from simple_2fa.accounts.model import Person
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.ids import digest
from simple_2fa.http.hosts import token_field
from simple_2fa.http.own import g
from simple_2fa.http.paths import is_asset
from simple_2fa.http.services import mount, now, services
from simple_2fa.sessions import store

log = logging.getLogger(__name__)

_LONGEST = 255
_MESSAGES = "_flashes"
"""Where Flask keeps what `flash` has said until a page shows it."""
_GIVES = "return (id, address), or None where nobody is signed in"

Told = tuple[object, str] | None
"""What a person loader gives: the application's id of somebody, and an address; or None."""


class Host:
    """One application, and whom it has signed in; a `Keeper` in that application's session.

    The token goes with the session of whoever is signed in: signing out there ends it here.
    """

    def __init__(self, name: str, loader: Callable[[], Callable[[], Told] | None]) -> None:
        """Take the application's name, which its people and cookies are told apart by.

        Args:
            name: the same on all its nodes.
            loader: gives the function that tells who is signed in, once there is one.
        """
        self.name = name
        self.mark = f"{digest('host', name).hex()[:8]}_"
        self._key = f"_simple_2fa_{self.mark}"
        self._loader = loader

    def person(self) -> tuple[Person, str] | None:
        """Tell who is signed in, and the address.

        Raises:
            RuntimeError: the application has no person loader, or it gives something else.
        """
        told = self._person()
        if told != g.get("host_person", told):
            self.look_again()  # the view has signed somebody in or out
        g.host_person = told
        g.host_has_told = g.get("host_has_told", False) or told is not None
        return told

    def look_again(self) -> None:
        """Ask anew: the view may have signed somebody in or out."""
        for name in ("visit", "session", "account"):
            g.pop(name, None)

    def named(self, ref: object) -> Person:
        """Give the person that the application knows by this."""
        found = Person(self.name, str(ref))
        if max(len(found.host), len(found.ref)) > _LONGEST:
            raise ValueError(f"a person's id, and name=, have {_LONGEST} characters at most")
        return found

    def token(self) -> str:
        """Give the token, where it is of whoever is signed in."""
        held = self._in(flask.session)
        return held[1] if held and held[0] == self._whose() else ""

    def keep(self, _response: Response, token: str) -> None:
        """Keep a token for whoever is signed in."""
        self.hold(token)

    def hold(self, token: str) -> None:
        """Keep it; this very request has it too."""
        flask.session[self._key] = [self._whose(), token]

    def drop(self, _response: Response) -> None:
        """Forget the token."""
        flask.session.pop(self._key, None)

    def note(self) -> None:
        """Before each request: note whose token the browser brought, and beside what."""
        with _session() as session:
            g.brought, g.beside = self._in(session), _filled(session)

    def follow(self, response: Response) -> Response:
        """After each request, and after all that the application does then.

        With whoever was signed out, or exchanged, goes the second step.
        """
        if is_asset(request.endpoint):
            return response
        with _session() as session:
            brought, held = g.get("brought"), self._in(session)
            has_lost = bool(g.get("beside", set()) - _filled(session))
        is_told = has_lost or response.status_code < HTTPStatus.BAD_REQUEST
        if held and self._is_gone(held[0], is_told=is_told):
            self.drop(response)
            _end(held[1])
            held = None
        if brought and (held is None or held[0] != brought[0]):
            _end(brought[1])  # the whole session was emptied
        return response

    def _is_gone(self, whose: str, *, is_told: bool) -> bool:
        """Whether somebody was signed out, or another signed in.

        An error may come before the application has looked who is there, or leave it unable to:
        that nobody is there counts where somebody was a moment before, or `is_told` otherwise.
        """
        is_told = is_told or g.get("host_has_told", False)
        try:
            there = self._whose()
        except Exception:
            log.exception("the person loader failed after a request")
            return False
        return there != whose and bool(there or is_told)

    def _in(self, session: Mapping[str, Any]) -> list[str] | None:
        """Give whose token a session holds, and the token."""
        found: Any = session.get(self._key)
        is_whole = isinstance(found, list | tuple) and len(found) == 2  # noqa: PLR2004 (whose, and what)
        return [str(each) for each in found] if is_whole else None

    def _whose(self) -> str:
        who = self.person()
        return who[0].subject.hex() if who else ""

    def _person(self) -> tuple[Person, str] | None:
        load = self._loader()
        if load is None:
            raise RuntimeError("tell Simple 2FA who is signed in: @two_factor.person_loader")
        told: object = load()
        if told is None:
            return None
        if not isinstance(told, tuple | list) or len(told) != 2:  # noqa: PLR2004 (id and address)
            raise RuntimeError(f"the person loader gave a {type(told).__name__}: {_GIVES}")
        ref, address = told
        if ref is None or not str(ref):
            raise RuntimeError(f"the person loader gave no id: {_GIVES}")
        return self.named(ref), str(address)


def this_host() -> Host:
    """Give the application that is at work."""
    keeper = mount().keeper
    if not isinstance(keeper, Host):
        raise TypeError("this application is wholly ours: use http.guard in its views")
    return keeper


@contextmanager
def _session() -> Iterator[Mapping[str, Any]]:
    """Let the application's session be read, without a mark that it was looked at."""
    app, session = flask.current_app, _flask_s()
    name = app.session_interface.get_cookie_name(app)
    if name not in request.cookies and not session.modified:
        yield {}
        return
    was_accessed = session.accessed
    yield session
    session.accessed = was_accessed


def _flask_s() -> SessionMixin:
    """Give the session itself: since 3.1.3 Flask marks it as soon as `flask.session` is used."""
    context = request_ctx._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's own way)
    found: SessionMixin | None = getattr(context, "_session", None)
    return context.session if found is None else found


def _filled(session: Mapping[str, Any]) -> set[str]:
    """Name what a session holds, by which somebody may be known: no message, no form's token."""
    return {name for name, value in session.items() if value} - {_MESSAGES, token_field()}


def _end(token: str) -> None:
    """End a session; where that can't be done now, nobody holds its token any more."""
    try:
        db, instant = services().db, now()
        session = db.read(lambda connection: store.by_token(connection, token, instant))
        if session:
            db.tidy(lambda connection: store.end(connection, session.id))
    except (UnavailableError, ServiceUnavailable, DBAPIError) as why:
        log.warning("a session was not ended: %s", why)
