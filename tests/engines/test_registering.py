"""Creating an account: none before the mailbox is proved, and nobody learns who has one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from people import disable
from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import Desk, ledger_of
from simple_2fa.challenges.model import Outcome, Sending
from simple_2fa.core import passwords
from simple_2fa.core.errors import MalformedAnswerError, SlowDownError
from simple_2fa.mail.model import Priority
from simple_2fa.signin import asking, changes, recover, register
from simple_2fa.signin.model import TAKEN, Entered, OverError, Typed, WeakPasswordError
from traces import events, known_to, letters, row_counts, spend, statements, voided
from visits import PASSWORD, Visitor, at, joined, owner, signed_in
from world import NOW, SECOND, TTL, wrong


def registering(desk: Desk, address: str = "", goes_to: str = "") -> Visitor:
    """Give somebody who waits for the code of a new account."""
    ann = Visitor(desk, address) if address else Visitor(desk)
    ann.act(register.begin, ann.typed(), goes_to)
    return ann


def outcome(told: Entered) -> Outcome:
    """Give what became of a code; only a right one that led somewhere gives cookies."""
    assert told.answered
    assert told.cookies is None or told.answered.outcome is Outcome.APPROVED
    return told.answered.outcome


def test_no_account_is_there_before_the_code(desk: Desk) -> None:
    ann = registering(desk)
    assert ann.account is None
    assert (ann.stage, ann.asked.purpose, ann.asked.digits) == ("anonymous", "prove_address", 6)
    (letter,) = letters(ann)
    assert (letter.template, letter.priority) == ("code", Priority.UNSOLICITED.value)
    session = ann.session
    assert session
    assert passwords.fits(PASSWORD, session.password or "")


def test_the_code_creates_the_account_and_signs_in(desk: Desk) -> None:
    ann = registering(desk)
    held, asked = ann.token, ann.asked.id
    told = ann.act(register.confirm, ann.code)
    assert (outcome(told), told.goes_to) == (Outcome.APPROVED, "")
    made, session = owner(ann), ann.session
    assert passwords.fits(PASSWORD, made.password)
    assert (made.address, made.epoch, made.locale) == (ann.address, 1, "en")
    assert session
    assert (ann.stage, session.account, session.password) == ("full", made.id, None)
    assert session.is_fresh(NOW)
    assert [each.id for each in known_to(ann, made)] == list(ann.browsers) == [session.browser]
    assert events(ann, made) == [("account:account:create", "approved")]
    assert voided(ann, asked)
    assert replace(ann, token=held).session is None


def test_it_goes_on_to_where_its_person_wanted_to(desk: Desk) -> None:
    ann = registering(desk, goes_to="/account/activity")
    assert ann.act(register.confirm, ann.code).goes_to == "/account/activity"


@pytest.mark.parametrize("password", ["short", "password1234", "x" * 1025])
def test_a_weak_password_leaves_nothing(desk: Desk, password: str) -> None:
    ann, before = Visitor(desk), row_counts(desk.db, but="two_factor_limits")
    with pytest.raises(WeakPasswordError) as why:
        ann.act(register.begin, ann.typed(password))
    assert why.value.typed == len(password)
    assert row_counts(desk.db, but="two_factor_limits") == before


def test_its_own_address_is_no_password(desk: Desk) -> None:
    ann = Visitor(desk)
    with pytest.raises(WeakPasswordError):
        ann.act(register.begin, ann.typed(ann.address))


def test_a_wrong_code_creates_nothing(desk: Desk) -> None:
    ann = registering(desk)
    told = ann.act(register.confirm, wrong(ann.code))
    assert outcome(told) is Outcome.WRONG
    assert (told.answered and told.answered.tries_left) == 4
    assert (ann.account, ann.stage) == (None, "anonymous")
    with pytest.raises(MalformedAnswerError):
        ann.act(register.confirm, "12345")
    assert ann.asked.tries_left == 4
    assert ann.act(register.confirm, ann.code).cookies


def test_after_five_misses_a_new_code_goes_on_with_the_same_password(desk: Desk) -> None:
    ann = registering(desk)
    right, first = ann.code, ann.asked.id
    for _ in range(5):
        ann.act(register.confirm, wrong(right))
    assert outcome(ann.act(register.confirm, right)) is Outcome.OUT_OF_TRIES
    assert voided(ann, first)
    ann.move(seconds=30)
    assert ann.act(asking.again).sending is Sending.NEW
    assert ann.asked.id != first
    assert ann.act(register.confirm, ann.code).cookies
    assert passwords.fits(PASSWORD, owner(ann).password)


def test_a_code_lives_to_the_second_and_a_new_one_takes_its_place(desk: Desk) -> None:
    ann, late = registering(desk), registering(desk)
    code = late.code
    ann.now = NOW + TTL - SECOND
    assert ann.act(register.confirm, ann.code).cookies
    late.now = NOW + TTL
    assert outcome(late.act(register.confirm, code)) is Outcome.EXPIRED
    assert late.act(asking.again).sending is Sending.NEW
    assert late.act(register.confirm, late.code).cookies


def test_sent_again_it_is_the_same_code(desk: Desk) -> None:
    ann = registering(desk)
    code = ann.code
    with pytest.raises(SlowDownError) as early:
        ann.act(asking.again)
    assert early.value.retry_at == NOW + 30 * SECOND
    ann.move(seconds=30)
    assert ann.act(asking.again).sending is Sending.RESENT
    assert (ann.code, len(letters(ann))) == (code, 2)
    assert ann.act(register.confirm, code).cookies


def test_with_a_spent_ledger_the_next_code_has_ten_digits(desk: Desk) -> None:
    ann = registering(desk)
    short = ann.code
    spend(ann, ledger_of(ann.asked.question), 10)
    assert outcome(ann.act(register.confirm, short)) is Outcome.PAUSED
    ann.move(seconds=30)
    ann.act(asking.again)
    assert ann.asked.digits == 10
    assert ann.act(register.confirm, ann.code).cookies


def test_two_registrations_of_one_address_see_nothing_of_each_other(desk: Desk) -> None:
    ann = registering(desk)
    mallory = registering(desk, ann.address)
    assert mallory.asked.id != ann.asked.id
    for one, other in ((ann, mallory), (mallory, ann)):
        if one.code != other.code:
            assert outcome(one.act(register.confirm, other.code)) is Outcome.WRONG
    assert ann.act(register.confirm, ann.code).cookies
    assert mallory.asked.stopped(NOW) is None
    assert outcome(mallory.act(register.confirm, wrong(mallory.code))) is Outcome.WRONG


def taken_meanwhile(bob: Visitor) -> None:
    """Let another registration of the address come first."""
    ann = registering(bob.desk, bob.address)
    assert ann.act(register.confirm, ann.code).cookies


def moved_there(bob: Visitor) -> None:
    """Let another account move to the address."""
    ann = signed_in(bob.desk)
    ann.act(changes.ask_address, bob.address)
    assert ann.act(changes.confirm_address, ann.code).cookies


@pytest.mark.parametrize("take", [taken_meanwhile, moved_there])
def test_that_the_address_is_taken_is_told_to_the_right_code_alone(
    desk: Desk, take: Callable[[Visitor], None]
) -> None:
    bob = registering(desk)
    bob.act(register.confirm, wrong(bob.code))
    take(bob)
    first = owner(bob)
    missed = bob.act(register.confirm, wrong(bob.code))
    assert (outcome(missed), missed.answered and missed.answered.data) == (Outcome.WRONG, {})
    told = bob.act(register.confirm, bob.code)
    assert told.answered
    assert (outcome(told), told.cookies, told.answered.data) == (Outcome.APPROVED, None, {TAKEN: 1})
    assert (bob.stage, bob.browsers) == ("", {})
    assert owner(bob) == first


@pytest.mark.parametrize("disabled", [False, True])
def test_whether_there_is_an_account_makes_no_difference(desk: Desk, *, disabled: bool) -> None:
    known = at(desk, joined(desk))
    if disabled:
        disable(desk.db, owner(known))
    sent, counts = [], []
    for each in (known, Visitor(desk)):
        before = row_counts(desk.db)
        with statements(desk.db) as told:
            each.act(register.begin, each.typed())
            each.act(register.confirm, wrong(each.code))
        sent.append(told)
        counts.append({name: n - before[name] for name, n in row_counts(desk.db).items()})
        (letter,) = letters(each)
        assert letter.template == "code"
    assert sent[0] == sent[1]
    assert counts[0] == counts[1]


def test_a_mistyped_address_is_changed_and_its_code_is_dead(desk: Desk) -> None:
    ann = registering(desk)
    old, mistyped = ann.asked, ann.address
    ann.address = f"x{mistyped}"
    ann.act(register.change_address, ann.address)
    assert (ann.asked.address, ann.stage) == (ann.address, "anonymous")
    assert voided(ann, old.id)
    dead = flows.find(desk, old.id, old.caller)
    assert dead
    assert dead.stopped(NOW) is Outcome.CANCELED
    assert ann.act(register.confirm, ann.code).cookies
    assert Visitor(desk, mistyped).account is None
    assert passwords.fits(PASSWORD, owner(ann).password)


def test_an_address_is_changed_after_five_misses_too(desk: Desk) -> None:
    ann = registering(desk)
    bad = wrong(ann.code)
    for _ in range(5):
        ann.act(register.confirm, bad)
    ann.address = f"x{ann.address}"
    ann.act(register.change_address, ann.address)
    assert ann.act(register.confirm, ann.code).cookies


def test_only_an_open_registration_changes_its_address(desk: Desk) -> None:
    getting_back_in = Visitor(desk)
    getting_back_in.act(recover.begin, getting_back_in.address)
    for each in (Visitor(desk), getting_back_in, signed_in(desk)):
        with pytest.raises(OverError):
            each.act(register.change_address, f"x{each.address}")
        with pytest.raises(OverError):
            each.act(register.confirm, "123456")


def test_one_that_was_left_meanwhile_leaves_no_trace(desk: Desk) -> None:
    ann = registering(desk)
    visit, code, asked = ann.visit(), ann.code, ann.asked
    ann.act(changes.sign_out)
    before = row_counts(desk.db)
    with pytest.raises(OverError):
        register.confirm(visit, code)
    assert row_counts(desk.db) == before
    assert ann.account is None
    assert flows.find(desk, asked.id, asked.caller) == asked


def test_whoever_registers_leaves_the_session_that_was_open(desk: Desk) -> None:
    ann = signed_in(desk)
    held = ann.token
    ann.act(register.begin, Typed("bob@example.com", PASSWORD))
    assert ann.stage == "anonymous"
    assert replace(ann, token=held).session is None
