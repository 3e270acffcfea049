"""Measure what the extension costs an application that starts: `make importing`.

Fresh interpreters, the variants interleaved; the time of an interpreter that imports nothing is
in all of them. CPU tells more than the clock where other things run too.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from run import RESULTS, machine

_APP = "app = flask.Flask('bench', instance_path={folder!r})"
VARIANTS = {
    "nothing": "pass",
    "flask": "import flask",
    "flask, sqlalchemy": "import flask, sqlalchemy",
    "flask, flask_sqlalchemy": "import flask, flask_sqlalchemy",
    "simple_2fa.flask": "import simple_2fa.flask",
    "Flask()": f"import flask; {_APP}",
    "Simple2FA(app)": f"import flask; from simple_2fa.flask import Simple2FA; {_APP}"
    "; app.secret_key = 'bench'; Simple2FA(app)",
}
_BASE = "flask"


def main() -> None:
    """Measure, print, and write the figures down."""
    options = _options()
    variants = dict(VARIANTS)
    if find_spec("flask_sqlalchemy") is None:
        del variants["flask, flask_sqlalchemy"]
        print("Skipped: flask_sqlalchemy is not installed")
    with tempfile.TemporaryDirectory() as folder:
        codes = {name: code.format(folder=folder) for name, code in variants.items()}
        told = measure(codes, options.rounds, _writing_bytecode(folder))
    print(f"{'':26}{'CPU ms':>9}{'ms':>9}{'CPU of flask':>14}")
    for name, row in told.items():
        print(f"{name:26}{row['cpu_ms']:9}{row['ms']:9}{row['cpu_of_flask']:14}")
    file = RESULTS / f"importing-{datetime.now(UTC):%Y-%m-%d}.json"
    RESULTS.mkdir(exist_ok=True)
    content = {"machine": machine(), "rounds": options.rounds, "medians": told}
    file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    print(f"\nwritten to bench/results/{file.name}")


def measure(
    codes: dict[str, str], rounds: int, environment: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Give the medians of each variant, and the CPU beside that of Flask alone."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in codes}
    for number in range(rounds + 1):
        for name, code in codes.items():
            once = timed([sys.executable, "-c", code], environment)
            if number:  # the first writes bytecode
                took[name].append(once)
    cpu = {name: statistics.median(each for each, _ in rows) for name, rows in took.items()}
    ms = {name: statistics.median(each for _, each in rows) for name, rows in took.items()}
    return {
        name: {
            "cpu_ms": round(cpu[name], 1),
            "ms": round(ms[name], 1),
            "cpu_of_flask": round(cpu[name] / cpu[_BASE], 2),
        }
        for name in codes
    }


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a program; give its CPU and how long it took, both in milliseconds."""
    began = time.perf_counter()
    child = os.posix_spawn(command[0], command, environment)
    _, status, used = os.wait4(child, 0)
    took = time.perf_counter() - began
    if status:
        raise RuntimeError(f"{command[-1]!r} failed")
    return (used.ru_utime + used.ru_stime) * 1000, took * 1000


def _writing_bytecode(folder: str) -> dict[str, str]:
    """Give an environment in which sources are compiled once, not at each start."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


if __name__ == "__main__":
    main()
