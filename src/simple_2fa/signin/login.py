"""Signing in: the password, the second step, and the one door to a full session."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from simple_2fa.accounts import recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.hashing import BusyError
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Cashed, Challenge, Noted, Proof, Purpose, Started
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.ids import id_of, new_secret
from simple_2fa.core.passwords import needs_rehash
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import browsers, store
from simple_2fa.sessions.model import Browser, Session, Stage, anonymous, full, waiting
from simple_2fa.signin import asking, notices, passwords, people, resets
from simple_2fa.signin.arrival import Arrival, arrival, held_until, know_browser
from simple_2fa.signin.model import Cookies, Entered, OverError, Typed, Visit
from simple_2fa.signin.writing import write


@dataclass(frozen=True, slots=True)
class _Match:
    """Somebody whose first factor was right: a password of ours, counted, or a host's business.

    Attributes:
        token: of the session, where one begins; '' for a new one.
    """

    account: Account
    known: Browser | None
    counted: passwords.Tries | None
    goes_to: str = ""
    token: str = field(default="", repr=False)


def complete_login(connection: Connection, made: Arrival) -> None:
    """Make a session full: the only door to one.

    Raises:
        OverError: the session, or the browser's cookie, was used elsewhere meanwhile.
    """
    visit, account, seen = made.visit, made.account, made.visit.session
    began = seen or anonymous(visit.now, visit.place)[0]
    began = replace(began, is_hosted=account.person is not None)
    session = replace(
        full(began, account.id, account.epoch, visit.now),
        browser=made.cookies.browser[0] if made.cookies.browser else None,
        proved_by=made.proved_by,
        proved_at=visit.now if made.proved_by else None,
        one_factor_until=made.one_factor_until,
    )
    if seen is None:
        store.add(connection, session, made.cookies.session)
    elif not store.move(connection, visit.token, seen.stage, session, made.cookies.session):
        raise OverError
    if made.second:  # so it isn't true that everything is lost
        recoveries.forget(connection, account.id)
    know_browser(connection, made)


def sign_in(visit: Visit, typed: Typed, goes_to: str = "") -> Entered:
    """Take address and password; give no cookies where they don't match.

    Raises:
        PausedError: too many wrong passwords.
        BusyError: too many passwords are being checked just now.
        OverError: the same browser signed in twice at once; try again.
    """
    account = people.by_address(visit, typed.address)
    known = people.recognised(visit, account)
    counted = passwords.tries(visit, typed.address, known.id if known else None)
    if not passwords.fits(visit, counted, account, typed.password) or account is None:
        passwords.miss(visit, counted, account)
        return Entered()
    _strengthen(visit, account, typed.password)
    match = _Match(account, known, counted, goes_to)
    return _skip(visit, match) if _is_skipped(visit, known) else _ask(visit, match)


def skip(visit: Visit, account: Account) -> Cookies | None:
    """Let somebody in whom another application has signed in, where the browser skips the code.

    Raises:
        OverError: the browser's cookie was used elsewhere meanwhile.
    """
    known = people.recognised(visit, account)
    return _skip(visit, _Match(account, known, None)).cookies if _is_skipped(visit, known) else None


def go_on(
    visit: Visit, account: Account, goes_to: str, tokens: Sequence[str] = (), *, ask: bool
) -> Entered:
    """Take somebody to the second step whom another application has signed in.

    Args:
        visit: from which.
        account: of that application's person.
        goes_to: where the person wants to go.
        tokens: where a session begins, what opens it: the same for requests at once of one
            browser, so that one of them asks and the others wait with it; the first is for a new
            one.
        ask: send a code at once; else the page offers it.
    """
    match = _Match(account, people.recognised(visit, account), None, goes_to)
    start = partial(_ask if ask else _wait, visit)
    if visit.session:
        waits = _goes_on(visit.session, account)  # the token stays: this is no step of its own
        return start(replace(match, token=visit.token if waits else ""))
    if not tokens:
        return start(match)
    try:
        return _begun(visit, account, tokens) or start(replace(match, token=tokens[0]))
    except OverError:
        return _begun(visit, account, tokens) or start(match)


def _begun(visit: Visit, account: Account, tokens: Sequence[str]) -> Entered | None:
    """Give what another request led to, if its session waits for that account's step still."""

    def query(connection: Connection) -> str | None:
        pairs = ((each, store.by_token(connection, each, visit.now)) for each in tokens)
        return next((each for each, found in pairs if found and _goes_on(found, account)), None)

    token = visit.db.read(query)
    return Entered(None, Cookies(token), asks=True) if token else None


def answer(visit: Visit, text: str, *, factor: str = "", remember: bool = False) -> Entered:
    """Take the second step's answer.

    Args:
        visit: whose session waits for it.
        text: the answer.
        factor: by which it is judged; the last that put the question by default.
        remember: don't ask again in this browser for a while.

    Raises:
        BusyError: judging it is dear, and too much of that is being done.
        MalformedAnswerError: it can't be an answer at all.
        OverError: the session is over or has moved on.
    """
    session, seen = asking.demand(visit, Stage.PASSWORD, Purpose.LOGIN, factor)
    account = people.owner(visit)
    known, second = people.recognised(visit, account), visit.desk.factor(seen.factor)
    # A reset whose mailed code was right, and that waits for this step.
    reset = resets.prepared(visit, account, session.password, known) if session.password else None
    if reset and second.rests_on_mailbox:  # it has spoken already
        raise OverError
    made = arrival(visit, reset.changed if reset else account, known, second, remember=remember)
    is_news = made.is_new_browser and not _is_first(visit, account)
    notice = notices.sealed(visit, account, "new_browser") if is_news else None

    def cash(connection: Connection, _: Proof) -> Cashed:
        if reset:
            resets.store(connection, visit, reset)
        complete_login(connection, made)
        if notice:
            notices.queue(connection, notice)
        return Cashed(Tag.PASSWORD_RESET if reset else Tag.SESSION_LOGIN, account.id, made.facts)

    told = asking.put(visit, seen, text, cash)
    return Entered(told, made.cookies if told.proof else None, session.goes_to)


def _is_first(visit: Visit, account: Account) -> bool:
    """Whether a person whom another application signs in comes here for the first time."""
    if account.person is None:
        return False
    return not visit.db.read(lambda link: browsers.of_account(link, account.id, visit.now))


def can_remember(visit: Visit, factor: str) -> bool:
    """Tell whether a browser is known after this step: not by a mailbox that reset the password."""
    account = people.owner(visit)
    known, second = people.recognised(visit, account), visit.desk.factor(factor)
    return held_until(visit, account, known, second) is None


def _is_skipped(visit: Visit, known: Browser | None) -> bool:
    return known is not None and known.skips_code(visit.now)


def _skip(visit: Visit, match: _Match) -> Entered:
    """Let somebody in whose browser skips the code."""
    account = match.account
    made = arrival(replace(visit, session=None), account, match.known, None)

    def work(connection: Connection) -> None:
        _spend(connection, visit, match)
        asking.leave(connection, visit)
        complete_login(connection, made)

    write(visit, Tag.SESSION_LOGIN, account.id, work, outcome="approved", how="browser")
    return Entered(None, made.cookies, match.goes_to)


def _ask(visit: Visit, match: _Match) -> Entered:
    """Let somebody wait for the second step, even where no code can be sent just now."""
    session, cookies = _at_password(visit, match), Cookies(match.token or new_secret())
    question = asking.question(visit, session, Purpose.LOGIN, match.account)

    def also(connection: Connection, started: Started) -> Noted:
        _spend(connection, visit, match)
        waits = replace(session, challenge=started.challenge.id)
        _keep(connection, visit, waits, cookies.session)
        return Noted(match.account.id, visit.place.facts)

    try:
        flows.start(visit.desk, question, visit.now, also)
    except SlowDownError:
        return _wait(visit, match, asking.open_one(visit, question))
    return Entered(None, cookies, asks=True)


def _wait(visit: Visit, match: _Match, seen: Challenge | None = None) -> Entered:
    """Let somebody wait for the second step: for what is open, or to ask for a code on its page."""
    session, cookies = _at_password(visit, match), Cookies(match.token or new_secret())
    session = replace(session, challenge=seen.id if seen else session.challenge)

    def work(connection: Connection) -> None:
        _spend(connection, visit, match)
        _keep(connection, visit, session, cookies.session)

    write(visit, Tag.PASSWORD_CHECK, match.account.id, work, outcome="right")
    return Entered(None, cookies, asks=True)


def _spend(connection: Connection, visit: Visit, match: _Match) -> None:
    if match.counted:
        passwords.spend(connection, match.counted, visit, right=True)


def _at_password(visit: Visit, match: _Match) -> Session:
    """Give the session that waits for the second step.

    Somebody who waits for this account's code already goes on with the same session: its code
    stays good, in another tab too.
    """
    account, now = match.account, visit.now
    if visit.session and _goes_on(visit.session, account):
        began = visit.session
    else:
        new = anonymous(now, visit.place)[0]
        browser = match.known.id if match.known else None
        began = replace(new, id=id_of(match.token) if match.token else new.id, browser=browser)
    moved = waiting(began, Stage.PASSWORD, account.id, account.epoch, now)
    return replace(moved, goes_to=match.goes_to)


def _goes_on(seen: Session, account: Account) -> bool:
    return seen.stage is Stage.PASSWORD and seen.account == account.id


def _keep(connection: Connection, visit: Visit, session: Session, token: str) -> None:
    if visit.session and visit.session.id == session.id:
        if not store.move(connection, visit.token, Stage.PASSWORD, session, token):
            raise OverError
        return
    asking.leave(connection, visit)
    try:
        store.add(connection, session, token)
    except store.TakenError:
        raise OverError from None


def _strengthen(visit: Visit, account: Account, password: str) -> None:
    """Store a hash made with today's parameters, where it isn't; when busy, the next time."""
    if not needs_rehash(account.password):
        return
    with suppress(BusyError):
        stronger = visit.desk.hashing.make(password)
        visit.db.tidy(lambda connection: accounts.rehash(connection, account, stronger))
