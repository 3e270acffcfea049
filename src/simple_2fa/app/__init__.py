"""Our own server: settings become services, services become a Flask application."""

import ssl
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, request
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy.engine import make_url

from simple_2fa import api, factors, web
from simple_2fa.accounts.hashing import Hashing
from simple_2fa.app.jobs import by_a_true_clock, housekeeping
from simple_2fa.challenges.desk import Desk
from simple_2fa.core import words
from simple_2fa.core.clock import utc_now
from simple_2fa.core.vault import Vault
from simple_2fa.db.engine import Database
from simple_2fa.db.state import ClockWatch
from simple_2fa.http import guard, hooks, problems, visits
from simple_2fa.http.pages import error_page
from simple_2fa.http.services import EXTENSION, Services
from simple_2fa.mail.inbox import Heard, Inbox, unheard
from simple_2fa.mail.letters import Letters
from simple_2fa.mail.outbox import Outbox
from simple_2fa.mail.sending import SendLetters
from simple_2fa.mail.smtp import MailServer, Smtp
from simple_2fa.mail.transport import Transport
from simple_2fa.mail.worker import Job, Worker
from simple_2fa.settings import Settings, SettingsError
from simple_2fa.signin.model import Lobby
from simple_2fa.web.inbox import blueprint as inbox_pages

Clock = Callable[[], datetime]
_HASHES_AT_ONCE = 8
"""Half of the threads that `serve` has: the others go on while passwords are checked."""
_NOBODY = "no-reply@localhost.localdomain"


def create(
    settings: Settings,
    *,
    development: bool = False,
    clock: Clock = utc_now,
    factor_paths: Iterable[Path] = (),
    heard: Heard = unheard,
) -> Flask:
    """Make the application; it connects to nothing yet and starts no thread.

    Args:
        settings: complete, as `Settings.load` or `app.development.load` give them.
        development: open the API without a key, to this machine only.
        clock: gives now, aware and in UTC.
        factor_paths: folders with more factors, each `*.py` there, and their `templates`.
        heard: told of each letter that the development inbox takes.
    """
    folders = tuple(factor_paths)
    app = Flask("simple_2fa")
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = hooks.MAX_BODY
    app.extensions[EXTENSION] = services = build(
        settings, development=development, clock=clock, factor_paths=folders, heard=heard
    )
    _prepare_templates(app, folders)
    hooks.install(app)
    guard.install(app)
    app.register_blueprint(web.blueprint)
    app.register_blueprint(api.blueprint)
    if services.inbox:
        app.register_blueprint(inbox_pages)
    app.register_error_handler(Exception, _tell_fault)
    return app


def build(
    settings: Settings,
    *,
    development: bool = False,
    clock: Clock = utc_now,
    factor_paths: Iterable[Path] = (),
    heard: Heard = unheard,
) -> Services:
    """Put the parts of a server together, without Flask."""
    db = open_database(settings)
    vault = Vault(settings.master_keys())
    outbox = Outbox(db, vault)
    ttl = timedelta(seconds=settings.code_ttl)
    found = factors.load(factor_paths)
    desk = Desk(db, vault, found, outbox, settings.origin or "", ttl)
    inbox = None
    if development and not settings.smtp_server:
        inbox = Inbox(settings.instance_path / "inbox", clock=clock, heard=heard)
    folders = [folder / "templates" for folder in factor_paths]
    letters = Letters(
        settings.site_name, settings.mail_from or _NOBODY, says=_said(settings), folders=folders
    )
    way: Transport = inbox or Smtp(mail_server(settings))
    sending = Job("letters", timedelta(), SendLetters(outbox, letters, [way]).run)
    watch = ClockWatch(db)
    worker = Worker(by_a_true_clock(watch, [sending, *housekeeping(desk)]), clock)
    lobby = Lobby(desk, Hashing(_HASHES_AT_ONCE), settings.site_name)
    return Services(settings, db, vault, desk, lobby, worker, clock, watch, inbox, development)


def open_database(settings: Settings) -> Database:
    """Open the database that the settings name; nothing is connected yet.

    Raises:
        SettingsError: its driver is missing, or DB_TLS_CA holds no certificate.
    """
    url = make_url(settings.database_url())
    tls_ca = str(settings.db_tls_ca or "") if settings.database_tls() == "verify" else None
    try:
        return Database(settings.database_url(), tls_ca=tls_ca)
    except ModuleNotFoundError:
        driver = "psycopg[binary]" if url.get_backend_name() == "postgresql" else "pymysql"
        fault = f"the database's driver is missing: `pip install '{driver}'` installs it"
    except ssl.SSLError:
        fault = f"DB_TLS_CA is {tls_ca!r}: give a file of certificates (PEM)"
    raise SettingsError((fault,))


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
    )


def _said(settings: Settings) -> dict[str, str]:
    """Give what every letter may say of the site."""
    origin = settings.origin or ""
    told = {"where": urlsplit(origin).netloc, "support": settings.support_contact or ""}
    return {**told, "forgot": f"{origin}/forgot", "account": f"{origin}/account"}


def _prepare_templates(app: Flask, folders: Iterable[Path]) -> None:
    more = [FileSystemLoader(folder / "templates") for folder in folders]
    app.jinja_env.loader = ChoiceLoader([app.create_global_jinja_loader(), *more])
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    app.jinja_env.trim_blocks = True


def _tell_fault(error: Exception) -> Response:
    """Tell what no view took: to a program as a problem, to a person as a page."""
    problem = problems.of(error)
    if api.answers(request.path, request.method):
        return problems.respond(problem)
    with words.speaking(visits.browser_locale()):
        return error_page(problem)
