"""A whole journey on MariaDB, and one at a real process that sends real mail."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from apps import ANN, Site, served
from live import compiled_once
from rig.command import call, fresh_home, write_env
from rig.letter import Letter
from rig.mariadb import MariaDB
from rig.node import Node, until
from rig.ports import free_port
from rig.smtp import Sink
from tabs import Tab
from visitors import ANOTHER, FIREFOX, PASSWORD


class Abroad(Site):
    """A site in a process of its own; its letters come by SMTP."""

    def __init__(self, origin: str, sink: Sink) -> None:
        self._origin, self._sink, self._read = origin, sink, 0

    @property
    def origin(self) -> str:
        return self._origin

    def next_letter(self) -> Letter:
        """Wait for one more."""
        self._read += 1
        return self._sink.wait_for(self._read)[self._read - 1]

    def code(self, to: str = ANN) -> str:
        letter = self.next_letter()
        assert letter.recipients == (to,)
        return letter.code


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with fresh_home(tmp_path, monkeypatch):
        yield tmp_path


def tab(browser: Browser, site: Site) -> Tab:
    return Tab(site, browser.new_context(user_agent=FIREFOX).new_page())


def test_on_mariadb_from_a_new_account_to_its_end(
    browser: Browser, mariadb: MariaDB, tmp_path: Path
) -> None:
    with served(tmp_path, mariadb.create_database(), working=False, SITE_NAME="Acme") as site:
        ann = tab(browser, compiled_once(site))
        ann.create_account()
        ann.is_told("Your account is ready.")
        thief = ann.elsewhere()
        thief.reset()
        thief.is_at("/account", "Your account")
        ann.open("/account")
        ann.follow("Undo")
        ann.fill("Password from before the reset", PASSWORD)
        ann.press("Undo the reset")
        ann.is_told("Your old password is back.")
        thief.open("/account")
        thief.is_told("You were signed out.")
        ann.open("/account/password")
        ann.fill("Current password", PASSWORD)
        ann.fill("New password", ANOTHER)
        ann.press("Change password")
        ann.sign_out()
        site.clock.move(minutes=1)
        ann.sign_in(password=ANOTHER)
        ann.tick("Don't ask again on this browser for 30 days")
        ann.type(site.code())
        ann.sign_out()
        ann.enter(ANN, ANOTHER)
        ann.is_at("/account", "Your account")
        ann.open("/account/delete")
        site.clock.move(minutes=1)
        ann.confirm()
        ann.press("Delete my account")
        ann.is_told("Your account is deleted.")


def test_in_production_with_letters_that_really_go_out(
    home: Path, browser: Browser, smtp_sink: Sink
) -> None:
    port = free_port()
    origin = f"http://localhost:{port}"
    write_env(home, PUBLIC_URL=origin, SMTP_PORT=str(smtp_sink.port), SITE_NAME="Acme")
    assert call("db", "upgrade").status == 0
    with Node(home, "serve", port=port) as node:
        until(node.is_ready)
        site = Abroad(origin, smtp_sink)
        ann = tab(browser, site)
        ann.create_account()
        ann.is_told("Your account is ready.")
        kept = ann.page.context.cookies()
        assert {each["name"][:7] for each in kept} == {"__Host-"}
        assert all(each["secure"] and each["httpOnly"] for each in kept)
        ann.sign_out()
        ann.enter(ANN, PASSWORD)
        ann.tick("Don't ask again on this browser for 30 days")
        ann.type(site.code())
        ann.sees("asks for no code until")
        ann.open("/account/password")
        ann.fill("Current password", PASSWORD)
        ann.fill("New password", ANOTHER)
        ann.press("Change password")
        ann.is_told("Your password is changed, and you're signed out everywhere else.")
        assert site.next_letter().subject == "Your Acme password was changed"
        secrets = [PASSWORD, ANOTHER, ANN, *(each["value"] for each in kept)]
        assert node.end(signal.SIGTERM) == 0
        assert {line["status"] for line in node.lines() if "status" in line} <= {200, 303, 304}
        assert [each for each in secrets if each in node.log] == []
