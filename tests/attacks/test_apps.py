"""Codes of authenticator apps: of another time, spelled otherwise, for another, not confirmed."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from apps import Site
from authenticators import App, app_of
from guests import Guest, goes_to, member
from second_steps import at_step, at_ticket, guesses_left, inside, owned, skipped, told
from simple_2fa.accounts.model import Account
from simple_2fa.credentials import store as credentials
from simple_2fa.db import schema
from world import wrong

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
SPELLINGS: dict[str, Callable[[str], str]] = {
    "full width": lambda code: code.translate(FULL_WIDTH),
    "arabic": lambda code: code.translate(ARABIC),
    "one digit of another script": lambda code: code[:5] + code[5].translate(ARABIC),
    "a newline behind": lambda code: f"{code}\n",
    "a plus": lambda code: f"+{code}",
    "underscores": lambda code: f"{code[:3]}_{code[3:]}",
    "a zero in front": lambda code: f"0{code}",
    "nothing visible in it": lambda code: f"{code[:3]}\u200b{code[3:]}",
}


@pytest.fixture
def ann(site: Site) -> Account:
    return member(site)


class TestApps:
    @pytest.fixture
    def app(self, site: Site, ann: Account) -> App:
        return app_of(site.services.desk, ann)

    @pytest.fixture
    def code(self, site: Site, app: App) -> str:
        return app.code(site.clock())

    def test_a_code_is_right_once(self, site: Site, ann: Account, code: str) -> None:
        assert goes_to(at_step(site, ann).enter(code)) == "/account"
        there = at_step(site, ann)
        for spelled in (code, f"{code[:3]} {code[3:]}", f" {code} ", "-".join(code)):
            assert told(there.enter(spelled)) == "wrong"

    def test_nor_is_it_right_before_a_change(self, site: Site, ann: Account, code: str) -> None:
        there = skipped(site, ann, code)
        assert goes_to(there.send("/confirm", next="/account/password")) == "/verify"
        assert there.challenge().factor == "totp"
        assert told(there.enter(code)) == "wrong"

    def test_nor_for_an_application(self, site: Site, ann: Account, app: App, code: str) -> None:
        there = at_step(site, ann)
        there.enter(code)
        ticket, _ = at_ticket(site, there, ann, "totp")
        assert told(there.enter(code, ticket=ticket, factor="totp")) == "wrong"
        site.clock.move(seconds=30)
        assert not told(there.enter(app.code(site.clock()), ticket=ticket, factor="totp"))
        assert told(at_step(site, ann).enter(app.code(site.clock()))) == "wrong"

    def test_an_older_one_is_none_after_a_newer_one(
        self, site: Site, ann: Account, app: App
    ) -> None:
        now = site.clock()
        assert goes_to(at_step(site, ann).enter(app.code(now))) == "/account"
        assert told(at_step(site, ann).enter(app.code(now, -1))) == "wrong"

    @pytest.mark.parametrize("steps", [-2, 1, 2, 2880])
    def test_a_code_of_another_time_is_none(
        self, site: Site, ann: Account, app: App, steps: int
    ) -> None:
        assert told(at_step(site, ann).enter(app.code(site.clock(), steps))) == "wrong"

    @pytest.mark.parametrize("spelling", SPELLINGS)
    def test_other_spellings_are_no_code_and_cost_nothing(
        self, site: Site, ann: Account, code: str, spelling: str
    ) -> None:
        there = at_step(site, ann)
        assert told(there.enter(SPELLINGS[spelling](code))) == "malformed"
        assert (there.challenge().tries, guesses_left(site, there)) == (0, 10)
        assert goes_to(there.enter(code)) == "/account"

    def test_somebody_else_s_app_is_none(self, site: Site, app: App) -> None:
        bob = member(site)
        app_of(site.services.desk, bob)
        assert told(at_step(site, bob).enter(app.code(site.clock()))) == "wrong"

    def test_a_seed_that_lies_in_another_s_row_opens_nothing(
        self, site: Site, ann: Account, app: App
    ) -> None:
        """Whoever may write to the database puts his own where the victim's was."""
        began, bob = at_step(site, ann), member(site)
        his, table = app_of(site.services.desk, bob), schema.credentials
        sealed = select(table.c.secret).where(table.c.credential == his.id).scalar_subquery()
        copy = update(table).where(table.c.credential == app.id).values(secret=sealed)
        site.services.db.tidy(lambda link: link.execute(copy))
        assert began.enter(his.code(site.clock())).status_code == 503
        thief = Guest(site)
        assert thief.log_in(ann.address).status_code == 503
        assert thief.session() is None
        assert not site.services.db.read(lambda link: credentials.owned(link, ann.subject))[
            0
        ].used_at


class TestEnrolling:
    @pytest.fixture
    def there(self, site: Site, ann: Account) -> Guest:
        """Ann, who has begun to add an app."""
        guest = inside(site, ann)
        assert goes_to(guest.send("/account/add/totp/begin")) == "/account/add/totp"
        return guest

    @pytest.fixture
    def app(self, site: Site, there: Guest) -> App:
        return App(site.services.desk.posed(there.challenge()).state)

    def test_unconfirmed_it_changes_nothing(
        self, site: Site, ann: Account, there: Guest, app: App
    ) -> None:
        assert told(there.send("/account/add/totp", code=wrong(app.code(site.clock())))) == "wrong"
        assert owned(site, ann) == []
        later = at_step(site, ann)
        assert later.challenge().factor == "mail_code"
        code = app.code(site.clock())
        assert told(later.enter(code, factor="totp")) == "wrong"
        assert later.send("/verify/switch", factor="totp").status_code == 303
        assert later.challenge().factor == "mail_code"
        assert goes_to(later.enter()) == "/account"

    def test_a_seed_that_is_sent_along_is_not_looked_at(
        self, site: Site, ann: Account, there: Guest, app: App
    ) -> None:
        mine = App(bytes(20))
        names = ("secret", "seed", "key", "state", "uri", "credential", "subject", "asked")
        lies = dict.fromkeys(names, "A" * 32)
        there.send("/account/add/totp/begin", **lies)
        sent = there.send("/account/add/totp", code=mine.code(site.clock()), **lies)
        assert told(sent) == "wrong"
        assert goes_to(there.send("/account/add/totp", code=app.code(site.clock()), **lies))
        assert [each.factor for each in owned(site, ann)] == ["totp"]
        site.clock.move(seconds=30)
        assert told(at_step(site, ann).enter(mine.code(site.clock()))) == "wrong"
        assert goes_to(at_step(site, ann).enter(app.code(site.clock()))) == "/account"

    def test_the_confirming_code_signs_nobody_in(
        self, site: Site, ann: Account, there: Guest, app: App
    ) -> None:
        code = app.code(site.clock())
        assert goes_to(there.send("/account/add/totp", code=code)) == "/account?notice=added"
        assert told(at_step(site, ann).enter(code)) == "wrong"

    def test_another_session_confirms_nothing(
        self, site: Site, ann: Account, there: Guest, app: App
    ) -> None:
        elsewhere = inside(site, ann)
        sent = elsewhere.send("/account/add/totp", code=app.code(site.clock()))
        assert (goes_to(sent), owned(site, ann)) == ("/account/add/totp", [])
        assert there.challenge().tries == 0

    def test_the_page_of_second_steps_takes_no_answer_to_it(
        self, site: Site, ann: Account, there: Guest, app: App
    ) -> None:
        """As a tab that waited for another step sends it."""
        code, before = app.code(site.clock()), there.challenge()
        for path, typed in (
            ("/verify/answer", {"code": code}),
            ("/verify/answer", {"code": code, "factor": "mail_code"}),
            ("/verify/resend", {}),
            ("/verify/switch", {"factor": "mail_code"}),
        ):
            assert goes_to(there.send(path, **typed)) == "/verify"
        assert there.challenge() == before
        assert goes_to(there.get("/verify")) == "/account/add/totp"
        assert owned(site, ann) == []
