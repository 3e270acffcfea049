"""The address that people open, and the proxies before it."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from given import fault_of
from simple_2fa.settings import Settings, is_loopback


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://2fa.example.com/", "https://2fa.example.com"),
        ("HTTPS://2FA.Example.com:443", "https://2fa.example.com"),
        ("http://localhost:80/", "http://localhost"),
        ("http://localhost:05000", "http://localhost:5000"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_it_spells_the_address_as_browsers_do(given: str, kept: str, home: Path) -> None:
    settings = Settings.load({"PUBLIC_URL": given}, home)
    assert settings.public_url == settings.origin == kept


@pytest.mark.parametrize(
    "value",
    [
        "2fa.example.com",
        "ftp://example.com",
        "https://",
        "https://a b",
        "https://a:99999",
        "https://ann@example.com",
        "https://bücher.example",
        "https://a:b",
        "//example.com",
    ],
)
def test_it_refuses_what_is_no_web_address(value: str, home: Path) -> None:
    assert fault_of(home, PUBLIC_URL=value).endswith(
        ": give an address such as https://2fa.example.com"
    )


def test_it_names_the_host_for_passkeys(home: Path) -> None:
    settings = Settings.load({"PUBLIC_URL": "https://2fa.Example.com:8443/x"}, home)
    assert settings.rp_id == "2fa.example.com"
    assert settings.origin == "https://2fa.example.com:8443"


def test_it_reads_trusted_proxies(home: Path) -> None:
    proxies = Settings.load({"TRUSTED_PROXIES": "10.0.0.0/8, ::1 192.0.2.7"}, home)
    assert proxies.trusted_proxies == (
        ip_network("10.0.0.0/8"),
        ip_network("::1/128"),
        ip_network("192.0.2.7/32"),
    )


@pytest.mark.parametrize("value", ["10.0.0.1/8", "proxy", "10.0.0.0/33", "10.0.0.0/8;::1"])
def test_it_refuses_what_is_no_network(value: str, home: Path) -> None:
    assert "give networks such as 10.0.0.0/8" in fault_of(home, TRUSTED_PROXIES=value)


@pytest.mark.parametrize("value", ["0.0.0.0/0", "10.0.0.0/8 ::/0"])
def test_it_refuses_to_trust_everybody(value: str, home: Path) -> None:
    assert "name your own proxies" in fault_of(home, TRUSTED_PROXIES=value)


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("/var/run/mysqld/mysqld.sock", True),
        ("", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - a question, nothing is bound
        ("example.com", False),
    ],
)
def test_it_knows_this_machine(host: str, answer: bool) -> None:  # noqa: FBT001
    assert is_loopback(host) is answer
