"""Browsers and networks, named so that their owner recognises them."""

import pytest

from simple_2fa.http import agents

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
LINUX = "Mozilla/5.0 (X11; Linux x86_64"
MOBILE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {MOBILE}"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {MOBILE}"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8)"
CHROMIUM = f"{WEBKIT} Chrome/126.0.0.0 Safari/537.36"
PHONE = f"{WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (f"{WINDOWS[:-1]}; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Windows"),
        (f"{LINUX}; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
        (f"{IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        (
            "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
            "Firefox on Android",
        ),
        (f"{WINDOWS} {CHROMIUM}", "Chrome on Windows"),
        (f"{MAC} {CHROMIUM}", "Chrome on macOS"),
        (f"{ANDROID} {PHONE}", "Chrome on Android"),
        (f"{IPAD} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", "Chrome on iPad"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROMIUM}", "Chrome on ChromeOS"),
        (f"{LINUX}) {WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"{WINDOWS} {CHROMIUM} Edg/126.0.0.0", "Edge on Windows"),
        (f"{ANDROID} {PHONE} EdgA/126.0.0.0", "Edge on Android"),
        (f"{IPHONE} Version/17.0 EdgiOS/126.0.0.0 Mobile/15E148 Safari/604.1", "Edge on iPhone"),
        (f"{WINDOWS} {CHROMIUM} OPR/112.0.0.0", "Opera on Windows"),
        (f"{LINUX}) {CHROMIUM} Vivaldi/6.8", "Vivaldi on Linux"),
        (
            f"{ANDROID} {WEBKIT} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (f"{MAC} {WEBKIT} Version/17.5 Safari/605.1.15", "Safari on macOS"),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("curl/8.8.0", "curl"),
        ("python-requests/2.32.3", ""),
        ("SomethingElse/1.0 (Windows NT 10.0)", "Windows"),
        ("", ""),
    ],
)
def test_browser_and_system_are_named_by_what_they_send(sent: str, named: str) -> None:
    assert agents.name(sent) == named


@pytest.mark.parametrize(
    "sent", ["<script>alert(1)</script>", "Firefox\r\nSet-Cookie: x", "\x00", "é" * 100, "{{7*7}}"]
)
def test_nothing_that_was_sent_is_repeated(sent: str) -> None:
    assert agents.name(sent) == ""


def test_what_stands_behind_a_long_beginning_is_not_looked_at() -> None:
    assert agents.name(" " * 512 + "Firefox/127.0 Windows") == ""


def test_every_name_fits_its_column() -> None:
    longest = max(len(f"{b} on {s}") for b, _ in agents._BROWSERS for s, _ in agents._SYSTEMS)
    assert longest <= 80


@pytest.mark.parametrize(
    ("agent", "worded"),
    [
        ("Firefox on Windows", "Firefox on Windows"),
        ("curl", "curl"),
        ("", "an unknown browser"),
    ],
)
def test_a_name_is_worded_and_so_is_none(agent: str, worded: str) -> None:
    assert agents.spoken(agent) == worded


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("203.0.113.7", "203.0.113.x"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_a_network_is_shown_without_its_last_part(named: str, shown: str) -> None:
    assert agents.network(named) == shown
