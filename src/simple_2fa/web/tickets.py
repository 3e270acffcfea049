"""Other ways to answer an application's question: for whoever has an account of its address here.

They are offered in a browser that is known to belong to that account, or where it is signed in.
Anywhere else the page asks for the mailed code, whatever was chosen there: an application that
opens its person's page learns nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows, switching
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.model import MAIL, Challenge, ClosedError, Outcome, Purpose
from simple_2fa.http import visits
from simple_2fa.http.services import now, services
from simple_2fa.signin import passwords, people, ways


def as_shown(challenge: Challenge) -> Challenge:
    """Give it as the visitor sees it; what is over is put anew by mail."""
    if challenge.stopped(now()) or _holder(challenge) is None:
        return flows.by_mail(services().desk, challenge)
    return challenge


def others(challenge: Challenge) -> Sequence[str]:
    """Name the other factors by which the visitor may answer."""
    account = None if challenge.stopped(now()) else _holder(challenge)
    if account is None:
        return ()
    found = [MAIL, *ways.usable(visits.visit(), account, Purpose.LOGIN)]
    return [each for each in dict.fromkeys(found) if each != challenge.factor]


def switch(challenge: Challenge, factor: str) -> None:
    """Let the question be put by another factor.

    Raises:
        ClosedError: the visitor may not answer by that, or nobody may any more.
        SlowDownError: its letter would be one too many.
    """
    account = _holder(challenge)
    if account is None or factor not in others(challenge):
        raise ClosedError(Outcome.UNKNOWN)
    question = replace(challenge.question, factor=factor, says=visits.visit().says)
    switching.switch(services().desk, challenge, question, now(), account.subject)


def attempt(challenge: Challenge, text: str, factor: str) -> Attempt:
    """Give the visitor's answer, with whose credentials may have made it.

    Raises:
        SlowDownError: much that is dear was done for this network, or browser, lately.
    """
    account = _holder(challenge)
    known = services().desk.factors.get(factor or challenge.factor)
    if account and known and known.is_dear:
        session = visits.session()
        passwords.pay(visits.visit(), session.browser if session else None)
    given = Attempt(text, challenge.caller, challenge.purpose, factor=MAIL)
    return replace(given, factor=factor, holder=account.subject) if account else given


def _holder(challenge: Challenge) -> Account | None:
    """Give the account of its address, where the visitor's browser is known to be its owner's."""
    visit = visits.visit()
    mine = visits.account()
    if mine is None and not visit.browsers:
        return None
    account = people.by_address(visit, challenge.address)
    is_hers = mine is not None and account is not None and mine.id == account.id
    return account if is_hers or people.recognised(visit, account) else None
