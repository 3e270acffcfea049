"""One unit, with its one event."""

from collections.abc import Callable

from simple_2fa.core.ids import new_attempt
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db.engine import Connection
from simple_2fa.signin.model import Visit

Work = Callable[[Connection], None]


def write(
    visit: Visit, tag: Tag, account: str, work: Work, *, outcome: str = "done", **facts: str
) -> None:
    """Run a unit, and write down what was done with an account, and from where."""
    attempt, told = new_attempt(visit.now), {**visit.place.facts, **facts}
    event = Event(attempt, visit.now, tag, outcome, data=told, account=account)

    def unit(connection: Connection) -> Event:
        work(connection)
        return event

    visit.db.transact(attempt, unit)
