"""Removing an account with all that belongs to it; its events stay."""

from datetime import datetime

from simple_2fa.accounts import links, recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import store as challenges
from simple_2fa.credentials import store as credentials
from simple_2fa.db.engine import Connection
from simple_2fa.mail import outbox
from simple_2fa.sessions import browsers, store
from simple_2fa.signin.model import OverError


def erase(connection: Connection, account: Account, now: datetime) -> None:
    """Remove it, within the caller's unit; codes that wait to be sent are not.

    Raises:
        OverError: something else has changed it meanwhile.
    """
    if not accounts.remove(connection, account):
        raise OverError
    store.end_others(connection, account.id, "")
    browsers.forget_all(connection, account.id)
    credentials.remove_all(connection, account.subject)
    links.forget_all(connection, account.id)
    recoveries.forget(connection, account.id)
    for asked in challenges.remove_of(connection, account.subject, account.address):
        outbox.void(connection, asked, now)
