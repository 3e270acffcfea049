"""Crockford's base32, for codes that people copy by hand: how one is written and read."""

import re
from base64 import b32encode

from simple_2fa.core.errors import MalformedAnswerError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 letters and digits (https://www.crockford.com/base32.html): I, L, O look like digits; no U."""

_FROM_RFC_4648 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)
_IGNORED = str.maketrans("", "", " -")
_LOOK_ALIKES = str.maketrans("OIL", "011")


def encode(octets: bytes) -> str:
    """Write each 5 octets as 8 characters; their number is a multiple of 5."""
    return b32encode(octets).decode().translate(_FROM_RFC_4648)


def read(text: str, length: int) -> str:
    """Take what was typed: lower case, spaces and hyphens are fine; O is 0, I and L are 1.

    Letters are spelled out and made capitals last: a pattern that ignores case takes the Kelvin
    sign for K, and `upper` makes an I of the dotless one.

    Raises:
        MalformedAnswerError: not exactly so many characters remain, or others; it spends no try.
    """
    typed = text.translate(_IGNORED)
    if re.fullmatch(f"[0-9A-TV-Za-tv-z]{{{length}}}", typed) is None:
        raise MalformedAnswerError
    return typed.upper().translate(_LOOK_ALIKES)
