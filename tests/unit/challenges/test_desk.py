"""How a question is sealed, and what a factor is told."""

from dataclasses import replace

import pytest

from simple_2fa.challenges.desk import ledger_of
from simple_2fa.challenges.model import Caller, Sealed
from simple_2fa.core.errors import SealError
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id
from simple_2fa.db.engine import Database
from unit.challenges.test_model import OPEN
from world import NOW, desk_on

desk = desk_on(Database("sqlite:///never-opened.sqlite3"))


@pytest.mark.parametrize(
    "content",
    [
        Sealed(b"123456", {"digits": 6}, Letter("code", {"code": "123456"}), "ticket"),
        Sealed(bytes(range(256)), {"word": "é", "digits": 10}, None, ""),
        Sealed(b"", {}, Letter("code", {}), "t"),
    ],
)
def test_a_question_comes_back_as_it_was(content: Sealed) -> None:
    row = replace(OPEN, sealed=desk.seal(OPEN.id, content))
    assert desk.open(row) == content


def test_a_seal_opens_for_its_own_challenge_alone() -> None:
    sealed = desk.seal(OPEN.id, Sealed(b"123456", {}, None, ""))
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


def test_a_ledger_depends_on_client_and_subject_alone() -> None:
    question = replace(OPEN.question, caller=Caller("client", "a"))
    same = replace(question, purpose="api:other", epoch=9, factor="counter", address="")
    assert ledger_of(question) == ledger_of(same)
    assert ledger_of(question) != ledger_of(replace(question, subject=b"x" * 32))
    assert ledger_of(question) != ledger_of(replace(question, caller=Caller("client", "b")))
