"""What a reset of a password writes, made before its unit."""

from dataclasses import dataclass, replace

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import UNDO_FOR, Account
from simple_2fa.core.clock import whole_seconds
from simple_2fa.db.engine import Connection
from simple_2fa.mail import outbox
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.signin import notices
from simple_2fa.signin.model import OverError, Visit


@dataclass(frozen=True, slots=True)
class Reset:
    """An account before and after, and the letter that tells its owner."""

    account: Account
    changed: Account
    notice: dict[str, object]


def prepared(visit: Visit, account: Account, password: str) -> Reset:
    """Give the reset to this hash; an undo goes back to before the first of several."""
    former = account.former_password if account.is_undoable(visit.now) else account.password
    epoch, now = account.epoch + 1, visit.now
    changed = replace(account, password=password, password_at=now, reset_at=now, epoch=epoch)
    until = whole_seconds(now + UNDO_FOR).isoformat()
    notice = notices.sealed(visit, account, "password_reset", until=until)
    return Reset(account, replace(changed, former_password=former), notice)


def store(connection: Connection, visit: Visit, reset: Reset) -> None:
    """Reset the password, and tell.

    Raises:
        OverError: something else has changed the account meanwhile.
    """
    carry_on(connection, visit, reset.account, reset.changed)
    outbox.queue(connection, reset.notice)


def carry_on(connection: Connection, visit: Visit, account: Account, changed: Account) -> None:
    """Change the password, and end nothing but what rests on one factor, or on a former reset.

    Raises:
        OverError: something else has changed the account meanwhile.
    """
    if not accounts.change_password(connection, account, changed):
        raise OverError
    since = account.reset_at if account.is_undoable(visit.now) else None
    sessions.carry(connection, account.id, account.epoch, since)
    browsers.carry(connection, account.id, account.epoch)
