"""An authenticator and its browser in Python: right answers, and every lie that one could tell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from hashlib import sha256
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cbor

from simple_2fa.core.webauthn import CREATE, GET, decode, encode

Options = Mapping[str, Any]
AAGUID = bytes.fromhex("ea9b8d664d011d213ce4b6b48cb575d4")
"""Google Password Manager's."""


class Flag(IntFlag):
    """WebAuthn level 3, 6.1."""

    NONE = 0
    PRESENT = 0x01
    VERIFIED = 0x04
    CAN_BACK_UP = 0x08
    BACKED_UP = 0x10
    NEW_KEY = 0x40


USUAL = Flag.PRESENT | Flag.VERIFIED


class Key(Protocol):
    """A key pair; its public half as COSE has it (RFC 9053)."""

    cose: Mapping[int, Any]

    def sign(self, message: bytes) -> bytes: ...


class P256:
    """ES256."""

    def __init__(self, number: int = 0) -> None:
        curve = ec.SECP256R1()
        self._key = (
            ec.derive_private_key(number, curve) if number else ec.generate_private_key(curve)
        )
        point = self._key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (point.x, point.y))
        self.cose: Mapping[int, Any] = {1: 2, 3: -7, -1: 1, -2: x, -3: y}

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))


class Ed25519:
    """EdDSA."""

    def __init__(self) -> None:
        self._key = ed25519.Ed25519PrivateKey.generate()
        self.cose: Mapping[int, Any] = {
            1: 1,
            3: -8,
            -1: 6,
            -2: self._key.public_key().public_bytes_raw(),
        }

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class RSA:
    """RS256."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        modulus = self._key.public_key().public_numbers().n
        self.cose: Mapping[int, Any] = {
            1: 3,
            3: -257,
            -1: modulus.to_bytes(256, "big"),
            -2: b"\1\0\1",
        }

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class Authenticator:
    """One passkey. What it is made with is said in each answer; `lies` change the client data.

    Attributes:
        count: said with the next answer, then raised, unless it is 0: such ones don't count.
        rp_id: said instead of the one that the options name.
        handle: said instead of the one that it was made for; "" is none.
        lies: members of the client data.
    """

    key: Key = field(default_factory=P256)
    id: bytes = b"a passkey's own id"
    origin: str = "https://a.example"
    flags: Flag = USUAL
    count: int = 1
    aaguid: bytes = AAGUID
    transports: tuple[str, ...] = ("internal", "hybrid")
    format: str = "none"
    rp_id: str | None = None
    handle: bytes = b""
    lies: dict[str, Any] = field(default_factory=dict)

    def create(self, options: Options) -> dict[str, Any]:
        """Answer a question for a new one, as `toJSON()` would."""
        self.handle = decode(options["user"]["id"])
        data = self._data(options["rp"]["id"], self.attested)
        made = cbor.encode({"fmt": self.format, "attStmt": {}, "authData": data})
        response = {
            "attestationObject": encode(made),
            "authenticatorData": encode(data),
            "transports": list(self.transports),
        }
        return self._told(CREATE, options, response)

    def get(self, options: Options) -> dict[str, Any]:
        """Answer a question, as `toJSON()` would."""
        data = self._data(options["rpId"])
        response = {"authenticatorData": encode(data)}
        if self.handle:
            response["userHandle"] = encode(self.handle)
        told = self._told(GET, options, response)
        hashed = sha256(decode(response["clientDataJSON"])).digest()
        response["signature"] = encode(self.key.sign(data + hashed))
        return told

    @property
    def attested(self) -> bytes:
        """Attested credential data (6.5.1)."""
        length = len(self.id).to_bytes(2, "big")
        return self.aaguid + length + self.id + cbor.encode(self.key.cose)

    def _data(self, rp_id: str, new: bytes = b"") -> bytes:
        about = sha256((self.rp_id or rp_id).encode()).digest()
        flags = self.flags | (Flag.NEW_KEY if new else Flag.NONE)
        data = about + bytes([flags]) + self.count.to_bytes(4, "big") + new
        self.count += self.count > 0
        return data

    def _told(self, kind: str, options: Options, response: dict[str, Any]) -> dict[str, Any]:
        seen = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        client_data = json.dumps({**seen, "crossOrigin": False, **self.lies}).encode()
        response["clientDataJSON"] = encode(client_data)
        id_ = encode(self.id)
        return {
            "id": id_,
            "rawId": id_,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
