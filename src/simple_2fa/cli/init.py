"""`init`: asks for what production needs, tries it at once, and writes `.env`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from simple_2fa import app
from simple_2fa.app.checks import DEVELOPMENT, FOR_DEVELOPMENT, MODE, lack, reason
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

_SITE = ("PUBLIC_URL", "SITE_NAME", "SUPPORT_CONTACT", "TRUSTED_PROXIES")
_DATABASE = ("DATABASE_URL", "DB_TLS_CA")
_MAIL = ("SMTP_SERVER", "SMTP_TLS", "SMTP_PORT", "SMTP_TLS_CA")
_SENDER = ("EMAIL_USER", "EMAIL_PASSWORD", "MAIL_FROM")
_KEYS = {"SECRET_KEY", "SECRET_KEY_FILE"}
_PARTS_OF_ADDRESS = {"DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"}
_HIDDEN = {"SECRET_KEY", "DB_PASSWORD"}
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
    """Ask for what production needs, and write it down.

    Tries database and mail server at once. Writes .env, or .env.new where .env is here already.
    """
    file = _new_file(yes=yes)
    answers = _written(yes=yes) | {name.upper(): text for name, text in given.items() if text}
    if given["database_url"]:
        _take(answers, *_PARTS_OF_ADDRESS)
    if not yes:
        _mend(answers)
    _join(answers)
    _settle(answers, None if yes else _ask_site, _site)
    _settle(answers, None if yes else _ask_database, _database)
    _settle(answers, None if yes else _ask_mail, _mail)
    if not _KEYS & {*answers, *os.environ}:
        answers["SECRET_KEY"] = new_key()
        if file.name != ".env":
            click.echo("It gets a new key, which opens nothing that another one sealed.", err=True)
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


def _written(*, yes: bool) -> Answers:
    """Give what was there before, keys too: what is stored needs them."""
    written, faults = read_env_file(Path(".env"))
    for each in faults:
        click.echo(each, err=True)
    if faults and (yes or not click.confirm("Go on without what can't be read?")):
        sys.exit(1)
    return {name: text for name, text in written.items() if text}


def _mend(answers: Answers) -> None:
    """Tell each value that can't be used; ask at once for those that no question is about."""
    asked = {*_SITE, *_DATABASE, *_MAIL, *_SENDER}
    while faults := _faults(answers):
        click.echo(faults[0], err=True)
        name = faults[0].partition(" ")[0]
        answers.pop(name, None)
        if name not in asked:
            _ask(answers, name, f"{name} (- to leave it out)")


def _join(answers: Answers) -> None:
    """Make one address of the parts of one."""
    parts = _take(answers, *_PARTS_OF_ADDRESS)
    if parts:
        answers["DATABASE_URL"] = Settings.of(parts).database_url()


def _take(answers: Answers, *names: str) -> Answers:
    return {name: answers.pop(name) for name in names if name in answers}


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
    _ask(answers, "PUBLIC_URL", "Address that people open, such as https://2fa.example.com")
    _ask(answers, "SITE_NAME", "Name that people read", "Simple 2FA")
    _ask(answers, "SUPPORT_CONTACT", "Whom people may ask for help (- for nobody)", _NONE)
    _ask(answers, "TRUSTED_PROXIES", "Networks of your own proxies (- for none)", "127.0.0.1")


def _ask_database(answers: Answers) -> None:
    before = engine_url(answers.get("DATABASE_URL", "sqlite://"))
    backend = before.get_backend_name()
    kind = click.prompt("Database", type=click.Choice(["sqlite", *_PORTS]), default=backend)
    same = before if kind == backend else URL.create(kind)
    made = _ask_file(same) if kind == "sqlite" else _ask_server(kind, same)
    if made.host and not is_loopback(made.host):
        made = _ask_authority(made, same, answers)
    answers["DATABASE_URL"] = made.render_as_string(hide_password=False)


def _ask_file(before: URL) -> URL:
    usual = before.database or str(Path("data") / "simple-2fa.sqlite3")
    return URL.create("sqlite", database=str(Path(click.prompt("Its file", usual)).absolute()))


def _ask_server(kind: str, before: URL) -> URL:
    parts: Answers = {}
    _ask(parts, "DB_HOST", "Host", before.host or "localhost")
    _ask(parts, "DB_PORT", "Port", str(before.port or _PORTS[kind]))
    _ask(parts, "DB_NAME", "Name of the database", before.database or "simple_2fa")
    _ask(parts, "DB_USER", "User", before.username or "simple_2fa")
    return URL.create(
        kind,
        host=parts.get("DB_HOST"),
        port=int(parts.get("DB_PORT", _PORTS[kind])),
        database=parts["DB_NAME"],
        username=parts["DB_USER"],
        password=_hidden(before.password or "") or None,
    )


def _ask_authority(made: URL, before: URL, answers: Answers) -> URL:
    """Ask whom to trust: elsewhere than on this machine a database is reached by TLS alone."""
    if (trusted := before.query.get("sslrootcert", "system")) != "system":
        answers["DB_TLS_CA"] = str(trusted)
    _ask(answers, "DB_TLS_CA", "Certificate file of its own authority (- for the system's)", _NONE)
    if made.get_backend_name() == "mysql":
        return made
    ca = answers.pop("DB_TLS_CA", "system")
    return made.update_query_dict({"sslmode": "verify-full", "sslrootcert": ca})


def _ask_mail(answers: Answers) -> None:
    _ask(answers, "SMTP_SERVER", "Mail server")
    before = answers.get("SMTP_TLS")
    _ask(answers, "SMTP_TLS", "TLS to it (starttls, implicit, none)", "starttls")
    if before != answers.get("SMTP_TLS"):
        answers.pop("SMTP_PORT", None)
    usual = Settings.of({"SMTP_TLS": answers.get("SMTP_TLS", "starttls")}).smtp_port
    _ask(answers, "SMTP_PORT", "Mail port", str(usual))
    _ask(answers, "EMAIL_USER", "User there (- for none)", _NONE)
    if "EMAIL_USER" in answers:
        answers["EMAIL_PASSWORD"] = _hidden(answers.get("EMAIL_PASSWORD", ""))
    user = answers.get("EMAIL_USER", "")
    _ask(answers, "MAIL_FROM", "Sender of all letters", user if "@" in user else "")


def _ask(answers: Answers, name: str, words: str, usual: str = "") -> None:
    """Ask for a setting until it will do; Enter gives what stood there before, if that will."""
    before = answers.pop(name, "")
    default = usual if not before or _faults({**answers, name: before}, name) else before

    def fit(typed: str) -> str:
        said = "" if typed.strip() == _NONE else typed.strip()
        for fault in _faults(answers | ({name: said} if said else {}), name):
            raise click.UsageError(fault)
        return said

    hide = name in _HIDDEN
    shown = bool(default)
    said = click.prompt(words, default, show_default=shown, hide_input=hide, value_proc=fit)
    if said:
        answers[name] = said


def _faults(answers: Answers, name: str = "") -> tuple[str, ...]:
    """Tell what is wrong with these settings, or of one of them what production refuses too."""
    try:
        settings = Settings.of(answers)
    except SettingsError as why:
        faults = why.faults
    else:
        # A key that is missing is drawn at the end.
        faults = production_faults(settings) if name and name not in _KEYS else ()
    return tuple(fault for fault in faults if fault.startswith(f"{name} " if name else ""))


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
    with closing(app.open_database(settings)) as db:
        try:
            yield from database.problems(db)
            state = database.state(db)
            if state == "empty" and db.dialect == "sqlite":
                yield from _no_room(Path(db.url.database or ""))
            if state == "ahead":
                yield lack(db)
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
