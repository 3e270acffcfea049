"""What `init` asks of a person, each answer until it will do."""

from pathlib import Path

import click
from sqlalchemy.engine import URL

from simple_2fa.settings import Settings, SettingsError, is_loopback
from simple_2fa.settings.production import production_faults
from simple_2fa.settings.shapes import engine_url

Answers = dict[str, str]
"""Settings as they were typed, by their names."""

SITE = ("PUBLIC_URL", "SITE_NAME", "SUPPORT_CONTACT", "TRUSTED_PROXIES")
DATABASE = ("DATABASE_URL", "DB_TLS_CA")
MAIL = ("SMTP_SERVER", "SMTP_TLS", "SMTP_PORT", "SMTP_TLS_CA")
SENDER = ("EMAIL_USER", "EMAIL_PASSWORD", "MAIL_FROM")
KEYS = {"SECRET_KEY", "SECRET_KEY_FILE"}
PARTS_OF_ADDRESS = {"DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"}
_HIDDEN = {"SECRET_KEY", "DB_PASSWORD"}
_PORTS = {"mysql": 3306, "postgresql": 5432}
_NONE = "-"
"""Typed for nothing, where Enter would take what stood there before."""


def ask_site(answers: Answers) -> None:
    """Ask where it is, what it is called, and who stands behind it and in front."""
    ask_for(answers, "PUBLIC_URL", "Address that people open, such as https://2fa.example.com")
    ask_for(answers, "SITE_NAME", "Name that people read", "Simple 2FA")
    ask_for(answers, "SUPPORT_CONTACT", "Whom people may ask for help (- for nobody)", _NONE)
    ask_for(answers, "TRUSTED_PROXIES", "Networks of your own proxies (- for none)", "127.0.0.1")


def ask_database(answers: Answers) -> None:
    """Ask for the database, and make one address of the answers."""
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
    ask_for(parts, "DB_HOST", "Host", before.host or "localhost")
    ask_for(parts, "DB_PORT", "Port", str(before.port or _PORTS[kind]))
    ask_for(parts, "DB_NAME", "Name of the database", before.database or "simple_2fa")
    ask_for(parts, "DB_USER", "User", before.username or "simple_2fa")
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
    words = "Certificate file of its own authority (- for the system's)"
    ask_for(answers, "DB_TLS_CA", words, _NONE)
    if made.get_backend_name() == "mysql":
        return made
    ca = answers.pop("DB_TLS_CA", "system")
    return made.update_query_dict({"sslmode": "verify-full", "sslrootcert": ca})


def ask_mail(answers: Answers) -> None:
    """Ask for the mail server and the sender."""
    ask_for(answers, "SMTP_SERVER", "Mail server")
    before = answers.get("SMTP_TLS")
    ask_for(answers, "SMTP_TLS", "TLS to it (starttls, implicit, none)", "starttls")
    if before != answers.get("SMTP_TLS"):
        answers.pop("SMTP_PORT", None)
    usual = Settings.of({"SMTP_TLS": answers.get("SMTP_TLS", "starttls")}).smtp_port
    ask_for(answers, "SMTP_PORT", "Mail port", str(usual))
    ask_for(answers, "EMAIL_USER", "User there (- for none)", _NONE)
    if "EMAIL_USER" in answers:
        answers["EMAIL_PASSWORD"] = _hidden(answers.get("EMAIL_PASSWORD", ""))
    user = answers.get("EMAIL_USER", "")
    ask_for(answers, "MAIL_FROM", "Sender of all letters", user if "@" in user else "")


def ask_for(answers: Answers, name: str, words: str, usual: str = "") -> None:
    """Ask for a setting until it will do; Enter gives what stood there before, if that will."""
    before = answers.pop(name, "")
    default = usual if not before or faults_of({**answers, name: before}, name) else before

    def fit(typed: str) -> str:
        said = "" if typed.strip() == _NONE else typed.strip()
        for fault in faults_of(answers | ({name: said} if said else {}), name):
            raise click.UsageError(fault)
        return said

    hide = name in _HIDDEN
    shown = bool(default)
    said = click.prompt(words, default, show_default=shown, hide_input=hide, value_proc=fit)
    if said:
        answers[name] = said


def faults_of(answers: Answers, name: str = "") -> tuple[str, ...]:
    """Tell what is wrong with these settings, or of one of them what production refuses too."""
    try:
        settings = Settings.of(answers)
    except SettingsError as why:
        faults = why.faults
    else:
        # A key that is missing is drawn at the end.
        faults = production_faults(settings) if name and name not in KEYS else ()
    return tuple(fault for fault in faults if fault.startswith(f"{name} " if name else ""))


def _hidden(before: str) -> str:
    words = "Password (Enter for the one before)" if before else "Password"
    return str(click.prompt(words, before, hide_input=True, show_default=False))
