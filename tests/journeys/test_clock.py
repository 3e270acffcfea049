"""A node whose clock is off the database's decides nothing that rests on time."""

from pathlib import Path

import pytest

from apps import Site
from callers import CHALLENGES, Shop, refusal
from live import Person, asked, site_in
from simple_2fa.db import schema
from world import MINUTE

SKEW = "simple_2fa.db.state.clock_skew"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path)


@pytest.fixture
def off(site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """Start a challenge, then set this node's clock wrong. Gives the challenge's page."""
    path = asked(site)
    set_skew(site, monkeypatch, 2.5)
    return path


def set_skew(site: Site, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(SKEW, lambda *_: seconds)
    site.clock.move(seconds=10)  # the next look is due
    site.deliver()


def test_programs_are_refused(site: Site, off: str) -> None:
    shop = Shop(site)
    found = [
        shop.call("/generate-2fa", {"email": "bob@example.com"}),
        shop.call(CHALLENGES, {"to": "bob@example.com"}),
        shop.verify("123456"),
    ]
    assert [refusal(reply) for reply in found] == [(503, "unavailable")] * 3
    assert all(int(reply.headers["Retry-After"]) for reply in found)
    assert off


def test_people_are_told_that_it_is_not_their_fault(site: Site, off: str) -> None:
    shown = Person(site).open(off)
    assert shown.status == 503
    assert "Not your fault" in shown.main


def test_no_letter_is_sent_and_nothing_swept(site: Site, off: str) -> None:
    assert off
    site.clock.now += 60 * MINUTE
    assert site.letters() == []
    table = schema.challenges
    assert site.services.db.read(
        lambda connection: connection.execute(table.select()).one().code
    ).startswith("1:")


def test_what_needs_no_clock_is_served(site: Site, off: str) -> None:
    assert off
    ann = Person(site)
    assert [ann.get(path).status_code for path in ("/healthz", "/docs", "/openapi.json")] == [
        200,
        200,
        200,
    ]


def test_it_serves_again_once_the_clocks_agree(
    site: Site, off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_skew(site, monkeypatch, -1.9)
    ann = Person(site)
    assert ann.type(ann.open(off), site.code()).h1 == "Done"
