"""What operators see of accounts, and do to them."""

from collections.abc import Callable, Iterator
from datetime import datetime

import click

from simple_2fa.accounts.model import Account
from simple_2fa.db.engine import Database
from simple_2fa.flask.commands.telling import print_json
from simple_2fa.mail.outbox import Outbox
from simple_2fa.sessions.model import Browser
from simple_2fa.signin import by_operator
from simple_2fa.signin.by_operator import Standing

Change = Callable[[Database, str], bool]


def show(db: Database, account: Account, now: datetime, *, as_json: bool) -> None:
    """Tell what is known of an account."""
    found = by_operator.standing(db, account, now)
    if as_json:
        browsers = [_browser_facts(each, now) for each in found.browsers]
        opens = _instant(found.recovery.opens_at if found.recovery else None)
        more = {"browsers": browsers, "credentials": found.credentials}
        print_json(
            {**facts(account), "sessions": found.sessions, **more, "recovery_opens_at": opens}
        )
        return
    for name, fact in _told(found, now):
        click.echo(f"{name:<11}  {fact}")


def switch(
    db: Database, seen: Account, change: Change, words: tuple[str, str], *, as_json: bool
) -> None:
    """Change who is let in; say the first words where that is new, else the second ones."""
    done = change(db, seen.id)
    if as_json:
        print_json({"id": seen.id, "address": seen.address, "changed": done})
    else:
        click.echo(words[0 if done else 1].format(seen.address))


def reset(db: Database, outbox: Outbox, seen: Account, now: datetime, *, as_json: bool) -> None:
    """Remove what an account enrolled and its known browsers, and end its sessions."""
    gone = by_operator.reset_second_step(db, outbox, seen.id, now)
    if as_json:
        print_json({"id": seen.id, "address": seen.address, **gone})
    else:
        counts = "{credentials} second steps, {browsers} known browsers, {sessions} sessions"
        words = counts.format(**gone)
        click.echo(f"Removed from {seen.address}: {words}. A letter tells its owner.")


def tell_moved(seen: Account, address: str, *, as_json: bool) -> None:
    """Tell that an account's mail goes to another address than before."""
    if as_json:
        print_json({"id": seen.id, "address": address, "before": seen.address})
    else:
        click.echo(
            f"Mail of {seen.address} goes to {address} now, and everybody is signed out."
            " Letters tell both."
        )


def make_sure(warning: str) -> None:
    """Ask an operator whether it is really its owner who wants an account reset."""
    click.confirm(f"{warning} Are you sure who is asking for it?", abort=True, err=True)


def _told(found: Standing, now: datetime) -> Iterator[tuple[str, str]]:
    """Give what `show` says, a name and some words a line."""
    account = found.account
    if account.person:
        yield "person", f"{account.person.ref} of {account.person.host}"
    yield "address", account.address
    yield "id", account.id
    yield "created", f"{account.created_at:%Y-%m-%d %H:%M} UTC"
    yield "state", state(account)
    enrolled = ", ".join(f"{count} {factor}" for factor, count in found.credentials.items())
    yield "second step", enrolled or "a code by email"
    if found.recovery:
        yield "recovery", f"opens {found.recovery.opens_at:%Y-%m-%d %H:%M} UTC"
    yield "sessions", str(found.sessions or "none")
    for each in found.browsers:
        skips = f", no code until {until:%Y-%m-%d}" if (until := _skips(each, now)) else ""
        yield "browser", f"{each.agent}, last used {each.used_at:%Y-%m-%d}{skips}"


def state(account: Account) -> str:
    """Say whether its owner is let in."""
    return f"disabled {account.disabled_at:%Y-%m-%d}" if account.disabled_at else "active"


def facts(account: Account) -> dict[str, object]:
    """Give what programs are told of an account."""
    person = account.person
    return {
        **({"host": person.host, "person": person.ref} if person else {}),
        "address": account.address,
        "id": account.id,
        "created_at": _instant(account.created_at),
        "disabled_at": _instant(account.disabled_at),
    }


def _browser_facts(browser: Browser, now: datetime) -> dict[str, object]:
    return {
        "id": browser.id,
        "agent": browser.agent,
        "used_at": _instant(browser.used_at),
        "skips_code_until": _instant(_skips(browser, now)),
    }


def _skips(browser: Browser, now: datetime) -> datetime | None:
    return browser.skips_code_until if browser.skips_code(now) else None


def _instant(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
