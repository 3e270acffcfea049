"""`Simple2FA(app)`: mounts our faces into a Flask application."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response
from flask.sansio.scaffold import Scaffold
from werkzeug.exceptions import ServiceUnavailable

from simple_2fa.flask import guarding, sharing
from simple_2fa.flask.commands import hosted as hosted_commands
from simple_2fa.flask.commands.faults import plain_for_commands
from simple_2fa.flask.config import settings_of
from simple_2fa.flask.hosted_services import Making
from simple_2fa.flask.hosting import Host, Told
from simple_2fa.flask.marks import Misplaced
from simple_2fa.http import guard, hooks
from simple_2fa.http.pages import error_page
from simple_2fa.http.paths import prefix_of
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import EXTENSION, Mount
from simple_2fa.http.templates import Overrides, environment
from simple_2fa.web import hosted, hosted_account, pages
from simple_2fa.web.inbox import blueprint as inbox_pages

Loader = TypeVar("Loader", bound=Callable[[], Told])
Selector = TypeVar("Selector", bound=Callable[[], object])


class Simple2FA:
    """The second step in a Flask application.

    One instance may serve several applications: `init_app` each of them.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        url_prefix: str = "",
        database: Any = None,  # noqa: ANN401 (an engine, or what has one)
        name: str = "",
        layout: str = "",
    ) -> None:
        """Take what doesn't stand in the settings (`SIMPLE_2FA_...`).

        Args:
            app: to mount it into at once; else call `init_app`.
            url_prefix: before our paths, such as '/2fa'; by default they are `/verify...`.
            database: the application's own: Flask-SQLAlchemy's or Flask-SQLAlchemy-Lite's `db`, or
                an SQLAlchemy engine. By default `SIMPLE_2FA_DATABASE_URL` or `DATABASE_URL` names
                one, and in development it is a file of its own.
            name: what tells this application's people from those of others in one database; by
                default the application's name. Changed, all people are new.
            layout: a template of the application's around our pages; it shows `two_factor.title`,
                `two_factor.head` (in <head>) and `two_factor.body`. By default the look is ours.

        Raises:
            ValueError: no path begins with `url_prefix`.
        """
        self._prefix = prefix_of(url_prefix)
        self._database = database
        self._name = name
        self._layout = layout
        self._loader: Callable[[], Told] | None = None
        self._selector: Callable[[], object] | None = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount it into an application.

        Raises:
            SettingsError: a setting is missing or can't be used.
            RuntimeError: it is mounted already, or has a route of its own where one of ours is.
        """
        if EXTENSION in app.extensions:
            raise RuntimeError("this application has Simple 2FA already")
        app.extensions[EXTENSION] = mount = self._mount(app)
        root = Blueprint(
            EXTENSION, "simple_2fa", static_folder="static", static_url_path="/verify/static"
        )
        root.register_error_handler(ServiceUnavailable, lambda error: error)
        root.register_error_handler(Problem, error_page)
        scope = self._scope(app, root)
        hooks.install(scope)
        guard.install(scope)
        scope.before_request(hooks.bound)
        for face in self._faces(mount):
            root.register_blueprint(face)
        app.register_blueprint(root, url_prefix=self._prefix or None)
        for path in sharing.shared(app).values():
            sharing.refuse(path)

    def person_loader(self, loader: Loader) -> Loader:
        """Let a function tell who is signed in: (id, address), or None for nobody."""
        self._loader = loader
        return loader

    def locale_selector(self, selector: Selector) -> Selector:
        """Let a function choose the language of pages and letters, such as 'de', or 'de_AT'.

        A locale of Babel's will do. Where it gives none of our languages, the browser chooses.
        """
        self._selector = selector
        return selector

    def guard(self, blueprint: Blueprint, within: float | None = None) -> None:
        """Let a whole blueprint be reached by those alone who have made the second step.

        Keep out of it what signs people in. Call it before the blueprint is registered.

        Args:
            blueprint: its views, and those of blueprints inside it.
            within: minutes, as `second_factor_required` takes them.
        """
        guarding.guard_blueprint(blueprint, within)

    def ask(self, next: str | None = "") -> Response:  # noqa: A002 (as it is called in addresses)
        """Take whoever was just signed in to the second step; the end of a login view.

        Args:
            next: the path to go on to then; by default the start page.
        """
        return guarding.ask(next)

    def forget(self, ref: object) -> bool:
        """Remove all that is known of a person, as your app has: devices, browsers, the address.

        Databases may give the id of a removed row to somebody else: that one must start anew.

        Args:
            ref: the id that the person loader gave.

        Returns:
            Whether anything was known.
        """
        return guarding.forget(ref)

    def _mount(self, app: Flask) -> Mount:
        with plain_for_commands():
            settings, is_development = settings_of(app)
        host = Host(self._name or app.name, lambda: self._loader)
        first = [Misplaced().refuse, sharing.Shared().refuse, host.note]
        app.before_request_funcs.setdefault(None, [])[:0] = first
        # After what the application does then: of these the first is called last.
        app.after_request_funcs.setdefault(None, [])[:0] = [host.follow]
        app.cli.add_command(hosted_commands.group)
        making = Making(
            app, settings, self._database, is_development=is_development, prefix=self._prefix
        )
        return Mount(
            making.services,
            making.parts,
            environment(overrides=Overrides(app), auto_reload=is_development),
            self._prefix,
            "/",
            host,
            is_hosted=True,
            layout=self._layout,
            shows_inbox=is_development and not settings.smtp_server,
            locale=lambda: self._selector() if self._selector else None,
            apart=making.apart,
            sends=True,
            enter=lambda: guarding.demand(None),
        )

    def _scope(self, _app: Flask, root: Blueprint) -> Scaffold:
        """Give what our hooks are for: our own views alone."""
        return root

    def _faces(self, mount: Mount) -> Iterable[Blueprint]:
        return [pages(hosted, hosted_account), *([inbox_pages] if mount.shows_inbox else [])]
