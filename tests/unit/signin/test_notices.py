"""Letters that tell somebody what was done."""

import json
from dataclasses import replace

from people import somebody
from simple_2fa.accounts.model import Link
from simple_2fa.core.clock import to_millis
from simple_2fa.mail.model import Priority
from simple_2fa.signin import notices
from simple_2fa.signin.notices import Notice
from unit.signin.test_arrival import DESK, VISIT
from visits import SAYS
from world import NOW

ANN = somebody("ann@example.com")


def told(notice: Notice) -> tuple[str, dict[str, str]]:
    row = notice.letter
    content = json.loads(DESK.vault.open("letter", str(row["letter"]), str(row["sealed"])))
    return content["to"], content["data"]


def test_one_goes_to_the_address_of_before_and_tells_when_and_from_where() -> None:
    visit = replace(VISIT, says=SAYS)
    notice = notices.sealed(visit, ANN, "address_changed", to="b•••@example.com")
    to, data = told(notice)
    row = notice.letter
    assert to == "ann@example.com"
    facts = {"at": NOW.isoformat(), **SAYS, "to": "b•••@example.com"}
    assert data == {**facts, "token": notice.token}
    assert (row["template"], row["priority"]) == ("address_changed", Priority.NOTICE.value)
    assert row["not_after"] == to_millis(NOW) + 3 * 24 * 3_600_000


def test_it_speaks_the_language_of_the_account() -> None:
    visit = replace(VISIT, says=SAYS)
    assert told(notices.sealed(visit, ANN, "password_reset"))[1]["locale"] == "en"
    german = replace(ANN, locale="de")
    assert told(notices.sealed(visit, german, "password_reset"))[1]["locale"] == "de"


def test_each_is_about_nothing_that_is_asked_elsewhere() -> None:
    rows = [notices.sealed(VISIT, ANN, "password_reset") for _ in range(2)]
    assert rows[0].letter["about"] != rows[1].letter["about"]
    assert rows[0].token != rows[1].token


def test_one_goes_to_another_address_where_that_is_said() -> None:
    to, _ = told(notices.sealed(VISIT, ANN, "address_is_new", goes_to="bea@example.com"))
    assert to == "bea@example.com"


def test_its_link_is_of_the_account_and_says_what_the_letter_is_about() -> None:
    link = notices.sealed(VISIT, ANN, "way_added").link
    place = VISIT.place
    told = (ANN.id, "way_added", NOW, place.agent, place.network)
    assert link == Link(*told, guarded=True, address="ann@example.com")


def test_where_it_is_no_longer_for_its_reader_to_say_there_is_none_either() -> None:
    assert notices.sealed(VISIT, ANN, "address_taken_back").token == ""


def test_where_there_is_no_account_any_more_there_is_no_link() -> None:
    notice = notices.sealed(VISIT, ANN, "account_deleted")
    assert notice.token == ""
    assert "token" not in told(notice)[1]
