"""A fault is a line, never a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from simple_2fa.accounts.model import NoAccountError
from simple_2fa.core.errors import UnavailableError
from simple_2fa.db.upgrade import NewerDatabaseError
from simple_2fa.flask.checks import reason
from simple_2fa.settings import SettingsError


class RefusedError(SettingsError, click.ClickException):
    """Settings that can't be used, told by `flask`: in lines, and with status 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Say a line for each fault."""
        click.echo(self.message, file=file, err=True)


@contextmanager
def plain_for_commands() -> Iterator[None]:
    """Let a command that makes an application tell plainly why it can't be made."""
    try:
        yield
    except SettingsError as why:
        if click.get_current_context(silent=True) is None:
            raise
        raise RefusedError(why.faults) from None


@contextmanager
def told(*, of_accounts: str, of_databases: str) -> Iterator[None]:
    """Tell of faults: those of the settings end with status 2, one line for each, others with 1.

    Args:
        of_accounts: which command tells what accounts there are.
        of_databases: which one tells more of a database that can't be used.
    """
    try:
        yield
    except SettingsError as why:
        end(*why.warnings, *why.faults, status=2)
    except NoAccountError as why:
        end(f"{why}; see `{of_accounts}`." if of_accounts else f"{why}.")
    except NewerDatabaseError as why:
        end(str(why))
    except (UnavailableError, DBAPIError) as why:
        end(f"The database can't be used: {reason(why)}. `{of_databases}` tells more.")


def end(*lines: str, status: int = 1) -> NoReturn:
    """Say why, and end."""
    for line in lines:
        click.echo(line, err=True)
    sys.exit(status)
