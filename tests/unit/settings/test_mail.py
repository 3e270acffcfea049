"""The mail server, and the sender."""

from pathlib import Path

import pytest

from given import fault_of
from simple_2fa.settings import Settings


@pytest.mark.parametrize(
    ("tls", "port"), [("", 587), ("starttls", 587), ("implicit", 465), ("none", 25)]
)
def test_the_port_follows_tls(tls: str, port: int, home: Path) -> None:
    assert Settings.load({"SMTP_TLS": tls}, home).smtp_port == port


def test_a_given_port_stays(home: Path) -> None:
    settings = Settings.load({"SMTP_TLS": "none", "SMTP_PORT": "1025"}, home)
    assert settings.smtp_port == 1025


@pytest.mark.parametrize("port", ["0", "65536", "smtp", "-1", "+25"])
def test_it_refuses_what_is_no_port(port: str, home: Path) -> None:
    assert fault_of(home, SMTP_PORT=port) == f"SMTP_PORT is '{port}': give 1 to 65535"


def test_the_sender_is_the_user_where_that_is_an_address(home: Path) -> None:
    assert Settings.load({"EMAIL_USER": "ann@example.com"}, home).mail_from == "ann@example.com"
    assert Settings.load({"EMAIL_USER": "apikey"}, home).mail_from is None


def test_a_given_sender_stays(home: Path) -> None:
    given = {"EMAIL_USER": "ann@example.com", "MAIL_FROM": "no-reply@example.com"}
    assert Settings.load(given, home).mail_from == "no-reply@example.com"


@pytest.mark.parametrize(
    "value", ["ann", "ann@", "@b", "a@b, c@d", "Ann <a@b>", "a@b@c", "ä@b.c", f"a@{'b' * 200}"]
)
def test_it_refuses_what_is_not_one_address(value: str, home: Path) -> None:
    assert "give one address" in fault_of(home, MAIL_FROM=value)


@pytest.mark.parametrize("value", ["mail:25", "smtp://mail", "mail/x", "a b", "ann@mail"])
def test_it_refuses_a_mail_server_that_is_no_host_name(value: str, home: Path) -> None:
    assert "give a host name alone" in fault_of(home, SMTP_SERVER=value)


@pytest.mark.parametrize("value", ["smtp.example.com", "mail_1", "192.0.2.1", "2001:db8::1"])
def test_it_takes_host_names_and_addresses(value: str, home: Path) -> None:
    assert Settings.load({"SMTP_SERVER": value}, home).smtp_server == value


def test_it_takes_a_certificate_file(home: Path) -> None:
    (home / "ca.pem").write_text("-----BEGIN CERTIFICATE-----")
    settings = Settings.load({"SMTP_TLS_CA": "ca.pem", "DB_TLS_CA": "ca.pem"}, home)
    assert settings.smtp_tls_ca == settings.db_tls_ca == home / "ca.pem"


@pytest.mark.parametrize("name", ["SMTP_TLS_CA", "DB_TLS_CA"])
def test_it_refuses_a_certificate_file_that_is_not_there(name: str, home: Path) -> None:
    assert "No such file" in fault_of(home, **{name: "ca.pem"})
    assert "Is a directory" in fault_of(home, **{name: "."})
