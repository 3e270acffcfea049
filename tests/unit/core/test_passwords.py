"""How passwords are kept, and which are refused."""

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from simple_2fa.core.passwords import (
    LONGEST,
    SHORTEST_ALONE,
    SHORTEST_WITH_SECOND_FACTOR,
    Weakness,
    fits,
    hash_password,
    needs_rehash,
    weakness,
)

GOOD = "copper lantern drift"
PERSONAL = ("ann.lovelace@example.com", "Acme")


@pytest.fixture(scope="module")
def stored() -> str:
    return hash_password(GOOD)


class TestHash:
    def test_it_is_argon2id_with_owasp_s_least(self, stored: str) -> None:
        found = extract_parameters(stored)
        assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, 19_456, 2)
        assert not needs_rehash(stored)

    def test_each_has_a_salt_of_its_own(self, stored: str) -> None:
        assert hash_password(GOOD) != stored

    def test_the_password_fits_and_nothing_near_it(self, stored: str) -> None:
        assert fits(GOOD, stored)
        for other in ("", GOOD.upper(), f"{GOOD} ", f" {GOOD}", GOOD[:-1], f"{GOOD}\0"):
            assert not fits(other, stored)

    def test_two_keyboards_type_one_password(self) -> None:
        assert fits("e\u0301clair cafe\u0301 bru\u0302le\u0301", hash_password("éclair café brûlé"))

    def test_nothing_is_cut(self) -> None:
        long = hash_password("x" * 1023 + "a")
        assert not fits("x" * 1023 + "b", long)

    @pytest.mark.parametrize("typed", ["\ud800" * 9, "\0" * 9, "🗝️" * 9])
    def test_whatever_can_be_typed_can_be_kept(self, typed: str) -> None:
        assert fits(typed, hash_password(typed))

    @pytest.mark.parametrize("broken", ["", "x", "$argon2id$", "$2b$12$abc", "*"])
    def test_a_broken_hash_fits_nothing(self, broken: str) -> None:
        assert not fits(GOOD, broken)

    def test_a_cheaper_hash_is_made_anew(self) -> None:
        assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD))


class TestWeakness:
    @pytest.mark.parametrize(
        "password",
        [
            GOOD,
            "x7Kp2mQ9",
            "Tr0ub4dor&3",
            "pâté en croûte",
            "☃☃ neige ☃☃ ici",
            "q" * 30 + "7Kp2mQ9",
        ],
    )
    def test_a_good_one_is_taken(self, password: str) -> None:
        assert weakness(password, SHORTEST_WITH_SECOND_FACTOR, PERSONAL) is None

    @pytest.mark.parametrize(
        ("password", "why"),
        [
            ("", Weakness.TOO_SHORT),
            ("x7Kp2mQ", Weakness.TOO_SHORT),
            ("x7Kp2mQ9" * 129, Weakness.TOO_LONG),
            ("password", Weakness.LEAKED),
            ("PassWord", Weakness.LEAKED),
            ("p@ssw0rd", Weakness.LEAKED),
            ("iloveyou2", Weakness.LEAKED),
            ("aaaaaaaa", Weakness.GUESSABLE),
            ("12345678901234567890", Weakness.GUESSABLE),
            ("sunshine12", Weakness.GUESSABLE),
            ("lovelace1", Weakness.PERSONAL),
            ("ann.lovelace@example.com", Weakness.PERSONAL),
            ("acmeacme", Weakness.GUESSABLE),
        ],
    )
    def test_a_weak_one_is_refused_with_its_reason(self, password: str, why: Weakness) -> None:
        assert weakness(password, SHORTEST_WITH_SECOND_FACTOR, PERSONAL) is why

    def test_the_longest_is_taken(self) -> None:
        assert weakness("x7Kp2mQ9" * 128, SHORTEST_WITH_SECOND_FACTOR) is None
        assert len("x7Kp2mQ9" * 128) == LONGEST

    def test_alone_it_must_be_longer(self) -> None:
        assert weakness("x7Kp2mQ9x7Kp2m", SHORTEST_ALONE) is Weakness.TOO_SHORT
        assert weakness("x7Kp2mQ9x7Kp2m!", SHORTEST_ALONE) is None

    def test_characters_count_not_bytes_or_marks(self) -> None:
        assert weakness("e\u0301" * 7, SHORTEST_WITH_SECOND_FACTOR) is Weakness.TOO_SHORT
