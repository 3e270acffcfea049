"""Letters that tell somebody what was done with the account."""

from datetime import timedelta

from simple_2fa.accounts.model import Account
from simple_2fa.core.clock import whole_seconds
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id
from simple_2fa.mail.model import Post, Priority
from simple_2fa.signin.model import Visit

_USEFUL_FOR = timedelta(days=3)


def sealed(visit: Visit, account: Account, name: str, **more: str) -> dict[str, object]:
    """Make the row of a notice to an account's owner, for `outbox.queue` in the unit of its cause.

    Args:
        visit: from which it was done.
        account: as it was before.
        name: the letter's template folder.
        more: what it tells beside when and from where.
    """
    spoken = {"locale": account.locale} if account.locale else {}
    told = {"at": whole_seconds(visit.now).isoformat(), **visit.says, **spoken, **more}
    until = visit.now + _USEFUL_FOR
    post = Post(Letter(name, told), account.address, new_id(), until, Priority.NOTICE)
    return visit.desk.outbox.seal(post, visit.now)
