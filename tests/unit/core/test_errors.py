"""Errors carry what the person needs."""

from datetime import UTC, datetime

import pytest

from simple_2fa.core import errors
from simple_2fa.core.tags import Event, Tag


def test_slow_down_says_when_it_is_welcome_again() -> None:
    at = datetime(2026, 11, 22, 10, 30, 30, tzinfo=UTC)
    error = errors.SlowDownError(at)
    assert error.retry_at == at
    assert str(error) == "not before 2026-11-22T10:30:30+00:00"


@pytest.mark.parametrize(
    "kind",
    [
        errors.MalformedAnswerError,
        errors.BadAddressError,
        errors.SealError,
        errors.SlowDownError,
        errors.ConflictError,
        errors.UnavailableError,
    ],
)
def test_all_grow_from_one_root(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.Simple2FAError)


def test_tags_are_sorted_and_have_three_parts() -> None:
    names = [tag.name for tag in Tag]
    assert names == sorted(names)
    assert all(tag.value.count(":") == 2 and len(tag.value) <= 48 for tag in Tag)


def test_events_of_one_tag_keep_their_own_data() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    one, two = (Event(bytes(16), at, Tag.CHALLENGE_START, "done") for _ in range(2))
    assert one.data == {}
    assert one.data is not two.data
