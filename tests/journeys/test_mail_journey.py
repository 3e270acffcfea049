"""From the application's call to the real letter and back, by a real mail server."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from apps import ANN, Site
from live import asked, site_in
from rig.letter import Letter
from rig.smtp import Sink

SHOP = {"PUBLIC_URL": "https://2fa.acme.test", "SITE_NAME": "Acme", "MAIL_FROM": "code@acme.test"}


@contextmanager
def node(folder: Path, url: str, sink: Sink) -> Iterator[Site]:
    """One server of production: an application and its worker, on this database."""
    mail = {"SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
    site = site_in(folder, url, development=False, **SHOP, **mail)
    stop = site.services.worker.start()
    try:
        yield site
    finally:
        stop()
        site.clock.move(seconds=30)
        site.deliver()  # nothing; an idle worker hangs up
        site.services.db.close()


def call(site: Site, key: str, path: str, **body: str) -> tuple[int, dict[str, str]]:
    headers = {"Authorization": f"Bearer {key}"}
    reply = site.client().post(path, json=body, headers=headers)
    return reply.status_code, reply.get_json()


def code_in(letter: Letter) -> str:
    (code,) = (line for line in letter.text.splitlines() if re.fullmatch("[0-9]{6}", line))
    return code


def to(address: str) -> Callable[[Letter], bool]:
    return lambda letter: letter.recipients == (address,)


def test_a_letter_arrives_and_its_code_is_approved(
    database_url: str, tmp_path: Path, smtp_sink: Sink
) -> None:
    with node(tmp_path, database_url, smtp_sink) as site:
        _, key = site.new_key()
        status, started = call(site, key, "/generate-2fa", email=ANN)
        assert (status, started["message"], started["delivery"]) == (
            202,
            "2FA code sent.",
            "queued",
        )
        (letter,) = smtp_sink.wait_for(1)
        code = code_in(letter)
        status, told = call(site, key, "/verify", challenge=started["challenge"], code=code)
        assert (status, told["status"]) == (200, "approved")
        assert told["message"] == "2FA verification successful!"
        assert call(site, key, "/verify", challenge=started["challenge"], code=code)[0] == 410


def test_the_letter_is_a_good_one(tmp_path: Path, smtp_sink: Sink) -> None:
    with node(tmp_path, "", smtp_sink) as site:
        _, key = site.new_key()
        asked(site, key=key)
        (letter,) = smtp_sink.wait_for(1)
    assert (letter.sender, letter.recipients) == ("code@acme.test", (ANN,))
    message, code = letter.message, code_in(letter)
    assert message["From"] == "Acme <code@acme.test>"
    assert message["To"] == ANN
    assert letter.subject == "Your Acme security code"
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[\w-]{22}@acme\.test>", message["Message-ID"])
    assert parsedate_to_datetime(message["Date"]) == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert message.get_content_type() == "multipart/alternative"
    assert letter.text.splitlines()[:4] == ["Your Acme security code:", "", code, ""]
    assert "It works once, until 10:40 UTC." in letter.text
    assert "Asked at 10:30 UTC" in letter.text
    assert "Acme will never ask you for this code" in letter.text
    assert f">{code}</p>" in letter.html
    assert b"\r\n" + code.encode() + b"\r\n" in letter.raw


def test_without_a_mail_server_issuing_goes_on_and_the_letter_comes_later(
    tmp_path: Path, smtp_sink: Sink
) -> None:
    smtp_sink.stop()
    with node(tmp_path, "", smtp_sink) as site:
        _, key = site.new_key()
        started = [call(site, key, "/generate-2fa", email=f"p{n}@example.com") for n in range(3)]
        assert [status for status, _ in started] == [202, 202, 202]
        smtp_sink.start()
        site.clock.move(seconds=60)
        letters = smtp_sink.wait_for(3)
        for number, (_, told) in enumerate(started):
            (letter,) = [each for each in letters if to(f"p{number}@example.com")(each)]
            answer = {"challenge": told["challenge"], "code": code_in(letter)}
            assert call(site, key, "/verify", **answer)[0] == 200


@pytest.mark.parametrize("reply", ["451 4.7.1 later", "421 4.3.2 closing"])
def test_a_letter_that_is_put_off_is_tried_again(
    tmp_path: Path, smtp_sink: Sink, reply: str
) -> None:
    smtp_sink.reply("RCPT", reply)
    with node(tmp_path, "", smtp_sink) as site:
        _, key = site.new_key()
        path = asked(site, key=key)
        delivery = f"{path}/delivery"
        _wait_until(lambda: site.client().get(delivery).get_json()["state"] == "deferred")
        site.clock.move(seconds=10)
        smtp_sink.wait_for(1)
        _wait_until(lambda: site.client().get(delivery).get_json()["state"] == "sent")


def test_two_nodes_share_the_work_and_each_letter_goes_once(
    database_url: str, tmp_path: Path, smtp_sink: Sink
) -> None:
    people = [f"p{number}@example.com" for number in range(12)]
    with (
        node(tmp_path / "one", database_url, smtp_sink) as one,
        node(tmp_path / "two", database_url, smtp_sink) as two,
    ):
        _, key = one.new_key()
        nodes = [one, two]
        started = [
            call(nodes[number % 2], key, "/generate-2fa", email=address)[1]
            for number, address in enumerate(people)
        ]
        smtp_sink.wait_for(len(people))
        for number, told in enumerate(started):
            (letter,) = smtp_sink.wait_for(to(people[number]))
            other = nodes[(number + 1) % 2]
            answer = {"challenge": told["challenge"], "code": code_in(letter)}
            assert call(other, key, "/verify", **answer)[1]["status"] == "approved"
    assert sorted(letter.recipients[0] for letter in smtp_sink.messages) == sorted(people)


def _wait_until(fits: Callable[[], bool], seconds: float = 10) -> None:
    """Ask again and again until it is so."""
    over = threading.Event()
    timer = threading.Timer(seconds, over.set)
    timer.start()
    try:
        while not fits():
            assert not over.wait(0.02), "waited in vain"
    finally:
        timer.cancel()
