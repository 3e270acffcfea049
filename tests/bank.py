"""The corner bank, an example application, and its customer in real Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps import ANN, Site
from examples import Example, running
from rig import browser
from rig.browser import AXE
from simple_2fa.http.services import Services
from tabs import Tab

PASSWORD = "three small boats"
HOME = f"Hello {ANN}"
NIGHT = "rgb(29, 23, 18)"
"""The ground of the bank's own pages where a browser prefers dark ones."""


class Bank(Site):
    """The example as people run it, but that its second step goes by a clock that stands still."""

    def __init__(self, example: Example) -> None:
        super().__init__(example.app)
        self._example = example
        # In development the first request names the host that passkeys belong to from then on.
        self.app.test_client().get("/verify", base_url=example.origin)
        object.__setattr__(self.services, "clock", self.clock)

    @property
    def services(self) -> Services:
        return self._example.services

    @property
    def origin(self) -> str:
        return self._example.origin

    def close(self) -> None:
        """Close the connections of the application's own engine."""
        with self.app.app_context():
            self._example.names["db"].engine.dispose()


@contextmanager
def open_bank(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    """Let it run on a database in the folder."""
    monkeypatch.setenv("BANK_DATABASE", f"sqlite:///{folder / 'bank.sqlite3'}")
    with running("flask_login_app/after", folder, monkeypatch) as example:
        bank = Bank(example)
        yield bank
    bank.close()


@dataclass
class Customer(Tab):
    """Ann at the bank, whose own login asks for her password."""

    site: Bank

    def newest_code(self) -> str:
        """Look into the inbox, as whoever tries the example does."""
        self.site.deliver()
        letters = self.page.request.get(f"{self.site.origin}/inbox.json?to={ANN}").json()
        return next(str(each["code"]) for each in letters if each["code"])

    def come(self) -> None:
        """Sign in with the password."""
        self.open("/login")
        self.fill("Email", ANN)
        self.fill("Password", PASSWORD)
        self.press("Sign in")
        self.is_at("/", HOME)

    def come_again(self, after: float = 60) -> None:
        """Sign out of the bank, and in again so many seconds later."""
        self.follow("Corner Bank")
        self.press("Sign out")
        self.is_at("/login", "Sign in")
        self.site.clock.move(seconds=after)
        self.come()

    def open_account(self) -> None:
        self.open("/verify/account")

    def pay(self) -> None:
        """Send what the bank takes after a second step alone."""
        self.follow("Corner Bank")
        self.fill("To", "Bob")
        self.fill("Coins", "12")
        self.press("Transfer")

    def has_paid(self) -> None:
        """Be let on by the second step: her form was kept, and goes on her word."""
        self.looks_at("Send it now?")
        self.press("Send it")
        self.is_at("/", HOME)
        expect(self.page.locator(".flash")).to_have_text("12 coins are on their way to Bob.")

    def looks_at(self, heading: str) -> None:
        """Be on this page of ours: as dark as the bank's own, no wider than the screen."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(self.page.locator("body")).to_have_css("background-color", NIGHT)
        self.fits()
        if self.scripts and not self.by_keyboard:  # the page is the same, and axe is a script
            self.page.evaluate(AXE)
            assert [*browser._faults(self.page)] == []
