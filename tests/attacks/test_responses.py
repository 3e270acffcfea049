"""What every response of a whole life says, and what it keeps to itself."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote

import pytest
from werkzeug.test import TestResponse

from apps import Site
from guests import PASSWORD, Guest, goes_to, rows
from live import give_back, lose_database, site_in
from rig.smtp import Sink
from simple_2fa.app.logs import JsonLines, PlainLines
from simple_2fa.core.ids import new_id
from simple_2fa.http.guard import anybody

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
POLICY = {
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "connect-src 'self'",
    "img-src 'self' data:",
}
CHOSEN = ["quiet paper lantern", "brave copper kettle", "slow purple harbour", "nobody typed that"]
HALF_A_YEAR = 180 * 24 * 3600


@dataclass
class Life:
    """All that went to and fro, and all that must not be found in it."""

    site: Site
    folder: Path
    seen: list[TestResponse] = field(default_factory=list)
    log: list[logging.LogRecord] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    passwords: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)

    def live(self) -> None:
        """Create an account, and do once whatever can be done with it."""
        address, new_address = f"{new_id()}@example.com", f"{new_id()}@example.com"
        first, second, third, wrong = CHOSEN
        self.passwords.update(CHOSEN)
        ann, other = Guest(self.site), Guest(self.site)
        self._fail(ann)
        ann.send("/register", email=address, password="short")
        ann.send("/register", email="nobody@example.com", password=first)
        ann.send("/verify/address", email=address)
        self._answer(ann)
        ann.send("/account/language", language="en")
        ann.send("/logout")
        ann.log_in(address, wrong)
        ann.log_in(address, first)
        ann.get("/verify")
        ann.get("/verify/delivery")
        self.site.clock.move(seconds=31)
        ann.send("/verify/resend")
        self._answer(ann, remember="yes")
        for path in ("/account/password", "/account/address"):
            self.site.clock.move(minutes=6)
            ann.send("/confirm", next=path)
            self._answer(ann)
            ann.get(path)
            if path.endswith("password"):
                ann.send(path, current_password=wrong, password=second)
                ann.send(path, current_password=first, password=second)
            else:
                ann.send(path, email=new_address)
                self._answer(ann)
        other.send("/forgot", email=new_address)
        self._answer(other)
        other.get("/reset")
        other.send("/reset", password=third)
        other.get("/confirm")
        self._note(other)
        ann.get("/account")
        ann.send("/undo")
        self.site.clock.move(minutes=6)
        ann.send("/confirm", next="/account/delete")
        self._answer(ann)
        for path in ("/account", "/account/activity", "/account/delete", "/verify", "/login"):
            ann.get(path)
        ann.send("/account/browsers/forget", browser="all")
        ann.send("/account/sessions/end", session="others")
        assert goes_to(ann.send("/account/delete")) == "/login?notice=deleted"
        self.seen += ann.seen + other.seen

    def _fail(self, guest: Guest) -> None:
        """Meet every kind of error page."""
        for path in ("/nowhere", "/account/", "/verify/" + "x" * 43, "/broken"):
            guest.get(path)
        guest.seen.append(guest.client.put("/login"))
        guest.seen.append(guest.client.post("/login", data={"email": "x" * 70_000}))
        guest.seen.append(guest.client.post("/logout"))
        lose_database(self.site, self.folder)
        guest.log_in("ann@example.com")
        guest.get("/account/x")
        give_back(self.folder)

    def _answer(self, guest: Guest, **more: str) -> None:
        self._note(guest)
        self.site.deliver()
        code = guest.code()
        self.codes.add(code)
        guest.enter("000000" if code != "000000" else "111111")
        assert goes_to(guest.enter(code, **more))
        self._note(guest)

    def _note(self, guest: Guest) -> None:
        self.tokens |= {held for name, held in guest.jar().items() if "s2fa" in name}


@pytest.fixture(scope="module", params=["production", "development"])
def life(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Life]:
    folder, records = tmp_path_factory.mktemp("site"), _Records()
    root, ours = logging.getLogger(), logging.getLogger("simple_2fa")
    with Sink() as sink, pytest.MonkeyPatch.context() as patched:
        patched.setattr(ours, "propagate", True)
        patched.setattr(root, "handlers", [records])
        patched.setattr(ours, "level", logging.DEBUG)
        mail = {"SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
        production = request.param == "production"
        mail["MAIL_FROM"] = "no-reply@example.com"
        site = site_in(folder, development=not production, **mail)
        site.app.add_url_rule("/broken", "broken", anybody(_break))
        found = Life(site, folder, log=records.kept)
        found.live()
        site.deliver()
        yield found
        site.clock.move(seconds=30)
        site.deliver()  # nothing; an idle worker hangs up
        site.services.db.close()


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


def _break() -> NoReturn:
    raise RuntimeError("broken")


def cookies(life: Life) -> list[list[str]]:
    return [each.split("; ") for reply in life.seen for each in reply.headers.getlist("Set-Cookie")]


def is_production(life: Life) -> bool:
    return not life.site.services.development


class TestHeaders:
    def test_all_kinds_of_answers_were_met(self, life: Life) -> None:
        told = {reply.status_code for reply in life.seen}
        assert told == {200, 303, 400, 403, 404, 405, 413, 422, 500, 503}

    def test_each_has_them(self, life: Life) -> None:
        for reply in life.seen:
            assert ALWAYS.items() <= dict(reply.headers).items(), reply.request.path
            assert len(reply.headers["X-Request-Id"]) == 22
            assert ("Strict-Transport-Security" in reply.headers) == is_production(life)
            assert not [name for name, _ in reply.headers if name.startswith("Access-Control")]

    def test_each_page_runs_nothing_that_isn_t_ours(self, life: Life) -> None:
        for reply in life.seen:
            if reply.mimetype == "text/html":
                policy = reply.headers["Content-Security-Policy"]
                assert set(policy.split("; ")) >= POLICY
                assert "unsafe" not in policy

    def test_no_error_tells_how_we_are_made(self, life: Life) -> None:
        for reply in life.seen:
            assert not {"Server", "X-Powered-By"} & set(dict(reply.headers))
            for words in ("Traceback", "RuntimeError", "sqlite", "simple_2fa", "werkzeug"):
                assert words not in reply.text


class TestCookies:
    def test_each_is_ours_alone_and_read_by_no_script(self, life: Life) -> None:
        prefix = "__Host-" if is_production(life) else ""
        wanted = {"HttpOnly", "SameSite=Lax", "Path=/"} | ({"Secure"} if prefix else set())
        assert len(cookies(life)) > 10
        for pair, *attributes in cookies(life):
            name = pair.partition("=")[0]
            assert name.startswith((f"{prefix}visitor", f"{prefix}s2fa_"))
            lasts = {each for each in attributes if each.startswith(("Max-Age=", "Expires="))}
            assert set(attributes) - lasts == wanted

    def test_a_session_goes_with_its_browser_and_a_known_browser_lasts(self, life: Life) -> None:
        for pair, *attributes in cookies(life):
            name, _, value = pair.partition("=")
            (age,) = [each[8:] for each in attributes if each.startswith("Max-Age=")] or [""]
            wanted = str(HALF_A_YEAR) if "browser" in name else "" if value else "0"
            assert age == wanted, name

    def test_each_step_has_a_token_of_its_own(self, life: Life) -> None:
        held = [pair for pair, *_ in cookies(life) if "s2fa" in pair and not pair.endswith("=")]
        assert len(held) == len(set(held))


class TestSecrets:
    def test_no_answer_tells_one(self, life: Life) -> None:
        for reply in life.seen:
            told = reply.text + str([h for h in reply.headers if h[0] != "Set-Cookie"])
            for secret in life.codes | life.passwords | life.tokens:
                assert secret not in told, reply.request.path

    def test_no_address_of_a_page_holds_one(self, life: Life) -> None:
        for reply in life.seen:
            told = unquote(reply.request.url + reply.headers.get("Location", ""))
            assert not [each for each in life.codes | life.passwords | life.tokens if each in told]
            assert "@" not in told

    def test_no_log_line_holds_one(self, life: Life) -> None:
        assert len(life.log) > len(life.seen)
        for record in life.log:
            for shown in (JsonLines().format(record), PlainLines().format(record)):
                for secret in life.codes | life.passwords | life.tokens | {PASSWORD}:
                    assert secret not in shown
                assert "@" not in shown.replace("***@", "")

    def test_nothing_stored_is_one(self, life: Life) -> None:
        stored = str(rows(life.site))
        assert not [each for each in life.passwords | life.tokens if each in stored]
