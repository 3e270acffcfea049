"""What people have to answer with: an app, a sheet of codes, a passkey; enrolled already."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher

from rig.authenticator import Authenticator
from simple_2fa.accounts.model import Account
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Caller, Purpose, Question
from simple_2fa.core.crockford import encode
from simple_2fa.core.factor import Prompt
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import NewCredential
from world import NOW, token_code

# A hash says how it was made, and is compared so: these cost a 250th of real ones.
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def owned(desk: Desk, account: Account, factor: str, secret: bytes, name: str = "") -> str:
    """Let an account have a credential; give its public id."""
    new = NewCredential(account.subject, factor, secret, name)
    sealed = credentials.sealed(desk.vault, new.id, new.subject, new.secret)
    desk.db.tidy(lambda connection: credentials.add(connection, new, sealed, NOW))
    return new.id


@dataclass(frozen=True)
class App:
    """An authenticator app on a phone.

    Attributes:
        id: of the credential, where it is one already.
    """

    seed: bytes
    id: str = ""

    def code(self, now: datetime, steps: int = 0) -> str:
        """Give what it shows, or what it showed so many steps before (less than 0)."""
        return token_code(self.seed, int(now.timestamp()) // 30 + steps)


def app_of(desk: Desk, account: Account, name: str = "My phone") -> App:
    seed = secrets.token_bytes(20)
    return App(seed, owned(desk, account, "totp", seed + bytes(8), name))


def codes_of(desk: Desk, account: Account, left: int = 10) -> list[str]:
    """Let an account have so many recovery codes; give them as they are read."""
    codes = [f"{slot}{encode(secrets.token_bytes(10))}" for slot in range(left)]
    hashes = {code[0]: _QUICK.hash(code) for code in codes}
    owned(desk, account, "recovery", json.dumps(hashes).encode())
    return codes


def passkey_of(
    desk: Desk, account: Account, name: str = "My phone", *, count: int = 1
) -> Authenticator:
    """Let an account have a passkey, made as its page makes one."""
    one = Authenticator(id=secrets.token_bytes(16), origin=desk.origin, count=count)
    factor = desk.factors["passkey"]
    asked = Question(account.subject, account.address, Purpose.ENROL, Caller("session", ""))
    context = desk.context(asked, 6, NOW, ())
    begun = factor.begin(context)
    verdict = factor.finish(context, begun.state, json.dumps(one.create(options_of(begun.prompt))))
    assert verdict.secret
    owned(desk, account, "passkey", verdict.secret, name)
    return one


def options_of(prompt: Prompt) -> Mapping[str, Any]:
    """Give what a page hands to the browser."""
    found: Mapping[str, Any] = json.loads(str(prompt["options"]))
    return found


def signed(one: Authenticator, prompt: Prompt) -> str:
    """Answer a question by a passkey, as its page's script would."""
    return json.dumps(one.get(options_of(prompt)))


def created(one: Authenticator, prompt: Prompt) -> str:
    """Answer a question for a new passkey, as its page's script would."""
    return json.dumps(one.create(options_of(prompt)))
