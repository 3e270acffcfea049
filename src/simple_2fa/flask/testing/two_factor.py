"""What a test does with the second step: reads the mail, types the code, lets time pass.

A test that fails here is told so at its own line: what lies between is hidden from the trace.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from simple_2fa.flask.testing.clock import Clock
from simple_2fa.flask.testing.shown import ANSWER, RESEND, Shown
from simple_2fa.http.services import Mount
from simple_2fa.mail.inbox import Received


class TwoFactor:
    """The second step of one application during one test.

    Attributes:
        clock: what the second step goes by; `clock.move(minutes=6)` lets time pass.
    """

    def __init__(self, mount: Mount, clock: Clock) -> None:
        """Take how it stands in the application, and the clock of its parts."""
        self.clock = clock
        self._mount = mount

    def letters(self, address: str | None = None) -> list[Received]:
        """Give what was mailed to an address, or to all, the newest first; nothing leaves here.

        Each has a `subject`, a `text`, an `html` and a `code`, which may be ''.
        """
        services = self._mount.services
        while services.worker.run_once(self.clock()):
            pass
        return services.inbox.read(address) if services.inbox else []

    def mail_code(self, address: str) -> str:
        """Give the newest code that was mailed to an address.

        Raises:
            AssertionError: there is none; it tells what was mailed.
        """
        __tracebackhide__ = True
        codes = [letter.code for letter in self.letters(address) if letter.code]
        if not codes:
            raise AssertionError(
                f"no code was mailed to {address!r}. {self._mailed()} A code goes out when whoever"
                " is signed in opens a view that needs the second step; where the page waits with"
                " 'Email me a code', confirm(client, address) presses that."
            )
        return codes[0]

    def answer(self, client: FlaskClient, code: str) -> TestResponse:
        """Type a code on the page of the second step; gives where that leads, not followed.

        Args:
            client: in which somebody was led to that page.
            code: right or wrong.

        Raises:
            AssertionError: the page asks for no code; it tells what it shows.
        """
        __tracebackhide__ = True
        return self._send(client, self._open(client), ANSWER, code=code)

    def confirm(self, client: FlaskClient, address: str) -> TestResponse:
        """Make the second step: have a code mailed, read it, type it.

        Args:
            client: in which somebody was led to the page of the second step.
            address: theirs.

        Returns:
            Where that leads, not followed.

        Raises:
            AssertionError: it couldn't be made; it tells why.
        """
        __tracebackhide__ = True
        page = self._open(client)
        if ANSWER not in page.forms:
            page = self._press(client, page)
        page.form(ANSWER)
        response = self._send(client, page, ANSWER, code=self.mail_code(address))
        if not self._leads_on(response):
            told = self._open(client).told
            raise AssertionError(
                f"the newest code that was mailed to {address!r} isn't the one that this client is"
                f" asked for: is that the address of whoever is signed in? {told}"
            )
        return response

    def _press(self, client: FlaskClient, page: Shown) -> Shown:
        """Have a code mailed."""
        __tracebackhide__ = True
        response = self._send(client, page, RESEND)
        return self._open(client) if response.location else Shown(response)

    def _open(self, client: FlaskClient) -> Shown:
        return Shown(client.get(self._at("/verify")))

    def _send(self, client: FlaskClient, page: Shown, way: str, **typed: str) -> TestResponse:
        """Send a form of the page, with what it holds."""
        __tracebackhide__ = True
        return client.post(self._at(way), data={**page.form(way), **typed})

    def _leads_on(self, response: TestResponse) -> bool:
        here = response.request.root_path.rstrip("/") + self._at("/verify")
        is_led = response.status_code == HTTPStatus.SEE_OTHER
        return is_led and urlsplit(response.location).path != here

    def _at(self, path: str) -> str:
        return f"{self._mount.prefix}{path}"

    def _mailed(self) -> str:
        told = [f"{letter.subject!r} to {letter.to}" for letter in self.letters()]
        if not told:
            return "Nothing was mailed at all."
        return f"This was, the newest first: {', '.join(told)}."
