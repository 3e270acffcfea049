"""Measure whether time tells who has an account: `make timing`.

Over HTTP against `simple-2fa serve`, one request at a time on one connection, as the best placed
attacker would. Every sample has an address of its own, and a network of its own, so that no limit
is met; known and unknown ones come in random order. Beside the time until the answer stands the
time that the server ran for it: on a busy machine it tells more than any attacker could see.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from client import Request, one_by_one
from people import added
from run import RESULTS, environment, machine
from servers import our_command, running
from simple_2fa.accounts.model import Account
from simple_2fa.core.clock import utc_now
from simple_2fa.core.ids import new_id, new_secret
from simple_2fa.core.passwords import hash_password
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask import building
from simple_2fa.http.services import Services
from simple_2fa.settings import Settings
from statistics_of_two import Comparison, compare

_PASSWORD = "tall green bicycle"  # noqa: S105 (of made-up people)
_WRONG = "seven slow tractors"
_COOKIES = 20
_WARM_UP = 25
"""Pairs that aren't counted."""
KINDS = ("known", "unknown")
CASES = {
    "login": ("/login", _WRONG, 400, 0),
    "login with made-up browsers": ("/login", _WRONG, 400, _COOKIES),
    "register": ("/register", _WRONG, 303, 0),
    "forgot": ("/forgot", "", 303, 0),
}
"""Each with its path, the password that is typed, the status, and how many cookies of known
browsers the attacker makes up."""


def main() -> None:
    """Measure, print, and write the figures down."""
    options = _options()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as name:
        told = measure(Path(name), options)
    file = RESULTS / f"enumeration-{datetime.now(UTC):%Y-%m-%d}.json"
    RESULTS.mkdir(exist_ok=True)
    content = {"machine": machine(), "samples": options.samples, "milliseconds": told}
    file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    print(f"\nwritten to bench/results/{file.name}")


def measure(folder: Path, options: argparse.Namespace) -> dict[str, dict[str, object]]:
    """Measure the chosen cases against one server, and print each."""
    given = {**environment(""), "TRUSTED_PROXIES": "127.0.0.1"}
    services = building.build(Settings.load(given, folder))
    upgrade(services.db)
    drawn = random.Random(options.seed)  # noqa: S311 (an order)
    told: dict[str, dict[str, object]] = {}
    with running(our_command(), given, folder, "/readyz") as server:
        attack = _Attack(services)
        for case in options.cases:
            people = attack.people(options.samples + _WARM_UP, drawn)
            requests = [attack.request(case, address) for _, address in people]
            took = one_by_one(server.port, requests, server.on_cpu)
            told[case] = _compared(case, [kind for kind, _ in people], took)
    services.db.close()
    return told


def _compared(
    case: str, kinds: Sequence[str], took: Sequence[tuple[float, float]]
) -> dict[str, object]:
    """Compare what the known ones took with what the others did."""
    told: dict[str, object] = {}
    pairs = list(zip(kinds, took, strict=True))[2 * _WARM_UP :]
    for index, name in enumerate(("answer", "server")):
        known, unknown = ([each[index] for kind, each in pairs if kind == one] for one in KINDS)
        found = compare(known, unknown)
        _print(case, name, found)
        told[name] = {key: _rounded(value) for key, value in asdict(found).items()}
    return told


class _Attack:
    """Makes people and requests; holds the key, so it needs no page for a form's token."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._hash = hash_password(_PASSWORD)
        self._networks = _networks()
        self._visitor = new_id()
        self._token = services.vault.mac("csrf", self._visitor)

    def people(self, pairs: int, drawn: random.Random) -> list[tuple[str, str]]:
        """Make as many with an account as without, of each pair one first by chance."""
        found: list[tuple[str, str]] = []
        for _ in range(pairs):
            pair = [(kind, f"{new_id()}@example.com") for kind in KINDS]
            name, address = new_id(), pair[0][1]
            added(self._services.db, Account(name, address, self._hash, utc_now()))
            found += drawn.sample(pair, 2)
        return found

    def request(self, case: str, address: str) -> Request:
        """Spell what an attacker sends."""
        path, password, status, made_up = CASES[case]
        typed = {"csrf": self._token, "email": address, "password": password}
        cookies = [f"__Host-visitor={self._visitor}"]
        cookies += [f"__Host-s2fa_browser_{new_id()}={new_secret()}" for _ in range(made_up)]
        headers = {"Cookie": "; ".join(cookies), "X-Forwarded-For": next(self._networks)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        kind = "application/x-www-form-urlencoded"
        return Request("POST", path, urlencode(typed).encode(), lines, status, kind)


def _networks() -> Iterator[str]:
    first = int(IPv4Address("198.18.0.0"))
    return (str(IPv4Address(first + number)) for number in range(1 << 17))


def _print(case: str, name: str, found: Comparison) -> None:
    known, unknown = found.medians
    verdict = "told apart" if found.is_told_apart else "not told apart"
    print(f"\n{case}, time of the {name}: {verdict}")
    print(f"  median  known {known:.3f} ms, unknown {unknown:.3f} ms")
    between = f"95 % between {found.low:+.3f} and {found.high:+.3f}"
    print(f"  differ  {found.difference:+.3f} ms, {between}")
    print(f"  longer  in {found.longer:.1%} of all pairs it is the known one; p = {found.p:.2f}")


def _rounded(value: float | tuple[float, float]) -> object:
    return [round(each, 4) for each in value] if isinstance(value, tuple) else round(value, 4)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=300, help="of known and of unknown ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    return parser.parse_args()


if __name__ == "__main__":
    main()
