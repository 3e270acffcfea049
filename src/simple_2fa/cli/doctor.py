"""`doctor`: a line for each part, and what to do where one is ill."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing

import click

from simple_2fa.cli.loading import load_settings, unset
from simple_2fa.core.clock import utc_now
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.vault import key_id
from simple_2fa.db import state as database
from simple_2fa.flask import building
from simple_2fa.flask.checks import named, refusals
from simple_2fa.flask.commands.telling import as_json, print_json
from simple_2fa.http.look import DARK_CARD, LIGHT_CARD, contrast, nearest_passing
from simple_2fa.mail.smtp import Smtp
from simple_2fa.mail.transport import OutOfReachError
from simple_2fa.settings import Settings
from simple_2fa.settings.production import production_faults

_ENOUGH = 4.5
Line = tuple[str, bool, str]


@click.command()
@as_json
def doctor(*, as_json: bool) -> None:
    """Check settings, database and mail server.

    Looks at clock, keys and colours too. A line for each; status 1 where one fails.
    """
    settings = load_settings()
    checks: list[Callable[[Settings], Iterator[Line]]] = [
        _settings,
        _database,
        _mail,
        _clock,
        _look,
    ]
    lines = [line for check in checks for line in check(settings)]
    if as_json:
        print_json([{"part": part, "ok": ok, "detail": detail} for part, ok, detail in lines])
    else:
        for part, ok, detail in lines:
            click.echo(f"{'ok  ' if ok else 'FAIL'}  {part:<9} {detail}")
    if not all(ok for _, ok, _ in lines):
        sys.exit(1)


def _settings(settings: Settings) -> Iterator[Line]:
    faults = (*unset(), *production_faults(settings))
    if not faults:
        yield "settings", True, f"complete; people open {settings.public_url}"
    for fault in faults:
        yield "settings", False, fault
    ids = [key_id(key) for key in settings.master_keys()]
    if ids:
        yield "keys", True, f"{ids[0]} writes" + (f"; {', '.join(ids[1:])} read" if ids[1:] else "")


def _database(settings: Settings) -> Iterator[Line]:
    db = building.open_database(settings)
    faults = refusals(db, settings.master_keys(), utc_now())
    if not faults:
        yield "database", True, f"{named(db.url)} is current"
    for fault in faults:
        yield "database", False, fault


def _mail(settings: Settings) -> Iterator[Line]:
    if not settings.smtp_server:
        yield "mail", False, "SMTP_SERVER is missing: no letter can be sent"
        return
    with closing(Smtp(building.mail_server(settings))) as server:
        try:
            yield "mail", True, server.check()
        except OutOfReachError as why:
            yield "mail", False, str(why)


def _clock(settings: Settings) -> Iterator[Line]:
    try:
        skew = database.clock_skew(building.open_database(settings), utc_now())
    except UnavailableError:
        return  # the line about the database says it
    detail = f"{abs(skew):.1f} s from the database's"
    fits = abs(skew) <= database.SKEW
    yield "clock", fits, detail if fits else f"{detail}: switch on time synchronisation on both"


def _look(settings: Settings) -> Iterator[Line]:
    pairs = (
        ("ACCENT", settings.accent, LIGHT_CARD),
        ("ACCENT_DARK", settings.accent_dark, DARK_CARD),
    )
    for name, accent, card in pairs:
        found = contrast(accent, card)
        detail = f"{name} {accent} has a contrast of {int(found * 10) / 10}"
        if found >= _ENOUGH:
            yield "look", True, detail
        else:
            yield (
                "look",
                False,
                f"{detail}: the nearest that passes is {nearest_passing(accent, card)}",
            )
