"""How connections are opened, without a server."""

import random
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from rig.tls import Authority
from simple_2fa.db import engine
from simple_2fa.db.engine import Database
from simple_2fa.db.faults import Fault


class Session:
    """A driver's connection that tells one variable and notes what it is asked."""

    def __init__(self, wsrep: tuple[str, str] | None) -> None:
        self.wsrep = wsrep
        self.asked: list[str] = []
        self.closed = 0

    def cursor(self) -> "Session":
        return self

    def execute(self, statement: str) -> None:
        self.asked.append(statement)

    def fetchone(self) -> tuple[str, str] | None:
        return self.wsrep

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///x.sqlite3", "sqlite"),
        ("mysql+pymysql://u:p@h/d", "mysql"),
        ("mariadb+pymysql://u:p@h/d", "mysql"),
        ("postgresql+psycopg://u:p@h/d", "postgresql"),
    ],
)
def test_nothing_is_connected_before_the_first_use(url: str, name: str) -> None:
    database = Database(url)
    assert database.dialect == name
    database.close()


def test_a_galera_node_waits_for_what_others_committed() -> None:
    session = Session(("wsrep_on", "ON"))
    engine._prepare_mysql(session, None)
    assert session.asked[-1] == "SET SESSION wsrep_sync_wait = 3"
    assert session.closed == 1


@pytest.mark.parametrize("told", [None, ("wsrep_on", "OFF")])
def test_a_server_alone_waits_for_nobody(told: tuple[str, str] | None) -> None:
    session = Session(told)
    engine._prepare_mysql(session, None)
    assert len(session.asked) == 1


def options(url: str, tls_ca: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = engine._driver_options(make_url(url), tls_ca)["connect_args"]
    return found


def test_mysql_goes_without_tls_only_when_told() -> None:
    given = options("mysql+pymysql://u@h/d")
    assert given["ssl_disabled"]
    assert "ssl" not in given


def test_mysql_verifies_certificate_and_name() -> None:
    context = options("mysql+pymysql://u@h/d", "")["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_mysql_trusts_the_named_authority(tmp_path: Path) -> None:
    context = options("mysql+pymysql://u@h/d", str(Authority(tmp_path).ca_file))["ssl"]
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize("url", ["mysql+pymysql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_nobody_waits_for_ever(url: str) -> None:
    assert options(url)["connect_timeout"] == 5


def test_pauses_grow_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(random, "uniform", lambda _, longest: longest)
    for kind, times in ((Fault.ROLLED_BACK, (1, 2, 12)), (Fault.AMBIGUOUS, (1, 2, 4))):
        for each in times:
            engine._pause(kind, each)
    assert pauses == pytest.approx([0.004, 0.008, 1, 0.08, 0.32, 1])
