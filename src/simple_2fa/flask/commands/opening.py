"""What a command in a Flask application begins with: its parts, and closed behind it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from simple_2fa.flask.checks import lack
from simple_2fa.flask.commands import faults
from simple_2fa.flask.hosted_services import COMMAND
from simple_2fa.http.services import Services, mount


@contextmanager
def opened() -> Iterator[Services]:
    """Give the parts, whatever the state of the database."""
    parts = mount().put_together()
    with closing(parts.db):
        yield parts


@contextmanager
def opened_current() -> Iterator[Services]:
    """Give the parts; say what the database isn't, and end, where it isn't migrated."""
    with opened() as parts:
        if lacking := lack(parts.db, COMMAND):
            faults.end(lacking)
        yield parts
