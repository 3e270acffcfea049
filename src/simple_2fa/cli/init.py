"""`init`: asks for what production needs, tries it at once, and writes `.env`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from sqlalchemy.exc import DBAPIError

from simple_2fa.cli import doctor
from simple_2fa.cli.questions import (
    DATABASE,
    KEYS,
    MAIL,
    PARTS_OF_ADDRESS,
    SENDER,
    SITE,
    Answers,
    ask_database,
    ask_for,
    ask_mail,
    ask_site,
    faults_of,
)
from simple_2fa.core.errors import UnavailableError
from simple_2fa.db import state as database
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask import building
from simple_2fa.flask.checks import DEVELOPMENT, FOR_DEVELOPMENT, MODE, lack, reason
from simple_2fa.flask.development import new_key
from simple_2fa.mail.smtp import Smtp
from simple_2fa.mail.transport import OutOfReachError
from simple_2fa.settings import Settings, SettingsError
from simple_2fa.settings.documentation import documentation
from simple_2fa.settings.env_file import as_env_file, read_env_file
from simple_2fa.settings.production import production_faults

Ask = Callable[[Answers], None]
Try = Callable[[Settings], Iterator[str]]
"""Gives what doesn't work, a line each."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each setting that is asked for; the environment gives them too."""
    words = documentation()
    for name in reversed((*SITE, *DATABASE, *MAIL, *SENDER)):
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
        _take(answers, *PARTS_OF_ADDRESS)
    if not yes:
        _mend(answers)
    _join(answers)
    _settle(answers, None if yes else ask_site, _site)
    _settle(answers, None if yes else ask_database, _database)
    _settle(answers, None if yes else ask_mail, _mail)
    if not KEYS & {*answers, *os.environ}:
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
    asked = {*SITE, *DATABASE, *MAIL, *SENDER}
    while faults := faults_of(answers):
        click.echo(faults[0], err=True)
        name = faults[0].partition(" ")[0]
        answers.pop(name, None)
        if name not in asked:
            ask_for(answers, name, f"{name} (- to leave it out)")


def _join(answers: Answers) -> None:
    """Make one address of the parts of one."""
    parts = _take(answers, *PARTS_OF_ADDRESS)
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


def _of(settings: Settings, *names: str) -> Iterator[str]:
    """Give what production would refuse of these settings."""
    return (fault for fault in production_faults(settings) if fault.startswith(names))


def _site(settings: Settings) -> Iterator[str]:
    yield from _of(settings, "PUBLIC_URL")


def _database(settings: Settings) -> Iterator[str]:
    yield from (unsafe := tuple(_of(settings, "DB_", "DATABASE_URL")))
    if unsafe:
        return
    with closing(building.open_database(settings)) as db:
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
    with closing(Smtp(building.mail_server(settings))) as server:
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
        for line in upgrade(building.open_database(Settings.load())):
            click.echo(line)
    click.get_current_context().invoke(doctor.doctor, as_json=False)
    click.echo("All is well: `simple-2fa serve` starts it.")
