"""How a question is sealed, and what a factor is told."""

from dataclasses import replace

import pytest

from simple_2fa.challenges.desk import ledger_of, pots_of
from simple_2fa.challenges.model import UNASKED, Caller, Posed, Purpose, Sealed
from simple_2fa.core.errors import SealError
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id
from simple_2fa.db.engine import Database
from unit.challenges.test_model import OPEN
from world import NOW, desk_on

MAILED = Posed(b"123456", {"digits": 6}, Letter("code", {"code": "123456"}), 6)
desk = desk_on(Database("sqlite:///never-opened.sqlite3"))


@pytest.mark.parametrize(
    "content",
    [
        Sealed({"mail_code": MAILED}, "ticket"),
        Sealed({"mail_code": MAILED, "counter": Posed(bytes(range(256)), {}, None, 6)}, "t"),
        Sealed({"counter": Posed(b"", {"word": "é", "digits": 10}, None, 10)}, ""),
    ],
)
def test_a_question_comes_back_as_it_was(content: Sealed) -> None:
    row = replace(OPEN, sealed=desk.seal(OPEN.id, content))
    assert desk.open(row) == content


def test_a_seal_opens_for_its_own_challenge_alone() -> None:
    sealed = desk.seal(OPEN.id, Sealed({"mail_code": MAILED}, "ticket"))
    with pytest.raises(SealError):
        desk.open(replace(OPEN, id=new_id(), sealed=sealed))


def test_a_blank_question_stays_closed() -> None:
    with pytest.raises(SealError):
        desk.open(replace(OPEN, sealed=""))


@pytest.mark.parametrize(
    ("origin", "host"),
    [("https://a.example", "a.example"), ("http://localhost:5000", "localhost"), ("", "")],
)
def test_a_factor_knows_our_host(origin: str, host: str) -> None:
    context = replace(desk, origin=origin).context(OPEN.question, 6, NOW, ())
    assert (context.origin, context.rp_id) == (origin, host)
    assert (context.now, context.purpose, context.address) == (NOW, "login", "ann@example.com")
    assert (context.digits, context.held) == (6, ())
    assert (context.subject, context.site, context.alone) == (OPEN.subject, "Acme", False)


def test_it_knows_where_nothing_else_is_proved() -> None:
    assert desk.context(replace(OPEN.question, purpose=Purpose.ALONE), 6, NOW, ()).alone


def test_a_ledger_depends_on_client_and_subject_alone() -> None:
    question = replace(OPEN.question, caller=Caller("client", "a"))
    same = replace(question, purpose="api:other", epoch=9, factor="counter", address="")
    assert ledger_of(question) == ledger_of(same)
    assert ledger_of(question) != ledger_of(replace(question, subject=b"x" * 32))
    assert ledger_of(question) != ledger_of(replace(question, caller=Caller("client", "b")))


HERE = Caller("session", "s")
KNOWN = replace(HERE, browser="b")


def test_a_client_s_letters_come_from_its_own_pot_for_each_address() -> None:
    question = replace(OPEN.question, caller=Caller("client", "a"))
    (pot,) = pots_of(question)
    assert pot.limit.name == "letters"
    same = replace(question, purpose="api:other", address="ANN@example.com", subject=b"x" * 32)
    assert pots_of(same) == (pot,)
    for other in (
        replace(question, caller=Caller("client", "b")),
        replace(question, address="bob@example.com"),
    ):
        assert pots_of(other) != (pot,)


def test_a_session_waits_between_letters_to_one_address_whatever_they_are_for() -> None:
    gaps = {pots_of(replace(OPEN.question, purpose=each, caller=HERE))[0] for each in Purpose}
    assert len(gaps) == 1
    others = (
        replace(OPEN.question, caller=Caller("session", "t")),
        replace(OPEN.question, caller=HERE, address="bob@example.com"),
    )
    assert gaps.isdisjoint(pots_of(each)[0] for each in others)


def test_what_anybody_may_cause_has_a_pot_for_each_kind() -> None:
    asked = [replace(OPEN.question, purpose=each, caller=HERE) for each in sorted(UNASKED)]
    pots = [pots_of(each)[1:] for each in asked]
    names = {tuple(each.limit.name for each in pair) for pair in pots}
    assert names == {("unasked_letters_in_all", "unasked_letters")}
    assert len(set(pots)) == 3
    other = Caller("session", "t")
    assert [pots_of(replace(each, caller=other))[1:] for each in asked] == pots


def test_each_network_has_its_own_under_one_for_all() -> None:
    asked = replace(OPEN.question, purpose=Purpose.RESET, caller=HERE, network="a")
    _, in_all, own = pots_of(asked)
    _, in_all_there, there = pots_of(replace(asked, network="b"))
    assert (in_all == in_all_there, own == there) == (True, False)


def test_codes_after_the_password_share_a_pot() -> None:
    asked = [replace(OPEN.question, purpose=each, caller=HERE) for each in set(Purpose) - UNASKED]
    (pots,) = {pots_of(each)[1:] for each in asked}
    assert [each.limit.name for each in pots] == ["sign_in_letters_in_all", "sign_in_letters"]


def test_people_with_one_address_have_letters_of_their_own() -> None:
    asked = replace(OPEN.question, purpose=Purpose.LOGIN, caller=HERE)
    _, in_all, own = pots_of(asked)
    _, in_all_too, hers = pots_of(replace(asked, subject=b"x" * 32))
    assert (in_all == in_all_too, own == hers) == (True, False)


@pytest.mark.parametrize(
    ("purpose", "has_its_own"),
    [(Purpose.LOGIN, True), (Purpose.RESET, True), (Purpose.CHANGE_ADDRESS, False)],
)
def test_a_browser_has_pots_of_its_own_where_it_is_known(
    purpose: Purpose, *, has_its_own: bool
) -> None:
    asked = replace(OPEN.question, purpose=purpose, caller=HERE)
    own = pots_of(replace(asked, caller=KNOWN))[1:]
    assert set(own).isdisjoint(pots_of(asked)) == has_its_own
