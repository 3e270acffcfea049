"""What a browser is asked to do with passkeys, and what is kept of them: WebAuthn level 3."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from simple_2fa.core.factor import Context, Held
from simple_2fa.core.webauthn import encode

Options = dict[str, object]

ALGORITHMS = (-7, -8, -257)
"""ES256, EdDSA, RS256: every authenticator has one of them (5.4)."""
TIMEOUT = 300_000
"""Milliseconds, as recommended where somebody is verified (15.1)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a passkey (a credential record, section 4); its octets in base64url."""

    id: str
    key: str
    count: int
    aaguid: str
    transports: Sequence[str]
    can_back_up: bool
    backed_up: bool

    @property
    def secret(self) -> bytes:
        """The same as its factor stores it."""
        return json.dumps(asdict(self)).encode()


def kept(held: Held) -> Kept:
    """Read what was stored."""
    return Kept(**json.loads(held.secret))


def creation(context: Context, challenge: bytes) -> Options:
    """Ask for a new one: PublicKeyCredentialCreationOptionsJSON.

    Not for an attestation: whoever made the authenticator, it is welcome.
    """
    return {
        "rp": {"id": context.rp_id, "name": context.site},
        "user": {"id": encode(context.subject), **_names(context)},
        "challenge": encode(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "timeout": TIMEOUT,
        "excludeCredentials": _descriptors(context),
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
        "attestation": "none",
    }


def request(context: Context, challenge: bytes) -> Options:
    """Ask one to answer: PublicKeyCredentialRequestOptionsJSON.

    Where nothing else is proved, one that says whose it is, and who verifies that person.
    """
    return {
        "challenge": encode(challenge),
        "timeout": TIMEOUT,
        "rpId": context.rp_id,
        "allowCredentials": [] if context.alone else _descriptors(context),
        "userVerification": "required" if context.alone else "preferred",
    }


def signals(context: Context) -> Options:
    """Tell which still work, and their owner's name, for the browser's own list."""
    return {
        "rpId": context.rp_id,
        "userId": encode(context.subject),
        "allAcceptedCredentialIds": [kept(each).id for each in context.held],
        **_names(context),
    }


def _names(context: Context) -> dict[str, str]:
    return dict.fromkeys(("name", "displayName"), context.address)


def _descriptors(context: Context) -> list[Options]:
    """Give each that is held as a PublicKeyCredentialDescriptorJSON."""
    known = map(kept, context.held)
    return [{"type": "public-key", "id": each.id, "transports": each.transports} for each in known]
