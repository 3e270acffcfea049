"""Sealing what is stored: AES-256-GCM under a sub-key for each use and row (HKDF-SHA256)."""

import hashlib
import hmac
import os
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from simple_2fa.core.errors import SealError

_VERSION = "1"
_NONCE = 12
KEY_LENGTH = 32


def key_id(key: bytes) -> str:
    """Name a master key: 8 hex digits of a digest, safe to print and to store beside a seal."""
    return hashlib.sha256(b"simple-2fa key id:" + key).hexdigest()[:8]


def prefix(kid: str) -> str:
    """Give what every seal of a key begins with."""
    return f"{_VERSION}:{kid}:"


class Vault:
    """Seals and opens values bound to a use ('challenge') and a row (its public id).

    A sub-key for each row means that no key ever seals enough for a nonce to repeat
    (NIST SP 800-38D, 8.3). The first key seals; all of them open.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_LENGTH for key in keys):
            raise ValueError("a vault needs one or more keys of 32 bytes")
        self._keys: Mapping[str, bytes] = {key_id(key): key for key in keys}
        self._writing = key_id(keys[0])

    def seal(self, use: str, row: str, value: bytes) -> str:
        """Seal a value: 'version:kid:' and the base64url of nonce, ciphertext and tag."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher(self._writing, use, row).encrypt(nonce, value, _bound_to(use, row))
        return prefix(self._writing) + urlsafe_b64encode(nonce + sealed).decode("ascii")

    def open(self, use: str, row: str, blob: str) -> bytes:
        """Open what `seal` made for the same use and row.

        Raises:
            SealError: changed, bound to another row, of another version, or its key is missing.
        """
        version, _, rest = blob.partition(":")
        kid, _, body = rest.partition(":")
        if version != _VERSION or kid not in self._keys:
            raise SealError("no key opens this seal")
        try:
            raw = b64decode(body, altchars=b"-_", validate=True)
            cipher = self._cipher(kid, use, row)
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(use, row))
        except (InvalidTag, ValueError) as why:
            raise SealError("the seal is broken") from why

    def mac(self, use: str, text: str) -> str:
        """Give a MAC of a text under the writing key, for tokens that aren't stored (hex)."""
        return self._mac(self._writing, use, text)

    def mac_fits(self, use: str, text: str, mac: str) -> bool:
        """Tell, in constant time, whether any key made this MAC of the text."""
        fits = [
            hmac.compare_digest(self._mac(kid, use, text).encode(), mac.encode())
            for kid in self._keys
        ]
        return any(fits)

    def _mac(self, kid: str, use: str, text: str) -> str:
        return hmac.new(self._subkey(kid, use, "mac"), text.encode(), hashlib.sha256).hexdigest()

    def _cipher(self, kid: str, use: str, row: str) -> AESGCM:
        return AESGCM(self._subkey(kid, use, row))

    def _subkey(self, kid: str, use: str, row: str) -> bytes:
        """Derive the key of one use and row (RFC 5869)."""
        return HKDF(SHA256(), KEY_LENGTH, None, _bound_to(use, row)).derive(self._keys[kid])


def _bound_to(use: str, row: str) -> bytes:
    return f"simple-2fa:{len(use)}:{use}:{row}".encode()
