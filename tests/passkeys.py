"""Ann's passkeys: asked for, made, and held by an authenticator of ours."""

import json
from dataclasses import replace
from typing import Any

from rig.authenticator import Authenticator
from simple_2fa.core.factor import Context, Held, Verdict
from simple_2fa.factors.passkey import factor
from world import NOW

ANN = bytes(range(32))
BEA = bytes(32)
ORIGIN = "https://a.example"
LOGIN = Context(NOW, "login", ORIGIN, "a.example", "ann@example.com", 6, subject=ANN, site="Acme")
ENROL = replace(LOGIN, purpose="enrol")
WRONG = Verdict(ok=False)


def ask(context: Context) -> tuple[bytes, dict[str, Any]]:
    begun = factor.begin(context)
    return begun.state, json.loads(str(begun.prompt["options"]))


def enrol(one: Authenticator, context: Context = ENROL) -> Verdict:
    state, options = ask(context)
    return factor.finish(context, state, json.dumps(one.create(options)))


def sign(one: Authenticator, context: Context) -> Verdict:
    state, options = ask(context)
    return factor.finish(context, state, json.dumps(one.get(options)))


def held(one: Authenticator) -> Held:
    verdict = enrol(one)
    assert verdict.secret
    return Held("ann's", verdict.secret, 1)


def with_one(one: Authenticator, context: Context = LOGIN) -> Context:
    return replace(context, held=(held(one),))


def alone(one: Authenticator) -> Context:
    return with_one(one, replace(LOGIN, alone=True))
