"""Every page in every state, in a real browser: who opens what, and does what, to see it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from apps import ANN, TESTS_OWN, served
from live import asked, compiled_once
from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import ledger_of
from simple_2fa.challenges.model import Challenge
from simple_2fa.limits import buckets
from simple_2fa.mail.outbox import Leased
from tabs import Tab


@dataclass
class Stage(Tab):
    """A site and a tab that is open on it. Letters go out when `site.deliver` is called."""

    folder: Path

    def ask(self, **more: str) -> str:
        """Let an application ask for a code, and open its page."""
        path = asked(self.site, **more)
        self.open(path)
        return path

    def challenge(self, path: str) -> Challenge:
        found = flows.by_ticket(self.site.services.desk, path.rpartition("/")[2])
        assert found is not None
        return found

    def spend(self, path: str, guesses: int = 10) -> None:
        """Let others have guessed at her codes."""
        ledger, now = ledger_of(self.challenge(path).question), self.site.clock()
        self.site.services.db.tidy(
            lambda connection: buckets.take(connection, ledger, now, charge=guesses)
        )

    def leased(self) -> Leased:
        """Take the letter out of the queue, as a worker does."""
        outbox, now = self.site.services.desk.outbox, self.site.clock()
        (row,) = outbox.due(now, 1)
        leased = outbox.lease(row, now)
        assert leased is not None
        return leased


@contextmanager
def stage(page: Page, folder: Path, *, development: bool = True) -> Iterator[Stage]:
    """Serve Acme to a tab."""
    more = {} if development else {"SMTP_SERVER": "127.0.0.1", "MAIL_FROM": "no-reply@acme.test"}
    named = {"SITE_NAME": "Acme", "SUPPORT_CONTACT": "help@acme.test", **more}
    live = served(folder, development=development, working=False, factor_paths=TESTS_OWN, **named)
    with live as site:
        yield Stage(compiled_once(site), page, folder)


def sent(at: Stage) -> None:
    path = at.ask()
    at.site.deliver()
    at.open(path)


def deferred(at: Stage) -> None:
    path, leased = at.ask(), at.leased()
    again = at.site.clock() + timedelta(minutes=2)
    reply = f"451 4.7.1 <{ANN}>: Recipient address rejected: greylisted, see https://acme.test/451"
    at.site.services.desk.outbox.deferred(leased, again, reply)
    at.open(path)
    at.page.locator("summary").click()


def refused(at: Stage) -> None:
    _, key = at.site.new_key("The Very Well Known Shop of Ann & Sons")
    path, leased = at.ask(key=key), at.leased()
    at.site.services.desk.outbox.failed(leased, at.site.clock(), "550 5.1.1 no such user")
    at.open(path)


def missed(at: Stage) -> None:
    at.ask()
    at.miss(2)


def empty(at: Stage) -> None:
    at.ask()
    at.press("Continue")


def malformed(at: Stage) -> None:
    at.ask()
    at.type("12345")


def resent(at: Stage) -> None:
    at.ask()
    at.site.clock.move(seconds=60)
    at.press("Send again")


def renewed(at: Stage) -> None:
    at.ask()
    at.site.clock.move(minutes=8)
    at.press("Send again")


def too_early(at: Stage) -> None:
    at.ask()
    at.site.clock.move(seconds=18)
    at.press("Send again")


def stale(at: Stage) -> None:
    at.ask()
    at.page.context.clear_cookies()
    at.type("123456")


def away(at: Stage) -> None:
    at.ask()
    at.site.services.db.close()
    (at.folder / "site.sqlite3").rename(at.folder / "away")
    (at.folder / "site.sqlite3").mkdir()
    at.type("123456")


def expired(at: Stage) -> None:
    path = asked(at.site)
    at.site.clock.move(minutes=10)
    at.open(path)


def canceled(at: Stage) -> None:
    path = asked(at.site)
    flows.cancel(at.site.services.desk, at.challenge(path), at.site.clock())
    at.open(path)


def five_misses(at: Stage) -> None:
    at.ask()
    at.miss(5)


def five_misses_too_early(at: Stage) -> None:
    five_misses(at)
    at.press("Email me a new code")


def paused(at: Stage) -> None:
    path = at.ask()
    at.spend(path)
    at.type("123456")


def long_code(at: Stage) -> None:
    paused(at)
    at.site.clock.move(seconds=30)
    at.press("Email me a long code")


def done(at: Stage) -> None:
    _, key = at.site.new_key("The Very Well Known Shop of Ann & Sons")
    at.ask(key=key)
    at.type(at.site.code())


def bare_wrong(at: Stage) -> None:
    at.open("/verify")
    at.page.get_by_label("Email").fill(ANN)
    at.type("123456")


def bare_both(at: Stage) -> None:
    at.open("/verify")
    at.page.get_by_label("Email").fill("ann@")
    at.type("12")


def inbox(at: Stage) -> None:
    asked(at.site, "a-rather-long-address-of-somebody@mail.subsidiary.example.com")
    at.site.deliver()
    at.site.clock.move(minutes=5)
    asked(at.site)
    at.site.deliver()
    at.open("/inbox")


def at_path(path: str) -> Callable[[Stage], None]:
    return lambda at: at.open(path)


Scene = tuple[Callable[[Stage], object], str]
SCENES: dict[str, Scene] = {
    "ask": (Stage.ask, "Check your email"),
    "ask-sent": (sent, "Check your email"),
    "ask-deferred": (deferred, "Check your email"),
    "ask-refused": (refused, "Check your email"),
    "wrong": (missed, "Check your email"),
    "empty": (empty, "Check your email"),
    "malformed": (malformed, "Check your email"),
    "resent": (resent, "Check your email"),
    "renewed": (renewed, "Check your email"),
    "too-early": (too_early, "Check your email"),
    "stale": (stale, "Check your email"),
    "away": (away, "We can't check codes right now"),
    "expired": (expired, "That code has expired"),
    "canceled": (canceled, "That code was canceled"),
    "five-misses": (five_misses, "Too many wrong codes"),
    "five-misses-too-early": (five_misses_too_early, "Too many wrong codes"),
    "paused": (paused, "Codes are paused"),
    "long-code": (long_code, "Check your email"),
    "done": (done, "Done"),
    "bare": (at_path("/verify"), "Enter your code"),
    "bare-wrong": (bare_wrong, "Enter your code"),
    "bare-both-errors": (bare_both, "Enter your code"),
    "unknown-ticket": (at_path(f"/verify/{'x' * 43}"), "There's nothing to confirm here"),
    "not-found": (at_path("/nowhere"), "There's no such page"),
    "home": (at_path("/"), "Welcome"),
    "inbox": (inbox, "Inbox"),
    "inbox-empty": (at_path("/inbox"), "Inbox"),
    "inbox-no-match": (at_path("/inbox?to=eve@example.com"), "Inbox"),
}
"""Name → how to get there, and the heading to find there."""
