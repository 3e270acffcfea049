"""Whatever is typed into a form, or sent in its place: it is never our fault (no 5xx)."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from apps import Site
from guests import Guest, goes_to, member, told
from live import site_in
from open_forms import FORMS
from rig.mariadb import MariaDB
from rig.postgres import PostgreSQL

URLENCODED = "application/x-www-form-urlencoded"
VALUES = {
    "nothing": "",
    "spaces": "%20%09",
    "NUL": "a%00b",
    "lone surrogate": "%ED%A0%80",
    "no UTF-8": "%ff%fe",
    "cut short": "%E2%82",
    "half an escape": "%4",
    "accents": quote("é@exämple.com"),
    "unseen": quote("a\u200b\u202e\u2028b"),
    "emoji": quote("🦊" * 30),
    "full-width digits": quote("１２３４５６"),
    "Arabic digits": quote("٤٥٦٧٨٩"),
    "a newline behind": "482913%0A",
    "many digits": "1" * 5000,
    "minus": "-1",
    "markup": quote("'\"><script>{{7*7}}</script>"),
    "SQL": quote("' OR '1'='1' --"),
    "a header": "x%0D%0ASet-Cookie:%20a=b",
    "300 characters": "a" * 290 + quote("@example.com"),
    "60 kB": "a" * 60_000,
}
BODIES = {
    "nothing": (b"", URLENCODED),
    "separators": (b"&&==&=&;;%%%", URLENCODED),
    "many fields": (b"&".join(b"f%d=1" % number for number in range(2000)), URLENCODED),
    "one name often": (b"code=1&email=a&password=b&next=/&" * 300, URLENCODED),
    "bytes": (bytes(range(256)), URLENCODED),
    "no form": (b'{"csrf": 1}', "application/json"),
    "no type": (b"csrf=1", ""),
    "UTF-16": ("csrf=1".encode("utf-16"), f"{URLENCODED}; charset=utf-16"),
    "no boundary": (b"--x\r\n\r\n", "multipart/form-data"),
    "no end": (
        b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n',
        "multipart/form-data; boundary=x",
    ),
    "one MB": (b"email=" + b"a" * 1_000_000, URLENCODED),
    "one MB in parts": (
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
        + b"a" * 1_000_000
        + b"\r\n--x--",
        "multipart/form-data; boundary=x",
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "mariadb", "postgres"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    url = ""
    if request.param != "sqlite":
        server: MariaDB | PostgreSQL = request.getfixturevalue(request.param)
        url = server.create_database()
    site = site_in(tmp_path_factory.mktemp("site"), url, development=False)
    yield site
    site.services.db.close()


def post(guest: Guest, path: str, body: str | bytes, kind: str = URLENCODED) -> TestResponse:
    headers = {"Origin": guest.site.origin, "Content-Type": kind}
    return guest.client.post(path, data=body, headers=headers)


def odd_bodies(fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Spell a form's fields in odd ways, one at a time."""
    plain = {name: quote(value) for name, value in fields.items()}
    for name, plainly in plain.items():
        for what, value in VALUES.items():
            yield f"{name}: {what}", spelled({**plain, name: value})
        others = {each: value for each, value in plain.items() if each != name}
        yield f"no {name}", spelled(others)
        yield f"{name} twice", f"{spelled(plain)}&{name}=x"
        for odd in (f"{name}[]", f"{name}[0]", f"{name}.x", name.upper(), f"%00{name}"):
            yield odd, spelled({**others, odd: plainly})


def spelled(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


def is_well(reply: TestResponse) -> bool:
    return reply.status_code < 500 and "Traceback" not in reply.text


@pytest.mark.parametrize("path", FORMS)
def test_no_field_breaks_anything(site: Site, path: str) -> None:
    guest, fields = FORMS[path](Guest(site))
    began = guest.session()
    for what, body in odd_bodies({**fields, "remember": "yes", "csrf": guest.csrf}):
        reply = post(guest, path, body)
        assert is_well(reply), (what, reply.status_code)
        if guest.session() != began:  # it was taken
            guest, _ = FORMS[path](Guest(site))
            began = guest.session()


@pytest.mark.parametrize("path", FORMS)
def test_no_body_breaks_anything(site: Site, path: str) -> None:
    guest, _ = FORMS[path](Guest(site))
    for what, (body, kind) in BODIES.items():
        reply = post(guest, path, body, kind)
        assert is_well(reply), (what, reply.status_code)
        assert reply.status_code in {303, 403, 404, 413}, what


@pytest.mark.parametrize(
    "path", ["/login", "/register", "/confirm", "/verify", "/account", "/account/activity"]
)
def test_no_query_breaks_anything(site: Site, path: str) -> None:
    guest = Guest(site)
    for stage in ("nobody", "in"):
        if stage == "in":
            guest.sign_in(member(site).address)
        for name in ("next", "notice", "before", "ticket", "told", "remember"):
            for what, value in VALUES.items():
                reply = guest.client.get(path, query_string=f"{name}={value}")
                assert is_well(reply), (stage, name, what)


@pytest.mark.parametrize("code", [v for k, v in VALUES.items() if k not in {"nothing", "spaces"}])
def test_no_odd_code_is_the_right_one_or_costs_a_try(site: Site, code: str) -> None:
    guest = Guest(site)
    guest.log_in(member(site).address)
    if code == VALUES["a newline behind"]:
        code = f"{guest.code()}%0A"
    reply = post(guest, "/verify/answer", f"csrf={guest.csrf}&code={code}")
    assert (told(reply), guest.challenge().tries) == ("malformed", 0)
    assert goes_to(guest.enter(f" {guest.code()[:3]}-{guest.code()[3:]} ")) == "/account"


def test_what_comes_as_json_is_no_form(site: Site) -> None:
    guest = Guest(site)
    sent = {"csrf": guest.csrf, "email": member(site).address, "password": ["tall green bicycle"]}
    assert post(guest, "/login", json.dumps(sent), "application/json").status_code == 403
