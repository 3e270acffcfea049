"""A real SMTP server that keeps what it is sent and misbehaves on request."""

# ruff: noqa: N802 - aiosmtpd names its hooks so

import asyncio
import ssl
import tempfile
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from rig.letter import Letter, parsed
from rig.ports import HOST, free_port
from rig.script import DROP, HANG, Script, Verb
from rig.tls import Authority

Tls = Literal["none", "starttls", "implicit"]
Wanted = int | Callable[[Letter], bool]


class Sink:
    """Listens on a port of its own; with `login`, serves only who signs in so."""

    def __init__(self, tls: Tls = "none", login: tuple[str, str] | None = None) -> None:
        self.tls = tls
        self.login = login
        self.port = free_port()
        self.connections = 0
        self.messages: list[Letter] = []
        self._arrived = threading.Condition()
        self.script = Script()
        self._links: weakref.WeakSet[SMTP | _Refusal] = weakref.WeakSet()
        self._folder = tempfile.TemporaryDirectory(prefix="rig-")
        self._context = None if tls == "none" else self._certify()
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread | None = None
        self.start()

    @property
    def ca_file(self) -> Path:
        """The authority to trust."""
        return Path(self._folder.name) / "ca.pem"

    def reply(self, verb: Verb, reply: str, *, times: int = 1, to: str | None = None) -> None:
        """Answer the next `times` such commands, of letters to `to`, so: '451 no', DROP, HANG."""
        self.script.add(verb, reply, times, to)

    def wait_for(self, wanted: Wanted = 1, seconds: float = 10) -> list[Letter]:
        """Wait for that many letters, or for one that fits; return all that came or fit."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._has(wanted), seconds):
                here = [(letter.recipients, letter.subject) for letter in self.messages]
                raise AssertionError(f"waited {seconds} s for {wanted} letters; here are {here}")
            return self._fitting(wanted)

    def start(self) -> None:
        """Listen (again), on the same port."""
        listening = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()
        if not listening.wait(5):
            raise RuntimeError(f"the mail server does not start on port {self.port}")

    def stop(self) -> None:
        """The mail server is gone, and every connection with it."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            self._thread = None

    def close(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def take(self, envelope: Envelope) -> None:
        """Keep a letter."""
        letter = parsed(envelope)
        with self._arrived:
            self.messages.append(letter)
            self._arrived.notify_all()

    def _has(self, wanted: Wanted) -> bool:
        enough = wanted if isinstance(wanted, int) else 1
        return len(self._fitting(wanted)) >= enough

    def _fitting(self, wanted: Wanted) -> list[Letter]:
        if isinstance(wanted, int):
            return list(self.messages)
        return [letter for letter in self.messages if wanted(letter)]

    def _certify(self) -> ssl.SSLContext:
        certificate = Authority(Path(self._folder.name)).issue("localhost", "127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.file, certificate.key_file)
        return context

    def _run(self, listening: threading.Event) -> None:
        loop = self._loop
        loop.set_exception_handler(lambda *_: None)  # broken connections are our trade
        implicit = self._context if self.tls == "implicit" else None
        server = loop.run_until_complete(
            loop.create_server(self._greet, HOST, self.port, ssl=implicit)
        )
        loop.call_soon(listening.set)
        loop.run_forever()
        server.close()
        loop.run_until_complete(self._hang_up())
        loop.close()

    async def _hang_up(self) -> None:
        for link in self._links:
            _abort(link.transport)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _greet(self) -> asyncio.Protocol:
        self.connections += 1
        refusal = self.script.reply_to("CONNECT", [])
        link = _Refusal(refusal) if refusal else self._converse()
        self._links.add(link)
        return link

    def _converse(self) -> SMTP:
        return SMTP(
            _Manners(self),
            hostname="mail.test",
            loop=self._loop,
            enable_SMTPUTF8=True,
            tls_context=self._context if self.tls == "starttls" else None,
            require_starttls=True,
            auth_require_tls=self.tls == "starttls",
            authenticator=self._authenticate,
        )

    def _authenticate(
        self, _: SMTP, __: Session, ___: Envelope, ____: str, given: object
    ) -> AuthResult:
        right = isinstance(given, LoginPassword) and self.login == (
            given.login.decode(),
            given.password.decode(),
        )
        return AuthResult(success=right, handled=False)


def _abort(transport: asyncio.BaseTransport | None) -> None:
    if isinstance(transport, asyncio.Transport):
        with suppress(AttributeError):  # Python 3.11.2: a TLS transport that was closed twice
            transport.abort()


class _Refusal(asyncio.Protocol):
    """Stands in for a server that refuses at once, hangs or drops the connection."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        self.transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        if self.reply == DROP:
            _abort(transport)
        elif self.reply != HANG and isinstance(transport, asyncio.Transport):
            transport.write(f"{self.reply}\r\n".encode())
            transport.close()


class _Manners:
    """How a conversation goes: by the script, else as it should."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_AUTH(self, server: SMTP, *_: object) -> object:
        return await self._by_script(server, "AUTH", []) or MISSING

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        if self.sink.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if reply := await self._by_script(server, "MAIL", []):
            return reply
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        if reply := await self._by_script(server, "RCPT", [address]):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        reply = self.sink.script.reply_to("DATA", envelope.rcpt_tos)
        if reply in {None, DROP}:
            self.sink.take(envelope)
        return await self._play(server, reply) or "250 2.0.0 OK"

    async def _by_script(self, server: SMTP, verb: Verb, recipients: list[str]) -> str | None:
        return await self._play(server, self.sink.script.reply_to(verb, recipients))

    async def _play(self, server: SMTP, reply: str | None) -> str | None:
        if reply == HANG:
            await asyncio.Event().wait()
        if reply == DROP:
            _abort(server.transport)
        return reply
