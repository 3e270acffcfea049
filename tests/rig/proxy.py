"""A TCP proxy in front of a database server that can lose a connection at COMMIT."""

import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from sqlalchemy import make_url

from rig.ports import HOST, free_port


@dataclass(frozen=True)
class Loss:
    """How the next connection is lost when its COMMIT comes by."""

    forwards: bool = True
    before_reply: bool = True
    delay: float = 0.0


class Proxy:
    """Passes everything on until told otherwise; speaks neither protocol, and no TLS."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = free_port()
        self.connections = 0
        self.commits = 0
        self.drops = 0
        self._planned: deque[Loss] = deque()
        self._links: set[_Link] = set()
        self._changed = threading.Condition()
        self._listener: socket.socket | None = None
        self.allow()

    def through(self, url: str) -> str:
        """Tell the same database's URL, by way of this proxy."""
        return make_url(url).set(port=self.port).render_as_string(hide_password=False)

    def drop_after_commit(
        self, times: int = 1, *, before_reply: bool = True, delay: float = 0.0
    ) -> None:
        """Lose the next connections whose COMMIT reaches the server.

        Before its reply (the COMMIT goes on `delay` seconds after the client was dropped, so
        it may still be in flight when the client asks again), or once the server has replied.
        """
        self._planned.extend([Loss(before_reply=before_reply, delay=delay)] * times)

    def drop_before_commit(self, times: int = 1) -> None:
        """Lose the next connections at COMMIT, which never reaches the server."""
        self._planned.extend([Loss(forwards=False)] * times)

    def refuse(self) -> None:
        """The database is gone: end every connection, refuse new ones."""
        if self._listener is not None:
            _hang_up(self._listener)
            self._listener = None
        for link in list(self._links):
            link.end()

    def allow(self) -> None:
        """The database is back, on the same port."""
        self._listener = socket.create_server((HOST, self.port), backlog=128)
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def wait_settled(self, seconds: float = 5) -> None:
        """Wait until the server has answered every COMMIT whose client was dropped."""
        with self._changed:
            if not self._changed.wait_for(self._is_settled, seconds):
                raise TimeoutError(f"a COMMIT is still unanswered after {seconds} s")

    def close(self) -> None:
        """End it all."""
        self.refuse()
        with self._changed:
            self._changed.wait_for(lambda: not self._links, timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                self._join(client)

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection((HOST, self.target_port))
        except OSError:
            client.close()
            return
        link = _Link(client, server, self._at_commit, self._ended)
        with self._changed:
            self.connections += 1
            self._links.add(link)
        link.start()

    def _at_commit(self) -> Loss | None:
        with self._changed:
            self.commits += 1
            if not self._planned:
                return None
            self.drops += 1
            return self._planned.popleft()

    def _ended(self, link: "_Link") -> None:
        with self._changed:
            self._links.discard(link)
            self._changed.notify_all()

    def _is_settled(self) -> bool:
        return all(link.loss is None for link in self._links)


class _Link:
    """One client's connection and ours to the server."""

    def __init__(
        self,
        client: socket.socket,
        server: socket.socket,
        at_commit: Callable[[], Loss | None],
        ended: Callable[["_Link"], None],
    ) -> None:
        self.loss: Loss | None = None
        self._client = client
        self._server = server
        self._at_commit = at_commit
        self._ended = ended
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        for pump in (self._pump_up, self._pump_down):
            threading.Thread(target=pump, daemon=True).start()

    def end(self) -> None:
        """Both pumps then find their connection at its end."""
        for side in (self._client, self._server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _pump_up(self) -> None:
        with suppress(OSError):
            while self.loss is None and (data := self._client.recv(65536)):
                self.loss = self._at_commit() if _is_commit(data) else None
                if self.loss is None:
                    self._server.sendall(data)
                else:
                    self._lose(data, self.loss)
        if self.loss is None:
            self.end()

    def _lose(self, commit: bytes, loss: Loss) -> None:
        if loss.before_reply:
            _hang_up(self._client)
            time.sleep(loss.delay)
        if loss.forwards:
            self._server.sendall(commit)
        else:
            self.end()

    def _pump_down(self) -> None:
        with suppress(OSError):
            while (data := self._server.recv(65536)) and self.loss is None:
                self._client.sendall(data)
        _hang_up(self._client)
        _hang_up(self._server)
        self._ended(self)


def _is_commit(data: bytes) -> bool:
    """MySQL frames a query as length and 0x03, PostgreSQL as Q, length and a closing NUL."""
    return data.rstrip(b"\0").upper().endswith(b"COMMIT")


def _hang_up(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()
