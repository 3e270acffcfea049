"""By which factors somebody may answer, the one that is asked first in front."""

from collections.abc import Sequence
from datetime import timedelta

from simple_2fa.accounts.model import Account
from simple_2fa.challenges.model import MAIL, Purpose
from simple_2fa.core.errors import SealError
from simple_2fa.core.factor import Factor
from simple_2fa.credentials import store as credentials
from simple_2fa.sessions.model import FRESH_FOR
from simple_2fa.signin import people
from simple_2fa.signin.arrival import WAIT
from simple_2fa.signin.model import Visit


def ways(visit: Visit, account: Account, purpose: str) -> Sequence[str]:
    """Name the factors that may answer what an account is asked.

    Before a sensitive change it is the strongest kind that is enrolled, or a spare; mail only
    where nothing stronger is (security decision 18).

    Raises:
        UnavailableError: one that is enrolled isn't known on this node; a weaker one won't do.
    """
    strong, spare = _enrolled(visit, account)
    if purpose == Purpose.STEP_UP:
        return [*([each.name for each in strong][:1] or [MAIL]), *spare]
    mail = [MAIL] if account.mail_codes or not strong else []
    return [*(each.name for each in strong), *mail, *spare]


def usable(visit: Visit, account: Account, purpose: str) -> Sequence[str]:
    """Name those of the `ways` that aren't used up, as a last recovery code is.

    Raises:
        UnavailableError: as `ways`.
    """
    found = ways(visit, account, purpose)
    return [each for each in found if not _is_used_up(visit, account, visit.desk.factor(each))]


def is_fresh(visit: Visit, within: timedelta = FRESH_FOR) -> bool:
    """Whether the visitor made a second step a moment ago that counts before a sensitive change.

    A sign-in by mail beside a passkey is none: whoever has mailbox and password would take the
    passkey away.

    Raises:
        OverError: the session is over.
        UnavailableError: as `ways`.
    """
    session = visit.session
    if session is None or not session.is_fresh(visit.now, within):
        return False
    return session.proved_by == WAIT or session.proved_by in ways(
        visit, people.owner(visit), Purpose.STEP_UP
    )


def has_more_than_mail(visit: Visit, account: Account) -> bool:
    """Whether somebody has a second step that isn't the mailbox.

    Raises:
        UnavailableError: as `ways`.
    """
    strong, _ = _enrolled(visit, account)
    return bool(strong)


def _is_used_up(visit: Visit, account: Account, factor: Factor) -> bool:
    if not factor.is_spare:
        return False
    vault, whose = visit.desk.vault, account.subject
    try:
        held = visit.db.read(lambda link: credentials.held(link, vault, whose, factor.name))
    except SealError:  # it answers nothing; the other ways do
        return True
    return factor.is_used_up(held)


def _enrolled(visit: Visit, account: Account) -> tuple[list[Factor], list[str]]:
    """Give what is enrolled, the strongest first, and the spare ones apart."""
    kinds = visit.db.read(lambda link: credentials.count_by_factor(link, account.subject))
    found = sorted(map(visit.desk.factor, kinds), key=lambda each: -each.strength)
    return [each for each in found if not each.is_spare], [e.name for e in found if e.is_spare]
