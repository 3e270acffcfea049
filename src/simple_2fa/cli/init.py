"""`init`: asks for what production needs, tries it at once, and writes `.env`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from simple_2fa import app
from simple_2fa.app.checks import DEVELOPMENT, FOR_DEVELOPMENT, MODE, STATES, reason
from simple_2fa.app.development import new_key
from simple_2fa.cli import doctor
from simple_2fa.core.errors import UnavailableError
from simple_2fa.db import state as database
from simple_2fa.db.upgrade import upgrade
from simple_2fa.mail.smtp import Smtp
from simple_2fa.mail.transport import OutOfReachError
from simple_2fa.settings import Settings, SettingsError, is_loopback
from simple_2fa.settings.env_file import as_env_file, read_env_file
from simple_2fa.settings.production import production_faults
from simple_2fa.settings.shapes import engine_url

Answers = dict[str, str]
"""Settings as they were typed, by their names."""
Ask = Callable[[Answers], None]
Try = Callable[[Settings], Iterator[str]]
"""Gives what doesn't work, a line each."""

_SITE = ("PUBLIC_URL", "SITE_NAME", "TRUSTED_PROXIES")
_DATABASE = ("DATABASE_URL", "DB_TLS_CA")
_MAIL = ("SMTP_SERVER", "SMTP_TLS", "SMTP_PORT", "SMTP_TLS_CA")
_SENDER = ("EMAIL_USER", "EMAIL_PASSWORD", "MAIL_FROM")
_KEYS = {"SECRET_KEY", "SECRET_KEY_FILE"}
_PARTS_OF_ADDRESS = {"DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"}
_PORTS = {"mysql": 3306, "postgresql": 5432}
_NONE = "-"
"""Typed for nothing, where Enter would take what stood there before."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each setting that is asked for; the environment gives them too."""
    words = {info.alias: info.description for info in Settings.model_fields.values()}
    for name in reversed((*_SITE, *_DATABASE, *_MAIL, *_SENDER)):
        option = "--" + name.lower().replace("_", "-")
        command = click.option(option, envvar=name, help=words[name])(command)
    return command


@click.command()
@click.option("--yes", is_flag=True, help="Ask nothing; what is given must do.")
@_options
def init(*, yes: bool, **given: str | None) -> None:
    """Ask for database, mail server and address, try them, and write .env."""
    file = _new_file(yes=yes)
    answers = _written() | {name.upper(): text for name, text in given.items() if text}
    _settle(answers, None if yes else _ask_site, _site)
    _settle(answers, None if yes else _ask_database, _database)
    _settle(answers, None if yes else _ask_mail, _mail)
    if not _KEYS & {*answers, *os.environ}:
        answers["SECRET_KEY"] = new_key()
    _write(file, answers)
    if file.name != ".env":
        click.echo(f"Wrote {file}. Compare it with .env, and move it there.")
        return
    click.echo(f"Wrote {file}. It holds the key to all that is stored: keep a copy elsewhere.")
    _finish(yes=yes)


def _new_file(*, yes: bool) -> Path:
    """Give the file to write; one that is there stays as it is."""
    if not Path(".env").exists():
        return Path(".env")
    if Path(".env.new").exists():
        click.echo(".env and .env.new are here already: move .env.new away.", err=True)
        sys.exit(1)
    if not yes:
        click.confirm(".env is here already and stays. Write .env.new?", default=True, abort=True)
    return Path(".env.new")


def _written() -> Answers:
    """Give the settings that were there before, keys too: what is stored needs them."""
    written, _ = read_env_file(Path(".env"))
    kept = set(Settings.names()) - _PARTS_OF_ADDRESS
    return {name: text for name, text in written.items() if name in kept and text}


def _settle(answers: Answers, ask: Ask | None, tried: Try) -> None:
    """Ask until it works, or until somebody wants it as it is; asking nobody, it must work."""
    while True:
        if ask:
            ask(answers)
        try:
            faults, usable = tuple(tried(Settings.of(answers))), True
        except SettingsError as why:
            faults, usable = why.faults, False
        for each in faults:
            click.echo(each, err=True)
        if not faults:
            return
        if ask is None:
            sys.exit(1)
        if usable and not click.confirm("Change it and try again?", default=True):
            return


def _ask_site(answers: Answers) -> None:
    _ask(answers, "PUBLIC_URL", "Address that people open", "https://")
    _ask(answers, "SITE_NAME", "Name that people read", "Simple 2FA")
    _ask(answers, "TRUSTED_PROXIES", "Networks of your own proxies (- for none)", "127.0.0.1")


def _ask_database(answers: Answers) -> None:
    before = _address(answers.get("DATABASE_URL", ""))
    backend = before.get_backend_name()
    kind = click.prompt("Database", type=click.Choice(["sqlite", *_PORTS]), default=backend)
    same = before if kind == backend else URL.create(kind)
    made = _ask_file(same) if kind == "sqlite" else _ask_server(kind, same)
    if made.host and not is_loopback(made.host):
        made = _ask_authority(made, answers)
    answers["DATABASE_URL"] = made.render_as_string(hide_password=False)


def _address(text: str) -> URL:
    try:
        return engine_url(text)
    except ValueError:
        return URL.create("sqlite")


def _ask_file(before: URL) -> URL:
    usual = before.database or str(Path("data") / "simple-2fa.sqlite3")
    return URL.create("sqlite", database=str(Path(click.prompt("Its file", usual)).absolute()))


def _ask_server(kind: str, before: URL) -> URL:
    return URL.create(
        kind,
        host=click.prompt("Host", before.host or "localhost"),
        port=click.prompt("Port", before.port or _PORTS[kind], type=int),
        database=click.prompt("Name of the database", before.database or "simple_2fa"),
        username=click.prompt("User", before.username or "simple_2fa"),
        password=_hidden(before.password or "") or None,
    )


def _ask_authority(made: URL, answers: Answers) -> URL:
    """Ask whom to trust: elsewhere than on this machine a database is reached by TLS alone."""
    _ask(answers, "DB_TLS_CA", "Certificate file of its own authority (- for the system's)", _NONE)
    if made.get_backend_name() == "mysql":
        return made
    ca = answers.pop("DB_TLS_CA", "system")
    return made.update_query_dict({"sslmode": "verify-full", "sslrootcert": ca})


def _ask_mail(answers: Answers) -> None:
    _ask(answers, "SMTP_SERVER", "Mail server", "")
    before = answers.get("SMTP_TLS")
    kinds = click.Choice(["starttls", "implicit", "none"])
    answers["SMTP_TLS"] = click.prompt("TLS to it", type=kinds, default=before or "starttls")
    if before != answers["SMTP_TLS"]:
        answers.pop("SMTP_PORT", None)
    usual = Settings.of({"SMTP_TLS": answers["SMTP_TLS"]}).smtp_port
    _ask(answers, "SMTP_PORT", "Mail port", str(usual))
    _ask(answers, "EMAIL_USER", "User there (- for none)", _NONE)
    if "EMAIL_USER" in answers:
        answers["EMAIL_PASSWORD"] = _hidden(answers.get("EMAIL_PASSWORD", ""))
    user = answers.get("EMAIL_USER", "")
    _ask(answers, "MAIL_FROM", "Sender of all letters", user if "@" in user else "")


def _ask(answers: Answers, name: str, words: str, usual: str) -> None:
    """Ask for a setting; what stood there before is what Enter gives."""
    before = answers.pop(name, usual)
    typed = str(click.prompt(words, before, show_default=bool(before))).strip()
    if typed not in {"", _NONE}:
        answers[name] = typed


def _hidden(before: str) -> str:
    words = "Password (Enter for the one before)" if before else "Password"
    return str(click.prompt(words, before, hide_input=True, show_default=False))


def _of(settings: Settings, *names: str) -> Iterator[str]:
    """Give what production would refuse of these settings."""
    return (fault for fault in production_faults(settings) if fault.startswith(names))


def _site(settings: Settings) -> Iterator[str]:
    yield from _of(settings, "PUBLIC_URL")


def _database(settings: Settings) -> Iterator[str]:
    yield from (unsafe := tuple(_of(settings, "DB_", "DATABASE_URL")))
    if unsafe:
        return
    if not doctor.is_there(settings):
        yield from _no_room(Path(make_url(settings.database_url()).database or ""))
        return
    with closing(app.open_database(settings)) as db:
        try:
            yield from database.problems(db)
            state = database.state(db)
            if state == "ahead":
                yield STATES[state]
            if state == "current" and database.mark(db, MODE) == DEVELOPMENT:
                yield FOR_DEVELOPMENT
        except (UnavailableError, DBAPIError) as why:
            yield f"the database can't be used: {reason(why)}"


def _no_room(file: Path) -> Iterator[str]:
    """Tell where a file can't be made, without making it."""
    folder = next(each for each in file.absolute().parents if each.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        yield f"{file} can't be made: {folder} is no folder to write in"


def _mail(settings: Settings) -> Iterator[str]:
    yield from (unsafe := tuple(_of(settings, "SMTP_", "MAIL_FROM")))
    if unsafe:
        return
    with closing(Smtp(app.mail_server(settings))) as server:
        try:
            click.echo(server.check())
        except OutOfReachError as why:
            yield str(why)


def _write(file: Path, answers: Answers) -> None:
    """Write all of the file or nothing, for its owner alone (mode 0600), over no other file."""
    try:
        text = as_env_file(answers)
    except ValueError as why:
        click.echo(str(why), err=True)
        sys.exit(1)
    try:
        with NamedTemporaryFile("w", dir=Path.cwd(), prefix=".env-", encoding="utf-8") as own:
            own.write(text)
            own.flush()
            os.fsync(own.fileno())
            os.link(own.name, file)
    except OSError as why:
        click.echo(f"{file} can't be written: {why.strerror}", err=True)
        sys.exit(1)


def _finish(*, yes: bool) -> None:
    """Make the tables, and let the doctor look at all of it."""
    if yes or click.confirm("Make the tables in the database now?", default=True):
        for line in upgrade(app.open_database(Settings.load())):
            click.echo(line)
    click.get_current_context().invoke(doctor.doctor, as_json=False)
    click.echo("All is well: `simple-2fa serve` starts it.")
