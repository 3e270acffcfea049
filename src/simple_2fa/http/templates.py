"""What pages are made of: templates of ours in an environment of ours, in any application.

Its words, delimiters and white space are ours, whatever the application has chosen for its own.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from flask import Flask
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
)

from simple_2fa.core import words
from simple_2fa.http.hosts import their_fields
from simple_2fa.http.paths import at, is_posted, start
from simple_2fa.http.qr import qr


class Overrides(BaseLoader):
    """An application's own versions: those in `simple_2fa/` among its templates."""

    def __init__(self, app: Flask) -> None:
        """Look where the application looks."""
        self._theirs = app.create_global_jinja_loader()

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Give its version of a template of ours.

        Raises:
            TemplateNotFound: it has none.
        """
        return self._theirs.get_source(environment, f"simple_2fa/{template}")


def environment(
    folders: Iterable[Path] = (), overrides: BaseLoader | None = None, *, auto_reload: bool = False
) -> Environment:
    """Make the environment of our pages.

    Args:
        folders: of more factors, each with its `templates`.
        overrides: found before ours, which they may extend as `original/...`.
        auto_reload: look at each use whether a file was changed.
    """
    ours = PackageLoader("simple_2fa")
    more = [FileSystemLoader(each / "templates") for each in folders]
    loaders = [ours, PrefixLoader({"original": ours}), *more]
    made = Environment(
        loader=ChoiceLoader([overrides, *loaders] if overrides else loaders),
        autoescape=True,
        trim_blocks=True,
        auto_reload=auto_reload,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {
        "at": at,
        "start": start,
        "is_posted": is_posted,
        "qr": qr,
        "their_fields": their_fields,
    }
    made.filters["from_iso"] = datetime.fromisoformat
    return made
