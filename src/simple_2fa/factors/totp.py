"""The six digits of an authenticator app: TOTP, RFC 6238."""

import hmac
import re
import secrets
from base64 import b32encode
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from simple_2fa.core import codes
from simple_2fa.core.factor import Begun, Context, Factor, Prompt, Verdict

DIGITS = 6
PERIOD = timedelta(seconds=30)
"""With SHA-1, 6 digits and 30 s: what every app takes."""
SEED_LENGTH = 20
"""Bytes, as many as SHA-1 gives (RFC 4226, section 4, R6). A secret is a seed and its last step."""
LATE = 20
"""A code of so many steps ago, ten minutes, still tells that a phone's clock is slow."""

_NEVER_USED = bytes(8)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Totp(Factor):
    """An app that shows a new code every 30 seconds; somebody may have several."""

    name = "totp"
    strength = 20
    amr = ("otp",)
    can_be_enrolled = True
    most = 5  # a guess at more would cost more than the ledger holds at once
    script = "copy"  # for the key that is shown

    def guess_cost(self, digits: int, held: int) -> int:  # noqa: ARG002 (an app has 6)
        """Of each app two codes are accepted: the current one and the one before it."""
        return codes.guess_cost(DIGITS, 2 * max(held, 1))

    def begin(self, context: Context) -> Begun:
        """Draw a seed, and show it to whoever enrols it; otherwise nothing reads it."""
        seed = secrets.token_bytes(SEED_LENGTH)
        shown = _shown(seed, context) if context.enrols else {}
        return Begun(seed, {"digits": DIGITS, **shown})

    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        """Look for the code at every app; where one is enrolled, a fast clock may be a step ahead.

        The hint of a wrong one is the time of its step (ISO 8601, UTC), where that is past.
        """
        code, step = codes.read_code(answer, DIGITS), step_at(context.now)
        if context.enrols:
            return _verdict(code, state + _NEVER_USED, step, ahead=1)
        verdicts = [_verdict(code, held.secret, step, held.id) for held in context.held]
        return max(verdicts, key=lambda each: (each.ok, each.hint), default=Verdict(ok=False))


def step_at(now: datetime) -> int:
    """Count the whole periods since 1970 (RFC 6238, 4.2)."""
    return (now - _EPOCH) // PERIOD


def code_of(seed: bytes, step: int) -> str:
    """Truncate the MAC of a step (RFC 4226, 5.3)."""
    mac = hmac.digest(seed, step.to_bytes(8, "big", signed=True), "sha1")
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def _verdict(
    code: str, secret: bytes, step: int, credential: str | None = None, *, ahead: int = 0
) -> Verdict:
    """Judge by the newest step that has this code: once it is spent, no older one is taken."""
    seed, last = secret[:SEED_LENGTH], int.from_bytes(secret[SEED_LENGTH:], "big")
    steps = range(step - LATE, step + ahead + 1)
    found = max((each for each in steps if codes.same(code_of(seed, each), code)), default=-1)
    if found <= last:
        return Verdict(ok=False)
    if found < step - 1:
        # Never of a step to come: who guesses would hear of a code that is right in a minute.
        return Verdict(ok=False, hint=(_EPOCH + found * PERIOD).isoformat())
    return Verdict(ok=True, credential=credential, secret=seed + found.to_bytes(8, "big"))


def _shown(seed: bytes, context: Context) -> Prompt:
    """Give the key to type, in fours, and the address to scan, as apps read it.

    A colon parts the site from the address there, so a site's name loses its own; of `+` for a
    space some apps make a plus.
    """
    key = b32encode(seed).decode()
    site = " ".join(context.site.replace(":", " ").split()) or context.rp_id
    label = f"{quote(site, safe='')}:{quote(context.address, safe='@')}"
    asked = {"secret": key, "issuer": site, "algorithm": "SHA1"}
    asked |= {"digits": str(DIGITS), "period": str(PERIOD.seconds)}
    uri = f"otpauth://totp/{label}?{urlencode(asked, quote_via=quote)}"
    return {"key": " ".join(re.findall("....", key)), "uri": uri}


factor = Totp()
