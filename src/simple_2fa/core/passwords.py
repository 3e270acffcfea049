"""Passwords: how one is kept (Argon2id), and which are too weak to be kept."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 1024
"""Characters; longer ones are refused, never cut (NIST SP 800-63B-4, 3.1.1.2)."""
SHORTEST_WITH_SECOND_FACTOR = 8
SHORTEST_ALONE = 15
"""Characters (NIST SP 800-63B-4, 3.1.1.2)."""
FEWEST_GUESSES = 1_000_000
"""A password that a guesser tries among the first so many is refused."""

_LOOKED_AT = 72
"""Characters that the estimate reads; its time grows with the square of them."""

# 19 MiB, two passes, one lane: OWASP's least for Argon2id (ASVS 11.4.2).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    LEAKED = "leaked"
    PERSONAL = "personal"
    GUESSABLE = "guessable"


def hash_password(password: str) -> str:
    """Give what is stored. Takes 20 ms and 19 MiB: never inside a write unit."""
    return _HASHER.hash(_octets(password))


def fits(password: str, stored: str) -> bool:
    """Tell whether this is the password; a broken hash fits none. As slow as `hash_password`."""
    try:
        return _HASHER.verify(stored, _octets(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def weakness(password: str, shortest: int, personal: Iterable[str] = ()) -> Weakness | None:
    """Tell why a new password is too weak, or None where it will do.

    Args:
        password: as it was typed; no composition rules, nothing is cut.
        shortest: characters that it needs.
        personal: what an attacker knows of its owner: address, names, the site's name.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 (big, and in the extra `server` alone)

    if why := wrong_length(password, shortest):
        return why
    estimate = zxcvbn(normal(password)[:_LOOKED_AT], user_inputs=sorted(_words(personal)))
    if estimate["guesses"] >= FEWEST_GUESSES:
        return None
    books = [match.get("dictionary_name") for match in estimate["sequence"]]
    if "user_inputs" in books:
        return Weakness.PERSONAL
    return Weakness.LEAKED if books == ["passwords"] else Weakness.GUESSABLE


def wrong_length(password: str, shortest: int) -> Weakness | None:
    """Tell whether it is too short or too long; that costs nothing, unlike `weakness`."""
    length = len(normal(password))
    if length < shortest:
        return Weakness.TOO_SHORT
    return Weakness.TOO_LONG if length > LONGEST else None


def normal(password: str) -> str:
    """Give it in NFC: one password from two keyboards is one password."""
    return unicodedata.normalize("NFC", password)


def _octets(password: str) -> bytes:
    """Encode whatever was typed, a lone surrogate too, which JSON lets in."""
    return normal(password).encode("utf-8", "surrogatepass")


def _words(personal: Iterable[str]) -> set[str]:
    """Split into the words that somebody would build a password from."""
    whole = {text.lower() for text in personal}
    parts = {part for text in whole for part in text.replace("@", " ").replace(".", " ").split()}
    return whole | parts
