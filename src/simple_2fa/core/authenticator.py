"""What an authenticator says, in CBOR and COSE: read by fido2, the one place that knows it.

Its bytes come from strangers, and the library answers garbage with errors of many kinds: here that
is None, or False. fido2 is imported where it is needed first: not everybody has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.exceptions import InvalidSignature

if TYPE_CHECKING:
    from fido2.webauthn import AttestedCredentialData, AuthenticatorData

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key pair's public half (attested credential data, WebAuthn level 3, 6.5.1).

    Attributes:
        key: COSE.
        aaguid: what made it, as far as it says.
    """

    id: bytes
    key: bytes
    algorithm: int
    aaguid: str


@dataclass(frozen=True, slots=True)
class Said:
    """Authenticator data (6.1): flags, the signature counter, and a new key where one was made."""

    rp_id_hash: bytes
    is_present: bool
    is_verified: bool
    can_back_up: bool
    is_backed_up: bool
    count: int
    new: NewKey | None


def read_attestation(octets: bytes) -> Said | None:
    """Read an attestation object (6.5.4); who made the authenticator is not asked for."""
    from fido2.webauthn import AttestationObject  # noqa: PLC0415 (not everybody has it)

    return _tried(lambda: _said(AttestationObject(octets).auth_data))


def read_data(octets: bytes) -> Said | None:
    """Read authenticator data."""
    from fido2.webauthn import AuthenticatorData  # noqa: PLC0415 (not everybody has it)

    return _tried(lambda: _said(AuthenticatorData(octets)))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the holder of the key has signed the message."""
    return _tried(lambda: _verify(key, message, signature)) is True


def is_key(key: bytes) -> bool:
    """Tell whether it can judge signatures: of one that can't, nobody would hear till a sign-in."""
    return _tried(lambda: _verify(key, b"", b"")) is not None


def _verify(key: bytes, message: bytes, signature: bytes) -> bool:
    from fido2 import cbor  # noqa: PLC0415 (not everybody has it)
    from fido2.cose import CoseKey  # noqa: PLC0415 (the same)

    known: Any = cbor.decode(key)
    try:
        CoseKey.parse(known).verify(message, signature)
    except InvalidSignature:
        return False
    return True


def _said(data: "AuthenticatorData") -> Said:
    return Said(
        data.rp_id_hash,
        data.is_user_present(),
        data.is_user_verified(),
        data.is_backup_eligible(),
        data.is_backed_up(),
        data.counter,
        _new(data.credential_data) if data.credential_data else None,
    )


def _new(made: "AttestedCredentialData") -> NewKey:
    from fido2 import cbor  # noqa: PLC0415 (not everybody has it)

    key = made.public_key
    return NewKey(made.credential_id, cbor.encode(key), key[3], str(made.aaguid))


def _tried(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Exception:  # noqa: BLE001 (the library doesn't state what it raises)
        return None
