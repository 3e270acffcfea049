"""A second step in the middle of a session, before a sensitive change."""

from dataclasses import replace

from simple_2fa.accounts import recoveries
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Cashed, Proof, Purpose
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Stage
from simple_2fa.signin import asking, people
from simple_2fa.signin.model import Cookies, Entered, OverError, Visit


def ask(visit: Visit, goes_to: str) -> None:
    """Ask a signed-in person for a second step, before she goes on to a path.

    Raises:
        HeldError: her mailbox counts for no second factor yet.
        OverError: the session is over.
        SlowDownError: it is one letter too many, and no code is open.
    """
    session = people.of_two_factors(visit)
    question = asking.question(visit, session, Purpose.STEP_UP, people.owner(visit))
    try:
        flows.start(visit.desk, question, visit.now, asking.noting(visit, goes_to))
    except SlowDownError:
        found = asking.open_one(visit, question)
        if found is None:
            raise
        still_open = found.id
        visit.db.tidy(lambda link: asking.wait_for(link, visit, still_open, goes_to))


def answer(visit: Visit, text: str, *, factor: str = "") -> Entered:
    """Take that step's answer; `login.answer` tells of `factor`.

    Raises:
        BusyError: judging it is dear, and too much of that is being done.
        MalformedAnswerError: it can't be an answer at all.
        OverError: the session is over or has moved on.
    """
    session, seen = asking.demand(visit, Stage.FULL, Purpose.STEP_UP, factor)
    cookies, now = Cookies(new_secret()), visit.now
    proved = replace(session, proved_by=seen.factor, proved_at=now, seen_at=now)
    moved = replace(proved, challenge=None, goes_to="")

    def cash(connection: Connection, _: Proof) -> Cashed:
        if not store.move(connection, visit.token, Stage.FULL, moved, cookies.session):
            raise OverError
        recoveries.forget(connection, session.account or "")
        told = {**visit.place.facts, "how": seen.factor}
        return Cashed(Tag.SESSION_STEP_UP, session.account or "", told)

    told = asking.put(visit, seen, text, cash)
    return Entered(told, cookies if told.proof else None, session.goes_to)
