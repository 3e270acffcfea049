"""Nobody learns who has an account: known, unknown and disabled addresses look the same throughout."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from apps import Site
from guests import OTHER_PASSWORD, PASSWORD, Guest, goes_to, member
from live import site_in
from people import disable
from rig.smtp import Sink
from simple_2fa.core.ids import new_id
from world import wrong

KINDS = ("known", "unknown", "disabled")
SPELLINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "as_it_is": ("anna.{}@example.com", str),
    "louder": ("anna.{}+news@example.com", str.upper),
    "smaller": ("Anna.{}@example.com", str.lower),
    "elsewhere": ("a.n.n.a.{}@example.com", lambda it: it.replace("example.com", "Example.COM")),
}
"""How an account's address is stored, and how it is typed."""
_CHANGING = (
    (re.compile(r'name="csrf" value="[^"]+"'), "CSRF"),
    (re.compile(r"nonce[=-]['\"]?[\w-]{22}"), "NONCE"),
)
_OWN = {"X-Request-Id", "Date"}

Step = Callable[["Prober"], TestResponse | None]


@dataclass
class Prober:
    """Somebody who types one address into every form, and what he can tell."""

    guest: Guest
    kind: str
    typed: str

    def told(self, step: Step) -> object:
        """Make a step; give all that its answer holds, but for what is drawn anew each time."""
        reply = step(self)
        if reply is None:
            return None
        body = re.sub(re.escape(self.typed), "ADDRESS", reply.text, flags=re.IGNORECASE)
        headers = [(name, value) for name, value in reply.headers if name not in _OWN]
        cookies = [_without_value(value) for name, value in headers if name == "Set-Cookie"]
        others = [(name, _constant(value)) for name, value in headers if name != "Set-Cookie"]
        return reply.status_code, sorted(others), cookies, _constant(body)


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Site]:
    mail = {"SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
    site = site_in(tmp_path_factory.mktemp("site"), development=False, **mail)
    yield site
    site.clock.move(seconds=30)
    site.deliver()  # nothing; an idle worker hangs up
    site.services.db.close()


def probers(site: Site, spelling: str = "louder") -> list[Prober]:
    """Make one for each kind of address, all of one length."""
    stored, spell = SPELLINGS[spelling]
    found = []
    for kind in KINDS:
        address = stored.format(new_id().lower().replace("-", "x").replace("_", "y"))
        if kind != "unknown":
            account = member(site, address)
            if kind == "disabled":
                disable(site.services.db, account)
        found.append(Prober(Guest(site), kind, spell(address)))
    return found


def submit(path: str, **fields: str) -> Step:
    return lambda who: who.guest.send(path, email=who.typed, **fields)


def look(path: str) -> Step:
    return lambda who: who.guest.get(path)


def post(path: str) -> Step:
    return lambda who: who.guest.send(path)


def guess(who: Prober) -> TestResponse:
    return who.guest.enter(wrong(who.guest.code()))


def guess_blindly(who: Prober) -> TestResponse:
    return who.guest.enter("0000000000")


def later(**span: float) -> Step:
    def move(who: Prober) -> None:
        if who.kind == KINDS[0]:
            who.guest.site.clock.move(**span)

    return move


def mail_goes_out(who: Prober) -> None:
    if who.kind == KINDS[0]:
        who.guest.site.deliver()


THE_CODE: list[Step] = [
    look("/verify"),
    look("/verify/delivery"),
    mail_goes_out,
    look("/verify"),
    look("/verify/delivery"),
    post("/verify/resend"),
    later(seconds=31),
    post("/verify/resend"),
    look("/verify?notice=resent"),
    *[guess] * 5,
    look("/verify"),
    guess_blindly,
    later(seconds=31),
    post("/verify/resend"),
    look("/verify?notice=renewed"),
    later(minutes=11),
    look("/verify"),
    guess_blindly,
    post("/verify/resend"),  # one letter more than a day has
    look("/account"),
    look("/reset"),
    look("/login"),
]
"""What one may do with a code that one doesn't have."""
STORIES: dict[str, list[Step]] = {
    "/login": [
        look("/login"),
        *[submit("/login", password="not the password")] * 12,
        look("/verify"),
        look("/login"),
    ],
    "/register": [
        look("/register"),
        submit("/register", password="short"),
        submit("/register", password=PASSWORD),
        *THE_CODE,
        submit("/register", password=PASSWORD),
    ],
    "/forgot": [look("/forgot"), submit("/forgot"), *THE_CODE, submit("/forgot")],
}


def equal(probers: list[Prober], story: list[Step]) -> None:
    for number, step in enumerate(story):
        told = {who.kind: who.told(step) for who in probers}
        assert told["known"] == told["unknown"], number
        assert told["known"] == told["disabled"], number


class TestAnswers:
    @pytest.mark.parametrize("spelling", SPELLINGS)
    @pytest.mark.parametrize("story", STORIES)
    def test_they_are_alike_from_the_first_page_to_the_last_limit(
        self, site: Site, story: str, spelling: str
    ) -> None:
        equal(probers(site, spelling), STORIES[story])

    @pytest.mark.parametrize("story", STORIES)
    def test_they_are_alike_in_german(self, site: Site, story: str) -> None:
        found = probers(site)
        for who in found:
            who.guest.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
        equal(found, STORIES[story])

    @pytest.mark.parametrize("story", ["/register", "/forgot"])
    def test_they_are_alike_where_the_mail_server_refuses(
        self, site: Site, sink: Sink, story: str
    ) -> None:
        found = probers(site)
        for who in found:
            small, typed = who.typed.lower(), who.typed.replace("EXAMPLE.COM", "example.com")
            for to in {small, typed}:
                sink.reply("RCPT", f"550 5.1.1 <{small}>: nobody here", times=9, to=to)
        equal(found, [submit(story, password=PASSWORD), mail_goes_out, *THE_CODE[3:5]])

    def test_what_the_letters_tell_is_told_in_letters_alone(self, site: Site, sink: Sink) -> None:
        found = probers(site, "as_it_is")
        for who in found:
            who.guest.send("/forgot", email=who.typed)
        site.deliver()
        told = [who.guest.code() in letter_to(sink, who.typed) for who in found]
        assert told == [True, False, False]


class TestProofOfTheMailbox:
    """Only whoever reads the letter is told."""

    def test_a_second_registration_is_told_after_the_code(self, site: Site) -> None:
        ann = member(site)
        guest = Guest(site)
        guest.send("/register", email=ann.address, password=OTHER_PASSWORD)
        code = guest.code()
        assert "already have an account" not in guest.enter(wrong(code)).text
        told = guest.enter(code)
        assert (told.status_code, goes_to(told)) == (200, "")
        assert "You already have an account" in told.text
        assert not guest.is_in()
        assert goes_to(Guest(site).log_in(ann.address, OTHER_PASSWORD)) == ""

    def test_a_decoy_s_code_opens_nothing_though_somebody_hit_it(self, site: Site) -> None:
        guest = Guest(site)
        guest.send("/forgot", email=f"{new_id()}@example.com")
        assert goes_to(guest.enter()) == "/verify"
        assert goes_to(guest.get("/reset")).startswith("/login")
        assert goes_to(guest.send("/reset", password=PASSWORD)).startswith("/login")


class TestWork:
    """The same statements in the same order, so that no time can tell either."""

    @pytest.mark.parametrize("with_cookies", [False, True])
    @pytest.mark.parametrize("story", STORIES)
    def test_the_database_is_asked_the_same(
        self, site: Site, story: str, *, with_cookies: bool
    ) -> None:
        found = probers(site)
        for who in found if with_cookies else ():
            for _ in range(20):
                name = f"__Host-s2fa_browser_{new_id()}"
                who.guest.client.set_cookie(name, "x" * 43)
        for number, step in enumerate(STORIES[story]):
            known, unknown, disabled = (statements(who, step) for who in found)
            assert known == unknown, number
            assert known == disabled, number


def letter_to(sink: Sink, address: str) -> str:
    return sink.wait_for(lambda letter: letter.recipients == (address,))[-1].text


def statements(who: Prober, step: Step) -> list[str]:
    """Make a step; give what was executed for it."""
    kept: list[str] = []

    def note(*given: object) -> None:
        kept.append(str(given[2]))

    db = who.guest.site.services.db
    engines = {db.reader, db._writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        if step(who) is None:  # a pause for all three
            kept.clear()
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    return kept


def _constant(text: str) -> str:
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return text


def _without_value(cookie: str) -> str:
    name, _, rest = cookie.partition("=")
    value, _, attributes = rest.partition(";")
    return f"{name}={len(value)};{attributes}"
