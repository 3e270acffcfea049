"""Who holds the test-only token."""

from base64 import b32decode

from simple_2fa.core.factor import Begun, Context, Held
from world import token_code


def enrolled(number: int) -> tuple[Held, ...]:
    return (Held(f"token {number}", bytes([number]) * 20 + bytes(8), 1),)


def answer(context: Context, begun: Begun) -> str:
    if context.purpose == "enrol":
        return token_code(b32decode(str(begun.prompt["key"])))
    secret = context.held[0].secret
    return token_code(secret[:20], int.from_bytes(secret[20:], "big"))
