"""What pages are made of: templates of ours in an environment of ours, in any application.

Its words, delimiters and white space are ours, whatever the application has chosen for its own.
"""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader

from simple_2fa.core import words
from simple_2fa.http.hosts import their_fields
from simple_2fa.http.paths import at, is_posted, start


def environment(folders: Iterable[Path] = ()) -> Environment:
    """Make the environment of our pages.

    Args:
        folders: of more factors, each with its `templates`.
    """
    ours = [
        PackageLoader("simple_2fa"),
        *(FileSystemLoader(each / "templates") for each in folders),
    ]
    made = Environment(
        loader=ChoiceLoader(ours), autoescape=True, trim_blocks=True, extensions=["jinja2.ext.i18n"]
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"at": at, "start": start, "is_posted": is_posted, "their_fields": their_fields}
    return made
