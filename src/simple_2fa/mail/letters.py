"""Letters: a template folder each, rendered when they are sent.

A letter `code` is templates/mail/code/{subject.txt,body.txt,body.html}; body.txt names its data.
They are text; instants among them are ISO 8601 and worded here. `locale` names the language.
"""

import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)

from simple_2fa.core import words
from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.factor import Letter

_INSTANTS = frozenset({"until", "asked_at", "at"})
_UNSAID = dict.fromkeys(
    ("where", "asked_from", "forgot", "account", "support", "not_me", "token", "put_back"), ""
)
"""What a letter says only where somebody knows it."""
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of what could begin another line, or header, or can't be encoded."""
_WIDTH = 78
"""Columns of a text (RFC 5322, 2.1.1)."""


class LetterError(Simple2FAError):
    """A letter can't be made: its template, its data or an address is at fault."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter ready to go.

    Attributes:
        id: public id; stands in the Message-ID.
        sender: envelope address.
        code: the letter's code, or ''.
        purpose: what it is for, or ''.
    """

    id: str
    sender: str
    to: str
    subject: str
    text: str = field(repr=False)
    message: EmailMessage = field(repr=False)
    html: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    purpose: str = ""


class Letters:
    """Renders letters in the operator's name."""

    def __init__(
        self,
        site: str,
        sender: str,
        *,
        says: Mapping[str, str] | None = None,
        folders: Iterable[Path] = (),
    ) -> None:
        """Know who writes.

        Args:
            site: the name that people read.
            sender: 'mail@acme.com', or 'Acme <mail@acme.com>'; `site` is its name by default.
            says: what every letter may say: `where` people sign in, the `forgot` address, whom
                they ask for `support`, and `not_me`, to which each notice adds a token of its own.
            folders: more template folders, each with a `mail` folder inside; they come first.

        Raises:
            LetterError: the sender is no address.
        """
        name, address = parseaddr(_one_line(sender))
        self._sender = _address(address, name or site)
        self._says = {**_UNSAID, **(says or {}), "site": site}
        self._templates = _environment(folders)

    def render(self, letter: Letter, to: str, ident: str, now: datetime) -> Rendered:
        """Make the message. The same `ident` gives the same Message-ID.

        Raises:
            LetterError: it can't be made, now or ever. It says why, without the letter's content.
        """
        try:
            with words.speaking(letter.data.get("locale", words.SOURCE)):
                return self._render(letter, to, ident, now)
        except LetterError:
            raise
        except TemplateError as why:
            raise LetterError(f"letter {letter.name!r}: {type(why).__name__}: {why}") from None
        except Exception as why:  # noqa: BLE001 (whatever a template does, the queue goes on)
            raise LetterError(f"letter {letter.name!r}: {type(why).__name__}") from None

    def _render(self, letter: Letter, to: str, ident: str, now: datetime) -> Rendered:
        told = {**self._says, **_worded(letter.data), "lang": words.spoken()}
        told["not_me"] = told["not_me"] and told["token"] and told["not_me"] + told["token"]
        subject, text, html = (
            self._templates.get_template(f"mail/{letter.name}/{part}").render(told).strip()
            for part in ("subject.txt", "body.txt", "body.html")
        )
        plain = self.plain(subject, text, to, ident, now)
        plain.message.add_alternative(f"{html}\n", subtype="html", cte="quoted-printable")
        code, purpose = letter.data.get("code", ""), letter.data.get("purpose", "")
        return replace(plain, html=html, code=code, purpose=purpose)

    def plain(self, subject: str, text: str, to: str, ident: str, now: datetime) -> Rendered:
        """Make a message of a text alone.

        Raises:
            LetterError: an address can't be used.
        """
        text = _wrapped(text)
        message = EmailMessage(SMTP)
        message["From"] = self._sender
        message["To"] = _address(to)
        message["Subject"] = _one_line(subject)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = _one_line(f"<{ident}@{self._sender.domain}>")
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5
        # Quoted-printable needs nothing of the servers on the way, and leaves digits as they are.
        message.set_content(f"{text}\n", cte="quoted-printable")
        return Rendered(ident, self._sender.addr_spec, to, subject, text, message)


def _environment(folders: Iterable[Path]) -> Environment:
    own = PackageLoader("simple_2fa", "templates")
    made = Environment(
        loader=ChoiceLoader([*map(FileSystemLoader, folders), own]),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    return made


def _worded(data: Mapping[str, str]) -> dict[str, str]:
    # What tells when something happened may be read days later; a code's minutes need no date.
    worded = _moment if "at" in data else _clock_time
    return {
        name: worded(datetime.fromisoformat(text)) if name in _INSTANTS else _flat(text)
        for name, text in data.items()
    }


def _moment(instant: datetime) -> str:
    return f"{words.day(instant)}, {_clock_time(instant)}"


def _clock_time(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%H:%M} UTC"


def _flat(text: str) -> str:
    """Put data on one line: whoever wrote it shall not write a paragraph of ours."""
    return "".join(" " if unicodedata.category(each) in _BREAKS else each for each in text)


def _wrapped(text: str) -> str:
    """Break long lines between words; a long address stays whole."""
    fold = textwrap.TextWrapper(_WIDTH, break_long_words=False, break_on_hyphens=False).fill
    return "\n".join(fold(line) if len(line) > _WIDTH else line for line in text.splitlines())


def _address(address: str, name: str = "") -> Address:
    """Take exactly one ASCII address."""
    try:
        return Address(_one_line(name), addr_spec=_one_line(address).encode("ascii").decode())
    except (ValueError, IndexError, MessageError):
        raise LetterError("an address can't be used") from None


def _one_line(text: str) -> str:
    """Refuse what could begin another header: old CPython lets it through (CVE-2024-6923)."""
    if any(unicodedata.category(letter) in _BREAKS for letter in text):
        raise LetterError("a line break or control character stands in a header")
    return text
