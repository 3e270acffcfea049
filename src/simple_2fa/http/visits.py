"""Who asks: the session and the known browsers that a request's cookies name."""

from datetime import timedelta

from flask import Response, request

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.core import words
from simple_2fa.core.ids import is_id
from simple_2fa.http import agents
from simple_2fa.http.cookies import cookie_name, set_cookie
from simple_2fa.http.origins import block, client_address
from simple_2fa.http.own import g
from simple_2fa.http.services import mount, now, services
from simple_2fa.sessions import browsers, store
from simple_2fa.sessions.model import BROWSER_LASTS, Place, Session, Stage
from simple_2fa.signin.model import Cookies, Visit

_BROWSER = "s2fa_browser_"
_BROWSERS_READ = 20
"""Cookies of known browsers that are looked at; a person's own browser has a few."""
_NOTED_EVERY = timedelta(minutes=1)
"""How exactly a session's last use is known."""


def visit() -> Visit:
    """Give this request as a visit; read once.

    Raises:
        UnavailableError: the database is out of reach, or our clock is off.
    """
    if "visit" not in g:
        address = client_address()
        agent = agents.name(request.headers.get("User-Agent", ""))
        place = Place(agent, block(address) if address else "")
        g.visit = Visit(
            services().desk, now(), place, _says(place), session(), token(), _browsers()
        )
    found: Visit = g.visit
    return found


def session() -> Session | None:
    """Give the session that the request's cookie opens; read once, and its use noted."""
    if "session" not in g:
        g.session = _read(token()) if token() else None
    found: Session | None = g.session
    return found


def account() -> Account | None:
    """Give whose full session this is; read once."""
    if "account" not in g:
        seen = session()
        name = seen.account if seen and seen.stage is Stage.FULL else None
        db = services().db
        g.account = db.read(lambda link: accounts.find(link, name)) if name else None
    found: Account | None = g.account
    return found


def whose() -> str:
    """Name whose session this is: by the host application's id, or by the account's of ours."""
    seen = session()
    name = (seen and seen.account) or ""
    found = services().db.read(lambda link: accounts.find(link, name)) if name else None
    return found.person.ref if found and found.person else name


def locale() -> str:
    """Choose the language: the account's, else the browser's."""
    chosen = account()
    return (chosen and chosen.locale) or browser_locale()


def browser_locale() -> str:
    """Choose the language: the application's, if it is one of ours, else the browser's.

    This needs no database.
    """
    select = mount().locale
    chosen = words.nearest(str(select())) if select else ""
    return chosen or words.best(request.headers.get("Accept-Language", ""))


def token() -> str:
    """Give the token of the request's session; '' where there is none."""
    return mount().keeper.token()


def keep(response: Response, cookies: Cookies) -> Response:
    """Let the browser keep its session, and that it is known."""
    mount().keeper.keep(response, cookies.session)
    return know(response, cookies)


def know(response: Response, cookies: Cookies) -> Response:
    """Let the browser keep that it is known; cookies of no more use go."""
    if cookies.browser:
        name, verifier = cookies.browser
        set_cookie(response, f"{_browser()}{name}", verifier, lasts=BROWSER_LASTS)
        for dead in _held().keys() - {name} - _still_known():
            set_cookie(response, f"{_browser()}{dead}", "", lasts=timedelta())
    return response


def leave(response: Response) -> Response:
    """Let the browser forget its session."""
    mount().keeper.drop(response)
    return response


def _read(token: str) -> Session | None:
    db, instant = services().db, now()
    found = db.read(lambda connection: store.by_token(connection, token, instant))
    if found and found.is_hosted != mount().is_hosted:
        return None  # another application's, in the same database
    if found and instant - found.seen_at > _NOTED_EVERY:
        db.tidy(lambda connection: store.touch(connection, found.id, instant))
    return found


def _browsers() -> dict[str, str]:
    return dict(list(_held().items())[:_BROWSERS_READ])


def _held() -> dict[str, str]:
    """Give all cookies of known browsers: public id → verifier."""
    prefix = cookie_name(_browser())
    pairs = ((name.removeprefix(prefix), value) for name, value in request.cookies.items())
    return {name: value for name, value in pairs if is_id(name)}


def _browser() -> str:
    return f"{_BROWSER}{mount().keeper.mark}"


def _still_known() -> set[str]:
    held, instant = _held(), now()
    return services().db.read(lambda link: browsers.still_known(link, held, instant))


def _says(place: Place) -> dict[str, str]:
    """Give what letters tell of the visit, in the language that is spoken now."""
    told = {"locale": words.spoken()}
    if place.network:
        facts = {"browser": agents.spoken(place.agent), "network": agents.network(place.network)}
        told["asked_from"] = words.gettext("%(browser)s, network %(network)s") % facts
    return told
