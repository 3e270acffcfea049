"""Sending by SMTP: one connection, kept open over letters."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, cast

from simple_2fa.mail.letters import Rendered
from simple_2fa.mail.replies import POSITIVE, Answer, checked, meaning, octets, worded
from simple_2fa.mail.transport import OutOfReachError

Link = TypeVar("Link", bound=smtplib.SMTP)
Tls = Literal["starttls", "implicit", "none"]

PATIENCE = 10
"""Seconds to wait for each answer."""
PATIENCE_AFTER_DATA = 30
"""Seconds to wait for the last one: who gives up early sends twice (RFC 5321, 4.5.3.2.6)."""
LONGEST = 90
"""Seconds after which a conversation is cut off, however lively it drips. Shorter than a lease."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in.

    Attributes:
        tls: 'starttls', 'implicit', or 'none' for a server on this machine.
        user: signs in where it is set.
        ca_file: the authority to trust in place of the system's.
        spelled: names settings in a text as the operator writes them.
    """

    host: str
    port: int
    tls: Tls = "starttls"
    user: str | None = None
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    spelled: Callable[[str], str] = field(default=str, repr=False)


class Smtp:
    """A `Transport` to a mail server."""

    def __init__(
        self, server: MailServer, *, patience: float = PATIENCE, longest: float = LONGEST
    ) -> None:
        """Connect at the first letter only.

        Args:
            server: where to.
            patience: seconds to wait for each answer.
            longest: seconds that a letter may take in all.
        """
        self._server = server
        self._patience = patience
        self._longest = longest
        self._link: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Connect, or clear the open connection and see that it still answers."""
        self._opened()

    def send(self, letter: Rendered) -> str:
        """Hand a letter over; see `Transport`."""
        link = self._link or self._opened()
        with self._told_plainly(), _watched(link, self._longest):
            self._check_sender(link.mail(letter.sender))
            checked(link.rcpt(letter.to))
            return checked(self._data(link, letter.message.as_bytes()))

    def check(self) -> str:
        """Connect, sign in and say nothing; for `doctor` and `mail test`.

        Returns:
            One line.

        Raises:
            OutOfReachError: it doesn't work. It says why, and what to do.
        """
        link = self._opened()
        with self._told_plainly():
            link.noop()
        version = link.sock.version() if isinstance(link.sock, ssl.SSLSocket) else "no TLS"
        signed_in = "signed in" if self._server.user else "not signed in"
        return f"{self._name} takes letters ({version}, {signed_in})"

    def close(self) -> None:
        """Hang up."""
        link, self._link = self._link, None
        if link is not None:
            with suppress(OSError):
                link.docmd("QUIT")
            link.close()

    @property
    def _name(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    def _opened(self) -> smtplib.SMTP:
        """Give a connection that answers. RSET takes back what an unfinished letter left behind."""
        if self._link is not None and not self._answers(self._link):
            self._drop()
        if self._link is None:
            with self._told_plainly():
                self._link = self._dial()
                self._introduce(self._link)
        return self._link

    def _dial(self) -> smtplib.SMTP:
        server = self._server
        # smtplib's own default asks the name server who we are, for as long as that takes.
        ourselves = name if "." in (name := socket.gethostname()) else "[127.0.0.1]"
        place = (server.host, server.port, ourselves)
        if server.tls == "implicit":
            kind = _watching(smtplib.SMTP_SSL, self._longest)
            return kind(*place, timeout=self._patience, context=self._trust())
        return _watching(smtplib.SMTP, self._longest)(*place, timeout=self._patience)

    def _answers(self, link: smtplib.SMTP) -> bool:
        try:
            with _watched(link, self._longest):
                return link.rset()[0] in POSITIVE
        except OSError:
            return False

    def _introduce(self, link: smtplib.SMTP) -> None:
        with _watched(link, self._longest):
            link.ehlo_or_helo_if_needed()
            if self._server.tls == "starttls":
                self._encrypt(link)
            if self._server.user:
                self._sign_in(link, self._server.user)

    def _encrypt(self, link: smtplib.SMTP) -> None:
        if not link.has_extn("starttls"):
            raise OutOfReachError(
                f"{self._name} offers no STARTTLS, so nothing is sent;"
                " for TLS from the start set SMTP_TLS=implicit"
            )
        link.starttls(context=self._trust())
        link.ehlo_or_helo_if_needed()

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._server.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _sign_in(self, link: smtplib.SMTP, user: str) -> None:
        if not (user + self._server.password).isascii():
            raise OutOfReachError("EMAIL_USER and EMAIL_PASSWORD must be ASCII")
        if not link.has_extn("auth"):
            raise OutOfReachError(f"{self._name} offers no way to sign in: unset EMAIL_USER")
        link.login(user, self._server.password)

    def _check_sender(self, answer: Answer) -> None:
        if answer[0] not in POSITIVE:
            raise OutOfReachError(f"{self._name} refuses our sender: {worded(answer)}")

    def _data(self, link: smtplib.SMTP, message: bytes) -> Answer:
        sock = cast("socket.socket", link.sock)
        sock.settimeout(self._patience * PATIENCE_AFTER_DATA / PATIENCE)
        try:
            return link.data(message)
        except smtplib.SMTPDataError as why:
            return why.smtp_code, octets(why.smtp_error)
        finally:
            sock.settimeout(self._patience)

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        """Hang up on every fault of the connection, and say what it means."""
        try:
            yield
        except OutOfReachError as why:
            told = str(why)
        except OSError as why:  # ssl.SSLError and smtplib.SMTPException are OSErrors
            told = f"{self._name} {meaning(why, self._server.host)}"
        else:
            return
        self._drop()
        raise OutOfReachError(self._server.spelled(told))

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


def _watching(kind: type[Link], longest: float) -> type[Link]:
    """Make a kind of connection that is watched while it is greeted too, inside its constructor."""

    class Watching(kind):  # type: ignore[misc, valid-type]
        def connect(self, *place: object, **more: object) -> Answer:
            with _watched(self, longest):
                return cast("Answer", super().connect(*place, **more))

    return Watching


@contextmanager
def _watched(link: smtplib.SMTP, longest: float) -> Iterator[None]:
    """Cut the connection off when it has taken too long, though each answer came in time."""
    timer = threading.Timer(longest, _cut_off, [link])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut_off(link: smtplib.SMTP) -> None:
    with suppress(OSError):
        if link.sock is not None:
            # The plain socket's method: SSLSocket's would take the encryption off first.
            socket.socket.shutdown(link.sock, socket.SHUT_RDWR)
