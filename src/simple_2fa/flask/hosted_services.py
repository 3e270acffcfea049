"""The services of an application that has the second step from us, put together at first use."""

import logging
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import finalize

from flask import Flask, has_request_context, request
from sqlalchemy.engine import Engine
from werkzeug.exceptions import ServiceUnavailable

from simple_2fa.core.errors import UnavailableError
from simple_2fa.db import state
from simple_2fa.db.engine import Database
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask.building import Clock, build
from simple_2fa.flask.checks import DEVELOPMENT, FOR_DEVELOPMENT, MODE, lack
from simple_2fa.http.origins import names_this_machine
from simple_2fa.http.services import Services
from simple_2fa.settings import Settings, SettingsError

log = logging.getLogger(__name__)
COMMAND = "flask simple-2fa"
"""What its operator's commands begin with."""
_IN_MEMORY = (
    "database= is in memory, which each connection has for itself: give it a file,"
    " sqlite:////srv/app.sqlite3, or another database"
)
_SAID_ALOUD = "no SIMPLE_2FA_SECRET_KEY is set: this is development, for this machine alone"


class Making:
    """Puts them together once the application is whole: its engine is known only then."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        source: Any,  # noqa: ANN401 (as `Simple2FA` takes it)
        *,
        is_development: bool,
        prefix: str,
    ) -> None:
        """Take what they are made from, and what comes before our paths."""
        self._app = app
        self._settings = settings
        self._source = source
        self._is_development = is_development
        self._below = f"{prefix}/verify"

    def services(self) -> Services:
        """Make them; in development the tables too.

        Raises:
            ServiceUnavailable: the database isn't migrated, is development's, or is out of reach;
                the log says which. Without them we have no page to tell it on.
        """
        services = self.parts()
        try:
            self._make_ready(services.db)
        except UnavailableError as why:
            services.db.close()  # the next request makes them anew
            log.error("the second step is not ready: %s", why)  # noqa: TRY400 (no fault of ours)
            raise ServiceUnavailable from why
        return services

    def _make_ready(self, db: Database) -> None:
        if self._is_development:
            if not self._app.testing:
                log.warning(_SAID_ALOUD)
            _prepare(db)
        elif lacking := self._unfit(db):
            raise UnavailableError(lacking)

    def _unfit(self, db: Database) -> str:
        if lacking := lack(db, COMMAND):
            return lacking
        is_other_s = state.mark(db, MODE) == DEVELOPMENT
        return self._settings.spelled(FOR_DEVELOPMENT) if is_other_s else ""

    def parts(self) -> Services:
        """Put them together, whatever the state of the database.

        Raises:
            SettingsError: outside development, the application's is in memory; as `build`.
        """
        db = _opened(self._source, in_memory=self._is_development)
        settings = _addressed(self._settings)
        return build(settings, development=self._is_development, below=self._below, db=db)

    def apart(self, folder: Path, clock: Clock) -> Services:
        """Make them for a test: development's, with no thread, on a database of their own.

        Which database and which mail server the settings name is passed over, and so is the
        application's own database; what pages look like and how long codes are good stays.

        Args:
            folder: where the database and the letters lie.
            clock: what they go by.
        """
        apart = {"instance_path": folder, "smtp_server": None}
        settings = _addressed(self._settings).model_copy(update=apart)
        db = Database(f"sqlite:///{folder / 'simple-2fa.sqlite3'}")
        services = build(settings, development=True, below=self._below, clock=clock, db=db)
        _prepare(services.db)
        return services


def _addressed(settings: Settings) -> Settings:
    """Let development's letters name the host of the first request, where no setting names one."""
    if settings.public_url or not (has_request_context() and names_this_machine()):
        return settings
    host = re.sub(r"^(127\.0\.0\.1|\[::1\])", "localhost", request.host)  # passkeys need a name
    return settings.model_copy(update={"public_url": f"{request.scheme}://{host}"})


def _prepare(db: Database) -> None:
    """Give development's database its tables and its mark."""
    upgrade(db)
    state.set_mark(db, MODE, DEVELOPMENT)


def _opened(source: Any, *, in_memory: bool) -> Database | None:  # noqa: ANN401 (the same)
    """Open the application's database by pools of our own; one in memory where that will do."""
    if source is None:
        return None
    engine = source if isinstance(source, Engine) else getattr(source, "engine", None)
    if not isinstance(engine, Engine):
        raise TypeError(f"database= takes an SQLAlchemy engine, or what has one, not {source!r}")
    if engine.dialect.name == "sqlite" and _is_in_memory(engine):
        if not in_memory:
            raise SettingsError((_IN_MEMORY,))
        return _in_a_file_of_its_own()
    return Database(engine.url, pool=engine.pool.recreate)


def _is_in_memory(engine: Engine) -> bool:
    named = engine.url.database or ""
    is_asked_for = engine.url.query.get("mode") == "memory" or "mode=memory" in named
    return not named or ":memory:" in named or is_asked_for


def _in_a_file_of_its_own() -> Database:
    """Open another database: what lies in memory is seen by the connection alone that made it."""
    folder = TemporaryDirectory(prefix="simple-2fa-")
    made = Database(f"sqlite:///{folder.name}/simple-2fa.sqlite3")
    finalize(made, folder.cleanup)
    return made
