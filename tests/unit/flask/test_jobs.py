"""Housekeeping: the tables stay small, in small batches."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from simple_2fa.db import schema
from simple_2fa.flask.jobs import housekeeping
from simple_2fa.mail.worker import Job
from world import MINUTE, NOW, World, database, desk_on

LATER = NOW + timedelta(days=31, minutes=10)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    db = database(f"sqlite:///{tmp_path / 'db'}")
    yield World(desk_on(db))
    db.close()


@pytest.fixture
def jobs(world: World) -> dict[str, Job]:
    return {job.name: job for job in housekeeping(world.desk)}


def test_it_knows_what_to_keep_small(jobs: dict[str, Job]) -> None:
    assert set(jobs) == {
        "challenges",
        "old letters",
        "sessions",
        "browsers",
        "links",
        "reminders",
        "recoveries",
        "replies",
        "limits",
    }
    assert all(job.every >= timedelta(seconds=10) for job in jobs.values())


def test_codes_are_forgotten_when_they_expire_and_rows_after_30_days(
    world: World, jobs: dict[str, Job]
) -> None:
    started = world.start()
    sweep = jobs["challenges"].run
    assert sweep(NOW + 9 * MINUTE, 10) == 0
    assert sweep(NOW + 10 * MINUTE, 10) == 1
    assert world.row(started.challenge.id).code == ""
    assert sweep(NOW + timedelta(days=30), 10) == 0
    assert sweep(LATER, 10) == 1
    assert world.count(schema.challenges) == 0


def test_limits_are_walked_a_batch_a_time_and_begun_anew(
    world: World, jobs: dict[str, Job]
) -> None:
    for number in range(5):
        other = World(world.desk, address=f"p{number}@example.com")
        other.start()
    walk = jobs["limits"].run
    assert [walk(NOW, 2) for _ in range(3)] == [2, 2, 0]
    assert world.count(schema.limits) == 5
    assert [walk(LATER, 2) for _ in range(3)] == [2, 2, 0]
    assert world.count(schema.limits) == 0
    assert walk(LATER, 2) == 0


def test_there_may_be_nothing_to_do(jobs: dict[str, Job]) -> None:
    assert [job.run(LATER, 50) for job in jobs.values()] == [0] * 9
