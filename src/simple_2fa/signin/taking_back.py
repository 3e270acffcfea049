"""What 'that wasn't me' takes back: a way to sign in that was added, an address that was changed.

Whoever got hold of a password and of one mailed code could else add a passkey, or change the
address, and keep the owner out. Whoever holds the link may have the mailbox alone, so it opens
nothing that was shut to the mailbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simple_2fa.accounts import links
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, ChangedError, Link
from simple_2fa.core.address import mask
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import Credential
from simple_2fa.db.engine import Connection
from simple_2fa.signin import enrolling, notices
from simple_2fa.signin.model import Visit
from simple_2fa.signin.notices import Notice

_ABOUT = frozenset({"way_added", "address_changed"})
"""The letters about what can be taken back."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What goes: all that was added since, and where mail goes by now.

    Attributes:
        added: ways to sign in.
        address: the one that is put back; '' where none is.
        opens_mail: mailed codes are let in again: no other second step is left.
        stays: something was changed that isn't taken back.
    """

    added: Sequence[Credential] = ()
    address: str = ""
    opens_mail: bool = False
    stays: bool = False

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.added or self.address)


def of(visit: Visit, link: Link, account: Account, *, moves: bool = True) -> TakenBack:
    """Tell what the button of a letter's link takes back.

    Args:
        visit: of whoever holds the link.
        link: what the letter is about.
        account: as it is by now.
        moves: whether the former address can be put back: nobody else has it.
    """
    if link.about not in _ABOUT:
        return TakenBack()
    held = enrolling.owned(visit, account)
    added = tuple(each for each in held if each.created_at >= link.at)
    before = replace(account, address=link.address or account.address)
    has_moved = before.identity != account.identity
    if not link.guarded:
        to = before.address if has_moved and moves else ""
        opens = bool(added) and not account.mail_codes and not _guards(visit, held, added)
        return TakenBack(added, to, opens, stays=has_moved and not moves)
    if _guards(visit, held, added):
        return TakenBack(added, stays=has_moved)
    return TakenBack(stays=bool(added) or has_moved)


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
        told += [
            notices.sealed(visit, back, "address_is_new", before=mask(seen.address)),
            notices.sealed(visit, seen, "address_taken_back"),
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
    credentials.remove_since(connection, seen.subject, link.at)
    links.forget_since(connection, seen.id, link.at)


def _guards(visit: Visit, held: Sequence[Credential], but: Sequence[Credential]) -> bool:
    """Whether a second step is left without these; one that this node doesn't know may be one."""
    kinds = {each.factor for each in held if each not in but}
    known = (visit.desk.factors.get(each) for each in kinds)
    return any(each is None or not each.is_spare for each in known)
