"""What keeps a public server from starting."""

from pathlib import Path

import pytest

from given import KEY, SERVER, spelled, write_keys
from simple_2fa.settings import Settings
from simple_2fa.settings.production import production_faults

PRODUCTION = {
    "SECRET_KEY": spelled(KEY),
    "PUBLIC_URL": "https://2fa.example.com",
    "SMTP_SERVER": "smtp.example.com",
    "MAIL_FROM": "no-reply@example.com",
}


def production(home: Path, **more: str) -> tuple[str, ...]:
    return production_faults(Settings.load(PRODUCTION | more, home))


def test_it_takes_a_complete_set(home: Path) -> None:
    assert production(home) == ()


def test_it_names_all_that_is_missing(home: Path) -> None:
    assert [fault.split(":")[0] for fault in production_faults(Settings.load({}, home))] == [
        "SECRET_KEY is missing",
        "PUBLIC_URL is missing",
        "SMTP_SERVER is missing",
        "MAIL_FROM is missing",
    ]


def test_http_is_for_this_machine_only(home: Path) -> None:
    assert production(home, PUBLIC_URL="http://localhost:5000") == ()
    assert production(home, PUBLIC_URL="http://[::1]:5000") == ()
    assert production(home, PUBLIC_URL="http://2fa.example.com") == (
        "PUBLIC_URL is 'http://2fa.example.com': codes would travel in the clear; give https://",
    )


@pytest.mark.parametrize("rest", ["/2fa", "?x=1", "#top", "/2fa?x"])
def test_the_address_names_a_whole_site(rest: str, home: Path) -> None:
    (fault,) = production(home, PUBLIC_URL=f"https://2fa.example.com{rest}")
    assert fault.endswith("it must name a whole site; give https://2fa.example.com")


def test_mail_without_tls_is_for_this_machine_only(home: Path) -> None:
    assert production(home, SMTP_TLS="none", SMTP_SERVER="localhost") == ()
    (fault,) = production(home, SMTP_TLS="none")
    assert fault.startswith("SMTP_TLS is 'none': ")


def test_mysql_without_tls_is_for_this_machine_only(home: Path) -> None:
    assert production(home, **SERVER) == ()
    assert production(home, **(SERVER | {"DB_HOST": "127.0.0.1"}), DB_TLS="off") == ()
    (fault,) = production(home, **SERVER, DB_TLS="off")
    assert fault.startswith("DB_TLS is 'off': ")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://a@localhost/d",
        "postgresql:///d",
        "postgresql:///d?host=/run/postgresql",
        "postgresql://a@db.example.com/d?sslmode=verify-full&sslrootcert=system",
    ],
)
def test_it_takes_postgresql_on_this_machine_or_verified(address: str, home: Path) -> None:
    assert production(home, DATABASE_URL=address) == ()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://a@db.example.com/d",
        "postgresql://a@db.example.com/d?sslmode=require",
        "postgresql:///d?host=localhost&host=db.example.com",
        "postgresql://a@localhost/d?hostaddr=192.0.2.1",
        "postgresql://a@h/d?sslmode=verify-full&sslmode=disable",
    ],
)
def test_it_refuses_postgresql_elsewhere_unverified(address: str, home: Path) -> None:
    (fault,) = production(home, DATABASE_URL=address)
    assert "add ?sslmode=verify-full&sslrootcert=system" in fault


def with_key_file(home: Path, name: str, mode: int) -> tuple[str, ...]:
    (home / name).parent.mkdir(exist_ok=True)
    write_keys(home / name, spelled(KEY), mode)
    given = PRODUCTION | {"SECRET_KEY": "", "SECRET_KEY_FILE": name}
    return production_faults(Settings.load(given, home))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_it_takes_a_private_key_file(mode: int, home: Path) -> None:
    assert with_key_file(home, "keys", mode) == ()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_it_refuses_a_key_file_that_others_can_read(mode: int, home: Path) -> None:
    assert with_key_file(home, "keys", mode) == (
        f"SECRET_KEY_FILE can be read by others: run `chmod 600 {home}/keys`",
    )


@pytest.mark.parametrize("name", ["instance/keys", "data/../instance/keys"])
def test_it_refuses_a_key_file_among_developments_secrets(name: str, home: Path) -> None:
    (home / "instance").mkdir()
    (home / "data").mkdir()
    assert with_key_file(home, name, 0o600) == (
        "SECRET_KEY_FILE lies in INSTANCE_PATH, among development's secrets: move it",
    )
