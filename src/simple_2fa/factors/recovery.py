"""Recovery codes: ten to keep on paper, each right once, for when the other factors are lost."""

import json
import secrets

from simple_2fa.core import codes, crockford, passwords
from simple_2fa.core.factor import Begun, Context, Factor, Held, Prompt, Verdict

CODES = 10
OCTETS = 10
"""80 random bits a code; NIST SP 800-63B-4 wants 64 of one that restores access (4.2.1)."""
LENGTH = 1 + OCTETS * 8 // 5
"""Characters: a slot, which says which of the ten it is, then 16 of base32."""


class Recovery(Factor):
    """Look-up secrets (NIST SP 800-63B-4, 3.1.2): a second step for those who choose it.

    A credential holds the Argon2id hashes of the codes that are left, by slot: one try costs one.
    """

    name = "recovery"
    strength = 5
    amr = ("otp",)
    can_be_enrolled = True
    is_spare = True
    is_single = True
    is_dear = True
    script = "codes"

    def guess_cost(self, digits: int, held: int) -> int:  # noqa: ARG002 (80 bits, whatever is held)
        """Nobody guesses 80 bits: it is never paused."""
        return 0

    def begin(self, context: Context) -> Begun:
        """Draw ten codes and show them, where they are to be enrolled."""
        state = secrets.token_bytes(CODES * OCTETS)
        shown = {"codes": "\n".join(map(_spaced, _drawn(state)))} if context.enrols else {}
        return Begun(state, shown)

    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        """Look for the code among those left; at enrolment any of the new ones proves all kept."""
        typed = crockford.read(answer, LENGTH)
        if context.enrols:
            return _kept(_drawn(state), typed)
        verdicts = (_spent(held, typed) for held in context.held)
        return next((each for each in verdicts if each.ok), Verdict(ok=False))

    def is_used_up(self, held: tuple[Held, ...]) -> bool:
        """Whether no code is left."""
        return not _left(held)

    def summary(self, context: Context) -> Prompt:
        """Tell how many codes are left, of how many."""
        return {"left": _left(context.held), "of": CODES}


def _left(held: tuple[Held, ...]) -> int:
    return sum(len(json.loads(each.secret)) for each in held)


def _drawn(state: bytes) -> list[str]:
    """Give the codes that a state stands for, each with its slot in front."""
    text = crockford.encode(state)
    size = LENGTH - 1
    return [crockford.ALPHABET[slot] + text[slot * size :][:size] for slot in range(CODES)]


def _spaced(code: str) -> str:
    """Write a code as people read it: 7-QF9M-2XAT-BCD4-E5RH."""
    return "-".join([code[0], *(code[at : at + 4] for at in range(1, LENGTH, 4))])


def _kept(drawn: list[str], typed: str) -> Verdict:
    """Judge an enrolment; no code is spent by it."""
    if not any(codes.same(code, typed) for code in drawn):
        return Verdict(ok=False)
    hashes = {code[0]: passwords.hash_password(code) for code in drawn}
    return Verdict(ok=True, secret=json.dumps(hashes).encode())


def _spent(held: Held, typed: str) -> Verdict:
    """Judge a code and take it away; '' is the hash of no code, and costs nothing to look at."""
    hashes: dict[str, str] = json.loads(held.secret)
    if not passwords.fits(typed, hashes.pop(typed[0], "")):
        return Verdict(ok=False)
    return Verdict(ok=True, credential=held.id, secret=json.dumps(hashes).encode())


factor = Recovery()
