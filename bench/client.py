"""A small HTTP client: several keep-alive connections, each in a thread."""

import json
import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

CONNECTIONS = 16


@dataclass(frozen=True)
class Request:
    """What to send, and the status that must come back."""

    method: str
    path: str
    body: bytes = b""
    headers: str = ""
    status: int = 200
    kind: str = "application/json"

    def raw(self, host: str) -> bytes:
        """Spell it for the wire."""
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\n{self.headers}"
        if self.body:
            head += f"Content-Type: {self.kind}\r\nContent-Length: {len(self.body)}\r\n"
        return head.encode() + b"\r\n" + self.body


@dataclass(frozen=True)
class Burst:
    """How a burst of requests went: wall seconds, latencies in milliseconds, bodies in order."""

    seconds: float
    latencies: Sequence[float]
    bodies: Sequence[bytes]

    @property
    def p50(self) -> float:
        """Median latency in milliseconds."""
        return statistics.median(self.latencies)

    @property
    def p99(self) -> float:
        """99th percentile of latency in milliseconds."""
        return statistics.quantiles(self.latencies, n=100)[98]


def burst(port: int, requests: Sequence[Request], connections: int = CONNECTIONS) -> Burst:
    """Send all requests over so many connections; every answer must have its status."""
    bodies: list[bytes] = [b""] * len(requests)
    latencies: list[float] = [0.0] * len(requests)
    faults: list[Exception] = []

    def work(first: int) -> None:
        try:
            with _Connection(port) as connection:
                for index in range(first, len(requests), connections):
                    began = time.perf_counter()
                    bodies[index] = connection.send(requests[index])
                    latencies[index] = (time.perf_counter() - began) * 1000
        except Exception as why:  # noqa: BLE001 (told below, by the thread that asked)
            faults.append(why)

    threads = [threading.Thread(target=work, args=[first]) for first in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return Burst(time.perf_counter() - began, latencies, bodies)


def one_by_one(
    port: int, requests: Sequence[Request], on_cpu: Callable[[], float]
) -> list[tuple[float, float]]:
    """Send requests over one connection; give each one's latency and what `on_cpu` grew by."""
    took: list[tuple[float, float]] = []
    with _Connection(port) as connection:
        for request in requests:
            before, began = on_cpu(), time.perf_counter()
            connection.send(request)
            ended, after = time.perf_counter(), on_cpu()
            took.append(((ended - began) * 1000, after - before))
    return took


def post(path: str, body: object, key: str, status: int) -> Request:
    """Make a POST of JSON with an API key."""
    return Request(
        "POST", path, json.dumps(body).encode(), f"Authorization: Bearer {key}\r\n", status
    )


class _Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._host = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, request: Request) -> bytes:
        self._socket.sendall(request.raw(self._host))
        status = int(self._file.readline().split()[1])
        length = 0
        while (line := self._file.readline()) not in {b"\r\n", b""}:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self._file.read(length)
        if status != request.status:
            raise RuntimeError(f"{request.path}: {status} {body[:300]!r}")
        return body
