"""Codes made of digits. The input rule is stated here once, for every factor and face."""

import hmac
import re
import secrets

from simple_2fa.core.errors import MalformedAnswerError

_IGNORED = str.maketrans("", "", " -")


def new_code(digits: int) -> str:
    """Draw a code of so many decimal digits, leading zeros kept."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def read_code(text: str, digits: int) -> str:
    """Take a typed code: spaces and hyphens go, exactly so many ASCII digits must remain.

    Not the digit class, which takes Arabic-Indic digits, nor `$`, which takes a trailing newline.

    Raises:
        MalformedAnswerError: anything else; it spends no try.
    """
    code = text.translate(_IGNORED)
    if re.fullmatch(f"[0-9]{{{digits}}}", code) is None:
        raise MalformedAnswerError(digits)
    return code


def has_form(text: str) -> bool:
    """Tell whether a text can be a mailed code at all, where the challenge isn't known."""
    return re.fullmatch("[0-9]{6}|[0-9]{10}", text.translate(_IGNORED)) is not None


def same(left: str, right: str) -> bool:
    """Compare in constant time, as bytes: `compare_digest` raises on text beyond ASCII."""
    return hmac.compare_digest(left.encode(), right.encode())


def guess_cost(digits: int, accepted: int = 1) -> int:
    """Give what one compared guess costs the ledger, in millionths of certain success."""
    return int(accepted * 1_000_000 // 10**digits)
