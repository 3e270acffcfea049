"""Each letter is sent once, whoever races for it, on every database."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest

from rig.mariadb import MariaDB
from rig.post import NOW, PostOffice, code_letter
from rig.postgres import PostgreSQL
from rig.proxy import Proxy
from rig.script import DROP
from rig.smtp import Sink
from simple_2fa.core.clock import from_millis
from simple_2fa.core.errors import SealError, UnavailableError
from simple_2fa.db.schema import letters
from simple_2fa.mail import outbox
from simple_2fa.mail.letters import Rendered
from simple_2fa.mail.outbox import BACK_OFF, KEPT, LEASE, Delivery, Leased, Priority
from simple_2fa.mail.smtp import MailServer, Smtp

T = TypeVar("T")
THREADS = 12
SECOND = timedelta(seconds=1)
LEASE_END = NOW + timedelta(milliseconds=LEASE)


@pytest.fixture
def office(database_url: str) -> Iterator[PostOffice]:
    made = PostOffice(database_url)
    yield made
    made.db.close()


@pytest.fixture
def way(smtp_sink: Sink) -> Iterator[Smtp]:
    made = Smtp(MailServer("127.0.0.1", smtp_sink.port, "none"), patience=2)
    yield made
    made.close()


def only(office: PostOffice) -> int:
    (row,) = office.outbox.due(NOW, 10)
    return row


def leased(office: PostOffice) -> Leased:
    found = office.outbox.lease(only(office), NOW)
    assert found is not None
    return found


def all_at_once(work: Callable[[], T]) -> list[T]:
    barrier = threading.Barrier(THREADS)

    def start() -> T:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(THREADS) as threads:
        return [done.result() for done in [threads.submit(start) for _ in range(THREADS)]]


class TestQueue:
    def test_a_letter_is_kept_sealed(self, office: PostOffice) -> None:
        post = office.queue(letter=code_letter("135790"))
        (row,) = office.rows()
        assert "135790" not in str(row)
        assert "ann@example.com" not in str(row)
        assert office.outbox.open(leased(office)) == ("ann@example.com", post.letter)

    def test_the_most_urgent_goes_first_then_the_oldest(self, office: PostOffice) -> None:
        for priority in (Priority.UNSOLICITED, Priority.CODE, Priority.NOTICE, Priority.CODE):
            office.queue(priority=priority)
        assert office.outbox.due(NOW, 3) == [2, 4, 3]

    def test_nothing_is_known_of_what_was_never_queued(self, office: PostOffice) -> None:
        nothing = office.db.read(lambda connection: outbox.progress(connection, "x" * 22))
        assert nothing is None

    def test_the_newest_letter_about_something_tells(self, office: PostOffice) -> None:
        first = office.queue()
        office.outbox.sent(leased(office), NOW, "250 OK")
        office.queue(about=first.about)
        assert office.progress(first).state is Delivery.QUEUED

    def test_a_changed_seal_opens_not(self, office: PostOffice) -> None:
        office.queue()
        broken = letters.update().values(sealed="1:00000000:AAAA")
        office.db.tidy(lambda connection: connection.execute(broken))
        with pytest.raises(SealError):
            office.outbox.open(leased(office))


class TestLease:
    def test_racing_threads_send_each_letter_once(self, office: PostOffice) -> None:
        posts = [office.queue() for _ in range(30)]

        def work() -> list[str]:
            mine = []
            while rows := office.outbox.due(NOW, 10):
                for row in rows:
                    if found := office.outbox.lease(row, NOW):
                        mine.append(found.id)
                        office.outbox.sent(found, NOW, "250 OK")
            return mine

        sent = Counter(ident for mine in all_at_once(work) for ident in mine)
        assert sent == Counter(post.id for post in posts)
        assert {row.state for row in office.rows()} == {Delivery.SENT}
        assert {row.tries for row in office.rows()} == {1}

    def test_it_is_one_workers_until_it_ends(self, office: PostOffice) -> None:
        post = office.queue()
        first = leased(office)
        before = LEASE_END - SECOND / 1000
        assert office.progress(post).state is Delivery.SENDING
        assert office.outbox.due(before, 10) == []
        assert office.outbox.lease(first.row, before) is None
        again = office.outbox.lease(first.row, LEASE_END)
        assert again is not None
        assert again.tries == 2

    def test_who_comes_after_its_end_moves_nothing(self, office: PostOffice) -> None:
        post = office.queue()
        late = leased(office)
        office.outbox.lease(late.row, LEASE_END)
        office.outbox.sent(late, LEASE_END, "250 OK")
        assert office.progress(post).state is Delivery.SENDING

    def test_a_letter_is_moved_once(self, office: PostOffice) -> None:
        post = office.queue()
        mine = leased(office)
        office.outbox.deferred(mine, NOW, "451 later")
        office.void(post)
        office.outbox.deferred(mine, NOW, "451 later")
        assert office.progress(post).state is Delivery.VOID


class TestFinishing:
    @pytest.mark.parametrize("end", [Delivery.SENT, Delivery.FAILED])
    def test_a_finished_letter_is_blanked(self, office: PostOffice, end: Delivery) -> None:
        post = office.queue()
        finish = {Delivery.SENT: office.outbox.sent, Delivery.FAILED: office.outbox.failed}[end]
        finish(leased(office), NOW + SECOND, "250 " + "x" * 300)
        found = office.progress(post)
        assert (found.state, found.at, found.retry_at) == (end, NOW + SECOND, None)
        assert len(found.reply) == 255
        assert office.rows()[0].sealed == ""
        assert office.outbox.due(LEASE_END, 10) == []

    def test_the_back_off_grows_with_jitter_and_stays(self, office: PostOffice) -> None:
        post = office.queue()
        now = NOW
        for pause in (*BACK_OFF, BACK_OFF[-1]):
            mine = office.outbox.lease(1, now)
            assert mine is not None
            again = office.outbox.deferred(mine, now, "451 later")
            assert pause <= (again - now).total_seconds() <= pause * 1.25
            retry_at = office.progress(post).retry_at
            assert retry_at is not None
            assert abs(retry_at - again) < SECOND / 1000
            assert office.outbox.lease(1, now) is None
            now = again

    def test_finished_letters_leave_in_batches_after_their_time(self, office: PostOffice) -> None:
        for _ in range(5):
            office.queue()
            office.outbox.sent(leased(office), NOW, "250 OK")
        office.queue()
        gone = NOW + timedelta(milliseconds=KEPT)
        assert office.outbox.sweep(gone - SECOND, 2) == 0
        assert [office.outbox.sweep(gone, 2) for _ in range(4)] == [2, 2, 1, 0]
        assert [row.state for row in office.rows()] == [Delivery.QUEUED]


class TestVoid:
    def test_a_void_letter_is_blanked_and_never_leased(self, office: PostOffice) -> None:
        queued, deferred, other = office.queue(), office.queue(), office.queue()
        mine = office.outbox.lease(2, NOW)
        assert mine is not None
        office.outbox.deferred(mine, NOW, "451 later")
        office.void(queued)
        office.void(deferred)
        assert office.progress(queued).state is Delivery.VOID
        assert office.progress(deferred).state is Delivery.VOID
        assert [row.sealed == "" for row in office.rows()] == [True, True, False]
        assert office.outbox.due(LEASE_END, 10) == [3]
        assert office.progress(other).state is Delivery.QUEUED

    def test_a_letter_on_its_way_arrives(self, office: PostOffice) -> None:
        post = office.queue()
        mine = leased(office)
        office.void(post)
        office.outbox.sent(mine, NOW, "250 OK")
        assert office.progress(post).state is Delivery.SENT

    def test_a_letter_on_its_way_gets_no_further_try(self, office: PostOffice, way: Smtp) -> None:
        post = office.queue()
        leased(office)
        office.void(post)
        office.sender(way).run(LEASE_END, 10)
        found = office.progress(post)
        assert (found.state, found.reply) == (Delivery.FAILED, "too late")

    def test_void_and_lease_race_for_one_outcome(self, office: PostOffice) -> None:
        posts = [office.queue() for _ in range(THREADS)]
        turn = iter(range(THREADS))
        lock = threading.Lock()

        def work() -> list[bool]:
            with lock:
                mine = next(turn)
            if mine % 2:
                for post in posts:
                    office.void(post)
                return []
            return [office.outbox.lease(row, NOW) is not None for row in range(1, THREADS + 1)]

        told = [outcome for outcome in all_at_once(work) if outcome]
        leases = [sum(each) for each in zip(*told, strict=True)]
        states = [office.progress(post).state for post in posts]
        assert states == [Delivery.SENDING if count else Delivery.VOID for count in leases]
        assert max(leases) <= 1


class TestSending:
    def test_what_is_due_is_sent(self, office: PostOffice, way: Smtp, smtp_sink: Sink) -> None:
        post = office.queue()
        assert office.sender(way).run(NOW, 10) == 1
        (letter,) = smtp_sink.wait_for(1)
        assert letter.recipients == ("ann@example.com",)
        assert letter.message["Message-ID"] == f"<{post.id}@acme.test>"
        found = office.progress(post)
        assert (found.state, found.at, found.reply) == (Delivery.SENT, NOW, "250 2.0.0 OK")

    def test_greylisting_is_waited_out(
        self, office: PostOffice, way: Smtp, smtp_sink: Sink
    ) -> None:
        smtp_sink.reply("RCPT", "450 4.2.0 greylisted", times=2)
        post = office.queue()
        sender = office.sender(way)
        now = NOW
        for _ in range(2):
            assert sender.run(now, 10) == 1
            found = office.progress(post)
            assert (found.state, found.reply) == (Delivery.DEFERRED, "450 4.2.0 greylisted")
            assert sender.run(now, 10) == 0
            assert found.retry_at is not None
            now = found.retry_at
        assert sender.run(now, 10) == 1
        assert office.progress(post).state is Delivery.SENT
        assert len(smtp_sink.messages) == 1
        assert smtp_sink.connections == 1

    def test_a_refused_letter_fails_and_the_next_goes_out(
        self, office: PostOffice, way: Smtp, smtp_sink: Sink
    ) -> None:
        smtp_sink.reply("RCPT", "550 5.1.1 no such user", to="bob@example.com")
        bob, ann = office.queue("bob@example.com"), office.queue()
        assert office.sender(way).run(NOW, 10) == 2
        found = office.progress(bob)
        assert (found.state, found.reply) == (Delivery.FAILED, "550 5.1.1 no such user")
        assert office.progress(ann).state is Delivery.SENT

    def test_a_connection_lost_after_data_costs_one_double(
        self, office: PostOffice, way: Smtp, smtp_sink: Sink
    ) -> None:
        smtp_sink.reply("DATA", DROP)
        post = office.queue()
        sender = office.sender(way)
        sender.run(NOW, 10)
        found = office.progress(post)
        assert (found.state, found.reply) == (Delivery.DEFERRED, "")
        sender.run(NOW + 2 * SECOND, 10)
        assert office.progress(post).state is Delivery.SENT
        first, second = smtp_sink.messages
        assert first.message["Message-ID"] == second.message["Message-ID"]

    def test_several_connections_share_the_letters(
        self, office: PostOffice, smtp_sink: Sink
    ) -> None:
        posts = [office.queue() for _ in range(24)]
        ways = [Smtp(MailServer("127.0.0.1", smtp_sink.port, "none")) for _ in range(3)]
        assert office.sender(*ways).run(NOW, 100) == 24
        for way in ways:
            way.close()
        arrived = Counter(letter.message["Message-ID"] for letter in smtp_sink.messages)
        assert arrived == Counter(f"<{post.id}@acme.test>" for post in posts)
        assert smtp_sink.connections <= 3


@pytest.mark.usefixtures("unpaused")
class TestDoubt:
    """The connection to the database is lost at COMMIT."""

    @pytest.fixture(params=["mariadb", "postgres"])
    def server(self, request: pytest.FixtureRequest) -> MariaDB | PostgreSQL:
        started: MariaDB | PostgreSQL = request.getfixturevalue(request.param)
        return started

    @pytest.fixture
    def proxy(self, server: MariaDB | PostgreSQL) -> Iterator[Proxy]:
        with Proxy(server.port) as made:
            yield made

    @pytest.fixture
    def far_office(self, server: MariaDB | PostgreSQL, proxy: Proxy) -> Iterator[PostOffice]:
        made = PostOffice(proxy.through(server.create_database()))
        yield made
        made.db.close()

    @pytest.mark.parametrize(
        "lose",
        [
            lambda proxy: proxy.drop_after_commit(),
            lambda proxy: proxy.drop_after_commit(before_reply=False),
            lambda proxy: proxy.drop_after_commit(delay=0.2),
            lambda proxy: proxy.drop_before_commit(),
        ],
        ids=["committed", "replied", "in flight", "lost"],
    )
    def test_a_lease_in_doubt_is_had_once_all_the_same(
        self, far_office: PostOffice, proxy: Proxy, lose: Callable[[Proxy], None]
    ) -> None:
        far_office.queue()
        row = only(far_office)
        lose(proxy)
        mine = far_office.outbox.lease(row, NOW)
        proxy.wait_settled()
        assert mine is not None
        assert mine.tries == 1
        assert proxy.drops == 1
        assert far_office.outbox.lease(row, NOW) is None
        (stored,) = far_office.rows()
        assert (stored.lease, from_millis(stored.due_at)) == (mine.lease, LEASE_END)

    def test_what_was_sent_is_marked_once_the_database_is_back(
        self, far_office: PostOffice, proxy: Proxy, smtp_sink: Sink, way: Smtp
    ) -> None:
        post = far_office.queue()
        sender = far_office.sender(_Breaking(way, proxy))
        with pytest.raises(UnavailableError):
            sender.run(NOW, 10)
        with pytest.raises(UnavailableError):
            sender.run(NOW, 10)
        proxy.allow()
        assert sender.run(LEASE_END, 10) == 0
        assert far_office.progress(post).state is Delivery.SENT
        assert len(smtp_sink.messages) == 1


class _Breaking(Smtp):
    """Loses the database while a letter is on its way."""

    def __init__(self, way: Smtp, proxy: Proxy) -> None:
        super().__init__(way._server)
        self._proxy = proxy

    def send(self, letter: Rendered) -> str:
        reply = super().send(letter)
        self._proxy.refuse()
        self.close()
        return reply
