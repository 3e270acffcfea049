"""How somebody whom a host has signed in gets to the second step, and past it without one."""

from flask import Response, after_this_request, redirect, request

from simple_2fa.accounts.model import Account
from simple_2fa.core.clock import to_millis
from simple_2fa.core.errors import SlowDownError
from simple_2fa.flask.hosting import this_host
from simple_2fa.http import problems, signals, visits
from simple_2fa.http.origins import is_own_origin
from simple_2fa.http.paths import at, go, home, lead_to, path_asked
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.http.signals import second_factor_asked
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Session
from simple_2fa.signin import asking, login, persons, step_up
from simple_2fa.signin.model import Cookies, Entered, OverError, Visit
from simple_2fa.web import kept
from simple_2fa.web.kept import Form

CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_USE = "wish"
_TELL_APART = ("Cookie", "User-Agent", "Accept-Language")
"""Headers in which all requests of one browser are alike."""
_AT_ONCE = 10_000
"""Milliseconds in which requests of one browser are taken for the same wish."""


def skip(account: Account) -> Session | Response | None:
    """Let somebody in whose browser skips the code.

    Returns:
        The session; for a page what leads to it once more, so that other tabs have the cookies
        before it is made, however long that takes; None where the browser skips nothing.
    """
    is_page = request.method not in CHANGES and not is_program()
    try:
        cookies = login.skip(visits.visit(), account)
    except OverError:  # another tab was first, and has its cookies now
        return _once_more()
    if cookies and is_page:
        return visits.keep(_once_more(), cookies)
    return _let_in(cookies) if cookies else None


def ask(account: Account) -> Response:
    """Put the question of a sign-in: at once where a page of the application leads here."""
    visit = visits.visit()
    waits = persons.waits(visit, account)
    if is_program():
        return refusal() if waits or not request.cookies else _wait(visit, account)
    if waits and (asking.awaited(visit) or not _is_meant()):
        return _aim(visit)
    wanted, form = _wanted(visit)
    entered = login.go_on(visit, account, wanted, _tokens(account), ask=_is_meant())
    if entered.cookies and form:
        kept.keep(entered.cookies.session, form)
    return _led(entered, account)


def ask_at_once(account: Account, wanted: str) -> Response:
    """Put that question to whoever has just been signed in; then she goes on to a path.

    A program hears on which page.
    """
    visit = visits.visit()
    cookies = login.skip(visit, account)
    if cookies:
        return visits.keep(lead_to(wanted), cookies)
    return _led(login.go_on(visit, account, wanted, _tokens(account), ask=True), account)


def ask_again(account: Account) -> Response:
    """Put the question before what needs a fresh second step."""
    visit = visits.visit()
    seen = asking.awaited(visit)
    if seen and not seen.stopped(visit.now):
        return refusal() if is_program() else _aim(visit)
    wanted, form = (kept.from_where(), None) if is_program() else _wanted(visit)
    if visit.session and not _is_asked(visit, wanted):
        session = visit.session
        visit.db.tidy(lambda link: store.want(link, visit.token, session, wanted))
    if form:
        kept.keep(visit.token, form)
    _tell_asked(account)
    return refusal() if is_program() else go("/verify")


def refusal() -> Response:
    """Tell a program where its person makes the second step."""
    known = services()
    origin = request.host_url.rstrip("/") if known.development else known.settings.origin
    page = f"{origin}{at('/verify')}"
    return problems.respond(Problem("second_factor_required", page=page))


def is_program() -> bool:
    """Whether a program asks, which can't be led to a page."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if request.is_json or request.method in CHANGES - {"POST"}:
        return True
    accepts = request.accept_mimetypes
    prefers_json = accepts["application/json"] > accepts["text/html"]
    return prefers_json or (mode is not None and mode != "navigate")


def _is_meant() -> bool:
    """Whether a page of the application leads here, not another site's, nor a look ahead."""
    return is_own_origin() and "Sec-Purpose" not in request.headers


def _once_more() -> Response:
    """Lead to the same path, with what was sent to it: none of it has been looked at."""
    return redirect(path_asked() or home(), 307)  # type: ignore[return-value]


def _let_in(cookies: Cookies) -> Session | None:
    """Let this very request through."""
    host = this_host()
    host.hold(cookies.session)
    host.look_again()
    after_this_request(lambda response: visits.know(response, cookies))
    return visits.session()


def _wait(visit: Visit, account: Account) -> Response:
    """Let the person behind a program find the question on its page."""
    wanted = kept.from_where()
    return _led(login.go_on(visit, account, wanted, _tokens(account), ask=False), account)


def _aim(visit: Visit) -> Response:
    """Lead somebody to the page who waits for a code, and then to what is wanted now."""
    if _is_meant():
        wanted, form = _wanted(visit)
        if form:
            kept.keep(visit.token, form)
        else:
            visit.db.tidy(lambda connection: store.aim(connection, visit.token, wanted))
    return go("/verify")


def _is_asked(visit: Visit, wanted: str) -> bool:
    """Ask for a fresh step, where a page of the application leads here and a code may be sent."""
    if is_program() or not _is_meant():
        return False
    try:
        step_up.ask(visit, wanted)
    except SlowDownError:
        return False
    return True


def _tokens(account: Account) -> tuple[str, ...]:
    """Give what opens one session for requests that a browser sends at once, as restored tabs do.

    They carry the same cookies and headers. Those of a moment before are looked for too. What a
    form wants is for the browser alone that has sent it.
    """
    visit = visits.visit()
    told = [request.headers.get(name, "") for name in _TELL_APART]
    if not told[0] or (request.method == "POST" and not is_program()):
        return ()
    span = to_millis(visit.now) // _AT_ONCE
    whose = "\n".join([account.id, str(account.epoch), visit.place.network, *told])
    return tuple(services().vault.mac(_USE, f"{each} {whose}") for each in (span, span - 1))


def _wanted(visit: Visit) -> tuple[str, Form | None]:
    """Give where she goes on, and a form to keep; one that is kept already is gone on to first."""
    wanted, form = kept.wanted(is_meant=_is_meant())
    if not form and kept.kept(visit.session) and visit.session:
        return visit.session.goes_to or wanted, None
    return wanted, form


def _led(entered: Entered, account: Account) -> Response:
    """Keep what a step led to, and lead to its page; a program is told where that is."""
    _tell_asked(account)
    to = refusal() if is_program() else go("/verify")
    return visits.keep(to, entered.cookies) if entered.cookies else to


def _tell_asked(account: Account) -> None:
    services().worker.wake()
    signals.send(second_factor_asked, lambda: account.person.ref if account.person else account.id)
