"""A worker that is killed at any moment, and started again, loses no letter."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from rig.mariadb import MariaDB
from rig.post import NOW, PostOffice
from rig.smtp import Sink
from simple_2fa.core.clock import SECOND
from simple_2fa.mail.outbox import LEASE, Delivery

LETTERS = 120
LIVES = 6
LONGEST_LIFE = 0.4
CHILD = Path(__file__).with_name("mail_worker.py")
HOUR = timedelta(hours=1)


@pytest.fixture(params=["sqlite", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    server: MariaDB = request.getfixturevalue("mariadb")
    return server.create_database()


def live(url: str, sink: Sink, connections: int, life: int, killed_after: float) -> int:
    """Run a worker to its end. Each life begins when the leases of the one before are over."""
    ahead = life * (LEASE / SECOND + 1)
    numbers = map(str, (sink.port, connections, ahead, killed_after))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(CHILD), url, *numbers]
    return subprocess.run(command, env=environment, timeout=120, check=False).returncode


@pytest.mark.parametrize("connections", [1, 3])
def test_a_killed_worker_loses_no_letter(url: str, smtp_sink: Sink, connections: int) -> None:
    chance = random.Random(f"{connections} kills")  # noqa: S311 - a seed makes it happen again
    office = PostOffice(url)
    posts = [office.queue(lasts=HOUR) for _ in range(LETTERS)]
    void = [office.queue(lasts=HOUR) for _ in range(5)]
    late = [office.queue(lasts=timedelta()) for _ in range(5)]
    for post in void:
        office.void(post)

    lives = [chance.uniform(0.001, LONGEST_LIFE) for _ in range(LIVES)]
    ends = [live(url, smtp_sink, connections, n, life) for n, life in enumerate(lives)]
    assert live(url, smtp_sink, connections, LIVES, 0) == 0

    kills = ends.count(-signal.SIGKILL)
    assert kills >= 3, ends
    arrived = Counter(str(letter.message["Message-ID"]) for letter in smtp_sink.messages)
    assert set(arrived) == {f"<{post.id}@acme.test>" for post in posts}
    assert arrived.total() - LETTERS <= kills * connections
    assert {office.progress(post).state for post in posts} == {Delivery.SENT}
    assert {office.progress(post).state for post in void} == {Delivery.VOID}
    assert {office.progress(post).state for post in late} == {Delivery.FAILED}
    assert office.outbox.due(NOW + HOUR, 10) == []
    office.db.close()
