"""What a browser sends after a passkey was asked, read strictly before a library sees any of it.

The outer JSON is written by the page's script: it has a form, or it is no answer at all. What the
browser and the authenticator say inside it is right or wrong.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from simple_2fa.core.errors import MalformedAnswerError

T = TypeVar("T", str, dict[str, object], list[object])

CREATE = "webauthn.create"
GET = "webauthn.get"
"""What a ceremony is called in the client data (WebAuthn level 3, 5.8.1)."""
_LONGEST_TRANSPORT = 32
_MOST_TRANSPORTS = 8


@dataclass(frozen=True, slots=True)
class Created:
    """A new credential, as the browser tells of it (RegistrationResponseJSON).

    Attributes:
        id: the credential's, chosen by its authenticator.
        client_data: what the browser saw, JSON as it was hashed.
        attestation: what the authenticator made, CBOR.
        transports: by which ways the authenticator is reached; for the next question.
    """

    id: bytes
    client_data: bytes
    attestation: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asserted:
    """An answer of a credential (AuthenticationResponseJSON).

    Attributes:
        user_handle: whom the authenticator takes its owner for; empty where it doesn't say.
    """

    id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes


def read_created(text: str) -> Created:
    """Read the answer to a question for a new credential.

    Raises:
        MalformedAnswerError: it has another form.
    """
    id_, response = _read(text)
    ways = [each for each in _member(response, "transports", list, []) if _is_way(each)]
    return Created(
        id_,
        _octets(response, "clientDataJSON"),
        _octets(response, "attestationObject"),
        tuple(sorted({str(way) for way in ways})[:_MOST_TRANSPORTS]),
    )


def read_asserted(text: str) -> Asserted:
    """Read the answer of a credential that was made before.

    Raises:
        MalformedAnswerError: it has another form.
    """
    id_, response = _read(text)
    return Asserted(
        id_,
        _octets(response, "clientDataJSON"),
        _octets(response, "authenticatorData"),
        _octets(response, "signature"),
        decode(_member(response, "userHandle", str, "")),
    )


def is_said(client_data: bytes, kind: str, challenge: bytes, origin: str) -> bool:
    """Tell whether the browser says what it must: this ceremony, our challenge, at our own page.

    Neither in a frame of somebody else's page (7.1, steps 7 to 11; 7.2, steps 10 to 14).
    """
    try:
        said = read_object(client_data.decode())
    except (UnicodeDecodeError, MalformedAnswerError):
        return False
    return (
        said.get("type") == kind
        and said.get("challenge") == encode(challenge)
        and said.get("origin") == origin
        and said.get("crossOrigin", False) is False
        and "topOrigin" not in said
    )


def encode(octets: bytes) -> str:
    """Write base64url without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url that is spelled as `encode` spells it: each value has one spelling.

    Raises:
        MalformedAnswerError: it is spelled otherwise.
    """
    try:
        octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise MalformedAnswerError from None
    if encode(octets) != text:
        raise MalformedAnswerError
    return octets


def read_object(text: str) -> dict[str, object]:
    """Read a JSON object in which no key is there twice, with nothing around it.

    Raises:
        MalformedAnswerError: it is something else.
    """
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise MalformedAnswerError from None
    if not isinstance(found, dict) or text[0] + text[-1] != "{}":
        raise MalformedAnswerError
    return found


def _read(text: str) -> tuple[bytes, dict[str, object]]:
    found = read_object(text)
    if found.get("type") != "public-key" or found.get("rawId") != found.get("id"):
        raise MalformedAnswerError
    return _octets(found, "id"), _member(found, "response", dict)


def _octets(found: Mapping[str, object], name: str) -> bytes:
    return decode(_member(found, name, str))


def _member(found: Mapping[str, object], name: str, kind: type[T], default: T | None = None) -> T:
    value = found.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind):
        raise MalformedAnswerError
    return value


def _is_way(value: object) -> bool:
    """Whether it may be a transport: new ones are kept as they come (5.8.4)."""
    if not isinstance(value, str):
        raise MalformedAnswerError
    return value.isascii() and 0 < len(value) <= _LONGEST_TRANSPORT


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"JSON has no {constant}")
