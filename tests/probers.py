"""Somebody who wants to know who has an account, and all that may be tried for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event
from werkzeug.test import TestResponse

from apps import Site
from guests import PASSWORD, Guest, member
from people import disable
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
    (re.compile(r"(?<=T\d\d:\d\d):\d\dZ"), ":SSZ"),  # a letter goes out when it is its turn
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
