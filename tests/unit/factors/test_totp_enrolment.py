"""Adding an authenticator app: a seed is shown, and counts once its app has given a code."""

import re
from base64 import b32decode
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_2fa.core.factor import Begun, Context, Held, Verdict
from simple_2fa.factors.totp import factor, step_at
from world import NOW, token_code

STEP = timedelta(seconds=30)
AT = step_at(NOW)
SEED = b"12345678901234567890"
CONTEXT = Context(NOW, "enrol", "https://a.example", "a.example", "ann@example.com", 6, site="Acme")
WRONG = Verdict(ok=False)


def seed_of(begun: Begun) -> bytes:
    return b32decode(str(begun.prompt["key"]).replace(" ", ""))


def uri_of(site: str, address: str = "ann@example.com") -> str:
    return str(factor.begin(replace(CONTEXT, site=site, address=address)).prompt["uri"])


def read(uri: str) -> tuple[str, str, dict[str, str]]:
    """Read site, address and the rest as an app does: a plus is a plus, a colon parts."""
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", "")
    assert "+" not in parts.query
    site, _, address = unquote(parts.path[1:]).partition(":")
    rest = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
    return site, address, rest


class TestQuestion:
    def test_the_key_is_the_seed_in_fours(self) -> None:
        begun = factor.begin(CONTEXT)
        assert re.fullmatch("([A-Z2-7]{4} ){7}[A-Z2-7]{4}", str(begun.prompt["key"]))
        assert seed_of(begun) == begun.state
        assert len(begun.state) == 20
        assert begun.prompt["digits"] == 6
        assert begun.letter is None

    def test_the_address_to_scan_says_all(self) -> None:
        begun = factor.begin(CONTEXT)
        key = str(begun.prompt["key"]).replace(" ", "")
        assert begun.prompt["uri"] == (
            f"otpauth://totp/Acme:ann@example.com?secret={key}"
            "&issuer=Acme&algorithm=SHA1&digits=6&period=30"
        )

    @pytest.mark.parametrize(
        ("site", "address", "spelt"),
        [
            ("Käse & Söhne", "ann@example.com", "K%C3%A4se%20%26%20S%C3%B6hne:ann@example.com"),
            ("Acme", "a+b@example.com", "Acme:a%2Bb@example.com"),
            ("50 %/yes?", "o'neil/x@example.com", "50%20%25%2Fyes%3F:o%27neil%2Fx@example.com"),
            ("店", "ann@xn--kse-qla.example", "%E5%BA%97:ann@xn--kse-qla.example"),
        ],
    )
    def test_what_has_a_meaning_in_it_is_encoded(self, site: str, address: str, spelt: str) -> None:
        uri = uri_of(site, address)
        assert uri.isascii()
        assert uri.startswith(f"otpauth://totp/{spelt}?secret=")
        assert read(uri)[:2] == (site, address)
        assert read(uri)[2]["issuer"] == site

    @pytest.mark.parametrize("site", ["Acme: Staging", ":Acme :Staging:", " Acme\tStaging"])
    def test_a_site_s_colon_goes(self, site: str) -> None:
        found, address, rest = read(uri_of(site))
        assert (found, address) == ("Acme Staging", "ann@example.com")
        assert rest["issuer"] == found

    @pytest.mark.parametrize("site", ["", "  ", ":"])
    def test_a_site_without_a_name_has_its_host_s(self, site: str) -> None:
        assert read(uri_of(site))[0] == "a.example"

    @given(site=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
    def test_any_site_and_its_issuer_are_read_alike(self, site: str) -> None:
        found, address, rest = read(uri_of(site))
        assert address == "ann@example.com"
        assert rest["issuer"] == found
        assert set(rest) == {"secret", "issuer", "algorithm", "digits", "period"}

    def test_only_who_adds_an_app_is_shown_a_seed(self) -> None:
        held = (Held("phone", bytes(28), 1),)
        for purpose in ("login", "step_up", "reset", "api:verify"):
            context = replace(CONTEXT, purpose=purpose, held=held)
            assert factor.begin(context).prompt == {"digits": 6}


class TestConfirmation:
    @pytest.mark.parametrize(
        ("ahead", "ok"), [(-3, False), (-2, False), (-1, True), (0, True), (1, True), (2, False)]
    )
    def test_a_clock_may_be_a_step_slow_or_fast(self, ahead: int, *, ok: bool) -> None:
        verdict = factor.finish(CONTEXT, SEED, token_code(SEED, AT + ahead))
        secret = SEED + (AT + ahead).to_bytes(8, "big")
        assert (verdict.ok, verdict.credential) == (ok, None)
        assert verdict.secret == (secret if ok else None)

    def test_the_time_of_a_slow_clock_is_told(self) -> None:
        verdict = factor.finish(CONTEXT, SEED, token_code(SEED, AT - 2))
        assert verdict == Verdict(ok=False, hint="2026-11-22T10:29:00+00:00")

    @pytest.mark.parametrize("ahead", [-1, 0, 1])
    def test_its_code_is_no_second_step_any_more(self, ahead: int) -> None:
        code = token_code(SEED, AT + ahead)
        secret = factor.finish(CONTEXT, SEED, code).secret
        assert secret
        login = replace(CONTEXT, purpose="login", held=(Held("phone", secret, 1),))
        for later in range(4):
            context = replace(login, now=NOW + later * STEP)
            assert factor.finish(context, factor.begin(context).state, code) == WRONG
        context = replace(login, now=NOW + 2 * STEP)
        assert factor.finish(context, b"", token_code(SEED, AT + 2)).ok

    def test_an_app_that_is_held_already_confirms_nothing(self) -> None:
        held = Held("phone", bytes(28), 1)
        context = replace(CONTEXT, held=(held,))
        assert factor.finish(context, SEED, token_code(bytes(20), AT)) == WRONG

    def test_a_seed_of_the_client_s_is_nothing(self) -> None:
        """The answer is six digits, and no context carries more: ours is the one that counts."""
        theirs = bytes(range(20))
        assert factor.finish(CONTEXT, SEED, token_code(theirs, AT)) == WRONG
        verdict = factor.finish(CONTEXT, SEED, token_code(SEED, AT))
        assert verdict.secret
        assert verdict.secret[:20] == SEED

    def test_no_two_apps_share_a_seed(self) -> None:
        assert len({factor.begin(CONTEXT).state for _ in range(100)}) == 100
