"""`worker` as a process of its own: it sends what others queued."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.command import call, fresh_home, write_env
from rig.node import Node, until
from rig.script import HANG
from rig.smtp import Sink
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Caller, Question
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.clock import utc_now
from simple_2fa.flask import building
from simple_2fa.settings import Settings

PEOPLE = [f"p{number}@example.com" for number in range(5)]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smtp_sink: Sink) -> Iterator[Path]:
    """A migrated database, and a mail server."""
    with fresh_home(tmp_path, monkeypatch):
        write_env(tmp_path, SMTP_PORT=str(smtp_sink.port))
        assert call("db", "upgrade").status == 0
        yield tmp_path


def queue(*people: str) -> None:
    """Ask for codes, as an application does; no worker runs here."""
    desk = building.build(Settings.load()).desk
    for each in people:
        subject = subject_of_address(each)
        flows.start(desk, Question(subject, each, "verify", Caller("client", "c" * 22)), utc_now())


def recipients(sink: Sink) -> list[str]:
    return sorted(letter.recipients[0] for letter in sink.messages)


def test_it_sends_what_is_queued_before_and_after_its_start_until_told_to_end(
    home: Path, smtp_sink: Sink
) -> None:
    queue(*PEOPLE[:3])
    with Node(home, "worker") as worker:
        smtp_sink.wait_for(3, 20)
        queue(*PEOPLE[3:])
        smtp_sink.wait_for(5, 20)
        assert worker.end(signal.SIGTERM) == 0
        (line,) = worker.lines()
        assert line["event"] == "worker starts; Ctrl-C or SIGTERM ends it"
    assert recipients(smtp_sink) == PEOPLE


def test_killed_and_started_again_it_loses_nothing(home: Path, smtp_sink: Sink) -> None:
    smtp_sink.reply("CONNECT", HANG)
    queue(*PEOPLE)
    with Node(home, "worker") as worker:
        until(lambda: smtp_sink.connections)
        assert worker.end(signal.SIGKILL) == -signal.SIGKILL
    assert smtp_sink.messages == []
    with Node(home, "worker") as worker:
        smtp_sink.wait_for(5, 20)
        assert worker.end(signal.SIGINT) == 0
    assert recipients(smtp_sink) == PEOPLE
