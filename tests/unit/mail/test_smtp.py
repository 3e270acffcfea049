"""Against a real mail server."""

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

from rig.post import LETTERS, NOW, code_letter
from rig.script import DROP, HANG
from rig.smtp import Sink, Tls
from simple_2fa.core.clock import SECOND
from simple_2fa.core.ids import new_id
from simple_2fa.mail.letters import Rendered
from simple_2fa.mail.outbox import LEASE
from simple_2fa.mail.smtp import LONGEST, MailServer, Smtp, _cut_off
from simple_2fa.mail.transport import DeferredError, OutOfReachError, RefusedError

USER, PASSWORD = "mailer", "pass-word"
Make = Callable[..., Smtp]


@pytest.fixture
def make() -> Iterator[Make]:
    """Make a way to a mail server; it is closed at the end."""
    made: list[Smtp] = []

    def build(  # noqa: PLR0913 - each side of a mail server varies
        sink: "Sink | _Odd",
        *,
        tls: Tls | None = None,
        host: str = "localhost",
        ca_file: Path | None = None,
        login: tuple[str, str] | None = None,
        longest: float = LONGEST,
    ) -> Smtp:
        user, password = login or (None, "")
        server = MailServer(host, sink.port, tls or sink.tls, user, password, ca_file)
        made.append(Smtp(server, patience=1, longest=longest))
        return made[-1]

    yield build
    for way in made:
        way.close()


def letter(to: str = "ann@example.com") -> Rendered:
    return LETTERS.render(code_letter(), to, new_id(), NOW)


class TestLetters:
    def test_it_is_taken_and_the_reply_told(self, smtp_sink: Sink, make: Make) -> None:
        assert make(smtp_sink).send(letter()) == "250 2.0.0 OK"
        (arrived,) = smtp_sink.wait_for(1)
        assert (arrived.sender, arrived.recipients) == ("mail@acme.test", ("ann@example.com",))
        assert "482913" in arrived.text
        assert "482913" in arrived.html

    def test_one_connection_carries_many(self, smtp_sink: Sink, make: Make) -> None:
        way = make(smtp_sink)
        for _ in range(3):
            way.ready()
            way.send(letter())
        assert len(smtp_sink.wait_for(3)) == 3
        assert smtp_sink.connections == 1

    @pytest.mark.parametrize("verb", ["RCPT", "DATA"])
    def test_a_passing_no_is_deferred_and_the_next_is_taken(
        self, smtp_sink: Sink, make: Make, verb: str
    ) -> None:
        smtp_sink.reply(verb, "451 4.7.1 later")  # type: ignore[arg-type]
        way = make(smtp_sink)
        with pytest.raises(DeferredError, match=r"^451 4\.7\.1 later$"):
            way.send(letter())
        way.ready()
        way.send(letter())
        assert smtp_sink.connections == 1

    @pytest.mark.parametrize("verb", ["RCPT", "DATA"])
    def test_a_final_no_is_refused_and_the_next_is_taken(
        self, smtp_sink: Sink, make: Make, verb: str
    ) -> None:
        smtp_sink.reply(verb, "554 5.7.1 never")  # type: ignore[arg-type]
        way = make(smtp_sink)
        with pytest.raises(RefusedError, match=r"^554 5\.7\.1 never$"):
            way.send(letter())
        way.ready()
        way.send(letter())
        assert smtp_sink.connections == 1

    def test_data_refused_before_the_letter_is_sorted_too(self, make: Make) -> None:
        refused = pytest.raises(DeferredError, match="disk full")
        with _Odd(b"DATA", b"452 4.3.1 disk full") as server, refused:
            make(server).send(letter())

    @pytest.mark.parametrize("reply", ["550 5.7.60 not your address", "451 later", "530 sign in"])
    def test_a_refused_sender_is_the_operators_trouble(
        self, smtp_sink: Sink, make: Make, reply: str
    ) -> None:
        smtp_sink.reply("MAIL", reply)
        way = make(smtp_sink)
        with pytest.raises(OutOfReachError, match=f"refuses our sender: {reply[:3]}"):
            way.send(letter())
        way.send(letter())
        assert smtp_sink.connections == 2

    def test_a_server_that_closes_down_is_left(self, smtp_sink: Sink, make: Make) -> None:
        smtp_sink.reply("RCPT", "421 4.3.2 closing")
        way = make(smtp_sink)
        with pytest.raises(OutOfReachError, match="421"):
            way.send(letter())
        way.send(letter())
        assert smtp_sink.connections == 2


def send_twice(way: Smtp) -> None:
    for _ in range(2):
        way.ready()
        way.send(letter())


class TestConnection:
    def test_a_server_that_is_gone_comes_back(self, smtp_sink: Sink, make: Make) -> None:
        way = make(smtp_sink)
        way.send(letter())
        smtp_sink.stop()
        with pytest.raises(OutOfReachError, match="Connection refused"):
            way.ready()
        smtp_sink.start()
        way.ready()
        way.send(letter())
        assert len(smtp_sink.messages) == 2

    def test_a_stale_connection_is_made_anew(self, smtp_sink: Sink, make: Make) -> None:
        way = make(smtp_sink)
        way.ready()
        smtp_sink.stop()
        smtp_sink.start()
        way.ready()
        assert smtp_sink.connections == 2

    def test_a_closed_connection_is_made_anew(self, smtp_sink: Sink, make: Make) -> None:
        way = make(smtp_sink)
        for _ in range(2):
            way.send(letter())
            way.close()
            way.close()
        assert smtp_sink.connections == 2

    def test_it_closes_though_the_server_is_gone(self, smtp_sink: Sink, make: Make) -> None:
        way = make(smtp_sink)
        way.ready()
        smtp_sink.stop()
        way.close()

    @pytest.mark.parametrize("verb", ["CONNECT", "RCPT"])
    def test_a_server_that_hangs_is_left(self, smtp_sink: Sink, make: Make, verb: str) -> None:
        smtp_sink.reply(verb, HANG)  # type: ignore[arg-type]
        with pytest.raises(OutOfReachError, match="timed out"):
            make(smtp_sink).send(letter())

    @pytest.mark.parametrize("verb", ["CONNECT", "DATA"])
    def test_a_dropped_connection_is_out_of_reach(
        self, smtp_sink: Sink, make: Make, verb: str
    ) -> None:
        smtp_sink.reply(verb, DROP)  # type: ignore[arg-type]
        with pytest.raises(OutOfReachError):
            make(smtp_sink).send(letter())

    def test_a_refused_connection_is_told(self, smtp_sink: Sink, make: Make) -> None:
        smtp_sink.reply("CONNECT", "554 5.3.2 go away")
        with pytest.raises(OutOfReachError, match=r"answers 554 5\.3\.2 go away"):
            make(smtp_sink).ready()

    def test_an_unknown_host_is_told(self, smtp_sink: Sink, make: Make) -> None:
        with pytest.raises(OutOfReachError, match="unknown to the name server"):
            make(smtp_sink, host="nowhere.invalid").ready()

    @pytest.mark.parametrize("verb", [b"", b"EHLO", b"RSET", b"MAIL"])
    def test_a_server_that_drips_is_cut_off(self, make: Make, verb: bytes) -> None:
        dripping = _Odd(verb, b"250-drip" if verb else b"220-drip", forever=True)
        with dripping as server:
            way = make(server, longest=0.3)
            with pytest.raises(OutOfReachError):
                send_twice(way)

    def test_a_connection_that_is_gone_needs_no_cutting_off(self) -> None:
        _cut_off(smtplib.SMTP())

    def test_a_letter_takes_no_longer_than_its_lease(self) -> None:
        assert LONGEST * SECOND < LEASE


class TestTls:
    @pytest.mark.parametrize("tls", ["starttls", "implicit"])
    def test_an_authority_of_ones_own_is_trusted(self, make: Make, tls: Tls) -> None:
        with Sink(tls) as sink:
            way = make(sink, ca_file=sink.ca_file)
            way.send(letter())
            assert len(sink.messages) == 1
            assert "TLSv1.3" in way.check()

    @pytest.mark.parametrize("tls", ["starttls", "implicit"])
    def test_a_self_signed_certificate_is_refused(self, make: Make, tls: Tls) -> None:
        with Sink(tls) as sink:
            with pytest.raises(OutOfReachError, match="can't be trusted"):
                make(sink).send(letter())
            assert sink.messages == []

    def test_a_certificate_of_another_host_is_refused(self, make: Make) -> None:
        with Sink("starttls") as sink:
            way = make(sink, host="127.0.0.2", ca_file=sink.ca_file)
            with pytest.raises(OutOfReachError):
                way.send(letter())
            assert sink.messages == []

    def test_stripped_starttls_sends_nothing(self, smtp_sink: Sink, make: Make) -> None:
        way = make(smtp_sink, tls="starttls", login=(USER, PASSWORD))
        with pytest.raises(OutOfReachError, match="offers no STARTTLS, so nothing is sent"):
            way.send(letter())
        assert smtp_sink.messages == []

    def test_the_wrong_kind_of_tls_is_told(self, smtp_sink: Sink, make: Make) -> None:
        with pytest.raises(OutOfReachError, match="SMTP_TLS and SMTP_PORT"):
            make(smtp_sink, tls="implicit").ready()

    def test_a_lost_authority_file_is_told(self, make: Make) -> None:
        with Sink("starttls") as sink:
            way = make(sink, ca_file=Path("/nowhere/ca.pem"))
            with pytest.raises(OutOfReachError, match="No such file"):
                way.ready()


class TestSignIn:
    @pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
    def test_it_signs_in(self, make: Make, tls: Tls) -> None:
        with Sink(tls, login=(USER, PASSWORD)) as sink:
            ca_file = None if tls == "none" else sink.ca_file
            way = make(sink, ca_file=ca_file, login=(USER, PASSWORD))
            way.send(letter())
            assert len(sink.messages) == 1
            assert way.check().endswith("signed in)")

    @pytest.mark.parametrize("password", ["wrong", "päss"])
    def test_a_wrong_password_is_told_but_not_shown(self, make: Make, password: str) -> None:
        with Sink(login=(USER, PASSWORD)) as sink:
            way = make(sink, login=(USER, password))
            with pytest.raises(OutOfReachError, match="EMAIL_PASSWORD") as caught:
                way.ready()
            assert password not in f"{caught.value} {way._server!r}"

    def test_a_server_that_wants_a_sign_in_is_told(self, make: Make) -> None:
        with Sink(login=(USER, PASSWORD)) as sink, pytest.raises(OutOfReachError, match="530"):
            make(sink).send(letter())

    def test_a_server_without_sign_in_is_told(self, make: Make) -> None:
        unheard = pytest.raises(OutOfReachError, match="unset EMAIL_USER")
        with _Odd(b"none", b"") as server, unheard:
            make(server, login=(USER, PASSWORD)).ready()


def test_check_says_what_it_found(smtp_sink: Sink, make: Make) -> None:
    way = make(smtp_sink)
    assert way.check() == f"localhost:{smtp_sink.port} takes letters (no TLS, not signed in)"
    smtp_sink.stop()
    with pytest.raises(OutOfReachError):
        way.check()


class _Odd:
    """A mail server that says 250 to every command but one (b'': it greets oddly)."""

    tls: Tls = "none"

    def __init__(self, verb: bytes, reply: bytes, *, forever: bool = False) -> None:
        self._verb = verb
        self._reply = reply + b"\r\n"
        self._forever = forever
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        self._link, _ = self._listener.accept()
        odd = suppress(OSError)
        with odd, self._listener, self._link, self._link.makefile("rb") as lines:
            if not self._verb:
                self._answer()
            self._link.sendall(b"220 mail.test\r\n")
            for line in lines:
                if line[:4].upper() != self._verb:
                    self._link.sendall(b"250 OK\r\n")
                else:
                    self._answer()

    def _answer(self) -> None:
        self._link.sendall(self._reply)
        with suppress(OSError):
            while self._forever and not self._over.wait(0.02):
                self._link.sendall(self._reply)
