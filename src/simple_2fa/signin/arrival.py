"""What a completed sign-in writes, made before its unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from simple_2fa.accounts.model import UNDO_FOR, Account
from simple_2fa.core.factor import Factor
from simple_2fa.core.ids import new_id, new_secret
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import browsers
from simple_2fa.sessions.model import BROWSER_LASTS, SKIPS_CODE_FOR, Browser
from simple_2fa.signin.model import Cookies, OverError, Visit

WAIT = "wait"
"""What stands in a session in the place of a factor, where a recovery's wait was over."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who has proved enough to be let in.

    Attributes:
        known: the known browser that it happens in.
        second: the factor of the second step; None where the browser skipped it, or who came has
            `waited` instead.
        one_factor_until: it rests on a mailbox alone so long.
        skips_until: the browser skips the code so long.
    """

    visit: Visit
    account: Account
    known: Browser | None
    second: Factor | None
    one_factor_until: datetime | None
    skips_until: datetime | None
    cookies: Cookies
    waited: bool = False

    @property
    def proved_by(self) -> str | None:
        """What makes the session fresh; a step that was skipped doesn't."""
        if self.second:
            return self.second.name
        return WAIT if self.waited else None

    @property
    def is_new_browser(self) -> bool:
        """Whether it makes a browser known."""
        return self.known is None and self.cookies.browser is not None

    @property
    def facts(self) -> Mapping[str, str]:
        """What recent activity tells of it."""
        return {**self.visit.place.facts, "how": self.proved_by or "browser"}


def arrival(
    visit: Visit,
    account: Account,
    known: Browser | None,
    second: Factor | None,
    *,
    remember: bool = False,
) -> Arrival:
    """Mint what the browser will keep.

    A browser becomes known by a second step alone, and by none that counts as one factor.
    """
    held = held_until(visit, account, known, second)
    skips = known.skips_code_until if known else None
    if remember:
        skips = visit.now + SKIPS_CODE_FOR
    browser = None if held else (known.id if known else new_id(), new_secret())
    return Arrival(visit, account, known, second, held, skips, Cookies(new_secret(), browser))


def after_a_wait(visit: Visit, account: Account) -> Arrival:
    """Mint what the browser keeps of somebody who has lost everything and waited.

    No browser becomes known by that: it is no second step. But the session is fresh, as after one.
    Else the next step would be to enter a code from the mailbox, and that is lost, too.
    """
    return Arrival(visit, account, None, None, None, None, Cookies(new_secret()), waited=True)


def held_until(
    visit: Visit, account: Account, known: Browser | None, second: Factor | None
) -> datetime | None:
    """Give until when a mailbox counts for no second factor: it has reset the password."""
    if known or second is None or not second.rests_on_mailbox or account.reset_at is None:
        return None
    until = account.reset_at + UNDO_FOR
    return until if visit.now < until else None


def know_browser(connection: Connection, made: Arrival) -> None:
    """Know the browser from now on, or keep knowing it under a new verifier.

    Raises:
        OverError: its cookie was used elsewhere meanwhile.
    """
    if made.cookies.browser is None:
        return
    name, verifier = made.cookies.browser
    visit, now = made.visit, made.visit.now
    if made.known:
        kept = replace(made.known, skips_code_until=made.skips_until)
        if not browsers.use(connection, kept, visit.browsers[name], verifier, now):
            raise OverError
        return
    account, ends = made.account, now + BROWSER_LASTS
    agent, skips = visit.place.agent, made.skips_until
    new = Browser(name, account.id, account.epoch, agent, now, now, ends, skips)
    browsers.add(connection, new, verifier)
