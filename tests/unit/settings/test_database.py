"""The database's address, in one line or by its parts."""

from pathlib import Path

import pytest

from given import SERVER, fault_of, faults_of
from simple_2fa.settings import Settings


def test_it_is_a_sqlite_file_by_default(home: Path) -> None:
    settings = Settings.load({}, home)
    assert settings.database_url() == f"sqlite:///{home}/instance/simple-2fa.sqlite3"
    assert settings.database_tls() == "off"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://a:b@h/d", "postgresql+psycopg://a:b@h/d"),
        (
            "postgresql://a@h:1/d?sslmode=require",
            "postgresql+psycopg://a@h:1/d?sslmode=require",
        ),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("mysql://a:b@h/d", "mysql+pymysql://a:b@h/d?charset=utf8mb4"),
        ("mariadb://a:b@h/d?charset=latin1", "mysql+pymysql://a:b@h/d?charset=utf8mb4"),
        ("mysql+pymysql://h/d", "mysql+pymysql://h/d?charset=utf8mb4"),
        ("mariadb+pymysql://h/d", "mysql+pymysql://h/d?charset=utf8mb4"),
        ("sqlite:///codes.sqlite3", "sqlite:///codes.sqlite3"),
        ("sqlite+pysqlite:////srv/codes.sqlite3", "sqlite:////srv/codes.sqlite3"),
    ],
)
def test_it_takes_the_addresses_that_people_write(given: str, used: str, home: Path) -> None:
    assert Settings.load({"DATABASE_URL": given}, home).database_url() == used


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("codes.sqlite3", "give an address such as mysql://user:password@host/name"),
        ("mysql://a@h:port/d", "give an address such as mysql://user:password@host/name"),
        ("oracle://a@h/d", "begin it with mysql://, mariadb://, postgresql:// or sqlite:///"),
        ("mysql+mysqldb://a@h/d", "begin it with mysql://, mariadb://, postgresql:// or"),
        ("mysql://a@h", "end it with the name of the database"),
        ("postgresql://a@h/", "end it with the name of the database"),
        ("mysql://a@h/d?foo=1", "leave its parameters out"),
        ("mysql://a@localhost/d?host=db.example.com", "leave its parameters out"),
        (
            "mysql://a@h/d?ssl_disabled=true",
            "leave its parameters out; for TLS there are DB_TLS",
        ),
        (
            "mysql://a@h/d?ssl-mode=REQUIRED",
            "leave its parameters out; for TLS there are DB_TLS",
        ),
    ],
)
def test_it_refuses_other_addresses(value: str, advice: str, home: Path) -> None:
    fault = fault_of(home, DATABASE_URL=value)
    assert fault.startswith(f"DATABASE_URL can't be used: {advice}")


def test_it_puts_the_parts_together(home: Path) -> None:
    more = {"DB_PORT": "3307", "DB_PASSWORD": "b"}
    assert Settings.load(SERVER | more, home).database_url() == (
        "mysql+pymysql://ann:b@db.example.com:3307/codes?charset=utf8mb4"
    )


def test_it_takes_any_sign_in_user_password_and_name(home: Path) -> None:
    parts = {"DB_USER": "a@b:c", "DB_PASSWORD": "p:/@?#%40+ ü", "DB_NAME": "d?e#f"}
    url = Settings.load(parts, home).database()
    assert (url.username, url.password, url.database) == tuple(parts.values())
    assert (url.host, url.port) == ("localhost", 3306)


@pytest.mark.parametrize("name", ["DB_HOST", "DB_PORT", "DB_PASSWORD"])
def test_any_part_demands_a_name_and_a_user(name: str, home: Path) -> None:
    assert faults_of(home, **{name: "3306"}) == (
        "DB_NAME is missing: the other DB_ settings need it",
        "DB_USER is missing: the other DB_ settings need it",
    )


def test_tls_settings_alone_name_no_server(home: Path) -> None:
    assert Settings.load({"DB_TLS": "off"}, home).database_url().startswith("sqlite:")


def test_it_refuses_an_address_and_a_host_together(home: Path) -> None:
    assert fault_of(home, DATABASE_URL="mysql://h/d", DB_HOST="h") == (
        "DATABASE_URL and DB_HOST are both set: keep one of the two"
    )


def test_an_address_may_be_composed_from_the_other_parts(home: Path) -> None:
    given = {"DATABASE_URL": "mysql://ann:b@h/d", "DB_USER": "ann", "DB_PASSWORD": "b"}
    assert "@h/d" in Settings.load(given, home).database_url()


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"DATABASE_URL": "mysql://a@db.example.com/d"}, "verify"),
        ({"DATABASE_URL": "mysql://a@db.example.com/d", "DB_TLS": "off"}, "off"),
        ({"DATABASE_URL": "mysql://a@127.0.0.1/d"}, "off"),
        ({"DATABASE_URL": "mysql://a@127.0.0.1/d", "DB_TLS": "verify"}, "verify"),
        ({"DATABASE_URL": "mysql://a@/d?unix_socket=/run/mysqld.sock"}, "off"),
        ({"DATABASE_URL": "postgresql:///d?host=/run/postgresql"}, "off"),
        ({"DATABASE_URL": "postgresql:///d?hostaddr=127.0.0.1,192.0.2.1"}, "verify"),
        (SERVER, "verify"),
        (SERVER | {"DB_HOST": "::1"}, "off"),
    ],
)
def test_tls_is_off_on_this_machine_only(given: dict[str, str], answer: str, home: Path) -> None:
    assert Settings.load(given, home).database_tls() == answer
