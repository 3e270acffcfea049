"""Measure issuing and verifying beside Flask's hello: `make bench`.

Server CPU per request, the three variants interleaved, medians of several rounds; commits are
durable and every feature is on. The mail server is out of reach, so letters stay queued: sending
them is the worker's business and not part of a request.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from client import Burst, Request, burst, post
from rig.mariadb import MariaDB
from rig.ports import free_port
from rig.postgres import PostgreSQL
from servers import Server, hello_command, our_command, running
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Caller
from simple_2fa.clients import flows as clients
from simple_2fa.core.clock import utc_now
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask import building
from simple_2fa.flask.development import new_key
from simple_2fa.http.services import Services
from simple_2fa.settings import Settings

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


@dataclass
class Figures:
    """What one variant took, a value for each round."""

    cpu_us: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)

    def add(self, went: Burst, cpu: float) -> None:
        """Note one round."""
        requests = len(went.latencies)
        self.cpu_us.append(cpu / requests * 1e6)
        self.per_second.append(requests / went.seconds)
        self.p50_ms.append(went.p50)
        self.p99_ms.append(went.p99)

    def medians(self) -> dict[str, float]:
        """Give the median of each figure."""
        return {name: round(statistics.median(values), 2) for name, values in vars(self).items()}


def main() -> None:
    """Measure, print, and write the figures down."""
    options = _options()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    told = {}
    for name in options.databases:
        told[name] = measure(name, options.requests, options.rounds)
        _print(name, told[name])
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    RESULTS.mkdir(exist_ok=True)
    content = {"machine": machine(), "requests": options.requests, "databases": told}
    file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    print(f"\nwritten to bench/results/{file.name}")


def measure(database: str, requests: int, rounds: int) -> dict[str, Any]:
    """Measure hello, issue and verify on one database."""
    with tempfile.TemporaryDirectory() as name, _database(database) as url:
        folder = Path(name)
        given = environment(url)
        services = building.build(Settings.load(given, folder))
        upgrade(services.db)
        client, key = clients.create(services.db, "bench", utc_now())
        bench = _Bench(services, Caller("client", client.id), key, requests)
        figures = {name: Figures() for name in ("hello", "issue", "verify")}
        with (
            running(hello_command(), {"PYTHONPATH": str(HERE)}, folder, "/") as hello,
            running(our_command(), given, folder, "/readyz") as ours,
        ):
            bench.round(hello, ours, 0, {name: Figures() for name in figures})  # to warm up
            for number in range(1, rounds + 1):
                bench.round(hello, ours, number, figures)
            memory = ours.memory()
        services.db.close()
    medians = {name: each.medians() for name, each in figures.items()}
    fractions = {
        name: round(medians["hello"]["cpu_us"] / medians[name]["cpu_us"], 3)
        for name in ("issue", "verify")
    }
    return {"medians": medians, "fraction_of_hello": fractions, "memory_mb": round(memory)}


@dataclass
class _Bench:
    """One client's view of a server under load."""

    services: Services
    caller: Caller
    key: str
    requests: int

    def round(self, hello: Server, ours: Server, number: int, into: dict[str, Figures]) -> None:
        """Send each variant once; every address is asked for the first time."""
        _timed(into["hello"], hello, [Request("GET", "/")] * self.requests)
        addresses = [f"person{index}.{number}@example.com" for index in range(self.requests)]
        issue = [post("/generate-2fa", {"email": each}, self.key, 202) for each in addresses]
        bodies = _timed(into["issue"], ours, issue)
        verify = [self._answer(json.loads(body)["challenge"]) for body in bodies]
        _timed(into["verify"], ours, verify)

    def _answer(self, challenge: str) -> Request:
        """Write the right answer; the benchmark holds the key, so it can open the question."""
        desk = self.services.desk
        found = flows.find(desk, challenge, self.caller)
        if found is None:
            raise RuntimeError("the challenge is not in the database")
        body = {"challenge": challenge, "code": desk.posed(found).state.decode()}
        return post("/verify", body, self.key, 200)


def _timed(into: Figures, server: Server, requests: list[Request]) -> Sequence[bytes]:
    before = server.cpu()
    went: Burst = burst(server.port, requests)
    into.add(went, server.cpu() - before)
    return went.bodies


@contextmanager
def _database(name: str) -> Iterator[str]:
    """Give a fresh database; '' is SQLite in the working folder. All commits are durable."""
    if name == "sqlite":
        yield ""
    elif name == "mariadb":
        with MariaDB(options=["--innodb-flush-log-at-trx-commit=1"]) as server:
            yield server.create_database()
    else:
        with PostgreSQL(options=["--fsync=on", "--synchronous-commit=on"]) as server:
            yield server.create_database()


def environment(url: str) -> dict[str, str]:
    """Give the settings of a server in production whose mail server is out of reach."""
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": new_key(),
        "PUBLIC_URL": "http://localhost",
        "SMTP_SERVER": "127.0.0.1",
        "SMTP_PORT": str(free_port()),
        "SMTP_TLS": "none",
        "MAIL_FROM": "bench@example.com",
    }


def _print(database: str, told: dict[str, Any]) -> None:
    print(f"\n{database}: server memory {told['memory_mb']} MB")
    print(f"{'':8}{'CPU us':>9}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'of hello':>10}")
    for name, row in told["medians"].items():
        fraction = told["fraction_of_hello"].get(name, 1)
        figures = (row["cpu_us"], row["per_second"], row["p50_ms"], row["p99_ms"])
        print(f"{name:8}" + "".join(f"{each:9.1f}" for each in figures) + f"{fraction:10.3f}")


def machine() -> dict[str, str | int]:
    """Name what was measured on."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count() or 0,
        "system": f"{platform.system()} {platform.machine()}",
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1500, help="in each burst")
    parser.add_argument("--rounds", type=int, default=5)
    names = ("sqlite", "mariadb", "postgres")
    parser.add_argument("--databases", nargs="+", choices=names, default=list(names[:2]))
    return parser.parse_args()


if __name__ == "__main__":
    main()
