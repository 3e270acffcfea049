"""Who has the app."""

from base64 import b32decode
from datetime import datetime

from simple_2fa.core.factor import Begun, Context, Held
from world import token_code


def enrolled(number: int) -> tuple[Held, ...]:
    return (Held(f"app {number}", bytes([number]) * 20 + bytes(8), 1),)


def answer(context: Context, begun: Begun) -> str:
    if context.purpose == "enrol":
        return shown_at(context.now, b32decode(str(begun.prompt["key"]).replace(" ", "")))
    return shown_at(context.now, context.held[0].secret[:20])


def shown_at(now: datetime, seed: bytes) -> str:
    return token_code(seed, int(now.timestamp()) // 30)
