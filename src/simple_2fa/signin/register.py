"""Creating an account: none is there before its address is proved."""

from dataclasses import replace

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Cashed, Challenge, Proof, Purpose, Started
from simple_2fa.core.ids import new_id
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.sessions.model import Session, Stage, anonymous
from simple_2fa.signin import asking, passwords
from simple_2fa.signin.arrival import Arrival, arrival
from simple_2fa.signin.login import complete_login
from simple_2fa.signin.model import TAKEN, Cookies, Entered, OverError, Typed, Visit


def begin(visit: Visit, typed: Typed, goes_to: str = "") -> Cookies:
    """Keep a password for the account to be, and mail a code to its address.

    Every registration is a session of its own, so those for one address see nothing of each other.

    Raises:
        WeakPasswordError: it says why.
        BusyError: too many passwords are being hashed just now.
        SlowDownError: this address, or this network, caused many letters lately.
    """
    asking.demand_room(visit)
    kept = passwords.hashed(visit, typed.password, typed.address)
    session, token = anonymous(visit.now, visit.place, goes_to)
    new = replace(session, password=kept), token
    return asking.ask_stranger(visit, new, Purpose.PROVE_ADDRESS, typed.address)


def change_address(visit: Visit, address: str) -> None:
    """Mail the code to another address; the one sent to the mistyped address is void.

    Raises:
        OverError: no registration is open in this session.
        SlowDownError: this address, or this network, caused many letters lately.
    """
    session, seen = _open(visit)
    note = asking.noting_instead(visit, seen, session.goes_to)

    def also(connection: Connection, started: Started) -> None:
        asking.count_stranger(connection, visit)
        note(connection, started)

    asked = asking.question(visit, session, Purpose.PROVE_ADDRESS, None, address)
    flows.start(visit.desk, asked, visit.now, also)


def confirm(visit: Visit, text: str) -> Entered:
    """Take the code, create the account, and sign its owner in.

    Where the address has an account by now, the answer's data say TAKEN: the mailbox is proved, so
    that may be told. Nothing else tells it: other registrations of the address stay open, and only
    a right code of theirs hears that they came too late.

    Raises:
        MalformedAnswerError: it can't be an answer at all.
        OverError: the session is over or has moved on.
    """
    session, seen = _open(visit)
    locale = visit.says.get("locale", "")
    new = Account(new_id(), seen.address, session.password or "", visit.now, locale=locale)
    made = arrival(visit, new, None, visit.desk.factor(seen.factor))

    def cash(connection: Connection, _: Proof) -> Cashed:
        return _open_account(connection, made)

    told = asking.put(visit, seen, text, cash)
    is_in = told.proof is not None and TAKEN not in told.data
    return Entered(told, made.cookies if is_in else None, session.goes_to)


def _open_account(connection: Connection, made: Arrival) -> Cashed:
    new, visit = made.account, made.visit
    if accounts.by_address(connection, new.address):
        asking.leave(connection, visit)
        return Cashed(Tag.CHALLENGE_ANSWER, data={TAKEN: 1})
    accounts.add(connection, new)
    complete_login(connection, made)
    return Cashed(Tag.ACCOUNT_CREATE, new.id, visit.place.facts)


def _open(visit: Visit) -> tuple[Session, Challenge]:
    session, seen = asking.demand(visit, Stage.ANONYMOUS, Purpose.PROVE_ADDRESS)
    if session.password is None:
        raise OverError
    return session, seen
