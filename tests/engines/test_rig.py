"""The rig keeps its promises, or no test that stands on it means anything."""

import os
import signal
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pymysql
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from rig import parts
from rig.browser import Browsers, axe, looks, shoot
from rig.mariadb import MariaDB
from rig.postgres import PostgreSQL
from rig.proxy import Proxy
from rig.script import DROP, HANG, Verb
from rig.server import Server
from rig.smtp import Sink, Tls

LETTER = EmailMessage()
LETTER["From"], LETTER["To"], LETTER["Subject"] = "us@example.com", "ann@example.com", "Hällo"
LETTER.set_content("Your code is 123456")
LETTER.add_alternative("<p>Your code is 123456</p>", subtype="html")


def engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool)


def insert(url: str) -> None:
    with engine(url).begin() as link:
        link.execute(text("INSERT INTO notes VALUES (1)"))


def count(url: str) -> object:
    with engine(url).connect() as link:
        return link.scalar(text("SELECT COUNT(*) FROM notes"))


def make_table(url: str) -> str:
    with engine(url).begin() as link:
        link.execute(text("CREATE TABLE notes (id INT PRIMARY KEY)"))
    return url


@pytest.fixture(params=["mariadb", "postgres"])
def server(request: pytest.FixtureRequest) -> Server:
    started: Server = request.getfixturevalue(request.param)
    return started


@pytest.fixture
def table(server: Server) -> str:
    return make_table(server.create_database())


@pytest.fixture
def proxy(server: Server) -> Proxy:
    return Proxy(server.port)


class TestDatabases:
    def test_each_database_is_fresh(self, database_url: str) -> None:
        make_table(database_url)
        assert count(database_url) == 0

    @pytest.mark.parametrize("kind", [MariaDB, PostgreSQL])
    def test_a_commit_survives_a_kill(self, kind: type[MariaDB | PostgreSQL]) -> None:
        parts.need(kind.__name__, kind.is_installed())
        with kind(tls=True) as server:
            url = make_table(server.create_database())
            insert(url)
            server.kill()
            with pytest.raises(DBAPIError):
                count(url)
            server.start()
            assert count(url) == 1
            assert encrypts(server, url)
        assert not server.folder.exists()


def encrypts(server: Server, url: str) -> bool:
    """Connect with a verified certificate."""
    if isinstance(server, PostgreSQL):
        url += f"?sslmode=verify-full&sslrootcert={server.ca_file}"
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        with engine(url).connect() as link:
            return link.scalar(text(query)) is True
    ours = make_url(url)
    raw = pymysql.connect(
        host="127.0.0.1",
        port=server.port,
        user=ours.username,
        password=str(ours.password),
        ssl=ssl.create_default_context(cafile=server.ca_file),
    )
    with raw, raw.cursor() as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        return bool(cursor.fetchall()[0][1])


class TestProxy:
    def test_it_passes_on_what_it_is_not_told_to_lose(self, proxy: Proxy, table: str) -> None:
        with proxy:
            insert(proxy.through(table))
            assert count(proxy.through(table)) == 1
            assert (proxy.connections, proxy.commits, proxy.drops) == (2, 1, 0)

    @pytest.mark.parametrize("before_reply", [True, False])
    def test_it_drops_the_client_but_not_the_commit(
        self, proxy: Proxy, table: str, *, before_reply: bool
    ) -> None:
        with proxy:
            proxy.drop_after_commit(before_reply=before_reply)
            with pytest.raises(DBAPIError):
                insert(proxy.through(table))
            proxy.wait_settled()
            assert count(proxy.through(table)) == 1
            assert proxy.drops == 1

    def test_a_delayed_commit_comes_after_the_drop(self, proxy: Proxy, table: str) -> None:
        with proxy:
            proxy.drop_after_commit(delay=0.3)
            with pytest.raises(DBAPIError):
                insert(proxy.through(table))
            assert count(table) == 0
            proxy.wait_settled()
            assert count(table) == 1

    def test_a_commit_dropped_before_never_arrives(self, proxy: Proxy, table: str) -> None:
        with proxy:
            proxy.drop_before_commit()
            with pytest.raises(DBAPIError):
                insert(proxy.through(table))
            insert(proxy.through(table))  # waits for the lost one to roll back
            assert count(table) == 1

    def test_the_database_goes_and_comes_back(self, proxy: Proxy, table: str) -> None:
        with proxy:
            url = proxy.through(table)
            with engine(url).connect() as link:
                proxy.refuse()
                with pytest.raises(DBAPIError):
                    link.scalar(text("SELECT 1"))
            with pytest.raises(DBAPIError):
                count(url)
            proxy.allow()
            assert count(url) == 0


def send(sink: Sink, *more: str, login: tuple[str, str] | None = None) -> None:
    context = ssl.create_default_context(cafile=None if sink.tls == "none" else sink.ca_file)
    with (
        smtplib.SMTP_SSL("127.0.0.1", sink.port, timeout=1, context=context)
        if sink.tls == "implicit"
        else smtplib.SMTP("127.0.0.1", sink.port, timeout=1)
    ) as link:
        if sink.tls == "starttls":
            link.starttls(context=context)
        if login:
            link.login(*login)
        link.send_message(LETTER, to_addrs=["ann@example.com", *more])


class TestSink:
    def test_it_keeps_letters_with_their_envelope(self, smtp_sink: Sink) -> None:
        send(smtp_sink)
        (letter,) = smtp_sink.wait_for(1)
        assert (letter.sender, letter.recipients) == ("us@example.com", ("ann@example.com",))
        assert letter.subject == "Hällo"
        assert "123456" in letter.text
        assert "<p>" in letter.html

    @pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
    def test_it_serves_only_who_signs_in(self, tls: Tls) -> None:
        with Sink(tls, login=("mailer", "secret")) as sink:
            send(sink, login=("mailer", "secret"))
            with pytest.raises(smtplib.SMTPAuthenticationError, match="535"):
                send(sink, login=("mailer", "wrong"))
            with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
                send(sink)
            assert len(sink.messages) == 1

    @pytest.mark.parametrize("reply", ["450 later", "451 later", "452 full", "554 never"])
    def test_the_next_letters_are_answered_by_the_script(self, smtp_sink: Sink, reply: str) -> None:
        smtp_sink.reply("DATA", reply, times=2)
        for _ in range(2):
            with pytest.raises(smtplib.SMTPDataError, match=reply[:3]):
                send(smtp_sink)
        send(smtp_sink)
        assert len(smtp_sink.wait_for(1)) == 1

    def test_one_recipient_is_refused(self, smtp_sink: Sink) -> None:
        smtp_sink.reply("RCPT", "550 no such user", to="bob@example.com")
        send(smtp_sink, "bob@example.com")
        (letter,) = smtp_sink.wait_for(lambda letter: letter.subject == "Hällo")
        assert letter.recipients == ("ann@example.com",)

    def test_it_takes_a_letter_and_drops_the_connection(self, smtp_sink: Sink) -> None:
        smtp_sink.reply("DATA", DROP)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(smtp_sink)
        assert len(smtp_sink.wait_for(1)) == 1

    @pytest.mark.parametrize("verb", ["CONNECT", "DATA"])
    def test_it_hangs(self, smtp_sink: Sink, verb: Verb) -> None:
        smtp_sink.reply(verb, HANG)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            send(smtp_sink)
        assert not smtp_sink.messages

    def test_it_is_gone_and_comes_back(self, smtp_sink: Sink) -> None:
        smtp_sink.stop()
        with pytest.raises(ConnectionRefusedError):
            send(smtp_sink)
        smtp_sink.start()
        send(smtp_sink)
        assert smtp_sink.wait_for(1)


FAULTY = "<html lang=en><title>A</title><main><h1>A</h1><img src=x></main>"
CSP = {"Content-Security-Policy": "default-src 'none'; require-trusted-types-for 'script'"}


@pytest.fixture
def faulty(page: Page) -> Page:
    """A page with one fault, and as strict about scripts as ours are."""
    page.route(
        "**", lambda route: route.fulfill(body=FAULTY, headers=CSP, content_type="text/html")
    )
    page.goto("http://rig.test/")
    return page


class TestBrowser:
    def test_axe_finds_the_fault_in_every_look(self, faulty: Page) -> None:
        found = axe(faulty)
        assert [fault.partition(":")[0] for fault in found] == list(looks(faulty))
        assert all("image-alt" in fault for fault in found)

    def test_it_stores_a_picture_of_every_look(
        self, faulty: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rig.browser.SCREENSHOTS", tmp_path)
        shots = shoot(faulty, "rig")
        assert [shot.name for shot in shots] == [f"rig-{look}.png" for look in looks(faulty)]
        assert all(shot.stat().st_size for shot in shots)

    def test_another_takes_the_place_of_one_that_died(
        self, browsers: Browsers, browser: Browser
    ) -> None:
        told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        (pid,) = [each["id"] for each in told["processInfo"] if each["type"] == "browser"]
        os.kill(pid, signal.SIGKILL)
        another = browsers.living()
        assert another is not browser
        assert another is browsers.living()
        with another.new_context() as context:
            assert context.new_page().title() == ""


def test_a_missing_part_skips_or_fails(
    need: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    need("nothing", "found")
    monkeypatch.setenv("CI", "false")
    with pytest.raises(pytest.skip.Exception, match="needs nginx"):
        need("nginx", None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="needs nginx"):
        need("nginx", None)
