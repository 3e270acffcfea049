"""What a signed-in person ends: sessions, known browsers, her own session, the account."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from people import found
from second_steps import proved_by
from simple_2fa.accounts.model import Account
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.tags import Tag
from simple_2fa.db import schema
from simple_2fa.signin import asking, changes, login, recover, register, step_up
from simple_2fa.signin.model import Entered, OverError
from traces import happened, known_to, notices, row_counts
from visits import Visitor, at, enrolled, joined, owner, signed_in, undo


def test_one_session_is_ended_or_all_others(desk: Desk) -> None:
    ann = signed_in(desk)
    phone, tablet, laptop = (signed_in(desk, owner(ann)) for _ in range(3))
    assert phone.session
    ann.act(changes.end, phone.session.id)
    assert [each.stage for each in (ann, phone, tablet, laptop)] == ["full", "", "full", "full"]
    ann.act(changes.end, "others")
    assert [each.stage for each in (ann, tablet, laptop)] == ["full", "", ""]
    assert happened(ann, owner(ann), Tag.SESSION_END) == ["done", "done"]
    assert len(known_to(ann, owner(ann))) == 4


def test_another_account_s_session_is_not(desk: Desk) -> None:
    ann, bob = signed_in(desk), signed_in(desk)
    assert bob.session
    ann.act(changes.end, bob.session.id)
    ann.act(changes.end, "others")
    assert bob.stage == "full"


def test_one_browser_is_forgotten_or_all(desk: Desk) -> None:
    ann, bob = signed_in(desk), signed_in(desk)
    phone, tablet = (signed_in(desk, owner(ann)) for _ in range(2))
    ann.act(changes.forget, next(iter(bob.browsers)))
    ann.act(changes.forget, next(iter(phone.browsers)))
    names = {each.id for each in known_to(ann, owner(ann))}
    assert names == {*ann.browsers, *tablet.browsers}
    assert phone.stage == "full"
    ann.act(changes.forget, "all")
    assert known_to(ann, owner(ann)) == []
    assert len(known_to(bob, owner(bob))) == 1


def test_only_a_full_session_ends_and_forgets(desk: Desk) -> None:
    waiting = at(desk, joined(desk))
    waiting.act(login.sign_in, waiting.typed())
    for each in (waiting, Visitor(desk)):
        for change in (changes.end, changes.forget):
            with pytest.raises(OverError):
                each.act(change, "others")
    assert waiting.stage == "password"


def test_it_takes_a_fresh_second_step(desk: Desk) -> None:
    ann = signed_in(desk)
    phone = signed_in(desk, owner(ann))
    ann.move(minutes=5)
    for change, which in ((changes.end, "others"), (changes.forget, "all")):
        with pytest.raises(OverError):
            ann.act(change, which)
    assert phone.stage == "full"
    assert len(known_to(ann, owner(ann))) == 2


def test_signing_out_ends_a_session_of_any_stage_and_no_browser(desk: Desk) -> None:
    waiting, registering, ann = at(desk, joined(desk)), Visitor(desk), signed_in(desk)
    waiting.act(login.sign_in, waiting.typed())
    registering.act(register.begin, registering.typed())
    for each in (waiting, registering, ann):
        each.act(changes.sign_out)
        assert each.stage == ""
    assert happened(ann, owner(ann), Tag.SESSION_LOGOUT) == ["done"]
    assert len(known_to(ann, owner(ann))) == 1


def test_without_a_session_there_is_nothing_to_end(desk: Desk) -> None:
    before = row_counts(desk.db)
    stranger = Visitor(desk)
    stranger.act(changes.sign_out)
    replace(stranger, token="forged").act(changes.sign_out)
    assert row_counts(desk.db) == before


def test_a_language_is_remembered_for_letters_too(desk: Desk) -> None:
    ann = signed_in(desk)
    ann.act(changes.speak, "de")
    assert (owner(ann).locale, owner(ann).epoch, ann.stage) == ("de", 1, "full")
    ann.act(changes.delete)
    (notice,) = notices(ann, "account_deleted")
    assert notice["locale"] == "de"


OF_ACCOUNTS = (schema.accounts, schema.sessions, schema.browsers)


def rows_of(ann: Visitor, account: Account) -> list[int]:
    """Count what belongs to an account: its row, sessions, browsers and credentials."""
    held = schema.credentials
    queries = [
        *(select(each.c.id).where(each.c.account == account.id) for each in OF_ACCOUNTS),
        select(held.c.id).where(held.c.subject == account.subject),
    ]
    return ann.db.read(lambda connection: [len(connection.execute(each).all()) for each in queries])


def test_deleting_takes_all_of_the_account_and_nothing_of_others(desk: Desk) -> None:
    ann, bob = signed_in(desk), signed_in(desk)
    hers, his = owner(ann), owner(bob)
    phone = signed_in(desk, hers)
    waiting = at(desk, hers)
    waiting.act(login.sign_in, waiting.typed())
    for account in (hers, his):
        enrolled(desk, account)
    proved_by(desk.db, "counter")
    assert rows_of(ann, hers) == [1, 3, 2, 1]
    ann.act(changes.delete)
    assert (rows_of(ann, hers), rows_of(bob, his)) == ([0, 0, 0, 0], [1, 1, 1, 1])
    assert [each.stage for each in (ann, phone, waiting)] == ["", "", ""]
    assert (bob.stage, found(desk.db, his)) == ("full", his)
    assert happened(ann, hers, Tag.ACCOUNT_DELETE) == ["done"]
    assert len(notices(ann, "account_deleted")) == 1


def rows_naming(ann: Visitor) -> list[str]:
    """Name the table of each row that holds an address as it was typed."""
    tables = schema.metadata.tables.values()
    found = ann.db.read(
        lambda connection: [(each.name, connection.execute(select(each)).all()) for each in tables]
    )
    return [name for name, rows in found for row in rows if ann.address in str(row)]


def test_a_deleted_account_s_address_is_kept_nowhere_but_where_a_stranger_typed_it(
    desk: Desk,
) -> None:
    ann = Visitor(desk)
    ann.act(register.begin, ann.typed())
    ann.act(register.confirm, ann.code)
    waiting, stranger = ann.elsewhere(), ann.elsewhere()
    waiting.act(login.sign_in, waiting.typed())
    ann.move(seconds=30)
    ann.act(step_up.ask, "/account/delete")
    ann.act(step_up.answer, ann.code)
    stranger.act(recover.begin, stranger.address)
    ann.act(changes.delete)
    assert rows_naming(ann) == ["two_factor_auth"]
    assert stranger.asked.stopped(stranger.now) is None


def test_a_deleted_account_s_address_is_free_and_its_password_forgotten(desk: Desk) -> None:
    ann = signed_in(desk)
    ann.act(changes.delete)
    again = ann.elsewhere()
    assert again.act(login.sign_in, again.typed()) == Entered()
    with pytest.raises(OverError):
        undo(ann)
    again.act(register.begin, again.typed())
    assert again.act(register.confirm, again.code).cookies
    assert ann.act(login.sign_in, ann.typed()).cookies
    assert ann.stage == "password"  # the old account's browser is not known to the new one


def test_what_has_moved_on_or_ended_waits_for_no_other_code(desk: Desk) -> None:
    waiting = at(desk, joined(desk))
    waiting.act(login.sign_in, waiting.typed())
    waiting.move(seconds=30)
    ended = at(desk, joined(desk))
    ended.act(recover.begin, ended.address)
    ended.move(seconds=30)
    late = [waiting.visit(), ended.visit()]
    waiting.act(login.answer, waiting.code)
    ended.act(changes.sign_out)
    before = row_counts(desk.db)
    for visit in late:
        with pytest.raises(OverError):
            asking.again(visit)
    assert row_counts(desk.db) == before
