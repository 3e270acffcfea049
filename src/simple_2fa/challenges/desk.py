"""What the flows of challenges work with, and how a question is sealed."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from simple_2fa.accounts.hashing import Hashing
from simple_2fa.challenges.model import UNASKED, Challenge, Posed, Purpose, Question, Sealed
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.factor import Context, Factor, Held, Letter, Prompt
from simple_2fa.core.vault import Vault
from simple_2fa.db.engine import Database
from simple_2fa.limits import buckets
from simple_2fa.limits.buckets import Bucket
from simple_2fa.limits.rules import (
    CLIENT_LETTERS,
    GUESSES,
    LETTER_GAP,
    SIGN_IN_LETTERS,
    SIGN_IN_LETTERS_IN_ALL,
    UNASKED_LETTERS,
    UNASKED_LETTERS_IN_ALL,
)
from simple_2fa.mail.outbox import Outbox

_USE = "challenge"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions are put and answers are taken.

    Attributes:
        origin: our public address.
        ttl: how long a challenge takes answers.
        site: the name that people read; nobody's password.
        hashing: does what is dear, in turns.
    """

    db: Database
    vault: Vault
    factors: Mapping[str, Factor]
    outbox: Outbox
    origin: str
    ttl: timedelta
    site: str
    hashing: Hashing

    def factor(self, name: str) -> Factor:
        """Give a factor.

        Raises:
            UnavailableError: this node doesn't have it, as while others have been upgraded.
        """
        if name not in self.factors:
            raise UnavailableError(f"enrolled, but not installed here: {name}")
        return self.factors[name]

    def turn(self, factor: Factor) -> AbstractContextManager[None]:
        """Wait for a turn to judge an answer, where that is dear.

        Raises:
            BusyError: none came in time.
        """
        return self.hashing.turn() if factor.is_dear else nullcontext()

    def context(
        self, question: Question, digits: int, now: datetime, held: tuple[Held, ...]
    ) -> Context:
        """Give a factor all that it may know."""
        host = urlsplit(self.origin).hostname or ""
        return Context(
            now,
            question.purpose,
            self.origin,
            host,
            question.address,
            digits,
            held,
            question.subject,
            self.site,
            question.purpose == Purpose.ALONE,
        )

    def seal(self, challenge: str, content: Sealed) -> str:
        """Seal a question for its row."""
        posed = {factor: _packed(each) for factor, each in content.posed.items()}
        return self.vault.seal(_USE, challenge, json.dumps([posed, content.ticket]).encode())

    def open(self, challenge: Challenge) -> Sealed:
        """Open a question.

        Raises:
            SealError: it was changed, is another row's, or its key is missing.
        """
        packed = self.vault.open(_USE, challenge.id, challenge.sealed)
        posed, ticket = json.loads(packed)
        return Sealed({factor: _unpacked(*each) for factor, each in posed.items()}, ticket)

    def posed(self, challenge: Challenge) -> Posed:
        """Give the question of an open challenge as its factor puts it.

        Raises:
            SealError: as `open`.
        """
        return self.open(challenge).posed[challenge.factor]


def _packed(posed: Posed) -> list[Any]:
    letter = posed.letter and [posed.letter.name, dict(posed.letter.data)]
    return [b64encode(posed.state).decode("ascii"), dict(posed.prompt), letter, posed.digits]


def _unpacked(state: str, prompt: Prompt, letter: Sequence[Any] | None, digits: int) -> Posed:
    return Posed(b64decode(state), prompt, Letter(*letter) if letter else None, digits)


def ledger_of(question: Question) -> Bucket:
    """Name the ledger of this client and subject, in this known browser or in none."""
    caller = question.caller
    return buckets.bucket(GUESSES, caller.ledger, question.subject.hex(), caller.browser)


def pots_of(question: Question) -> tuple[Bucket, ...]:
    """Name the pots that a letter is taken from.

    They go by address, whether or not it has an account; after a first factor by whose that was.
    """
    caller, address = question.caller, subject_of_address(question.address).hex()
    if caller.kind == "client":
        return (buckets.bucket(CLIENT_LETTERS, caller.id, address),)
    gap = buckets.bucket(LETTER_GAP, caller.id, address)
    if question.purpose not in UNASKED:
        own = buckets.bucket(SIGN_IN_LETTERS, question.subject.hex(), caller.browser)
        in_all = buckets.bucket(SIGN_IN_LETTERS_IN_ALL, address)
        return (gap, own) if caller.browser else (gap, in_all, own)
    kind = question.purpose, address
    # Whoever moves to an address comes in a browser that is known elsewhere.
    if caller.browser and question.purpose != Purpose.CHANGE_ADDRESS:
        return gap, buckets.bucket(UNASKED_LETTERS, *kind, caller.browser)
    return (
        gap,
        buckets.bucket(UNASKED_LETTERS_IN_ALL, *kind),
        buckets.bucket(UNASKED_LETTERS, *kind, question.network),
    )
