"""What an operator does to a person of a host application holds at once, where it is demanded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import Clock, Site
from live import Person
from simple_2fa.core.clock import utc_now
from simple_2fa.flask import second_factor_required
from toys import toy


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(toy(tmp_path, SIMPLE_2FA_PUBLIC_URL="http://localhost"), Clock(utc_now()))
    made.app.add_url_rule("/secret", "secret", second_factor_required(lambda: "the secret"))
    yield made
    made.services.db.close()


@pytest.fixture
def ann(site: Site) -> Person:
    """Somebody who has made the second step."""
    ann = Person(site)
    ann.get("/enter/ann")
    assert goes_to(ann) == "/verify"
    site.clock.now = utc_now()
    assert ann.type(ann.open("/verify"), site.code()).html == "the secret"
    return ann


def goes_to(ann: Person) -> str:
    """Where a page of the application leads her, or what it shows."""
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
    told = ann.client.get("/secret", headers=own)
    return told.headers.get("Location") or (told.text if told.status_code == 200 else told.status)


def person(site: Site, *arguments: str) -> str:
    told = site.app.test_cli_runner().invoke(args=["simple-2fa", "person", *arguments])
    assert told.exit_code == 0, told.output
    return told.output


def test_a_reset_ends_what_was_proved_and_a_letter_tells_it(site: Site, ann: Person) -> None:
    assert "1 sessions" in person(site, "reset-2fa", "ann", "--yes")
    assert goes_to(ann) == "/verify"
    site.clock.now = utc_now()
    subjects = [each.subject for each in site.letters("ann@example.com") if not each.code]
    assert "Your second sign-in step at Toy was reset" in subjects


def test_who_is_disabled_is_refused_until_enabled(site: Site, ann: Person) -> None:
    person(site, "disable", "ann")
    assert goes_to(ann) == "403 FORBIDDEN"
    person(site, "enable", "ann")
    assert goes_to(ann) == "/verify"


def test_what_is_shown_is_what_stands_behind_her(site: Site, ann: Person) -> None:
    assert goes_to(ann) == "the secret"
    assert "sessions     1\n" in person(site, "show", "ann")
