"""A way past paused codes for whoever lets no mailed code sign in (security decision 9).

Whoever knows a password can use up the guesses at its account. A long code by mail gives its owner
a ledger of guesses that nobody without the mailbox draws on; it signs nobody in.
"""

from dataclasses import replace

from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import ledger_of
from simple_2fa.challenges.model import MAIL, Cashed, Challenge, Proof, Purpose
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Session, Stage
from simple_2fa.signin import asking, people, ways
from simple_2fa.signin.model import Cookies, Entered, OverError, Visit


def is_due(visit: Visit, seen: Challenge) -> bool:
    """Whether that is the way on: guesses at another factor are used up, and mail is none."""
    session = visit.session
    if session is None or session.stage is not Stage.PASSWORD or seen.purpose != Purpose.LOGIN:
        return False
    account = people.owner(visit)
    if MAIL in ways.ways(visit, account, Purpose.LOGIN) or session.browser == account.id:
        return False
    return _is_paused(visit, account, seen)


def _is_paused(visit: Visit, account: Account, seen: Challenge) -> bool:
    """Whether there is no room for one more guess, right or wrong."""
    factor, ledger = visit.desk.factor(seen.factor), ledger_of(seen.question)
    held = visit.db.read(lambda link: credentials.count_by_factor(link, account.subject))
    cost = factor.guess_cost(seen.digits, held.get(seen.factor, 0))
    return visit.db.read(lambda link: buckets.level(link, ledger, visit.now, cost)).left < cost


def ask(visit: Visit) -> None:
    """Mail the long code.

    Raises:
        OverError: it isn't due.
        SlowDownError: its letter would be one too many.
    """
    session, seen = visit.session, asking.awaited(visit)
    if session is None or seen is None or not is_due(visit, seen):
        raise OverError
    question = asking.question(visit, session, Purpose.UNLOCK, people.owner(visit))
    note = asking.noting_instead(visit, seen, session.goes_to)
    flows.start(visit.desk, question, visit.now, note)


def answer(visit: Visit, text: str) -> Entered:
    """Take it; the second step is asked for anew, under that ledger.

    Raises:
        MalformedAnswerError: it can't be an answer at all.
        OverError: the session is over or has moved on.
    """
    session, seen = asking.demand(visit, Stage.PASSWORD, Purpose.UNLOCK)
    account, cookies = people.owner(visit), Cookies(new_secret())
    # In the place of a known browser, which has a ledger of its own, too.
    moved: Session = replace(session, browser=account.id, challenge=None, seen_at=visit.now)

    def cash(connection: Connection, _: Proof) -> Cashed:
        if not store.move(connection, visit.token, Stage.PASSWORD, moved, cookies.session):
            raise OverError
        return Cashed(Tag.CHALLENGE_ANSWER, account.id, {**visit.place.facts, "how": "unlock"})

    told = asking.put(visit, seen, text, cash)
    if told.proof is None:
        return Entered(told)
    there = replace(visit, session=moved, token=cookies.session)
    question = asking.question(there, moved, Purpose.LOGIN, account)
    flows.start(there.desk, question, there.now, asking.noting(there, session.goes_to))
    return Entered(told, cookies, asks=True)
