"""Several at the same moment: one account, one session, one address, one end."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from simple_2fa.challenges.desk import Desk
from simple_2fa.core import passwords
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.signin import changes, login, recover, register
from simple_2fa.signin import undo as undoing
from simple_2fa.signin.model import TAKEN, Cookies, Entered, Visit
from traces import happened, known_to, letters, open_to
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    at_home,
    joined,
    outcome,
    owner,
    reset,
    signed_in,
    undo,
)
from world import together

THREADS = 12
THIRD_PASSWORD = "amber glacier trumpet"


def at_code(ann: Visitor) -> Visitor:
    ann.act(login.sign_in, ann.typed())
    return ann


def test_of_three_registrations_of_one_address_one_makes_the_account(desk: Desk) -> None:
    address = Visitor(desk).address
    people = [Visitor(desk, address) for _ in range(3)]
    for each in people:
        each.act(register.begin, each.typed())
    acts = [partial(each.act, register.confirm, each.code) for each in people]
    told = together(3, lambda number: outcome(acts[number]))
    assert Counter(told) == {"in": 1, TAKEN: 2}
    account = owner(people[0])
    assert [each.stage for each in people].count("full") == 1
    assert len(open_to(people[0], account)) == len(known_to(people[0], account)) == 1
    assert happened(people[0], account, Tag.ACCOUNT_CREATE) == ["approved"]


def by_twelve(ann: Visitor, act: Callable[[Visit], Entered]) -> Counter[str]:
    """Make one request twelve times at once; its browser keeps the cookies of the one that won."""
    visit, kept = ann.visit(), list[Cookies | None]()

    def once() -> Entered:
        told = act(visit)
        kept.append(told.cookies)
        return told

    told = Counter(together(THREADS, lambda _: outcome(once)))
    (ann.token,) = (each.session for each in kept if each)
    return told


def test_of_twelve_confirmations_in_one_session_one_makes_the_account(desk: Desk) -> None:
    ann = Visitor(desk)
    ann.act(register.begin, ann.typed())
    code = ann.code
    assert by_twelve(ann, lambda visit: register.confirm(visit, code)) == {"in": 1, "used": 11}
    assert ann.stage == "full"
    assert len(known_to(ann, owner(ann))) == 1


def test_of_twelve_tabs_one_asks_and_all_wait_with_it(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    visit, account, token = ann.visit(), owner(ann), new_secret()
    told = together(THREADS, lambda _: login.go_on(visit, account, "/orders", [token], ask=True))
    assert {each.cookies and each.cookies.session for each in told} == {token}
    ann.token = token
    assert len(letters(ann)) == 1
    assert outcome(lambda: ann.act(login.answer, ann.code)) == "in"


def test_of_twelve_pages_that_ask_in_a_session_that_waits_one_does(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    account, token = owner(ann), new_secret()
    login.go_on(ann.visit(), account, "/orders", [token], ask=False)
    ann.token = token
    visit = ann.visit()
    together(THREADS, lambda _: login.go_on(visit, account, "/orders", [], ask=True))
    assert len(letters(ann)) == 1
    assert outcome(lambda: ann.act(login.answer, ann.code)) == "in"


def test_of_twelve_right_codes_in_one_session_one_lets_in(desk: Desk) -> None:
    ann = at_code(at(desk, joined(desk)))
    code = ann.code
    assert by_twelve(ann, lambda visit: login.answer(visit, code)) == {"in": 1, "used": 11}
    assert ann.stage == "full"
    assert len(open_to(ann, owner(ann))) == len(known_to(ann, owner(ann))) == 1
    assert happened(ann, owner(ann), Tag.SESSION_LOGIN) == ["approved"]


def test_of_twelve_right_codes_of_a_reset_one_counts_and_one_password_is_set(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    ann.act(recover.begin, ann.address)
    code = ann.code
    assert by_twelve(ann, lambda visit: recover.prove(visit, code)) == {"in": 1, "used": 11}
    visit = ann.visit()
    told = together(3, lambda _: outcome(lambda: recover.set_password(visit, OTHER_PASSWORD)))
    assert Counter(told) == {"in": 1, "over": 2}
    assert (owner(ann).epoch, len(open_to(ann, owner(ann)))) == (2, 1)


def test_twelve_tabs_that_sign_in_at_once_wait_for_one_code(desk: Desk) -> None:
    ann = at_code(at(desk, joined(desk)))
    code = ann.code
    told = by_twelve(ann, lambda visit: login.sign_in(visit, ann.typed()))
    assert told == {"in": 1, "over": 11}
    assert (ann.stage, ann.code, len(letters(ann))) == ("password", code, 1)
    assert ann.act(login.answer, code).cookies


def test_of_twelve_strangers_who_ask_at_once_three_cause_a_letter(desk: Desk) -> None:
    address, place = joined(desk).address, Visitor(desk).place

    def ask(_: int) -> bool:
        try:
            Visitor(desk, place=place).act(recover.begin, address)
        except SlowDownError:
            return False
        return True

    assert together(THREADS, ask).count(True) == 3


def test_of_three_who_want_one_address_one_gets_it(desk: Desk) -> None:
    """Two move there, one registers."""
    new = Visitor(desk)
    new.act(register.begin, new.typed())
    movers = [signed_in(desk) for _ in range(2)]
    for each in movers:
        each.act(changes.ask_address, new.address)
    acts = [partial(new.act, register.confirm, new.code)]
    acts += [partial(each.act, changes.confirm_address, each.code) for each in movers]
    told = together(3, lambda number: outcome(acts[number]))
    assert Counter(told) == {"in": 1, TAKEN: 2}
    assert [each.stage for each in movers] == ["full", "full"]
    taken = [each for each in movers if each.account is None]
    assert len(taken) == (told[0] != "in")
    assert new.account


def test_deleting_and_signing_in_at_once_leave_nothing_open(desk: Desk) -> None:
    ann = signed_in(desk)
    other = at_code(ann.elsewhere())
    account, code = owner(ann), other.code
    acts: tuple[Callable[[], Entered | None], ...] = (
        lambda: ann.act(changes.delete),
        lambda: other.act(login.answer, code),
    )
    told = together(2, lambda number: outcome(acts[number]))
    assert told[0] == "in"
    assert (ann.stage, other.stage, ann.account) == ("", "", None)
    assert open_to(ann, account) == []


def test_an_undo_and_a_change_at_once_have_one_end(desk: Desk) -> None:
    ann = at_home(desk)
    phone = at_home(desk, owner(ann))
    reset(ann)
    there, here = phone.visit(), ann.visit()
    (browser,) = phone.browsers
    acts: tuple[Callable[[], Entered | bool], ...] = (
        lambda: undoing.undo(there, browser, PASSWORD),
        lambda: changes.change_password(here, OTHER_PASSWORD, THIRD_PASSWORD),
    )
    told = together(2, lambda number: outcome(acts[number]))
    assert Counter(told) == {"in": 1, "over": 1}
    kept = PASSWORD if told[0] == "in" else THIRD_PASSWORD
    assert passwords.fits(kept, owner(ann).password)
    assert owner(ann).former_password is None


def test_of_twelve_undos_one_is_done(desk: Desk) -> None:
    ann = at_home(desk)
    reset(ann.elsewhere())
    told = together(THREADS, lambda _: outcome(lambda: undo(ann)))
    assert Counter(told) == {"in": 1, "over": 11}
    assert (owner(ann).epoch, ann.stage) == (3, "full")
