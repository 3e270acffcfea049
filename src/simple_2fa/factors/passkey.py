"""Passkeys and security keys: WebAuthn level 3, whose sections are named below."""

import json
import secrets
from dataclasses import replace
from hashlib import sha256

from simple_2fa.core import authenticator, ceremonies, webauthn
from simple_2fa.core.authenticator import Said
from simple_2fa.core.ceremonies import Kept, kept
from simple_2fa.core.factor import Begun, Context, Factor, Prompt, Verdict
from simple_2fa.core.providers import provider_of

LONGEST_ID = 1023
"""Bytes of a credential's id (7.1, step 25)."""
WRONG = Verdict(ok=False)


class Passkey(Factor):
    """A key pair for this site alone; its private half never leaves the authenticator."""

    name = "passkey"
    strength = 30
    amr = ("pop",)
    resists_phishing = True
    can_be_enrolled = True
    can_be_first = True
    needs = "fido2"
    script = "passkey"

    def guess_cost(self, digits: int, held: int) -> int:  # noqa: ARG002 (whatever is held)
        """Nobody guesses a signature."""
        return 0

    def begin(self, context: Context) -> Begun:
        """Draw a state; the challenge is its digest, so the page may show that."""
        state = secrets.token_bytes(32)
        ask = ceremonies.creation if context.enrols else ceremonies.request
        options = json.dumps(ask(context, _digest(state)))
        return Begun(state, {"options": options, "rp_id": context.rp_id})

    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        """Judge what `PublicKeyCredential.toJSON()` gave in the browser.

        The hint of a wrong one is its id, where no such passkey is held: a browser drops it then.
        """
        if context.enrols:
            return _enrolled(context, state, webauthn.read_created(answer))
        return _confirmed(context, state, webauthn.read_asserted(answer))

    def subject_of(self, answer: str) -> bytes | None:
        """Give the user handle; one that is no subject's names nobody."""
        handle = webauthn.read_asserted(answer).user_handle
        return handle if len(handle) == sha256().digest_size else None

    def summary(self, context: Context) -> Prompt:
        """Tell which ones still work, and whose they are, for the browser's own list."""
        return {"signals": json.dumps(ceremonies.signals(context))}


def _enrolled(context: Context, state: bytes, given: webauthn.Created) -> Verdict:
    """Judge a new one (7.1)."""
    said = authenticator.read_attestation(given.attestation)
    if said is None or said.new is None or not _is_for_us(context, state, said, given.client_data):
        return WRONG
    new, id_ = said.new, webauthn.encode(given.id)
    is_new = new.id == given.id and id_ not in {kept(each).id for each in context.held}
    is_usable = new.algorithm in ceremonies.ALGORITHMS and authenticator.is_key(new.key)
    if not (is_new and is_usable and 0 < len(new.id) <= LONGEST_ID):
        return WRONG
    key, ways = webauthn.encode(new.key), given.transports
    made = Kept(id_, key, said.count, new.aaguid, ways, said.can_back_up, said.is_backed_up)
    return Verdict(ok=True, secret=made.secret, name=provider_of(new.aaguid))


def _confirmed(context: Context, state: bytes, given: webauthn.Asserted) -> Verdict:
    """Judge an answer of one that is held (7.2)."""
    held = {kept(each).id: each for each in context.held}.get(webauthn.encode(given.id))
    said = authenticator.read_data(given.authenticator_data)
    if held is None:
        is_some = 0 < len(given.id) <= LONGEST_ID
        return Verdict(ok=False, hint=webauthn.encode(given.id) if is_some else "")
    if said is None or not _is_for_us(context, state, said, given.client_data):
        return WRONG
    known, message = kept(held), given.authenticator_data + _digest(given.client_data)
    is_owner = given.user_handle == context.subject or not (given.user_handle or context.alone)
    is_signed = authenticator.is_signed(webauthn.decode(known.key), message, given.signature)
    if not (is_owner and is_signed and _is_the_one(known, said)):
        return WRONG
    moved = replace(known, count=said.count, backed_up=said.is_backed_up)
    return Verdict(ok=True, credential=held.id, secret=moved.secret)


def _is_the_one(known: Kept, said: Said) -> bool:
    """Whether it is no clone: of two that count, one falls behind; synced ones stay at 0 (6.1.1).

    Whether it can be backed up never changes (6.1.3).
    """
    is_ahead = said.count > known.count or said.count == known.count == 0
    return is_ahead and said.can_back_up == known.can_back_up


def _is_for_us(context: Context, state: bytes, said: Said, client_data: bytes) -> bool:
    """Whether browser and authenticator speak of this question, of us, of somebody who is there."""
    kind = webauthn.CREATE if context.enrols else webauthn.GET
    return (
        webauthn.is_said(client_data, kind, _digest(state), context.origin)
        and said.rp_id_hash == _digest(context.rp_id.encode())
        and (said.is_present or context.in_passing)
        and (said.is_verified or not context.alone)
        and (said.can_back_up or not said.is_backed_up)
    )


def _digest(octets: bytes) -> bytes:
    return sha256(octets).digest()


factor = Passkey()
