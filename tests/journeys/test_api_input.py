"""Bad input: it is named, never echoed, spends no try and never ends in a 5xx."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from apps import ANN, Site, made
from callers import CHALLENGES, Shop, pointers, refusal
from simple_2fa.core.ids import new_id

BAD_CODES = [
    "", None, [], {}, 0, 482913, 4.5, True, ["482913"], [["482913"]], {"code": "482913"},
    "４８２９１３", "٤٨٢٩١٣", "482913\n", "\n482913", "482913\t", "482913\x00", "4829\u00a013",
    "482913\u200b", "48291", "4829131", "482_913", "+482913", "0x4829", "4.8e5", "abcdef",
    "482913 482913", "NaN", " ", "-", "9" * 64, "9" * 65, "9" * 5000, "\u0000" * 6,
]  # fmt: skip
NOT_AN_OBJECT = {
    "nothing": b"",
    "null": b"null",
    "text": b'"email"',
    "number": b"1",
    "array": b"[]",
    "array of objects": b'[{"email":"ann@example.com"}]',
    "form": b"email=ann@example.com",
    "cut off": b'{"email":"ann@example.com"',
    "more behind": b'{"email":"ann@example.com"}{}',
    "comment": b'{"email":"ann@example.com"/*x*/}',
    "trailing comma": b'{"email":"ann@example.com",}',
    "single quotes": b"{'email':'ann@example.com'}",
    "NaN": b'{"email":NaN}',
    "Infinity": b'{"email":-Infinity}',
    "huge integer": b'{"email":' + b"9" * 5000 + b"}",
    "deep array": b"[" * 10_000,
    "deep array, closed": b"[" * 10_000 + b"]" * 10_000,
    "deep object": b'{"a":' * 10_000,
    "control character": b'{"email":"ann\x00@example.com"}',
    "lone surrogate": b'{"email":"\\ud800@example.com"}',
    "lone surrogate in a name": b'{"\\udfff":1}',
    "invalid UTF-8": b'{"email":"ann\xff@example.com"}',
    "overlong UTF-8": b'{"email":"ann\xc0\x80@example.com"}',
    "surrogate in UTF-8": b'{"email":"\xed\xa0\x80@example.com"}',
    "BOM": b'\xef\xbb\xbf{"email":"ann@example.com"}',
    "UTF-16": '{"email":"ann@example.com"}'.encode("utf-16"),
    "UTF-16 without BOM": '{"email":"ann@example.com"}'.encode("utf-16-le"),
    "UTF-32": '{"email":"ann@example.com"}'.encode("utf-32"),
    "gzip": b"\x1f\x8b\x08\x00",
}
FIELDS: dict[str, tuple[object, list[str]]] = {
    "missing": ({}, ["/email"]),
    "unknown": ({"email": ANN, "extra": 1}, ["/extra"]),
    "unknown, to be escaped": ({"email": ANN, "a/b~c": 1}, ["/a~1b~0c"]),
    "both": ({"emial": ANN}, ["/email", "/emial"]),
    "null": ({"email": None}, ["/email"]),
    "number": ({"email": 1}, ["/email"]),
    "list of two": ({"email": [ANN, "bob@example.com"]}, ["/email"]),
    "object": ({"email": {"$ne": ""}}, ["/email"]),
    "null purpose": ({"email": ANN, "purpose": None}, ["/purpose"]),
    "our own field": ({"email": ANN, "caller": "client:x"}, ["/caller"]),
    "one of later days": ({"email": ANN, "return_to": "https://x.example"}, ["/return_to"]),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def shop(site: Site) -> Shop:
    return Shop(site)


def is_short(reply: TestResponse) -> bool:
    return len(reply.data) < 1000


class TestCodes:
    @pytest.mark.parametrize("code", BAD_CODES, ids=repr)
    def test_a_code_of_another_form_is_named_not_echoed_and_costs_nothing(
        self, site: Site, shop: Shop, code: object
    ) -> None:
        to = f"{new_id()}@example.com"
        challenge = shop.start(to)["challenge"]
        replies = [
            shop.call("/verify", {"email": to, "code": code}),
            shop.call("/verify", {"challenge": challenge, "code": code}),
            shop.call(f"{CHALLENGES}/{challenge}/answer", {"code": code}),
        ]
        for reply in replies:
            assert pointers(reply) == ["/code"]
            assert is_short(reply)
            assert "482913" not in reply.text
            assert len(str(code)) < 5 or str(code) not in reply.text
        assert shop.show(challenge)["tries_left"] == 5
        assert shop.answer(challenge, site.code(to)).status_code == 200

    def test_one_of_ten_digits_is_no_answer_to_one_of_six(self, shop: Shop) -> None:
        started = shop.start("ten@example.com")
        reply = shop.answer(started["challenge"], "0123456789")
        assert pointers(reply) == ["/code"]
        assert (reply.json or {})["detail"] == "The code has 6 digits."

    @pytest.mark.parametrize(
        "named",
        [
            {},
            {"email": ANN, "challenge": "x" * 22},
            {"email": None, "challenge": None},
            {"email": "", "challenge": ""},
        ],
    )
    def test_it_needs_one_of_challenge_and_address(
        self, shop: Shop, named: dict[str, object]
    ) -> None:
        reply = shop.call("/verify", {**named, "code": "482913"})
        assert refusal(reply) == (422, "invalid_request")
        assert "482913" not in reply.text

    @pytest.mark.parametrize(
        "name", ["", "x", "x" * 21, "x" * 23, "é" * 22, 1, None, [], "x" * 21 + "\n", "x" * 60_000]
    )
    def test_a_challenge_of_another_form_is_named(self, shop: Shop, name: object) -> None:
        reply = shop.call("/verify", {"challenge": name, "code": "482913"})
        assert pointers(reply) == ["/challenge"]
        assert is_short(reply)


class TestBodies:
    @pytest.mark.parametrize("data", NOT_AN_OBJECT.values(), ids=NOT_AN_OBJECT.keys())
    def test_what_is_no_json_object_in_utf_8_is_refused(self, shop: Shop, data: bytes) -> None:
        for path in ("/generate-2fa", "/verify", CHALLENGES, f"{CHALLENGES}/{new_id()}/answer"):
            reply = shop.call(path, data=data)
            assert pointers(reply) == [""]
            assert (reply.json or {})["detail"] == "The body must be one JSON object in UTF-8."

    @pytest.mark.parametrize(("body", "named"), FIELDS.values(), ids=FIELDS.keys())
    def test_a_field_is_named(self, shop: Shop, body: object, named: list[str]) -> None:
        reply = shop.call("/generate-2fa", body)
        assert pointers(reply) == named
        assert is_short(reply)

    @pytest.mark.parametrize(
        "data",
        [
            b'{"code":"000000","code":"482913","email":"ann@example.com"}',
            b'{"code":"000000","c\\u006fde":"482913","email":"ann@example.com"}',
        ],
    )
    def test_a_field_that_stands_there_twice_is_named(self, shop: Shop, data: bytes) -> None:
        reply = shop.call("/verify", data=data)
        assert pointers(reply) == ["/code"]
        assert (reply.json or {})["errors"][0]["detail"] == "This field stands there twice."
        assert "482913" not in reply.text

    def test_thousands_of_fields_get_a_short_answer_soon(self, shop: Shop) -> None:
        many = {f"{number:x}": 0 for number in range(5_000)}
        assert len(pointers(shop.call("/generate-2fa", many))) == 10
        twice = json.dumps(many)[:-1] + ', "1387": 0}'
        assert pointers(shop.call("/generate-2fa", data=twice.encode())) == ["/1387"]

    def test_a_long_name_is_cut(self, shop: Shop) -> None:
        (named,) = pointers(shop.call("/generate-2fa", {"email": ANN, "x" * 60_000: 1}))
        assert named == "/" + "x" * 64

    def test_a_long_address_is_not_echoed(self, shop: Shop) -> None:
        for address in ("a" * 60_000, "a" * 300 + "@example.com", "@" * 300, "a@" + "b." * 30_000):
            reply = shop.call("/generate-2fa", {"email": address})
            assert pointers(reply) == ["/email"]
            assert is_short(reply)

    @pytest.mark.parametrize(
        "kind",
        ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "text/json",
         "multipart/form-data; boundary=x", "application/problem+json", "application/json, x"],
    )  # fmt: skip
    def test_only_json_is_read(self, shop: Shop, kind: str) -> None:
        body = b'{"email":"ann@example.com"}'
        for path in ("/generate-2fa", "/verify", CHALLENGES):
            reply = shop.call(path, data=body, content_type=kind)
            assert refusal(reply) == (415, "unsupported_media_type")

    @pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
    def test_json_may_be_spelled_so(self, shop: Shop, kind: str) -> None:
        data = json.dumps({"email": f"{new_id()}@example.com"}).encode()
        assert shop.call("/generate-2fa", data=data, content_type=kind).status_code == 202

    @pytest.mark.parametrize("size", [64 * 1024 + 1, 1024 * 1024])
    def test_what_is_too_large_is_refused(self, shop: Shop, size: int) -> None:
        body = json.dumps({"email": ANN, "code": "9" * size}).encode()
        for path in ("/generate-2fa", "/verify", CHALLENGES, f"{CHALLENGES}/{new_id()}/answer"):
            assert refusal(shop.call(path, data=body)) == (413, "too_large")

    def test_the_largest_is_still_read(self, shop: Shop) -> None:
        body = b'{"code":"1"}'
        assert pointers(shop.call("/generate-2fa", data=body.ljust(64 * 1024)))[0] == "/email"


class TestAnything:
    KEYS = st.sampled_from(["email", "code", "challenge", "to", "purpose", "channel", "x"])
    VALUES = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    )

    @settings(derandomize=True, max_examples=70, deadline=None, database=None)
    @given(body=st.dictionaries(KEYS, VALUES, max_size=5))
    def test_whatever_is_sent_as_json_is_a_4xx(self, shop: Shop, body: object) -> None:
        data = json.dumps(body).encode()
        for path in ("/generate-2fa", "/verify", CHALLENGES, f"{CHALLENGES}/{new_id()}/answer"):
            reply = shop.call(path, data=data)
            assert refusal(reply)[0] in {400, 404, 422}
            assert len(reply.data) < 4000

    @settings(derandomize=True, max_examples=70, deadline=None, database=None)
    @given(data=st.binary(max_size=200))
    def test_whatever_bytes_are_sent_are_a_422(self, shop: Shop, data: bytes) -> None:
        assert refusal(shop.call("/verify", data=data)) == (422, "invalid_request")

    @settings(derandomize=True, max_examples=70, deadline=None, database=None)
    @given(text=st.text(st.characters(codec="utf-8")))
    def test_whatever_text_is_an_address_or_is_named(self, shop: Shop, text: str) -> None:
        reply = shop.call("/generate-2fa", {"email": f"{text}@example.com"})
        assert reply.status_code in {202, 429} or pointers(reply) == ["/email"]


@pytest.mark.parametrize("verb", ["resend", "cancel"])
class TestNothingToSay:
    @pytest.fixture
    def path(self, shop: Shop, verb: str) -> str:
        started = shop.start(f"{new_id()}@example.com")
        return f"{CHALLENGES}/{started['challenge']}/{verb}"

    def test_an_empty_object_is_nothing_too(self, site: Site, shop: Shop, path: str) -> None:
        site.clock.move(seconds=30)
        assert shop.call(path, {}).status_code in {200, 202}

    def test_a_form_is_no_way_to_say_it(self, shop: Shop, path: str) -> None:
        reply = shop.call(path, data=b"a=b", content_type="application/x-www-form-urlencoded")
        assert refusal(reply) == (415, "unsupported_media_type")

    def test_a_field_is_refused_and_nothing_done(self, shop: Shop, path: str) -> None:
        reply = shop.call(path, {"code": "482913"})
        assert (refusal(reply), pointers(reply)) == ((422, "invalid_request"), ["/code"])
        assert shop.show(path.split("/")[-2])["status"] == "pending"
