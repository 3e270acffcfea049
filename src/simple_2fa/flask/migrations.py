"""An application's own Alembic beside ours."""

from collections.abc import Mapping

_OURS = "two_factor_"


def not_ours(name: str | None, kind: str, _parents: Mapping[str, str | None]) -> bool:
    """Tell an application's own Alembic which names are its business: all but our tables.

    Pass it as `include_name` to `context.configure` in its env.py; else `--autogenerate` takes our
    tables, which no model of the application's describes, for ones to be dropped.
    """
    return kind != "table" or not (name or "").startswith(_OURS)
