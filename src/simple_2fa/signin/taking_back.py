"""What 'that wasn't me' takes back: a way to sign in that was added, an address that was changed.

Whoever got hold of a password and of one mailed code could else add a passkey, or change the
address, and keep the owner out. Whoever holds the link may have the mailbox alone, so it opens
nothing that was shut to the mailbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simple_2fa.accounts import links
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, ChangedError, Link
from simple_2fa.core.address import mask
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import Credential
from simple_2fa.db.engine import Connection
from simple_2fa.db.state import SKEW
from simple_2fa.signin import enrolling, notices
from simple_2fa.signin.model import Visit
from simple_2fa.signin.notices import Notice

_SLACK = timedelta(seconds=2 * SKEW)
"""By so much the clocks of two nodes may differ: what was added on one is since a letter of another
then, too."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What goes: all that was added since, and where mail goes by now.

    Attributes:
        added: ways to sign in.
        address: the one that is put back; '' where none is.
        opens_mail: mailed codes are let in again: no other second step is left.
        ways_stay: ways were added, and aren't taken back.
        address_stays: why another address isn't: 'guarded', or 'taken' by another account.
    """

    added: Sequence[Credential] = ()
    address: str = ""
    opens_mail: bool = False
    ways_stay: bool = False
    address_stays: str = ""

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.added or self.address)


def of(visit: Visit, link: Link, account: Account) -> TakenBack:
    """Tell what the button of a letter's link takes back of an account as it is by now."""
    if link.about != "way_added" and not (link.about == "address_changed" and link.address):
        return TakenBack()
    held = enrolling.owned(visit, account)
    added = tuple(each for each in held if each.created_at >= _began(link))
    is_guarded = _guards(visit, held, added)
    to, address_stays = _former(visit, link, account)
    if link.guarded and not is_guarded:
        return TakenBack(ways_stay=bool(added), address_stays=address_stays)
    opens_mail = bool(added) and not account.mail_codes and not is_guarded
    return TakenBack(added, to, opens_mail, address_stays=address_stays)


def _former(visit: Visit, link: Link, account: Account) -> tuple[str, str]:
    """Give the address that is put back, if one is, and else why another one stays."""
    before = replace(account, address=link.address or account.address)
    if before.identity == account.identity:
        return "", ""
    if link.guarded:
        return "", "guarded"
    other = visit.db.read(lambda connection: accounts.by_address(connection, before.address))
    return ("", "taken") if other else (before.address, "")


def _began(link: Link) -> datetime:
    return link.at - _SLACK


def prepared(visit: Visit, seen: Account, taken: TakenBack) -> tuple[Account, list[Notice]]:
    """Give the account as it is to be, and the letters that tell of all that goes."""
    on = seen.mail_codes or taken.opens_mail
    back = replace(seen, address=taken.address or seen.address, mail_codes=on)
    told = [
        notices.sealed(visit, back, "way_removed", kind=each.factor, called=each.name)
        for each in taken.added
    ]
    if taken.opens_mail:
        told.append(notices.sealed(visit, back, "mail_codes_on"))
    if taken.address:
        now, outbox = visit.now, visit.desk.outbox
        told += [
            notices.sealed(visit, back, "address_is_new", before=mask(seen.address)),
            notices.by_itself(outbox, seen, "address_taken_back", now, at=now),
        ]
    return back, told


def put_back(connection: Connection, link: Link, seen: Account, back: Account) -> None:
    """Let the account be as it was; no letter of since then says anything about it any more.

    Raises:
        AddressTakenError: another account has the address.
        ChangedError: something else has changed the account meanwhile.
    """
    if not accounts.put_back(connection, seen, back):
        raise ChangedError
    credentials.remove_since(connection, seen.subject, _began(link))
    links.forget_since(connection, seen.id, _began(link))


def _guards(visit: Visit, held: Sequence[Credential], but: Sequence[Credential]) -> bool:
    """Whether a second step is left without these; one that this node doesn't know may be one."""
    kinds = {each.factor for each in held if each not in but}
    known = (visit.desk.factors.get(each) for each in kinds)
    return any(each is None or not each.is_spare for each in known)
