from pathlib import Path

import pytest

from apps import Site, made
from simple_2fa.http.cookies import csrf_fits, csrf_token


@pytest.fixture(params=[True, False], ids=["development", "production"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return made(tmp_path, development=request.param)


def fits(site: Site, visitor: str, token: str, **headers: str) -> bool:
    name = "s2fa_visitor" if site.services.development else "__Host-s2fa_visitor"
    sent = {"Cookie": f"{name}={visitor}", **headers}
    with site.app.test_request_context(method="POST", data={"csrf": token}, headers=sent):
        return csrf_fits()


def token_of(site: Site, visitor: str) -> str:
    return site.services.vault.mac("csrf", visitor)


def test_a_new_visitor_gets_a_cookie_and_keeps_it(site: Site) -> None:
    client = site.client()
    client.environ_base["wsgi.url_scheme"] = "https"
    first, second = client.get("/"), client.get("/")
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert ("Secure" in cookie) is cookie.startswith("__Host-")
    assert cookie.startswith("__Host-") is not site.services.development
    assert "Domain" not in cookie
    assert "Set-Cookie" not in second.headers


def test_a_token_fits_its_own_visitor_alone(site: Site) -> None:
    ann, bob = "a" * 22, "b" * 22
    assert fits(site, ann, token_of(site, ann))
    assert not fits(site, bob, token_of(site, ann))
    assert not fits(site, "", token_of(site, ""))
    assert not fits(site, ann, "")
    assert not fits(site, ann, "é")


def test_it_is_bound_to_the_cookie_that_its_page_sets(site: Site) -> None:
    with site.app.test_request_context():
        assert csrf_token() == csrf_token()
    with site.app.test_request_context(headers={"Cookie": "s2fa_visitor=made-up"}):
        assert csrf_token() != token_of(site, "made-up")


def test_another_site_s_form_fails_even_with_the_token(site: Site) -> None:
    ann = "a" * 22
    assert not fits(site, ann, token_of(site, ann), Origin="https://evil.example")
