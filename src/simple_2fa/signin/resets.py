"""What a reset of a password writes, made before its unit."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import UNDO_FOR, Account
from simple_2fa.core.clock import whole_seconds
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.sessions.model import Browser
from simple_2fa.signin import notices
from simple_2fa.signin.model import OverError, Visit
from simple_2fa.signin.notices import Notice

KNOWN_FOR = timedelta(days=7)
"""How long a browser was known that stays known at a reset by mail, and may undo it: whoever has
got hold of a password and one code makes one in a minute, and would undo the owner's way back in.
Those that are known since the account is there stay, too."""


@dataclass(frozen=True, slots=True)
class Reset:
    """An account before and after, and the letter that tells its owner."""

    account: Account
    changed: Account
    notice: Notice
    known: Browser | None


def prepared(visit: Visit, account: Account, password: str, known: Browser | None) -> Reset:
    """Give the reset to this hash, made in this known browser or in none.

    An undo goes back to before the first of several.
    """
    epoch, now = account.epoch + 1, visit.now
    changed = replace(account, password=password, password_at=now, reset_at=now, epoch=epoch)
    if not account.is_undoable(now):
        changed = replace(changed, former_password=account.password, former_at=now)
    until = whole_seconds(now + UNDO_FOR).isoformat()
    notice = notices.sealed(visit, account, "password_reset", until=until)
    return Reset(account, changed, notice, known)


def store(connection: Connection, visit: Visit, reset: Reset) -> None:
    """Reset the password, and tell. Browsers go on that may undo it, and the one it was made in.

    Raises:
        OverError: something else has changed the account meanwhile.
    """
    account = reset.account
    if reset.known:
        browsers.carry(connection, account.id, account.epoch, reset.known.id)
    carry_on(
        connection, visit, account, reset.changed, max(visit.now - KNOWN_FOR, account.created_at)
    )
    notices.queue(connection, reset.notice)


def carry_on(
    connection: Connection, visit: Visit, account: Account, changed: Account, until: datetime
) -> None:
    """Change the password.

    Browsers go on that were known at an instant; of the sessions in them those that rest on two
    factors and on no former reset.

    Raises:
        OverError: something else has changed the account meanwhile.
    """
    if not accounts.change_password(connection, account, changed):
        raise OverError
    browsers.carry_old(connection, account.id, account.epoch, until)
    since = account.former_at if account.is_undoable(visit.now) else None
    sessions.carry(connection, account.id, account.epoch, since)
