import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rig.post import NOW, PostOffice, code_letter
from simple_2fa.core.factor import Letter
from simple_2fa.db.schema import letters
from simple_2fa.mail import sending
from simple_2fa.mail.letters import Rendered
from simple_2fa.mail.outbox import LEASE, Delivery
from simple_2fa.mail.sending import IDLE, SendLetters
from simple_2fa.mail.transport import DeferredError, OutOfReachError, RefusedError

SECOND = timedelta(seconds=1)
GONE = OutOfReachError("mail.test:587 can't be reached")


class Way:
    """A way out that meets faults as it is told to."""

    def __init__(self) -> None:
        self.sent: list[Rendered] = []
        self.ready_faults: list[Exception] = []
        self.send_faults: list[Exception] = []
        self.closed = 0

    def ready(self) -> None:
        if self.ready_faults:
            raise self.ready_faults.pop(0)

    def send(self, letter: Rendered) -> str:
        if self.send_faults:
            raise self.send_faults.pop(0)
        self.sent.append(letter)
        return "250 OK"

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    made = PostOffice(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield made
    made.db.close()


@pytest.fixture
def way() -> Way:
    return Way()


@pytest.fixture
def sender(office: PostOffice, way: Way) -> SendLetters:
    return office.sender(way)


def words(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


class TestRound:
    def test_it_sends_at_most_so_many(
        self, office: PostOffice, way: Way, sender: SendLetters
    ) -> None:
        for _ in range(5):
            office.queue()
        assert [sender.run(NOW, 2) for _ in range(4)] == [2, 2, 1, 0]
        assert len(way.sent) == 5

    def test_it_ends_after_its_time(
        self, office: PostOffice, way: Way, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "ROUND", timedelta())
        for _ in range(2):
            office.queue()
        assert office.sender(way).run(NOW, 10) == 1

    def test_the_time_that_letters_take_counts(
        self, office: PostOffice, way: Way, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ticks = iter(range(1000, 2000, 2))
        monkeypatch.setattr("time.monotonic", lambda: next(ticks))
        post = office.queue()
        assert office.sender(way).run(NOW, 10) == 1
        assert office.progress(post).at > NOW + 2 * SECOND

    def test_it_passes_over_what_another_worker_took(
        self, office: PostOffice, way: Way, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office.queue()
        office.outbox.lease(1, NOW)
        monkeypatch.setattr(office.outbox, "due", lambda _now, _most: [1])
        assert office.sender(way).run(NOW, 10) == 0
        assert way.sent == []

    def test_an_idle_connection_is_closed_once(
        self, office: PostOffice, way: Way, sender: SendLetters
    ) -> None:
        sender.run(NOW, 10)
        assert way.closed == 0
        office.queue()
        sender.run(NOW, 10)
        for after in (SECOND, IDLE, 2 * IDLE):
            sender.run(NOW + after, 10)
        assert way.closed == 1

    def test_connections_share_a_round(self, office: PostOffice) -> None:
        both = threading.Barrier(2)

        class Meeting(Way):
            def send(self, letter: Rendered) -> str:
                both.wait(10)
                return super().send(letter)

        for _ in range(2):
            office.queue()
        ways = Meeting(), Meeting(), Meeting()
        assert office.sender(*ways).run(NOW, 10) == 2
        assert sum(len(way.sent) for way in ways) == 2


class TestLetters:
    def test_a_letter_past_its_time_fails_unsent(
        self, office: PostOffice, way: Way, sender: SendLetters
    ) -> None:
        post = office.queue(lasts=SECOND)
        assert sender.run(NOW + SECOND, 10) == 1
        found = office.progress(post)
        assert (found.state, found.reply) == (Delivery.FAILED, "too late")
        assert way.sent == []

    @pytest.mark.parametrize("letter", [Letter("nowhere", {}), Letter("code", {"code": "482913"})])
    def test_a_letter_that_cannot_be_made_fails_alone(
        self,
        office: PostOffice,
        sender: SendLetters,
        letter: Letter,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        bad, good = office.queue(letter=letter), office.queue()
        assert sender.run(NOW, 10) == 2
        found = office.progress(bad)
        assert (found.state, found.reply) == (Delivery.FAILED, "can't be made")
        assert office.progress(good).state is Delivery.SENT
        assert f"letter {bad.id} ({letter.name}) can't be made" in caplog.text
        assert "482913" not in caplog.text

    def test_a_letter_whose_seal_is_broken_fails_alone(
        self, office: PostOffice, sender: SendLetters
    ) -> None:
        bad = office.queue()
        broken = letters.update().values(sealed="1:00000000:AAAA")
        office.db.tidy(lambda connection: connection.execute(broken))
        good = office.queue()
        assert sender.run(NOW, 10) == 2
        assert office.progress(bad).state is Delivery.FAILED
        assert office.progress(good).state is Delivery.SENT

    def test_line_breaks_in_data_reach_no_header(
        self, office: PostOffice, way: Way, sender: SendLetters
    ) -> None:
        office.queue("ann@example.com\r\nBcc: eve@evil.test")
        office.queue(letter=code_letter(asked_from="x\r\nBcc: eve@evil.test"))
        assert sender.run(NOW, 10) == 2
        (sent,) = way.sent
        assert sent.message["Bcc"] is None

    @pytest.mark.parametrize(
        ("reply", "logged"),
        [
            ("550 5.1.1 <ann@example.com> unknown", "550 5.1.1"),
            ("550 no ann@example.com", "550"),
            ("ann@example.com", "no code"),
        ],
    )
    def test_a_refusal_is_logged_without_the_address(
        self,
        office: PostOffice,
        way: Way,
        caplog: pytest.LogCaptureFixture,
        reply: str,
        logged: str,
    ) -> None:
        way.send_faults = [RefusedError(reply)]
        post = office.queue()
        office.sender(way).run(NOW, 10)
        assert words(caplog) == [f"letter {post.id} is refused: {logged}"]
        assert office.progress(post).reply == reply

    def test_a_deferred_letter_is_tried_again(
        self, office: PostOffice, way: Way, sender: SendLetters
    ) -> None:
        way.send_faults = [DeferredError("451 later")]
        post = office.queue()
        sender.run(NOW, 10)
        assert office.progress(post).state is Delivery.DEFERRED
        sender.run(NOW + 2 * SECOND, 10)
        assert office.progress(post).state is Delivery.SENT


class TestTrouble:
    def test_nothing_is_leased_while_the_server_is_out_of_reach(
        self, office: PostOffice, way: Way, sender: SendLetters
    ) -> None:
        way.ready_faults = [GONE, GONE]
        post = office.queue()
        runs = [NOW, NOW + SECOND / 2, NOW + SECOND, NOW + 2 * SECOND]
        assert [sender.run(now, 10) for now in runs] == [0, 0, 0, 0]
        assert way.ready_faults == []
        assert office.progress(post).state is Delivery.QUEUED
        assert sender.run(NOW + 3 * SECOND, 10) == 1

    def test_a_letter_on_its_way_is_put_back(
        self, office: PostOffice, way: Way, sender: SendLetters
    ) -> None:
        way.send_faults = [GONE]
        first, second = office.queue(), office.queue()
        assert sender.run(NOW, 10) == 0
        found = office.progress(first)
        assert (found.state, found.reply) == (Delivery.DEFERRED, "")
        assert office.progress(second).state is Delivery.QUEUED
        assert sender.run(NOW + 2 * SECOND, 10) == 2

    def test_it_is_logged_when_it_changes(
        self,
        office: PostOffice,
        way: Way,
        sender: SendLetters,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.INFO)
        way.ready_faults = [GONE, GONE, OutOfReachError("mail.test:587 doesn't answer")]
        for minute in range(6):
            office.queue(lasts=timedelta(hours=1))
            sender.run(NOW + minute * timedelta(minutes=1), 10)
        assert words(caplog) == [
            "no letter can be sent: mail.test:587 can't be reached",
            "no letter can be sent: mail.test:587 doesn't answer",
            "letters can be sent again",
        ]
        assert len(way.sent) == 6

    def test_a_worker_that_died_loses_no_letter(self, office: PostOffice, way: Way) -> None:
        class Killed(Way):
            def send(self, letter: Rendered) -> str:
                raise SystemExit(letter.id)

        post = office.queue()
        with pytest.raises(SystemExit):
            office.sender(Killed()).run(NOW, 10)
        after: datetime = NOW + timedelta(milliseconds=LEASE)
        assert office.sender(way).run(after, 10) == 1
        assert office.progress(post).state is Delivery.SENT
