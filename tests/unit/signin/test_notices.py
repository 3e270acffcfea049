"""Letters that tell somebody what was done."""

import json
from dataclasses import replace

from people import somebody
from simple_2fa.core.clock import to_millis
from simple_2fa.mail.model import Priority
from simple_2fa.signin import notices
from unit.signin.test_arrival import DESK, VISIT
from visits import SAYS
from world import NOW

ANN = somebody("ann@example.com")


def told(row: dict[str, object]) -> tuple[str, dict[str, str]]:
    content = json.loads(DESK.vault.open("letter", str(row["letter"]), str(row["sealed"])))
    return content["to"], content["data"]


def test_one_goes_to_the_address_of_before_and_tells_when_and_from_where() -> None:
    visit = replace(VISIT, says=SAYS)
    row = notices.sealed(visit, ANN, "address_changed", to="b•••@example.com")
    to, data = told(row)
    assert to == "ann@example.com"
    assert data == {"at": NOW.isoformat(), **SAYS, "to": "b•••@example.com"}
    assert (row["template"], row["priority"]) == ("address_changed", Priority.NOTICE.value)
    assert row["not_after"] == to_millis(NOW) + 3 * 24 * 3_600_000


def test_it_speaks_the_language_of_the_account() -> None:
    visit = replace(VISIT, says=SAYS)
    assert told(notices.sealed(visit, ANN, "password_reset"))[1]["locale"] == "en"
    german = replace(ANN, locale="de")
    assert told(notices.sealed(visit, german, "password_reset"))[1]["locale"] == "de"


def test_each_is_about_nothing_that_is_asked_elsewhere() -> None:
    rows = [notices.sealed(VISIT, ANN, "password_reset") for _ in range(2)]
    assert rows[0]["about"] != rows[1]["about"]
