"""What the account's page shows of the ways to sign in."""

from collections.abc import Sequence

from simple_2fa.accounts.model import Account
from simple_2fa.challenges.model import Caller, Purpose, Question
from simple_2fa.core.factor import Factor, Held, Prompt
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import Credential
from simple_2fa.db.engine import Connection
from simple_2fa.signin import enrolling
from simple_2fa.signin.model import Visit


def ways(visit: Visit, account: Account) -> Sequence[dict[str, object]]:
    """Give each factor that can be enrolled, the strongest first, with what is enrolled of it."""
    held = enrolling.owned(visit, account)
    known = sorted(visit.desk.factors.values(), key=lambda each: -each.strength)
    return [_way(visit, account, each, held) for each in known if each.can_be_enrolled]


def _way(
    visit: Visit, account: Account, factor: Factor, held: Sequence[Credential]
) -> dict[str, object]:
    mine = [each for each in held if each.factor == factor.name]
    return {
        "factor": factor.name,
        "stands": "spare" if factor.is_spare else "first" if factor.can_be_first else "second",
        "is_single": factor.is_single,
        "held": mine,
        "summary": _summary(visit, account, factor),
    }


def _summary(visit: Visit, account: Account, factor: Factor) -> Prompt:
    def query(link: Connection) -> tuple[Held, ...]:
        return credentials.held(link, visit.desk.vault, account.subject, factor.name)

    about = Question(account.subject, account.address, Purpose.LOGIN, Caller("session", ""))
    return factor.summary(visit.desk.context(about, 0, visit.now, visit.db.read(query)))
