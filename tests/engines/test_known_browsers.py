"""Known browsers: each of one account, recognised by a verifier that changes at each use."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from people import added, change_password, disable, found
from simple_2fa.accounts.model import Account
from simple_2fa.core.ids import hash_secret, new_id, new_secret
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from simple_2fa.sessions import browsers
from simple_2fa.sessions.model import BROWSER_LASTS, MOST_BROWSERS, SKIPS_CODE_FOR, Browser
from world import MINUTE, NOW, SECOND, together


def known(db: Database, account: Account, at: datetime = NOW) -> tuple[Browser, str]:
    """Let a browser be known; give it and its cookie's verifier."""
    verifier = new_secret()
    name, ends = new_id(), at + BROWSER_LASTS
    browser = Browser(name, account.id, account.epoch, "Safari on iPhone", at, at, ends)
    db.tidy(lambda connection: browsers.add(connection, browser, verifier))
    return browser, verifier


def seen(db: Database, browser: Browser, verifier: str, now: datetime = NOW) -> Browser | None:
    return db.read(lambda connection: browsers.recognise(connection, browser.id, verifier, now))


def use(db: Database, browser: Browser, held: str, now: datetime = NOW) -> str | None:
    """Use a browser; give its new verifier, or None where the held one is no longer good."""
    verifier = new_secret()
    done = db.tidy(lambda link: browsers.use(link, browser, held, verifier, now))
    return verifier if done else None


def test_its_cookie_is_recognised_and_only_a_hash_is_stored(db: Database) -> None:
    ann = added(db)
    browser, verifier = known(db, ann)
    assert seen(db, browser, verifier) == browser
    table = schema.browsers
    query = table.select().where(table.c.browser == browser.id)
    (row,) = db.read(lambda connection: connection.execute(query).all())
    assert bytes(row.verifier) == hash_secret(verifier)
    assert verifier not in str(tuple(row))


def test_a_forged_or_another_s_is_not(db: Database) -> None:
    ann = added(db)
    browser, verifier = known(db, ann)
    other, _ = known(db, ann)
    assert seen(db, browser, new_secret()) is None
    assert seen(db, browser, "") is None
    assert seen(db, other, verifier) is None
    assert seen(db, replace(browser, id=new_id()), verifier) is None


@pytest.mark.parametrize("end", [change_password, disable], ids=["password", "disabled"])
def test_a_change_of_the_account_ends_it(
    db: Database, end: Callable[[Database, Account], None]
) -> None:
    ann = added(db)
    browser, verifier = known(db, ann)
    end(db, ann)
    assert seen(db, browser, verifier) is None
    assert db.read(lambda connection: browsers.of_account(connection, ann.id, NOW)) == []


def test_each_use_changes_its_verifier_and_the_old_one_is_dead(db: Database) -> None:
    ann = added(db)
    browser, first = known(db, ann)
    later = NOW + MINUTE
    second = use(db, browser, first, later)
    assert second
    assert seen(db, browser, first) is None
    used = replace(browser, used_at=later, expires_at=later + BROWSER_LASTS)
    assert seen(db, browser, second) == used
    assert use(db, browser, first) is None


def test_of_twelve_uses_at_once_one_gets_the_new_verifier(db: Database) -> None:
    browser, verifier = known(db, added(db))
    got = together(12, lambda _: use(db, browser, verifier))
    assert len([each for each in got if each]) == 1


def test_it_skips_the_code_only_where_its_person_chose_so(db: Database) -> None:
    ann = added(db)
    browser, verifier = known(db, ann)
    assert not browser.skips_code(NOW)
    until = NOW + SKIPS_CODE_FOR
    held = use(db, replace(browser, skips_code_until=until), verifier)
    assert held
    chosen = seen(db, browser, held)
    assert chosen
    assert chosen.skips_code(until - SECOND)
    assert not chosen.skips_code(until)


def test_unused_for_half_a_year_it_is_unknown(db: Database) -> None:
    ann = added(db)
    browser, verifier = known(db, ann)
    assert seen(db, browser, verifier, NOW + BROWSER_LASTS - SECOND)
    assert seen(db, browser, verifier, NOW + BROWSER_LASTS) is None


def test_of_many_the_last_used_ten_stay(db: Database) -> None:
    ann, bob = added(db), added(db)
    his, _ = known(db, bob)
    made = [known(db, ann, NOW + number * MINUTE)[0] for number in range(MOST_BROWSERS + 2)]
    listed = db.read(lambda connection: browsers.of_account(connection, ann.id, NOW))
    assert listed == made[:1:-1]
    assert db.read(lambda connection: browsers.of_account(connection, bob.id, NOW)) == [his]


def test_those_that_a_change_has_ended_count_no_more(db: Database) -> None:
    ann = added(db)
    for number in range(MOST_BROWSERS):
        known(db, ann, NOW + number * MINUTE)
    change_password(db, ann)
    ann = found(db, ann)
    made = [known(db, ann)[0] for _ in range(2)]
    listed = db.read(lambda connection: browsers.of_account(connection, ann.id, NOW))
    assert listed == made[::-1]


def test_which_are_known_still_is_told_whatever_they_hold(db: Database) -> None:
    ann, bob = added(db), added(db)
    hers, his = known(db, ann)[0], known(db, bob)[0]
    change_password(db, bob)
    names = [hers.id, his.id, new_id()]

    def still(now: datetime) -> set[str]:
        return db.read(lambda connection: browsers.still_known(connection, names, now))

    assert still(NOW) == {hers.id}
    assert still(NOW + BROWSER_LASTS) == set()


def test_one_is_forgotten_or_all(db: Database) -> None:
    ann, bob = added(db), added(db)
    browser, verifier = known(db, ann)
    for _ in range(2):
        known(db, ann)
    his, _ = known(db, bob)
    assert not db.tidy(lambda connection: browsers.forget(connection, ann.id, his.id))
    assert db.tidy(lambda connection: browsers.forget(connection, ann.id, browser.id))
    assert seen(db, browser, verifier) is None
    assert db.tidy(lambda connection: browsers.forget_all(connection, ann.id)) == 2
    assert db.read(lambda connection: browsers.of_account(connection, bob.id, NOW)) == [his]


def test_those_unused_for_too_long_are_swept_in_batches(db: Database) -> None:
    ann, early = added(db), NOW - timedelta(days=900)
    for _ in range(3):
        known(db, ann, early)
    lasting, verifier = known(db, ann)
    now = early + BROWSER_LASTS
    assert [db.tidy(lambda link: browsers.sweep(link, now, 2)) for _ in range(3)] == [2, 1, 0]
    assert seen(db, lasting, verifier) == lasting


def test_one_that_is_used_while_its_batch_is_swept_stays(db: Database) -> None:
    ann, early = added(db), NOW - timedelta(days=900)
    browser, held = known(db, ann, early)
    ends, verifier = early + BROWSER_LASTS, new_secret()

    def swept(link: Connection) -> int:
        # As if by another node, whose clock is a little behind: the batch was read just now.
        event.listen(
            link,
            "after_execute",
            lambda *_: browsers.use(link, browser, held, verifier, ends - SECOND),
            once=True,
        )
        return browsers.sweep(link, ends, 2)

    assert db.tidy(swept) == 1
    assert seen(db, browser, verifier, ends)
