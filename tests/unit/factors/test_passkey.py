"""Passkeys: made and asked rightly, and every lie of a browser, an authenticator, a thief."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fido2 import cbor

from passkeys import ANN, BEA, ENROL, LOGIN, ORIGIN, WRONG, alone, ask, enrol, held, sign, with_one
from rig.authenticator import P256, RSA, USUAL, Authenticator, Ed25519, Flag
from simple_2fa.core.ceremonies import kept
from simple_2fa.core.errors import MalformedAnswerError
from simple_2fa.core.factor import Context, Verdict
from simple_2fa.core.webauthn import decode, encode
from simple_2fa.factors.passkey import factor

Lie = Callable[[Authenticator], object]


def tells(**members: object) -> Lie:
    return lambda one: one.lies.update(members)


def says(**attributes: object) -> Lie:
    def lie(one: Authenticator) -> None:
        for name, value in attributes.items():
            setattr(one, name, value)

    return lie


BOTH: dict[str, Lie] = {
    "another origin": says(origin="https://a.example.evil"),
    "a subdomain": says(origin="https://b.a.example"),
    "another port": says(origin="https://a.example:8443"),
    "no TLS": says(origin="http://a.example"),
    "a slash more": says(origin="https://a.example/"),
    "the origin in capitals": says(origin="https://A.example"),
    "no origin": tells(origin=None),
    "a list of origins": tells(origin=[ORIGIN]),
    "an app": says(origin="android:apk-key-hash:AAAA"),
    "another site's rp id": says(rp_id="evil"),
    "the rp id's parent": says(rp_id="example"),
    "another challenge": tells(challenge=encode(bytes(32))),
    "the challenge with padding": tells(challenge=encode(bytes(32)) + "="),
    "no challenge": tells(challenge=None),
    "a frame": tells(crossOrigin=True),
    "a frame, in words": tells(crossOrigin="true"),
    "nothing about a frame": tells(crossOrigin=None),
    "another page around": tells(topOrigin="https://evil.example"),
    "our page around": tells(topOrigin=ORIGIN),
    "no such ceremony": tells(type="webauthn.steal"),
    "a payment": tells(type="payment.get"),
    "nobody there": says(flags=Flag.VERIFIED),
    "nobody at all": says(flags=Flag.NONE),
    "a copy that can't be": says(flags=USUAL | Flag.BACKED_UP),
}


class TestMaking:
    @pytest.mark.parametrize("key", [P256, Ed25519, RSA])
    def test_each_algorithm_will_do(self, key: Callable[[], Any]) -> None:
        one = Authenticator(key())
        context = with_one(one)
        assert sign(one, context).ok

    def test_what_is_asked_for(self) -> None:
        state, options = ask(ENROL)
        challenge = options.pop("challenge")
        assert len(decode(challenge)) == 32
        assert decode(challenge) != state
        assert options == {
            "rp": {"id": "a.example", "name": "Acme"},
            "user": {
                "id": encode(ANN),
                "name": "ann@example.com",
                "displayName": "ann@example.com",
            },
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-7, -8, -257)],
            "timeout": 300_000,
            "excludeCredentials": [],
            "authenticatorSelection": {
                "residentKey": "preferred",
                "userVerification": "preferred",
            },
            "attestation": "none",
        }

    def test_what_is_kept(self) -> None:
        one = Authenticator(flags=USUAL | Flag.CAN_BACK_UP | Flag.BACKED_UP, count=7)
        verdict = enrol(one)
        assert verdict == Verdict(ok=True, secret=verdict.secret, name="Google Password Manager")
        assert json.loads(verdict.secret or b"") == {
            "id": encode(one.id),
            "key": encode(cbor.encode(one.key.cose)),
            "count": 7,
            "aaguid": "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4",
            "transports": ["hybrid", "internal"],
            "can_back_up": True,
            "backed_up": True,
        }

    def test_one_of_an_unknown_make_has_no_name(self) -> None:
        assert enrol(Authenticator(aaguid=bytes(16))).name == ""

    def test_one_without_transports_is_kept(self) -> None:
        state, options = ask(ENROL)
        answer = Authenticator().create(options)
        del answer["response"]["transports"]
        verdict = factor.finish(ENROL, state, json.dumps(answer))
        assert json.loads(verdict.secret or b"")["transports"] == []

    def test_transports_are_kept_as_far_as_they_can_be_some(self) -> None:
        strange = ("usb", "x" * 33, "", "é", "usb")
        assert kept(held(Authenticator(transports=strange))).transports == ["usb"]
        many = tuple(f"new-{number}" for number in range(20))
        assert len(kept(held(Authenticator(transports=many))).transports) == 8

    def test_an_attestation_is_not_looked_at(self) -> None:
        assert enrol(Authenticator(format="packed")).ok

    def test_nobody_need_be_verified(self) -> None:
        assert enrol(Authenticator(flags=Flag.PRESENT)).ok

    @pytest.mark.parametrize("lie", BOTH.values(), ids=BOTH)
    def test_a_lie_makes_none(self, lie: Lie) -> None:
        one = Authenticator()
        lie(one)
        assert enrol(one) == WRONG

    def test_an_answer_of_an_old_one_makes_none(self) -> None:
        one = Authenticator(lies={"type": "webauthn.get"})
        assert enrol(one) == WRONG

    def test_what_is_held_is_excluded_with_its_ways(self) -> None:
        one = Authenticator()
        _, options = ask(with_one(one, ENROL))
        assert options["excludeCredentials"] == [
            {"type": "public-key", "id": encode(one.id), "transports": ["hybrid", "internal"]}
        ]

    def test_what_is_held_is_not_made_again(self) -> None:
        context = with_one(Authenticator(), ENROL)
        assert enrol(Authenticator(), context) == WRONG
        assert enrol(Authenticator(id=b"another"), context).ok

    @pytest.mark.parametrize("length", [0, 1024])
    def test_an_id_has_a_length(self, length: int) -> None:
        assert enrol(Authenticator(id=bytes(length))) == WRONG
        assert enrol(Authenticator(id=bytes(1023))).ok

    def test_an_id_that_the_authenticator_did_not_say_is_refused(self) -> None:
        state, options = ask(ENROL)
        answer = Authenticator().create(options)
        answer["id"] = answer["rawId"] = encode(b"another")
        assert factor.finish(ENROL, state, json.dumps(answer)) == WRONG

    @pytest.mark.parametrize(
        "cose",
        [
            {},
            {1: 2},
            {1: 2, 3: -7},
            {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)},
            {1: 2, 3: -7, -1: 8, -2: bytes(32), -3: bytes(32)},
            {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: True},
            {1: 1, 3: -8, -1: 6, -2: bytes(31)},
            {1: 1, 3: -8, -1: 7, -2: bytes(32)},
            {1: 3, 3: -257, -1: b"", -2: b""},
            {1: 3, 3: -257, -1: b"\3", -2: b"\3"},
            {1: 2, 3: -999},
            {1: 2, 3: [-7]},
            [],
            "key",
            7,
        ],
    )
    def test_a_key_that_judges_nothing_is_refused(self, cose: object) -> None:
        one = Authenticator()
        one.key.cose = cose  # type: ignore[assignment]
        assert enrol(one) == WRONG

    @pytest.mark.parametrize("algorithm", [-9, -65535, -37, -47])
    def test_an_algorithm_that_was_not_asked_for_is_refused(self, algorithm: int) -> None:
        key = RSA() if algorithm in (-65535, -37) else P256()
        key.cose = {**key.cose, 3: algorithm}
        assert enrol(Authenticator(key)) == WRONG


class TestAsking:
    def test_what_is_asked_for_as_a_second_step(self) -> None:
        one = Authenticator()
        _, options = ask(with_one(one))
        assert len(decode(options.pop("challenge"))) == 32
        assert options == {
            "timeout": 300_000,
            "rpId": "a.example",
            "allowCredentials": [
                {"type": "public-key", "id": encode(one.id), "transports": ["hybrid", "internal"]}
            ],
            "userVerification": "preferred",
        }

    def test_alone_it_says_whose_it_is_and_verifies_that_person(self) -> None:
        _, options = ask(alone(Authenticator()))
        assert (options["allowCredentials"], options["userVerification"]) == ([], "required")

    def test_a_right_answer_moves_the_count(self) -> None:
        one = Authenticator(flags=USUAL | Flag.CAN_BACK_UP)
        context = with_one(one)
        one.flags |= Flag.BACKED_UP
        verdict = sign(one, context)
        assert (verdict.ok, verdict.credential, verdict.name) == (True, "ann's", "")
        (before,) = context.held
        moved = replace(kept(before), count=2, backed_up=True)
        assert kept(replace(before, secret=verdict.secret or b"")) == moved

    def test_of_several_the_one_that_answers_is_the_one_that_is_swapped(self) -> None:
        ours = [Authenticator(id=bytes([number])) for number in range(3)]
        several = tuple(replace(held(one), id=str(number)) for number, one in enumerate(ours))
        context = replace(LOGIN, held=several)
        assert [sign(one, context).credential for one in ours] == ["0", "1", "2"]

    @pytest.mark.parametrize("in_context", [with_one, alone])
    @pytest.mark.parametrize("lie", BOTH.values(), ids=BOTH)
    def test_a_lie_is_wrong(self, in_context: Callable[..., Context], lie: Lie) -> None:
        one = Authenticator()
        context = in_context(one)
        lie(one)
        assert sign(one, context) == WRONG

    def test_a_new_one_does_not_answer_for_an_old_one(self) -> None:
        one = Authenticator()
        context = with_one(one)
        one.lies = {"type": "webauthn.create"}
        assert sign(one, context) == WRONG

    def test_another_key_is_wrong(self) -> None:
        context = with_one(Authenticator())
        assert sign(Authenticator(count=2, handle=ANN), context) == WRONG

    @pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
    def test_each_part_is_signed(self, part: str) -> None:
        one = Authenticator()
        context = with_one(one)
        state, options = ask(context)
        answer = one.get(options)
        octets = decode(answer["response"][part])
        for at in range(len(octets)):
            changed = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]
            response = {**answer["response"], part: encode(changed)}
            text = json.dumps({**answer, "response": response})
            assert factor.finish(context, state, text) == WRONG
        assert factor.finish(context, state, json.dumps(answer)).ok


class TestOwner:
    def test_somebody_elses_passkey_is_wrong(self) -> None:
        beas = Authenticator(id=b"bea's")
        enrol(beas, replace(ENROL, subject=BEA))
        assert sign(beas, with_one(Authenticator())) == replace(WRONG, hint=encode(beas.id))

    @pytest.mark.parametrize("in_context", [with_one, alone])
    def test_somebody_elses_handle_is_wrong(self, in_context: Callable[..., Context]) -> None:
        one = Authenticator()
        context = in_context(one)
        one.handle = BEA
        assert sign(one, context) == WRONG

    def test_a_security_key_that_names_nobody_is_a_second_step_and_not_more(self) -> None:
        one = Authenticator()
        second, first = with_one(one), alone(one)
        one.handle = b""
        assert sign(one, second).ok
        assert sign(one, first) == WRONG

    def test_null_names_nobody(self) -> None:
        one = Authenticator()
        context = with_one(one)
        state, options = ask(context)
        one.handle = b""
        answer = one.get(options)
        answer["response"]["userHandle"] = None
        assert factor.finish(context, state, json.dumps(answer)).ok

    def test_alone_the_person_must_be_verified(self) -> None:
        one = Authenticator()
        second, first = with_one(one), alone(one)
        assert sign(one, first).ok
        one.flags = Flag.PRESENT
        assert sign(one, second).ok
        assert sign(one, first) == WRONG

    def test_an_answer_names_its_subject(self) -> None:
        one = Authenticator()
        _, options = ask(alone(one))
        assert factor.subject_of(json.dumps(one.get(options))) == ANN

    @pytest.mark.parametrize("handle", [b"", b"short", bytes(33), bytes(64)])
    def test_another_handle_names_nobody(self, handle: bytes) -> None:
        one = Authenticator(handle=handle)
        _, options = ask(LOGIN)
        assert factor.subject_of(json.dumps(one.get(options))) is None

    @pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"userHandle": "AAAA"}', "\ud800"])
    def test_garbage_names_nobody_and_says_so(self, text: str) -> None:
        with pytest.raises(MalformedAnswerError):
            factor.subject_of(text)


class TestCount:
    def swapped(self, one: Authenticator, context: Context) -> Context:
        verdict = sign(one, context)
        assert verdict.ok
        (before,) = context.held
        return replace(context, held=(replace(before, secret=verdict.secret or b"", version=2),))

    def test_an_answer_works_once(self) -> None:
        one = Authenticator()
        context = with_one(one)
        state, options = ask(context)
        answer = json.dumps(one.get(options))
        verdict = factor.finish(context, state, answer)
        (before,) = context.held
        after = replace(context, held=(replace(before, secret=verdict.secret or b""),))
        assert factor.finish(after, state, answer) == WRONG
        assert factor.finish(after, ask(after)[0], answer) == WRONG

    def test_of_two_clones_the_one_that_is_behind_is_found(self) -> None:
        one = Authenticator()
        context = with_one(one)
        clone = replace(one)
        after = self.swapped(one, context)
        assert sign(clone, after) == WRONG
        self.swapped(one, after)

    @pytest.mark.parametrize(("stored", "said"), [(1, 0), (1, 1), (5, 4), (2**32 - 1, 0)])
    def test_it_never_goes_back(self, stored: int, said: int) -> None:
        one = Authenticator(count=stored)
        context = with_one(one)
        one.count = said
        assert sign(one, context) == WRONG

    def test_one_that_does_not_count_stays_at_zero(self) -> None:
        one = Authenticator(count=0)
        context = with_one(one)
        for _ in range(3):
            context = self.swapped(one, context)

    def test_one_may_begin_to_count(self) -> None:
        one = Authenticator(count=0)
        context = with_one(one)
        one.count = 1
        self.swapped(one, context)

    @pytest.mark.parametrize("flags", [USUAL, USUAL | Flag.CAN_BACK_UP])
    def test_whether_it_can_be_backed_up_never_changes(self, flags: Flag) -> None:
        one = Authenticator(flags=flags)
        context = with_one(one)
        one.flags ^= Flag.CAN_BACK_UP
        assert sign(one, context) == WRONG


def test_the_browsers_list_hears_which_still_work() -> None:
    one = Authenticator()
    assert json.loads(str(factor.summary(with_one(one))["signals"])) == {
        "rpId": "a.example",
        "userId": encode(ANN),
        "allAcceptedCredentialIds": [encode(one.id)],
        "name": "ann@example.com",
        "displayName": "ann@example.com",
    }
