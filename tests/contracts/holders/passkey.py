"""Who holds the passkeys."""

import json

from fido2 import cbor

from rig.authenticator import P256, Authenticator
from simple_2fa.core.ceremonies import Kept, kept
from simple_2fa.core.factor import Begun, Context, Held
from simple_2fa.core.webauthn import decode, encode


def enrolled(number: int) -> tuple[Held, ...]:
    one = passkey(number)
    made = Kept(
        encode(one.id), encode(cbor.encode(one.key.cose)), 1, "", ["internal"], False, False
    )
    return (Held(f"passkey {number}", made.secret, 1),)


def answer(context: Context, begun: Begun) -> str:
    options = json.loads(str(begun.prompt["options"]))
    if context.enrols:
        return json.dumps(passkey(9).create(options))
    number = decode(kept(context.held[0]).id)[-1]
    return json.dumps(passkey(number).get(options))


def passkey(number: int) -> Authenticator:
    return Authenticator(P256(number), b"id " + bytes([number]), count=2)
