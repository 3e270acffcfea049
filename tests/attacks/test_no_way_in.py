"""No sequence of requests lets somebody in who never sees a code: a machine tries many."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apps import Site
from guests import OTHER_PASSWORD, PASSWORD, Guest, as_stored, goes_to, member
from live import site_in
from simple_2fa.core.ids import new_id
from simple_2fa.sessions.model import Stage
from world import wrong

INSIDE = (
    "/account/password",
    "/account/address",
    "/account/delete",
    "/account/browsers/forget",
    "/account/sessions/end",
    "/account/language",
    "/confirm",
    "/undo",
)
"""Forms of people who are signed in."""
FIELDS = {
    "current_password": PASSWORD,
    "password": OTHER_PASSWORD,
    "email": "thief@example.com",
    "browser": "all",
    "session": "others",
    "language": "de",
    "next": "/account",
}


class Thief(RuleBasedStateMachine):
    """Knows a member's password, and never sees a code."""

    site: Site

    @initialize()
    def begin(self) -> None:
        self.victim = member(self.site)
        self.stranger = f"{new_id()}@example.com"
        self.thief = Guest(self.site)
        self.jars: list[dict[str, str]] = []

    @rule(mine=st.booleans())
    def register(self, *, mine: bool) -> None:
        self.thief.send("/register", email=self._one(mine), password=PASSWORD)

    @rule(mine=st.booleans(), right=st.booleans())
    def log_in(self, *, mine: bool, right: bool) -> None:
        self.thief.log_in(self._one(mine), PASSWORD if right else OTHER_PASSWORD)

    @rule(mine=st.booleans())
    def forget(self, *, mine: bool) -> None:
        self.thief.send("/forgot", email=self._one(mine))

    @rule(way=st.sampled_from(["wrong", "other_length", "nothing", "another_s"]))
    def answer(self, way: str) -> None:
        session = self.thief.session()
        if way == "another_s":  # his own code, right where it was asked for
            other = Guest(self.site)
            other.send("/register", email=f"{new_id()}@example.com", password=PASSWORD)
            code = other.code()
        elif session and session.challenge and self.thief.challenge().sealed:
            right = self.thief.code()
            code = {"wrong": wrong(right), "other_length": right[:5] + "0" * 6, "nothing": " "}[way]
            assert code != right
        else:
            code = "000000"
        self.thief.send("/verify/answer", code=code, remember="yes")

    @rule()
    def resend(self) -> None:
        self.thief.send("/verify/resend")

    @rule()
    def change_address(self) -> None:
        self.thief.send("/verify/address", email=self.stranger)

    @rule()
    def set_password(self) -> None:
        assert goes_to(self.thief.send("/reset", password=OTHER_PASSWORD)).startswith("/login")

    @rule(path=st.sampled_from(INSIDE))
    def act_as_member(self, path: str) -> None:
        self.thief.send(path, **FIELDS)

    @rule()
    def log_out(self) -> None:
        self.thief.send("/logout")

    @rule()
    def keep_cookies(self) -> None:
        self.jars.append(self.thief.jar())

    @rule(data=st.data())
    def use_old_cookies(self, data: st.DataObject) -> None:
        if self.jars:
            self.thief.hold(data.draw(st.sampled_from(self.jars)))

    @rule(minutes=st.sampled_from([1, 11, 61]))
    def wait(self, minutes: int) -> None:
        self.site.clock.move(minutes=minutes)

    @invariant()
    def is_never_in(self) -> None:
        assert goes_to(self.thief.get("/account")).startswith("/login")
        session = self.thief.session()
        assert session is None or session.stage in {Stage.ANONYMOUS, Stage.PASSWORD}
        assert session is None or session.proved_by is None
        assert not any("browser" in name for name in self.thief.jar())
        assert as_stored(self.site, self.victim) == self.victim

    def _one(self, mine: bool) -> str:  # noqa: FBT001 (drawn)
        return self.stranger if mine else self.victim.address


@pytest.fixture(scope="module", autouse=True)
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    Thief.site = site_in(tmp_path_factory.mktemp("site"), development=False)
    yield
    Thief.site.services.db.close()


TestThief = Thief.TestCase
TestThief.settings = settings(
    derandomize=True, max_examples=20, stateful_step_count=16, deadline=None, database=None
)


def test_with_the_code_the_same_steps_lead_in() -> None:
    """Else the machine might fail to get in for want of trying."""
    victim = member(Thief.site)
    assert Guest(Thief.site).sign_in(victim.address).is_in()
    assert Guest(Thief.site).reset(victim.address).is_in()
    new = Guest(Thief.site)
    new.send("/register", email=f"{new_id()}@example.com", password=PASSWORD)
    assert goes_to(new.enter()) == "/account?notice=created"
    assert new.is_in()
