"""Letters that tell somebody what was done with the account, each with a way to say 'not me'."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from simple_2fa.accounts import links
from simple_2fa.accounts.model import Account, Link
from simple_2fa.core.clock import whole_seconds
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id, new_secret
from simple_2fa.db.engine import Connection
from simple_2fa.mail import outbox
from simple_2fa.mail.model import Post, Priority
from simple_2fa.mail.outbox import Outbox
from simple_2fa.signin.model import Visit

_USEFUL_FOR = timedelta(days=3)
_SAY_NOTHING = frozenset({"account_deleted", "address_taken_back", "address_moved"})
"""Letters without a link: there is no account any more, or it is no longer its reader's to say."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A letter, sealed, and what its link is about.

    Attributes:
        token: what the link holds; '' where the letter has none.
    """

    letter: dict[str, object]
    link: Link
    token: str = field(default="", repr=False)


def sealed(
    visit: Visit,
    account: Account,
    name: str,
    *,
    goes_to: str = "",
    guarded: bool = True,
    **more: str,
) -> Notice:
    """Make a notice to an account's owner, for `queue` in the unit of its cause.

    Args:
        visit: from which it was done.
        account: as it was before.
        name: the letter's template folder.
        goes_to: another address than the account's.
        guarded: whether more than the mailbox is a second step.
        more: what it tells beside when and from where.
    """
    place, address = visit.place, "" if account.person else account.address
    link = Link(account.id, name, visit.now, place.agent, place.network, guarded, address)
    reader = replace(account, address=goes_to) if goes_to else account
    return _made(visit.desk.outbox, reader, link, {**visit.says, **_spoken(account), **more})


def by_itself(
    sealer: Outbox, account: Account, name: str, now: datetime, *, at: datetime, **more: str
) -> Notice:
    """Make one that no visit caused, about what happened `at` an instant; English by default."""
    told = {"at": whole_seconds(at).isoformat(), "locale": "en", **_spoken(account), **more}
    return _made(sealer, account, Link(account.id, name, now), told)


def queue(connection: Connection, notice: Notice) -> None:
    """Queue the letter, and let its link lead somewhere, within the caller's unit."""
    outbox.queue(connection, notice.letter)
    if notice.token:
        links.add(connection, notice.link, notice.token)


def _made(sealer: Outbox, account: Account, link: Link, told: Mapping[str, str]) -> Notice:
    token = "" if link.about in _SAY_NOTHING else new_secret()
    data = {"at": whole_seconds(link.at).isoformat(), **told}
    letter = Letter(link.about, {**data, "token": token} if token else data)
    until = link.at + _USEFUL_FOR
    post = Post(letter, account.address, new_id(), until, Priority.NOTICE)
    return Notice(sealer.seal(post, link.at), link, token)


def _spoken(account: Account) -> dict[str, str]:
    return {"locale": account.locale} if account.locale else {}
