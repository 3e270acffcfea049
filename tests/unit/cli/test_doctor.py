"""`doctor`: a line for each part, and what to do where one is ill."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.command import KEY, Told, call, write_env
from rig.smtp import Sink
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.vault import key_id
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.flask.checks import DEVELOPMENT, MODE
from simple_2fa.http.look import LIGHT_CARD, contrast
from simple_2fa.settings import Settings

USER, PASSWORD = "code@acme.test", "geheim"


@pytest.fixture(autouse=True)
def _well(home: Path, smtp_sink: Sink) -> None:
    """All parts are as they should be."""
    write_env(home, SMTP_PORT=str(smtp_sink.port))
    assert call("db", "upgrade").status == 0


@pytest.fixture
def guarded() -> Iterator[Sink]:
    """A mail server that wants STARTTLS and a password."""
    with Sink("starttls", login=(USER, PASSWORD)) as sink:
        yield sink


def lines(told: Told) -> dict[str, list[tuple[str, str]]]:
    """Give what was said of each part."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in told.out.splitlines():
        mark, part, detail = re.split(" +", line, maxsplit=2)
        found.setdefault(part, []).append((mark, detail))
    return found


def ill(home: Path, **settings: str) -> dict[str, list[str]]:
    """Ask the doctor; give what is ill."""
    write_env(home, **settings)
    told = call("doctor")
    assert (told.status, told.err) == (1, "")
    found = {part: [d for mark, d in said if mark == "FAIL"] for part, said in lines(told).items()}
    return {part: said for part, said in found.items() if said}


def test_all_may_be_well(home: Path, smtp_sink: Sink) -> None:
    told = call("doctor")
    assert (told.status, told.err) == (0, "")
    ident = key_id(Settings.load({"SECRET_KEY": KEY}).master_keys()[0])
    assert lines(told) == {
        "settings": [("ok", "complete; people open https://2fa.acme.test")],
        "keys": [("ok", f"{ident} writes")],
        "database": [("ok", f"sqlite:///{home / 'instance/simple-2fa.sqlite3'} is current")],
        "mail": [("ok", f"127.0.0.1:{smtp_sink.port} takes letters (no TLS, not signed in)")],
        "clock": [("ok", "0.0 s from the database's")],
        "look": [
            ("ok", "ACCENT #0B6259 has a contrast of 7.2"),
            ("ok", "ACCENT_DARK #6ED3C3 has a contrast of 9.1"),
        ],
    }


def test_programs_are_told_too(home: Path) -> None:
    told = call("doctor", "--json")
    found = json.loads(told.out)
    assert told.status == 0
    assert [each["part"] for each in found] == [
        *("settings", "keys", "database", "mail", "clock", "look", "look")
    ]
    assert all(each["ok"] is True and each["detail"] for each in found)
    write_env(home, SMTP_SERVER="")
    told = call("doctor", "--json")
    assert told.status == 1
    assert not all(each["ok"] for each in json.loads(told.out))


class TestSettings:
    def test_each_fault_is_a_line(self, home: Path, smtp_sink: Sink) -> None:
        port = str(smtp_sink.port)
        found = ill(home, PUBLIC_URL="", SECRET_KEY="", SMTP_PORT=port)
        assert [each.split()[0] for each in found["settings"]] == ["SECRET_KEY", "PUBLIC_URL"]
        assert set(found) == {"settings"}

    def test_further_keys_are_told(self, home: Path) -> None:
        other = call("keys", "new").out.strip()
        write_env(home, SECRET_KEY=f"{KEY},{other}")
        first, second = Settings.load().master_keys()
        told = lines(call("doctor"))["keys"]
        assert told == [("ok", f"{key_id(first)} writes; {key_id(second)} read")]


class TestDatabase:
    def test_it_must_be_migrated(self, home: Path, smtp_sink: Sink) -> None:
        elsewhere = {"INSTANCE_PATH": "elsewhere", "SMTP_PORT": str(smtp_sink.port)}
        name = f"sqlite:///{home / 'elsewhere/simple-2fa.sqlite3'}"
        assert ill(home, **elsewhere) == {
            "database": [f"the database {name} has no tables yet: run `simple-2fa db upgrade`"]
        }

    def test_it_must_not_be_development_s(self, home: Path, smtp_sink: Sink) -> None:
        db = Database(Settings.load().database_url())
        database.set_mark(db, MODE, DEVELOPMENT)
        found = ill(home, SMTP_PORT=str(smtp_sink.port))
        assert found["database"][0].startswith("the database was made for development")

    @pytest.mark.parametrize(
        "url", ["mysql://u:geheim@127.0.0.1:1/x", "mysql://u:geheim@[::1]:1/x"]
    )
    def test_it_must_be_in_reach(self, home: Path, smtp_sink: Sink, url: str) -> None:
        write_env(home, DATABASE_URL=url, SMTP_PORT=str(smtp_sink.port))
        told = call("doctor")
        assert told.status == 1
        ((mark, detail),) = lines(told)["database"]
        assert mark == "FAIL"
        assert "Can't connect to MySQL server" in detail
        assert "clock" not in lines(told)
        assert "geheim" not in told.out + told.err


class TestMail:
    def test_it_is_signed_in_to_by_tls(self, home: Path, guarded: Sink) -> None:
        named = {"SMTP_PORT": str(guarded.port), "SMTP_TLS_CA": str(guarded.ca_file)}
        write_env(home, **named, SMTP_TLS="starttls", EMAIL_USER=USER, EMAIL_PASSWORD=PASSWORD)
        ((mark, detail),) = lines(call("doctor"))["mail"]
        assert mark == "ok"
        assert detail == f"127.0.0.1:{guarded.port} takes letters (TLSv1.3, signed in)"

    def test_a_wrong_password_is_told_and_not_shown(self, home: Path, guarded: Sink) -> None:
        named = {"SMTP_PORT": str(guarded.port), "SMTP_TLS_CA": str(guarded.ca_file)}
        found = ill(home, **named, SMTP_TLS="starttls", EMAIL_USER=USER, EMAIL_PASSWORD="falsch")
        assert set(found) == {"mail"}
        assert "refuses our sign-in: 535, check EMAIL_USER" in found["mail"][0]
        assert "falsch" not in str(found)

    def test_so_is_an_authority_that_is_not_ours(self, home: Path, guarded: Sink) -> None:
        found = ill(home, SMTP_PORT=str(guarded.port), SMTP_TLS="starttls")
        assert "has a certificate that can't be trusted" in found["mail"][0]

    def test_it_must_be_there(self, home: Path, smtp_sink: Sink) -> None:
        smtp_sink.stop()
        found = ill(home, SMTP_PORT=str(smtp_sink.port))
        assert found == {
            "mail": [f"127.0.0.1:{smtp_sink.port} can't be reached: Connection refused"]
        }

    def test_it_must_be_named(self, home: Path) -> None:
        found = ill(home, SMTP_SERVER="")
        assert found["mail"] == ["SMTP_SERVER is missing: no letter can be sent"]


class TestClock:
    @pytest.mark.parametrize("skew", [2.1, -2.1, 3600.0])
    def test_one_that_is_off_is_ill(
        self, home: Path, smtp_sink: Sink, monkeypatch: pytest.MonkeyPatch, skew: float
    ) -> None:
        monkeypatch.setattr(database, "clock_skew", lambda *_: skew)
        found = ill(home, SMTP_PORT=str(smtp_sink.port))
        advice = "switch on time synchronisation on both"
        assert found == {"clock": [f"{abs(skew):.1f} s from the database's: {advice}"]}

    @pytest.mark.parametrize("skew", [2.0, -1.9])
    def test_two_seconds_are_still_well(self, monkeypatch: pytest.MonkeyPatch, skew: float) -> None:
        monkeypatch.setattr(database, "clock_skew", lambda *_: skew)
        assert call("doctor").status == 0

    def test_one_out_of_reach_has_no_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(*_: object) -> float:
            raise UnavailableError

        monkeypatch.setattr(database, "clock_skew", gone)
        assert "clock" not in lines(call("doctor"))


@pytest.mark.parametrize("accent", ["#FFD700", "#787878", "#FFFFFF"])
def test_a_weak_colour_comes_with_the_nearest_that_passes(
    home: Path, smtp_sink: Sink, accent: str
) -> None:
    (told,) = ill(home, ACCENT=accent, SMTP_PORT=str(smtp_sink.port))["look"]
    start, _, nearest = told.rpartition(": the nearest that passes is ")
    assert re.fullmatch(rf"ACCENT {accent} has a contrast of [1-4]\.[0-9]", start)
    assert not start.endswith("4.5")
    assert contrast(nearest, LIGHT_CARD) >= 4.5


def test_looking_makes_no_database(home: Path) -> None:
    write_env(home, DATABASE_URL=f"sqlite:///{home / 'elsewhere' / 'db.sqlite3'}")
    told = call("doctor")
    assert "has no tables yet: run `simple-2fa db upgrade`" in told.out
    assert not (home / "elsewhere").exists()
