"""Settings become services: the parts of a running server, put together without Flask."""

import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

from simple_2fa import factors
from simple_2fa.accounts.hashing import Hashing
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.clock import utc_now
from simple_2fa.core.vault import Vault
from simple_2fa.db.engine import Database
from simple_2fa.db.state import ClockWatch
from simple_2fa.flask.jobs import by_a_true_clock, housekeeping
from simple_2fa.http.services import Services
from simple_2fa.mail.inbox import Heard, Inbox, unheard
from simple_2fa.mail.letters import Letters
from simple_2fa.mail.outbox import Outbox
from simple_2fa.mail.sending import SendLetters
from simple_2fa.mail.smtp import MailServer, Smtp
from simple_2fa.mail.transport import Transport
from simple_2fa.mail.worker import Job, Worker
from simple_2fa.settings import Settings, SettingsError

Clock = Callable[[], datetime]
_HASHES_AT_ONCE = 8
"""Half of the threads that `serve` has: the others go on while passwords are checked."""
_NOBODY = "no-reply@localhost.localdomain"


class Options(TypedDict, total=False):
    """What parts may be put together otherwise.

    Attributes:
        development: open the API without a key, to this machine only.
        clock: gives now, aware and in UTC.
        factor_paths: folders with more factors, each `*.py` there, and their `templates`.
        heard: told of each letter that the development inbox takes.
        db: in place of the one that the settings name.
        below: where our pages stand in another application that signs people in; None in ours.
    """

    development: bool
    clock: Clock
    factor_paths: Sequence[Path]
    heard: Heard
    db: Database | None
    below: str | None


def build(settings: Settings, **options: Unpack[Options]) -> Services:
    """Put the parts together; nothing is connected yet, and no thread is started.

    Args:
        settings: complete, as `Settings.load` or `flask.development.load` give them.
        options: see `Options`.
    """
    development, clock = options.get("development", False), options.get("clock", utc_now)
    folders = options.get("factor_paths", ())
    db = options.get("db") or open_database(settings)
    vault = Vault(settings.master_keys())
    outbox = Outbox(db, vault)
    ttl = timedelta(seconds=settings.code_ttl)
    desk = Desk(
        db,
        vault,
        factors.load(folders),
        outbox,
        settings.origin or "",
        ttl,
        settings.site_name,
        Hashing(_HASHES_AT_ONCE),
    )
    inbox = None
    if development and not settings.smtp_server:
        inbox = Inbox(
            settings.instance_path / "inbox", clock=clock, heard=options.get("heard", unheard)
        )
    letters = Letters(
        settings.site_name,
        settings.mail_from or _NOBODY,
        says=_said(settings, options.get("below")),
        folders=[folder / "templates" for folder in folders],
    )
    way: Transport = inbox or Smtp(mail_server(settings))
    sending = Job("letters", timedelta(), SendLetters(outbox, letters, [way]).run)
    watch = ClockWatch(db)
    worker = Worker(by_a_true_clock(watch, [sending, *housekeeping(desk)]), clock)
    return Services(settings, db, vault, desk, worker, clock, watch, inbox, development)


def open_database(settings: Settings) -> Database:
    """Open the database that the settings name; nothing is connected yet.

    Raises:
        SettingsError: its driver is missing, it is in memory, or DB_TLS_CA holds no certificate.
    """
    url = settings.database()
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        fault = "DATABASE_URL names a database in memory, which each connection has for itself:"
        raise SettingsError((settings.spelled(f"{fault} name a file, sqlite:////srv/app.sqlite3"),))
    tls_ca = str(settings.db_tls_ca or "") if settings.database_tls() == "verify" else None
    try:
        return Database(url, tls_ca=tls_ca)
    except ModuleNotFoundError:
        driver = "psycopg[binary]" if url.get_backend_name() == "postgresql" else "pymysql"
        fault = f"the database's driver is missing: `pip install '{driver}'` installs it"
    except ssl.SSLError:
        fault = f"DB_TLS_CA is {tls_ca!r}: give a file of certificates (PEM)"
    raise SettingsError((settings.spelled(fault),))


def mail_server(settings: Settings) -> MailServer:
    """Give the mail server that the settings name."""
    password = settings.email_password.get_secret_value() if settings.email_password else ""
    return MailServer(
        settings.smtp_server or "",
        settings.smtp_port,
        settings.smtp_tls,
        settings.email_user,
        password,
        settings.smtp_tls_ca,
        settings.spelled,
    )


def _said(settings: Settings, below: str | None) -> dict[str, str]:
    """Give what every letter may say of the site; a password is its application's business."""
    origin = settings.origin or ""
    told = {"where": urlsplit(origin).netloc, "support": settings.support_contact or ""}
    if origin:
        told["not_me"] = f"{origin}{below or ''}/not-me/"
    forgot = f"{origin}/forgot" if below is None else origin
    return {**told, "forgot": forgot, "account": f"{origin}{below or ''}/account"}
