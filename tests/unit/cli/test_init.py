"""`init`: what it asks, tries and writes."""

import os
import re
import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import click
import pytest

from rig.command import KEY, call, write_env
from rig.server import Server
from rig.smtp import Sink
from simple_2fa.core.vault import key_id
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.flask.checks import DEVELOPMENT, MODE
from simple_2fa.mail.replies import meaning
from simple_2fa.settings import Settings
from simple_2fa.settings.env_file import read_env_file
from simple_2fa.settings.production import production_faults

USER, PASSWORD = "code@acme.test", "a b'c\"d #e$f"
ENTER = ""


@pytest.fixture(autouse=True)
def empty(home: Path) -> Path:
    """A folder without `.env`."""
    (home / ".env").unlink()
    return home


@pytest.fixture
def guarded() -> Iterator[Sink]:
    """A mail server that wants STARTTLS and a password."""
    with Sink("starttls", login=(USER, PASSWORD)) as sink:
        yield sink


class Person:
    """Types an answer at each prompt that begins so, the last one again and again; else Enter."""

    def __init__(self) -> None:
        self.answers: dict[str, list[str]] = {}
        self.asked: list[str] = []

    def type(self, **answers: str | list[str]) -> None:
        for words, said in answers.items():
            self.answers[words.replace("_", " ")] = [said] if isinstance(said, str) else said

    def answer(self, prompt: str = "") -> str:
        self.asked.append(prompt)
        assert len(self.asked) < 100, self.asked[-5:]
        for words, left in self.answers.items():
            if prompt.startswith(words):
                said = left.pop(0) if len(left) > 1 else left[0]
                if said == "^C":
                    raise KeyboardInterrupt
                return said
        return ENTER


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    made = Person()
    for name in ("visible_prompt_func", "hidden_prompt_func"):
        monkeypatch.setattr(click.termui, name, made.answer)
    return made


@pytest.fixture
def knows(person: Person, smtp_sink: Sink) -> Person:
    """Somebody who has an answer to all that has no default."""
    person.type(
        Address="https://2fa.acme.test",
        Mail_server="127.0.0.1",
        TLS="none",
        Mail_port=str(smtp_sink.port),
        Sender="code@acme.test",
    )
    return person


def options(sink: Sink, **more: str) -> list[str]:
    given = {
        "public-url": "https://2fa.acme.test",
        "database-url": f"sqlite:///{Path.cwd() / 'data' / 'it.sqlite3'}",
        "smtp-server": "127.0.0.1",
        "smtp-tls": "none",
        "smtp-port": str(sink.port),
        "mail-from": "code@acme.test",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return ["init", "--yes", *(f"--{name}={value}" for name, value in given.items())]


def written(file: str = ".env") -> dict[str, str]:
    found, faults = read_env_file(Path(file))
    assert faults == []
    return found


def left_over(home: Path) -> list[str]:
    return sorted(each.name for each in home.iterdir())


class TestAsking:
    def test_whom_people_ask_for_help_stands_in_every_letter(self, knows: Person) -> None:
        knows.type(Whom_people_may="help@acme.test")
        assert call("init").status == 0
        assert written()["SUPPORT_CONTACT"] == "help@acme.test"

    @pytest.mark.usefixtures("knows")
    def test_enter_does_for_what_has_a_default(self, home: Path, smtp_sink: Sink) -> None:
        told = call("init")
        assert (told.status, told.err) == (0, "")
        key = written().pop("SECRET_KEY")
        assert written() == {
            "PUBLIC_URL": "https://2fa.acme.test",
            "SITE_NAME": "Simple 2FA",
            "TRUSTED_PROXIES": "127.0.0.1",
            "DATABASE_URL": f"sqlite:///{home / 'data' / 'simple-2fa.sqlite3'}",
            "SMTP_SERVER": "127.0.0.1",
            "SMTP_TLS": "none",
            "SMTP_PORT": str(smtp_sink.port),
            "MAIL_FROM": "code@acme.test",
            "SECRET_KEY": key,
        }
        assert (home / ".env").stat().st_mode & 0o777 == 0o600
        assert production_faults(Settings.load()) == ()
        assert database.state(Database(Settings.load().database_url())) == "current"
        assert "ok    settings  complete" in told.out
        assert told.out.endswith("All is well: `simple-2fa serve` starts it.\n")
        assert left_over(home) == [".env", "data"]
        assert key not in told.out

    def test_each_run_draws_a_key_of_its_own(self, home: Path, knows: Person) -> None:
        keys = set()
        for _ in range(2):
            assert call("init").status == 0
            keys.add(written()["SECRET_KEY"])
            (home / ".env").unlink()
            (home / "data/simple-2fa.sqlite3").unlink()
        assert len(keys) == 2
        assert knows.asked

    def test_mail_is_tried_and_what_was_typed_stays_as_default(
        self, person: Person, guarded: Sink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SMTP_TLS_CA", str(guarded.ca_file))
        person.type(
            Address="https://2fa.acme.test",
            Mail_server=["127.0.0.1", ENTER],
            Mail_port=[str(guarded.port), ENTER],
            User=[USER, ENTER],
            Password=["falsch", PASSWORD],
        )
        told = call("init")
        assert told.status == 0
        assert "refuses our sign-in: 535, check EMAIL_USER and EMAIL_PASSWORD" in told.err
        assert "falsch" not in told.out + told.err
        assert "Mail server [127.0.0.1]: " in person.asked
        assert f"User there (- for none) [{USER}]: " in person.asked
        assert "Password (Enter for the one before): " in person.asked
        assert written()["EMAIL_PASSWORD"] == PASSWORD
        assert Settings.load().mail_from == USER
        assert f"127.0.0.1:{guarded.port} takes letters (TLSv1.3, signed in)" in told.out

    @pytest.mark.parametrize(
        ("words", "refused", "reasons"),
        [
            (
                "Address",
                [ENTER, "acme", "http://acme.test", "https://acme.test/x"],
                [
                    "PUBLIC_URL is missing: links and letters need it; give https://your.host",
                    "PUBLIC_URL is 'acme': give an address such as https://2fa.example.com",
                    "PUBLIC_URL is 'http://acme.test': codes would travel in the clear;",
                    "PUBLIC_URL is 'https://acme.test/x': it must name a whole site;",
                ],
            ),
            ("Networks", ["everybody", "::/0"], ["TRUSTED_PROXIES is "] * 2),
            ("Mail server", [ENTER, "a b"], ["SMTP_SERVER is missing", "SMTP_SERVER is 'a b'"]),
            ("TLS", ["tls"], ["SMTP_TLS is 'tls': give 'starttls', 'implicit' or 'none'"]),
            ("Mail port", ["0", "smtp"], ["SMTP_PORT is '0': give 1 to 65535", "SMTP_PORT is "]),
            ("Sender", ["ann"], ["MAIL_FROM is 'ann': give one address"]),
        ],
    )
    def test_each_answer_is_checked_at_once_and_a_refused_one_is_no_default(
        self, knows: Person, words: str, refused: list[str], reasons: list[str]
    ) -> None:
        knows.type(**{words: [*refused, knows.answers.get(words, [ENTER])[0]]})
        told = call("init")
        assert (told.status, told.err) == (0, "")
        said = [line for line in told.out.splitlines() if line.startswith("Error: ")]
        assert all(map(str.startswith, said, (f"Error: {reason}" for reason in reasons)))
        prompts = [each for each in knows.asked if each.startswith(words)]
        assert len(said) + 1 == len(reasons) + 1 == len(prompts)
        assert len(set(prompts)) == 1
        at = knows.asked.index(prompts[0])
        assert knows.asked[at : at + len(prompts)] == prompts

    def test_no_tls_is_refused_where_the_mail_server_is_elsewhere(
        self, knows: Person, smtp_sink: Sink
    ) -> None:
        knows.type(Mail_server=["mail.acme.test", "127.0.0.1"], TLS=["none", "starttls", "none"])
        knows.type(Mail_port=["1", str(smtp_sink.port)], Change="y")
        told = call("init")
        assert told.status == 0
        assert "Error: SMTP_TLS is 'none': codes would travel in the clear" in told.out
        assert "mail.acme.test" in told.err

    def test_so_is_an_answer_about_the_database(self, knows: Person) -> None:
        knows.type(Database="mysql", Host=["a b", "127.0.0.1"], Port=["99999", "1"])
        knows.type(Name_of_the_database=["-", "x"], Change="n", Make="n")
        told = call("init")
        assert [line for line in told.out.splitlines() if line.startswith("Error: ")] == [
            "Error: DB_HOST is 'a b': give a host name alone, without scheme and port",
            "Error: DB_PORT is '99999': give 1 to 65535",
            "Error: DB_NAME is missing: the other DB_ settings need it",
        ]
        assert written()["DATABASE_URL"] == "mysql://simple_2fa@127.0.0.1:1/x"

    def test_what_does_not_work_yet_may_stay(self, knows: Person, smtp_sink: Sink) -> None:
        smtp_sink.stop()
        knows.type(Change="n")
        told = call("init")
        assert told.status == 1
        assert written()["SMTP_SERVER"] == "127.0.0.1"
        assert "FAIL  mail" in told.out
        assert "All is well" not in told.out

    def test_a_server_elsewhere_is_asked_for_its_authority(
        self, knows: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nowhere(*_: object, **__: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", nowhere)
        knows.type(Database="mysql", Host="db.acme.test", Change="n", Make="n")
        assert call("init").status == 1
        assert "DB_TLS_CA" not in written()
        url = written()["DATABASE_URL"]
        assert url == "mysql://simple_2fa@db.acme.test:3306/simple_2fa"
        assert Settings.load().database_tls() == "verify"
        Path(".env").unlink()
        file = Path("ca.pem").absolute()
        file.touch()
        knows.type(Database="postgresql", Certificate=["/none/ca.pem", str(file)])
        knows.type(Password="p@ss/w")
        told = call("init")
        assert told.status == 1
        assert "Error: DB_TLS_CA is '/none/ca.pem': give a file that can be read" in told.out
        assert written()["DATABASE_URL"] == (
            "postgresql://simple_2fa:p%40ss%2Fw@db.acme.test:5432/simple_2fa"
            f"?sslmode=verify-full&sslrootcert={quote(str(file), safe='')}"
        )
        assert not [each for each in production_faults(Settings.load()) if "DATABASE" in each]

    @pytest.mark.parametrize("kind", ["mariadb", "postgres"])
    def test_a_server_is_tried_at_once(
        self, request: pytest.FixtureRequest, knows: Person, kind: str
    ) -> None:
        server: Server = request.getfixturevalue(kind)
        name = server.create_database().rpartition("/")[2]
        knows.type(
            Database="mysql" if kind == "mariadb" else "postgresql",
            Host="127.0.0.1",
            Port=str(server.port),
            Name_of_the_database=["elsewhere", name],
            User=["rig", "rig", "-"],
            Password="secret",
        )
        told = call("init")
        assert told.status == 0, told.err
        assert "the database can't be used: " in told.err
        assert "elsewhere" in told.err
        assert "secret" not in told.out + told.err
        assert "migrated to" in told.out
        assert written()["DATABASE_URL"].endswith(f":secret@127.0.0.1:{server.port}/{name}")

    @pytest.mark.parametrize("prompt", ["Address", "Database", "Mail server", "Sender", "Change"])
    def test_at_any_question_ctrl_c_leaves_nothing_behind(
        self, home: Path, knows: Person, smtp_sink: Sink, prompt: str
    ) -> None:
        if prompt == "Change":
            smtp_sink.stop()
        knows.answers = {**knows.answers, prompt: ["^C"]}
        told = call("init")
        assert told.status == 1
        assert left_over(home) == []

    def test_ctrl_c_at_the_last_one_leaves_all_that_was_written(
        self, home: Path, knows: Person
    ) -> None:
        knows.type(Make="^C")
        assert call("init").status == 1
        assert left_over(home) == [".env"]
        assert production_faults(Settings.load()) == ()


class TestScripts:
    def test_options_do_without_questions(
        self, home: Path, person: Person, smtp_sink: Sink
    ) -> None:
        told = call(*options(smtp_sink, site_name="Acme & Söhne"))
        assert (told.status, person.asked, told.err) == (0, [], "")
        assert Settings.load().site_name == "Acme & Söhne"
        assert left_over(home) == [".env", "data"]

    def test_so_does_the_environment(
        self, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SITE_NAME", "Acme")
        assert call(*options(smtp_sink)).status == 0
        assert written()["SITE_NAME"] == "Acme"

    @pytest.mark.parametrize(
        ("more", "fault"),
        [
            ({"public_url": ""}, "PUBLIC_URL is missing"),
            ({"public_url": "http://acme.test"}, "PUBLIC_URL is 'http://acme.test'"),
            ({"trusted_proxies": "0.0.0.0/0"}, "TRUSTED_PROXIES is '0.0.0.0/0'"),
            ({"database_url": "oracle://x"}, "DATABASE_URL can't be used: begin it with"),
            ({"database_url": "sqlite:////dev/null/y"}, "/dev/null/y can't be made: /dev/null is"),
            ({"database_url": "mysql://u:geheim@127.0.0.1:1/x"}, "the database can't be used"),
            ({"database_url": "postgres://u:geheim@db.test/x"}, "DATABASE_URL lacks sslmode"),
            ({"smtp_server": ""}, "SMTP_SERVER is missing"),
            ({"smtp_server": "mail.acme.test"}, "SMTP_TLS is 'none'"),
            ({"smtp_port": "1"}, "127.0.0.1:1 can't be reached"),
            ({"mail_from": ""}, "MAIL_FROM is missing"),
            ({"email_user": "u", "smtp_port": "0"}, "SMTP_PORT is '0': give 1 to 65535"),
        ],
    )
    def test_what_does_not_work_is_told_and_nothing_written(
        self, home: Path, smtp_sink: Sink, more: dict[str, str], fault: str
    ) -> None:
        told = call(*options(smtp_sink, **more))
        assert told.status == 1
        assert told.err.startswith(fault)
        assert "geheim" not in told.out + told.err
        assert left_over(home) == []

    def test_a_value_that_the_file_can_not_hold_is_told(self, home: Path, smtp_sink: Sink) -> None:
        told = call(*options(smtp_sink, site_name="Acme \\"))
        assert told.status == 1
        assert told.err.startswith("SITE_NAME ends with a backslash")
        assert left_over(home) == []

    def test_development_s_database_is_refused(self, home: Path, smtp_sink: Sink) -> None:
        write_env(home, DATABASE_URL=f"sqlite:///{home / 'dev.sqlite3'}")
        call("db", "upgrade")
        db = Database(Settings.load().database_url())
        database.set_mark(db, MODE, DEVELOPMENT)
        (home / ".env").unlink()
        told = call(*options(smtp_sink, database_url=f"sqlite:///{home / 'dev.sqlite3'}"))
        assert told.status == 1
        assert told.err.startswith("the database was made for development")

    def test_a_newer_one_is_refused_and_one_behind_is_migrated(
        self, home: Path, smtp_sink: Sink
    ) -> None:
        assert call(*options(smtp_sink)).status == 0
        (home / ".env").unlink()
        db = Database(f"sqlite:///{home / 'data' / 'it.sqlite3'}")
        change = "UPDATE two_factor_version SET version_num = '9999_later'"
        db.tidy(lambda connection: connection.exec_driver_sql(change).rowcount)
        told = call(*options(smtp_sink))
        assert (told.status, told.err.count("\n")) == (1, 1)
        assert "a newer version" in told.err


class TestBesideAnother:
    def test_a_file_that_is_there_stays_and_its_keys_and_values_are_kept(
        self, home: Path, person: Person, smtp_sink: Sink
    ) -> None:
        write_env(home, SMTP_PORT=str(smtp_sink.port), ACCENT="#112233", SITE_NAME="Acme")
        before = (home / ".env").read_text()
        told = call("init")
        assert told.status == 0
        assert person.asked[0] == ".env is here already and stays. Write .env.new? [Y/n]: "
        assert "Name that people read [Acme]: " in person.asked
        assert (home / ".env").read_text() == before
        found = written(".env.new")
        assert (found["SECRET_KEY"], found["ACCENT"], found["SITE_NAME"]) == (
            KEY,
            "#112233",
            "Acme",
        )
        assert told.out.endswith("Compare it with .env, and move it there.\n")
        assert left_over(home) == [".env", ".env.new"]

    def test_parts_of_an_address_make_way_for_the_whole(self, home: Path, smtp_sink: Sink) -> None:
        parts = {"DB_HOST": "127.0.0.1", "DB_USER": "u", "DB_NAME": "x", "DB_PASSWORD": "p"}
        write_env(home, **parts)
        assert call(*options(smtp_sink)).status == 0
        assert not parts.keys() & written(".env.new").keys()

    def test_else_they_become_one_and_what_enter_gives(
        self, home: Path, knows: Person, smtp_sink: Sink
    ) -> None:
        parts = {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_USER": "u", "DB_NAME": "x"}
        write_env(home, **parts, DB_PASSWORD="p@", SMTP_PORT=str(smtp_sink.port))
        knows.type(Change="n")
        assert call("init").status == 0
        assert "Database (sqlite, mysql, postgresql) [mysql]: " in knows.asked
        assert written(".env.new")["DATABASE_URL"] == "mysql://u:p%40@127.0.0.1:1/x"
        assert not parts.keys() & written(".env.new").keys()

    def test_a_bad_value_is_told_and_mended_while_the_file_stays(
        self, home: Path, knows: Person, smtp_sink: Sink
    ) -> None:
        bad = {"CODE_TTL": "5", "ACCENT": "red", "SMTP_PORT": "smtp", "PUBLIC_URL": "acme"}
        write_env(home, **bad, SITE_NAME="Acme", OURS="kept")
        before = (home / ".env").read_text()
        knows.type(ACCENT="-", Mail_port=str(smtp_sink.port))
        knows.answers["CODE_TTL"] = ["6", "300"]
        told = call("init")
        assert told.status == 0
        assert told.err.splitlines() == [
            "PUBLIC_URL is 'acme': give an address such as https://2fa.example.com",
            "SMTP_PORT is 'smtp': give 1 to 65535",
            "CODE_TTL is '5': give 300 to 600 seconds",
            "ACCENT is 'red': give a colour such as #0B6259",
        ]
        assert "Error: CODE_TTL is '6': give 300 to 600 seconds" in told.out
        assert not [each for each in knows.asked if "[acme]" in each or "[smtp]" in each]
        found = written(".env.new")
        assert (found["CODE_TTL"], found["SECRET_KEY"], found["OURS"]) == ("300", KEY, "kept")
        assert "ACCENT" not in found
        assert (home / ".env").read_text() == before

    def test_two_that_exclude_each_other_are_told_and_one_is_asked_for(
        self, home: Path, knows: Person, smtp_sink: Sink
    ) -> None:
        (home / "keys").write_text(KEY)
        write_env(home, SECRET_KEY_FILE="keys", SMTP_PORT=str(smtp_sink.port))
        knows.answers["SECRET_KEY"] = ["-"]
        told = call("init")
        assert told.status == 0
        assert told.err == "SECRET_KEY and SECRET_KEY_FILE are both set: keep one of the two\n"
        found = written(".env.new")
        assert (found["SECRET_KEY_FILE"], "SECRET_KEY" in found) == ("keys", False)

    def test_a_bad_key_may_make_way_for_a_new_one_and_what_that_means_is_said(
        self, home: Path, knows: Person, smtp_sink: Sink
    ) -> None:
        write_env(home, SECRET_KEY="short", SMTP_PORT=str(smtp_sink.port))
        knows.answers["SECRET_KEY"] = ["shorter", "-"]
        told = call("init")
        assert told.status == 0
        assert told.err.startswith("SECRET_KEY can't be used: a key is not 32 bytes in base64url;")
        assert "It gets a new key, which opens nothing that another one sealed.\n" in told.err
        assert len(written(".env.new")["SECRET_KEY"]) == 43
        assert "shorter" not in told.out + told.err

    @pytest.mark.parametrize(("answer", "status"), [("y", 0), (ENTER, 1)])
    def test_a_line_that_can_not_be_read_is_told_first(
        self, home: Path, knows: Person, smtp_sink: Sink, answer: str, status: int
    ) -> None:
        write_env(home, SMTP_PORT=str(smtp_sink.port))
        with (home / ".env").open("a") as file:
            file.write("what is this\n")
        knows.type(Go_on=answer)
        told = call("init")
        assert told.status == status
        assert told.err == ".env line 7 can't be understood: write NAME=value\n"
        assert (home / ".env.new").exists() is (status == 0)

    def test_a_script_is_told_of_bad_ones_and_nothing_is_written(
        self, home: Path, smtp_sink: Sink
    ) -> None:
        write_env(home, CODE_TTL="5")
        told = call(*options(smtp_sink))
        assert (told.status, told.err) == (1, "CODE_TTL is '5': give 300 to 600 seconds\n")
        with (home / ".env").open("a") as file:
            file.write("what is this\n")
        assert call(*options(smtp_sink)).err.startswith(".env line 7 can't be understood")
        assert left_over(home) == [".env"]

    def test_a_second_one_is_never_overwritten(self, home: Path, person: Person) -> None:
        write_env(home)
        (home / ".env.new").write_text("mine")
        told = call("init")
        assert (told.status, person.asked) == (1, [])
        assert told.err.startswith(".env and .env.new are here already")
        assert (home / ".env.new").read_text() == "mine"

    def test_nor_is_one_that_appears_meanwhile(
        self, home: Path, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = os.link

        def late(source: str, target: Path) -> None:
            (home / ".env").write_text("mine")
            link(source, target)

        monkeypatch.setattr(os, "link", late)
        told = call(*options(smtp_sink))
        assert (told.status, told.err) == (1, ".env can't be written: File exists\n")
        assert (home / ".env").read_text() == "mine"
        assert left_over(home) == [".env"]

    def test_a_key_of_the_environment_is_not_doubled(
        self, home: Path, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = home / "keys"
        file.write_text(KEY)
        file.chmod(0o600)
        monkeypatch.setenv("SECRET_KEY_FILE", str(file))
        told = call(*options(smtp_sink))
        assert told.status == 0
        assert "SECRET_KEY" not in written()
        ident = key_id(Settings.load().master_keys()[0])
        assert re.search(rf"keys +{ident} writes", told.out)


@pytest.mark.parametrize(
    ("host", "advice"),
    [
        ("smtp.gmail.com", "from Gmail: use an app password"),
        ("smtp.mail.yahoo.com", "from Yahoo: use an app password"),
        ("smtp.mail.me.com", "from iCloud: use an app-specific password"),
        ("smtp.office365.com", "from Microsoft: an administrator must allow"),
        ("email-smtp.eu-west-1.amazonaws.com", "from Amazon SES: give its SMTP credentials"),
        ("smtp.sendgrid.net", "from SendGrid: EMAIL_USER is the word apikey"),
        ("mail.acme.test", ", check EMAIL_USER and EMAIL_PASSWORD"),
    ],
)
def test_it_says_what_providers_mean(host: str, advice: str) -> None:
    told = meaning(smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), host)
    assert told.startswith(f"refuses our sign-in: 535{'' if advice[0] == ',' else ' '}{advice}")
