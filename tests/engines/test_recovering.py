"""Getting back in by a mailed code: alike for everybody, and one factor for a day."""

from collections.abc import Callable

import pytest

from people import change_password, disable
from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import Desk, ledger_of
from simple_2fa.challenges.model import Outcome, Purpose, Sending
from simple_2fa.core import passwords
from simple_2fa.core.errors import MalformedAnswerError, UnavailableError
from simple_2fa.core.tags import Tag
from simple_2fa.sessions.model import PASSWORD_LASTS
from simple_2fa.signin import asking, changes, login, recover, register
from simple_2fa.signin.model import OverError, WeakPasswordError
from traces import (
    happened,
    known_to,
    letters,
    notices,
    open_to,
    row_counts,
    spend,
    statements,
    voided,
)
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    asking_for_a_way_in,
    at,
    enrolled,
    joined,
    owner,
    reset,
    signed_in,
    told,
)
from world import COUNTER_SECRET, NOW, SECOND, TTL, token_code, wrong


def proved(desk: Desk) -> Visitor:
    ann = asking_for_a_way_in(desk)
    assert ann.act(recover.prove, ann.code).cookies
    return ann


def test_a_long_code_allows_a_new_password_and_signs_in(desk: Desk) -> None:
    ann = asking_for_a_way_in(desk)
    asked, account = ann.asked, owner(ann)
    assert (ann.stage, asked.purpose, asked.digits) == ("anonymous", "reset", 10)
    assert told(ann.act(recover.prove, ann.code)) is Outcome.APPROVED
    assert (ann.stage, ann.browsers, owner(ann)) == ("reset", {}, account)
    assert voided(ann, asked.id)
    entered = ann.act(recover.set_password, OTHER_PASSWORD)
    assert (entered.goes_to, ann.stage) == ("", "full")
    changed = owner(ann)
    assert passwords.fits(OTHER_PASSWORD, changed.password)
    assert (changed.reset_at, changed.former_password) == (NOW, account.password)
    assert happened(ann, changed, Tag.PASSWORD_RESET) == ["done"]
    (notice,) = notices(ann, "password_reset")
    assert notice["until"] == "2026-11-23T10:30:00+00:00"


def test_unknown_known_and_disabled_addresses_look_the_same(desk: Desk) -> None:
    known, barred, stranger = (at(desk, joined(desk)) for _ in range(3))
    disable(desk.db, owner(barred))
    stranger.address = f"x{stranger.address}"
    bob = signed_in(desk)
    sent, counts, shown = [], [], []
    for each in (known, barred, stranger):
        each.browsers = dict(bob.browsers)
        before = row_counts(desk.db)
        with statements(desk.db) as seen:
            each.act(recover.begin, each.address)
            missed = each.act(recover.prove, wrong(each.code))
            each.move(seconds=30)
            each.act(asking.again)
        sent.append(seen)
        counts.append({name: n - before[name] for name, n in row_counts(desk.db).items()})
        asked = each.asked
        first, second = letters(each)
        shown.append((missed, asked.digits, asked.tries, first.priority, second.not_after))
    assert sent[0] == sent[1] == sent[2]
    assert counts[0] == counts[1] == counts[2]
    assert shown[0] == shown[1] == shown[2]
    assert [letters(each)[0].template for each in (known, barred, stranger)] == [
        "code",
        "no_account",
        "no_account",
    ]


def test_a_decoy_s_code_stands_in_no_letter_and_opens_nothing(desk: Desk) -> None:
    stranger = Visitor(desk)
    stranger.act(recover.begin, stranger.address)
    (letter,) = letters(stranger)
    sealed = desk.vault.open("letter", letter.letter, letter.sealed)
    assert stranger.code.encode() not in sealed
    assert told(stranger.act(recover.prove, stranger.code)) is Outcome.CANCELED
    assert (stranger.stage, stranger.asked.tries) == ("anonymous", 0)


def test_each_outcome_of_a_code_is_told(desk: Desk) -> None:
    ann, late = asking_for_a_way_in(desk), asking_for_a_way_in(desk)
    right, bad = ann.code, wrong(ann.code)
    with pytest.raises(MalformedAnswerError):
        ann.act(recover.prove, "123456")
    outcomes = [told(ann.act(recover.prove, bad)) for _ in range(5)]
    assert outcomes == [Outcome.WRONG] * 5
    assert told(ann.act(recover.prove, right)) is Outcome.OUT_OF_TRIES
    code = late.code
    late.now = NOW + TTL
    assert told(late.act(recover.prove, code)) is Outcome.EXPIRED
    for each in (ann, late):
        each.move(seconds=30)
        assert each.act(asking.again).sending is Sending.NEW
        assert told(each.act(recover.prove, each.code)) is Outcome.APPROVED


def test_it_draws_on_no_ledger(desk: Desk) -> None:
    ann = asking_for_a_way_in(desk)
    spend(ann, ledger_of(ann.asked.question), 10)
    assert told(ann.act(recover.prove, wrong(ann.code))) is Outcome.WRONG
    assert told(ann.act(recover.prove, ann.code)) is Outcome.APPROVED


def moved_away(ann: Visitor) -> None:
    other = signed_in(ann.desk, owner(ann))
    other.act(changes.ask_address, f"x{ann.address}")
    assert other.act(changes.confirm_address, other.code).cookies


def deleted(ann: Visitor) -> None:
    signed_in(ann.desk, owner(ann)).act(changes.delete)


def made_anew(ann: Visitor) -> None:
    """The address has another account by now, at the same epoch."""
    deleted(ann)
    later = ann.elsewhere()
    later.move(seconds=1)
    later.act(register.begin, later.typed())
    later.act(register.confirm, later.code)


CHANGES: dict[str, Callable[[Visitor], None]] = {
    "password": lambda ann: change_password(ann.db, owner(ann)),
    "disabled": lambda ann: disable(ann.db, owner(ann)),
    "reset": lambda ann: reset(ann.elsewhere()),
    "moved": moved_away,
    "deleted": deleted,
    "made anew": made_anew,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_code_is_dead_once_the_account_has_changed(desk: Desk, name: str) -> None:
    ann = asking_for_a_way_in(desk)
    code = ann.code
    CHANGES[name](ann)
    assert told(ann.act(recover.prove, code)) is Outcome.CANCELED
    assert ann.stage == "anonymous"


@pytest.mark.parametrize("name", CHANGES)
def test_but_only_the_code_tells(desk: Desk, name: str) -> None:
    """Else a stranger's open page would tell that there is an account."""
    ann = asking_for_a_way_in(desk)
    code = ann.code
    CHANGES[name](ann)
    assert ann.asked.stopped(NOW) is None
    assert told(ann.act(recover.prove, wrong(code))) is Outcome.WRONG
    ann.move(seconds=30)
    assert ann.act(asking.again).sending is Sending.RESENT
    assert told(ann.act(recover.prove, code)) is Outcome.CANCELED
    assert ann.asked.stopped(NOW) is Outcome.CANCELED


def test_a_new_code_is_good_for_the_account_as_it_is_then(desk: Desk) -> None:
    ann = asking_for_a_way_in(desk)
    code = ann.code
    change_password(ann.db, owner(ann))
    for _ in range(5):
        ann.act(recover.prove, wrong(code))
    ann.move(seconds=30)
    assert ann.act(asking.again).sending is Sending.NEW
    assert told(ann.act(recover.prove, ann.code)) is Outcome.APPROVED
    assert ann.act(recover.set_password, OTHER_PASSWORD).cookies


@pytest.mark.parametrize("name", CHANGES)
def test_so_is_what_the_code_allowed(desk: Desk, name: str) -> None:
    ann = proved(desk)
    visit = ann.visit()
    CHANGES[name](ann)
    before = row_counts(desk.db)
    assert ann.stage == ""
    for each in (visit, ann.visit()):
        with pytest.raises(OverError):
            recover.set_password(each, OTHER_PASSWORD)
    assert row_counts(desk.db) == before


def test_a_weak_password_is_refused_and_another_is_welcome(desk: Desk) -> None:
    ann = proved(desk)
    before = row_counts(desk.db, but="two_factor_limits")
    for weak in ("short", "password1234", ann.address):
        with pytest.raises(WeakPasswordError):
            ann.act(recover.set_password, weak)
    assert row_counts(desk.db, but="two_factor_limits") == before
    assert ann.act(recover.set_password, OTHER_PASSWORD).cookies


def test_only_a_proved_session_sets_a_password_and_only_once(desk: Desk) -> None:
    ann = proved(desk)
    visit = ann.visit()
    waiting = at(desk, joined(desk))
    waiting.act(login.sign_in, waiting.typed())
    for each in (Visitor(desk), asking_for_a_way_in(desk), waiting, signed_in(desk)):
        with pytest.raises(OverError):
            each.act(recover.set_password, OTHER_PASSWORD)
    assert ann.act(recover.set_password, OTHER_PASSWORD).cookies
    with pytest.raises(OverError):
        recover.set_password(visit, PASSWORD)
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)


def test_the_code_of_a_reset_serves_nothing_else(desk: Desk) -> None:
    ann = asking_for_a_way_in(desk)
    for answer in (login.answer, register.confirm, changes.confirm_address):
        with pytest.raises(OverError):
            ann.act(answer, ann.code)


def test_a_proof_lasts_a_quarter_of_an_hour(desk: Desk) -> None:
    ann, late = proved(desk), proved(desk)
    ann.now = NOW + PASSWORD_LASTS - SECOND
    assert ann.act(recover.set_password, OTHER_PASSWORD).cookies
    late.now = NOW + PASSWORD_LASTS
    with pytest.raises(OverError):
        late.act(recover.set_password, OTHER_PASSWORD)


def test_an_enrolled_token_is_asked_for_all_the_same(desk: Desk) -> None:
    ann = proved(desk)
    enrolled(desk, owner(ann))
    entered = ann.act(recover.set_password, OTHER_PASSWORD)
    assert (entered.asks, ann.stage, ann.browsers) == (True, "password", {})
    assert (ann.asked.purpose, ann.asked.factor) == ("login", "counter")
    assert [each.stage for each in open_to(ann, owner(ann))] == ["password"]
    code = token_code(COUNTER_SECRET[:20])
    assert told(ann.act(login.answer, wrong(code))) is Outcome.WRONG
    # The mailbox alone has changed nothing, and told nobody that it had.
    assert passwords.fits(PASSWORD, owner(ann).password)
    assert notices(ann, "password_reset") == []
    assert told(ann.act(login.answer, code)) is Outcome.APPROVED
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)
    assert len(notices(ann, "password_reset")) == 1
    session = ann.session
    assert session
    assert (session.proved_by, session.one_factor_until) == ("counter", None)
    assert session.is_fresh(NOW)
    assert [each.id for each in known_to(ann, owner(ann))] == list(ann.browsers)


def test_the_mailbox_that_resets_the_password_is_no_second_factor_of_it(desk: Desk) -> None:
    ann = proved(desk)
    enrolled(desk, owner(ann))
    ann.act(recover.set_password, OTHER_PASSWORD)
    assert asking.others(ann.visit(), ann.asked, Purpose.LOGIN) == []
    with pytest.raises(OverError):
        ann.act(asking.switch, "mail_code")
    assert ann.asked.factor == "counter"


def test_where_it_can_t_be_asked_for_at_once_the_page_offers_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = proved(desk)
    enrolled(desk, owner(ann))

    def out_of_reach(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(flows, "start", out_of_reach)
        assert ann.act(recover.set_password, OTHER_PASSWORD).cookies
    assert (ann.stage, asking.awaited(ann.visit())) == ("password", None)
    ann.act(asking.again)
    assert told(ann.act(login.answer, token_code(COUNTER_SECRET[:20]))) is Outcome.APPROVED


def test_a_reset_that_waits_is_dropped_where_somebody_signs_in_after_all(desk: Desk) -> None:
    ann = proved(desk)
    enrolled(desk, owner(ann))
    ann.act(recover.set_password, OTHER_PASSWORD)
    ann.act(login.sign_in, ann.typed())
    assert told(ann.act(login.answer, token_code(COUNTER_SECRET[:20]))) is Outcome.APPROVED
    assert passwords.fits(PASSWORD, owner(ann).password)
    assert notices(ann, "password_reset") == []
