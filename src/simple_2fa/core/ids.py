"""Names that outsiders may see, secrets that they carry, and digests to find rows by."""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime

from simple_2fa.core.clock import to_millis

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def new_id() -> str:
    """Make a public id: 16 random bytes as 22 base64url characters."""
    return _text(secrets.token_bytes(16))


def is_id(text: str) -> bool:
    """Tell whether the text has the form of a public id; what hasn't needs no look-up."""
    return _PUBLIC_ID.fullmatch(text) is not None


def new_secret() -> str:
    """Make a bearer secret: 32 random bytes as 43 base64url characters."""
    return _text(secrets.token_bytes(32))


def new_attempt(now: datetime) -> bytes:
    """Make the key of an event: 6 bytes of time, then 10 random ones.

    The time in front keeps the newest keys of a large table together, as in UUIDv7 (RFC 9562, 5.7).
    """
    return to_millis(now).to_bytes(6, "big") + secrets.token_bytes(10)


def digest(*parts: str) -> bytes:
    """Give the digest (SHA-256) of some parts; no two lists of parts run into each other."""
    hasher = hashlib.sha256()
    for raw in (part.encode() for part in parts):
        hasher.update(len(raw).to_bytes(4, "big") + raw)
    return hasher.digest()


def hash_secret(secret: str) -> bytes:
    """Give what is stored of a bearer secret: with 256 random bits, one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def id_of(secret: str) -> str:
    """Give the public id that a bearer secret leads to: half its SHA-256, so no way leads back."""
    return _text(hash_secret(secret)[:16])


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
