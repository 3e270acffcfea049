"""Names, secrets and digests."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_2fa.core import ids

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
PARTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=6), max_size=4)


def test_an_id_has_22_characters_that_fit_a_path() -> None:
    made = {ids.new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(map(ids.is_id, made))


@pytest.mark.parametrize(
    "text",
    ["", "a" * 21, "a" * 23, "a" * 21 + "=", "a" * 21 + "+", "a" * 22 + "\n", "é" * 22, "\0" * 22],
)
def test_it_knows_what_is_no_id(text: str) -> None:
    assert not ids.is_id(text)


def test_a_secret_has_256_bits_as_43_characters() -> None:
    made = {ids.new_secret() for _ in range(100)}
    assert {len(secret) for secret in made} == {43}
    assert len(made) == 100


def test_attempts_sort_by_time_and_never_meet() -> None:
    first, again = ids.new_attempt(NOW), ids.new_attempt(NOW)
    later = ids.new_attempt(NOW + timedelta(milliseconds=1))
    assert len(first) == 16
    assert first != again
    assert max(first, again) < later


def test_a_digest_has_32_bytes_and_depends_on_each_part() -> None:
    assert len(ids.digest("address", "ann@example.com")) == 32
    assert ids.digest("a", "b") != ids.digest("b", "a")


def test_no_parts_run_into_each_other() -> None:
    assert (
        len(
            {ids.digest("ab", "c"), ids.digest("a", "bc"), ids.digest("abc"), ids.digest("abc", "")}
        )
        == 4
    )


@given(PARTS, PARTS)
def test_only_equal_lists_of_parts_have_one_digest(left: list[str], right: list[str]) -> None:
    assert (ids.digest(*left) == ids.digest(*right)) == (left == right)


def test_of_a_secret_only_a_hash_is_kept() -> None:
    kept = ids.hash_secret("abc")
    assert kept.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_secret_leads_to_a_public_id_and_no_way_leads_back() -> None:
    secret = ids.new_secret()
    assert ids.is_id(ids.id_of(secret))
    assert ids.id_of(secret) != ids.id_of(ids.new_secret())
    assert ids.id_of("abc") == "ungWv48Bz-pBQUDeXa4iIw"
