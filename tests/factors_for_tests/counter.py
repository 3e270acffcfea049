"""A token that counts its uses (HOTP, RFC 4226): the test-only factor with an enrolled secret."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass, replace

from simple_2fa.core import codes
from simple_2fa.core.factor import Begun, Context, Factor, Held, Verdict

KEY_LENGTH = 20
DIGITS = 6
LOOK_AHEAD = 3
"""How many of the next codes are taken (RFC 4226, 7.4)."""


@dataclass(frozen=True)
class Token:
    """A key, and which of its codes comes next."""

    key: bytes
    counter: int = 0

    @classmethod
    def of(cls, secret: bytes) -> Token:
        return cls(secret[:KEY_LENGTH], int.from_bytes(secret[KEY_LENGTH:], "big"))

    @property
    def secret(self) -> bytes:
        return self.key + self.counter.to_bytes(8, "big")

    def code(self, ahead: int = 0) -> str:
        """Truncate the MAC of the counter (RFC 4226, 5.3)."""
        moved = (self.counter + ahead).to_bytes(8, "big")
        mac = hmac.new(self.key, moved, hashlib.sha1).digest()
        offset = mac[-1] & 0xF
        number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**DIGITS:0{DIGITS}d}"

    def after(self, code: str) -> Token | None:
        """Give the token as it stands after this code, or None where the code isn't one of it."""
        fits = [ahead for ahead in range(LOOK_AHEAD) if codes.same(self.code(ahead), code)]
        return replace(self, counter=self.counter + fits[0] + 1) if fits else None


class Counter(Factor):
    """Asks for the token's next code; a right one moves the token on."""

    name = "counter"
    strength = 20
    amr = ("otp",)
    can_be_enrolled = True
    most = 3

    def guess_cost(self, digits: int, held: int) -> int:  # noqa: ARG002 (a token has 6)
        return codes.guess_cost(DIGITS, LOOK_AHEAD * max(held, 1))

    def begin(self, context: Context) -> Begun:
        state = secrets.token_bytes(KEY_LENGTH)
        shown = {"key": b32encode(state).decode()} if context.enrols else {}
        return Begun(state, {"digits": DIGITS, **shown})

    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        code = codes.read_code(answer, DIGITS)
        if context.enrols:
            moved = Token(state).after(code)
            return Verdict(moved is not None, secret=moved.secret if moved else None)
        verdicts = [_verdict(held, code) for held in context.held]
        return next((each for each in verdicts if each.ok), Verdict(ok=False))


def _verdict(held: Held, code: str) -> Verdict:
    moved = Token.of(held.secret).after(code)
    return Verdict(ok=True, credential=held.id, secret=moved.secret) if moved else Verdict(ok=False)


factor = Counter()
