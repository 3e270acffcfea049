"""What is no answer at all, and garbage from browsers and authenticators: a verdict each time."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from fido2 import cbor
from hypothesis import given, settings
from hypothesis import strategies as st

from passkeys import ENROL, LOGIN, WRONG, ask, enrol, with_one
from rig.authenticator import P256, Authenticator
from simple_2fa.core.errors import MalformedAnswerError
from simple_2fa.core.factor import Context
from simple_2fa.core.webauthn import encode
from simple_2fa.factors.passkey import factor

Answer = dict[str, Any]


def changed(answer: Mapping[str, Any], path: str, value: object) -> Answer:
    """Give the answer with another value, or without one, at a path."""
    copy: Answer = json.loads(json.dumps(answer))
    *way, last = path.split(".")
    inner = copy
    for name in way:
        inner = inner[name]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return copy


class TestForm:
    @pytest.fixture(params=[LOGIN, ENROL], ids=["get", "create"])
    def context(self, request: pytest.FixtureRequest) -> Context:
        context: Context = request.param
        return context if context.enrols else with_one(Authenticator(), context)

    def answer(self, context: Context, options: Mapping[str, Any]) -> Answer:
        if context.enrols:
            return Authenticator().create(options)
        return Authenticator(count=2).get(options)

    def is_malformed(self, context: Context, text: str) -> bool:
        with pytest.raises(MalformedAnswerError) as raised:
            factor.finish(context, ask(context)[0], text)
        return raised.value.digits is None

    @pytest.mark.parametrize(
        "value", [..., None, 7, [], {}, "a b", "a=", "YQ==", "é", "YR", "\ud800"]
    )
    def test_octets_are_base64url_in_its_one_spelling(
        self, context: Context, value: object
    ) -> None:
        _, options = ask(context)
        answer = self.answer(context, options)
        needed = ("attestationObject",) if context.enrols else ("signature", "authenticatorData")
        for path in ("id", "rawId", *(f"response.{name}" for name in ("clientDataJSON", *needed))):
            assert self.is_malformed(context, json.dumps(changed(answer, path, value)))

    @pytest.mark.parametrize("value", [..., None, "", "password", "PUBLIC-KEY", 7, ["public-key"]])
    def test_its_type_is_public_key(self, context: Context, value: object) -> None:
        _, options = ask(context)
        text = json.dumps(changed(self.answer(context, options), "type", value))
        assert self.is_malformed(context, text)

    @pytest.mark.parametrize("value", [..., None, [], "response", 7])
    def test_its_response_is_an_object(self, context: Context, value: object) -> None:
        _, options = ask(context)
        text = json.dumps(changed(self.answer(context, options), "response", value))
        assert self.is_malformed(context, text)

    @pytest.mark.parametrize("value", ["usb", {}, 7, [7], [None], [["usb"]]])
    def test_transports_are_words(self, value: object) -> None:
        _, options = ask(ENROL)
        answer = changed(Authenticator().create(options), "response.transports", value)
        assert self.is_malformed(ENROL, json.dumps(answer))

    @pytest.mark.parametrize("value", [7, [], {}, "a=", "é"])
    def test_a_handle_is_base64url(self, value: object) -> None:
        context = with_one(Authenticator())
        _, options = ask(context)
        answer = changed(Authenticator().get(options), "response.userHandle", value)
        assert self.is_malformed(context, json.dumps(answer))

    @pytest.mark.parametrize("name", ["id", "signature", "clientDataJSON"])
    def test_no_key_is_there_twice(self, name: str) -> None:
        context = with_one(Authenticator())
        text = json.dumps(Authenticator(count=2).get(ask(context)[1]))
        at = text.index(f'"{name}"')
        assert self.is_malformed(context, f'{text[:at]}"{name}": "", {text[at:]}')

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "9" * 5000, "01", "1_0"])
    def test_numbers_are_those_of_json(self, number: str) -> None:
        context = with_one(Authenticator())
        text = json.dumps(Authenticator(count=2).get(ask(context)[1]))
        assert self.is_malformed(context, f'{text[:-1]}, "more": {number}}}')

    def test_what_a_later_browser_adds_is_welcome(self) -> None:
        one = Authenticator()
        context = with_one(one)
        one.lies = {"other_keys_can_be_added_here": "..."}
        state, options = ask(context)
        answer = {**one.get(options), "more": {"deep": [1, 2.5, None, True]}}
        assert factor.finish(context, state, json.dumps(answer)).ok

    def test_an_answer_to_the_other_question_has_another_form(self) -> None:
        context = with_one(Authenticator())
        assert self.is_malformed(ENROL, json.dumps(Authenticator().get(ask(context)[1])))
        assert self.is_malformed(context, json.dumps(Authenticator().create(ask(ENROL)[1])))


CLIENT_DATA = [
    b"",
    b"null",
    b"[]",
    b'"webauthn.get"',
    b"\xff",
    b"\xef\xbb\xbf{}",
    b"{}",
    b'{"type":"webauthn.get","type":"webauthn.get"}',
    b"[" * 5000,
]
CBOR = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.booleans() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers(-9, 9) | st.text(), inner),
    max_leaves=8,
)
ATTESTED = st.fixed_dictionaries(
    {"fmt": CBOR, "attStmt": CBOR, "authData": CBOR | st.binary(min_size=37)}
)
DATA = st.builds(
    lambda flags, rest: bytes(32) + bytes([flags]) + rest,
    st.integers(0, 255),
    st.binary(min_size=4) | st.builds(lambda key: bytes(23) + cbor.encode(key), CBOR),
)


class TestGarbage:
    @pytest.mark.parametrize("client_data", CLIENT_DATA)
    @pytest.mark.parametrize("enrols", [True, False])
    def test_client_data_that_says_nothing_is_wrong(
        self, client_data: bytes, *, enrols: bool
    ) -> None:
        one = Authenticator()
        context = with_one(one, ENROL if enrols else LOGIN)
        state, options = ask(context)
        answer = one.create(options) if enrols else one.get(options)
        text = json.dumps(changed(answer, "response.clientDataJSON", encode(client_data)))
        assert factor.finish(context, state, text) == WRONG

    @given(octets=st.binary() | CBOR.map(cbor.encode) | ATTESTED.map(cbor.encode))
    @settings(max_examples=300, deadline=None)
    def test_an_attestation_of_anything_is_wrong(self, octets: bytes) -> None:
        state, options = ask(ENROL)
        answer = changed(
            Authenticator().create(options), "response.attestationObject", encode(octets)
        )
        assert factor.finish(ENROL, state, json.dumps(answer)) == WRONG

    @given(octets=st.binary() | DATA, signature=st.binary())
    @settings(max_examples=300, deadline=None)
    def test_authenticator_data_of_anything_is_wrong(self, octets: bytes, signature: bytes) -> None:
        one = Authenticator(P256(1))
        context = with_one(one)
        state, options = ask(context)
        answer = changed(one.get(options), "response.authenticatorData", encode(octets))
        signed = changed(answer, "response.signature", encode(signature))
        assert factor.finish(context, state, json.dumps(answer)) == WRONG
        assert factor.finish(context, state, json.dumps(signed)) == WRONG

    @given(key=CBOR)
    @settings(max_examples=200, deadline=None)
    def test_a_key_of_anything_is_refused(self, key: object) -> None:
        one = Authenticator()
        one.key.cose = {**key, 3: -7} if isinstance(key, dict) else key  # type: ignore[assignment]
        assert enrol(one) == WRONG

    @pytest.mark.parametrize("byte", [0x81, 0xA1, 0x9F, 0xC0, 0xDB, 0xFB])
    def test_depth_is_no_way_out(self, byte: int) -> None:
        state, options = ask(ENROL)
        octets = encode(bytes([byte]) * 10_000)
        answer = changed(Authenticator().create(options), "response.attestationObject", octets)
        assert factor.finish(ENROL, state, json.dumps(answer)) == WRONG

    @given(
        value=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=10,
        ),
        name=st.sampled_from(["id", "rawId", "type", "response", "more"]),
    )
    @settings(max_examples=200, deadline=None)
    def test_any_json_has_a_verdict_or_another_form(self, value: object, name: str) -> None:
        one = Authenticator(P256(1))
        context = with_one(one)
        state, options = ask(context)
        for text in (json.dumps(value), json.dumps({**one.get(options), name: value})):
            try:
                verdict = factor.finish(context, state, text)
            except MalformedAnswerError:
                continue
            assert verdict == WRONG or name == "more" or value == one.get(options).get(name)
