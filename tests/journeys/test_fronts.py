"""docs/operate: its proxies in front of a real `serve`, and its unit file."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from apps import ANN
from rig import parts
from rig.command import call, fresh_home, write_env
from rig.front import CLIENT, NAME, SITES, Front
from rig.node import Node, until
from rig.ports import HOST, free_port
from simple_2fa.cli.main import commands

FORGED = "203.0.113.9"
FORMS = ("-H", "Content-Type: application/json")
Need = Callable[[str, object], None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with (
        pytest.MonkeyPatch.context() as patch,
        fresh_home(tmp_path_factory.mktemp("home"), patch) as folder,
    ):
        write_env(folder, PUBLIC_URL=f"https://{NAME}", TRUSTED_PROXIES=HOST)
        assert call("db", "upgrade").status == 0
        yield folder


@pytest.fixture(scope="module")
def node(home: Path) -> Iterator[Node]:
    with Node(home, "serve", port=free_port()) as started:
        until(started.is_ready)
        yield started


@pytest.fixture(scope="module")
def key(home: Path) -> str:
    assert home.exists()
    made = json.loads(call("client", "create", "Shop", "--json").out)
    return str(made["key"])


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def front(
    request: pytest.FixtureRequest, node: Node, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    for program in ("curl", request.param):
        parts.need(program, shutil.which(program, path="/usr/bin:/usr/sbin:/usr/local/bin"))
    with Front(request.param, tmp_path_factory.mktemp(request.param), node.port) as started:
        yield started


def addresses(node: Node, route: str) -> list[str]:
    """Give the clients' addresses that were logged for a route."""
    lines = (json.loads(line) for line in node.log.splitlines())
    return [line["address"] for line in lines if line.get("route") == route]


def test_a_request_reaches_the_node_and_its_answer_comes_back(front: Front, key: str) -> None:
    body = json.dumps({"email": f"{front.kind}.{ANN}"})
    told = front.ask("/generate-2fa", *FORMS, "-H", f"Authorization: Bearer {key}", "-d", body)
    assert told.status == 202
    assert json.loads(told.body)["page"].startswith(f"https://{NAME}/verify/")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [f"X-Forwarded-For: {FORGED}"],
        [f"X-Forwarded-For: {FORGED}, {HOST}"],
        [f"X-Forwarded-For: {FORGED}", f"X-Forwarded-For: {HOST}"],
        [f"Forwarded: for={FORGED}", f"X-Real-IP: {FORGED}"],
    ],
)
def test_the_client_s_address_is_its_own_whatever_it_says(
    front: Front, node: Node, headers: list[str]
) -> None:
    before = len(addresses(node, "/readyz"))
    assert front.ask("/readyz", *(word for each in headers for word in ("-H", each))).status == 200
    assert addresses(node, "/readyz")[before:] == [CLIENT]


def test_http_goes_to_https(front: Front) -> None:
    told = front.ask("/verify?x=1", scheme="http")
    assert told.status in {301, 308}
    place = re.sub(r":\d+(?=/)", "", told.headers["location"])
    assert place == f"https://{NAME}/verify?x=1"


def test_hsts_is_there_once(front: Front) -> None:
    told = front.ask("/")
    assert (told.status, told.headers["strict-transport-security"]) == (
        200,
        "max-age=31536000; includeSubDomains",
    )
    again = front.ask("/", "--head")
    assert again.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("size", [80_000, 2_000_000])
def test_an_oversized_body_is_413(front: Front, tmp_path: Path, key: str, size: int) -> None:
    (tmp_path / "body").write_text(json.dumps({"email": "x" * size}))
    told = front.ask(
        *("/generate-2fa", *FORMS, "-H", f"Authorization: Bearer {key}"),
        *("--data-binary", f"@{tmp_path / 'body'}"),
    )
    assert told.status == 413


def test_no_log_of_the_proxy_holds_a_ticket(front: Front) -> None:
    ticket = "t" * 43
    assert front.ask(f"/verify/{ticket}").status == 404
    files = [file for file in front.folder.rglob("*") if file.is_file()]
    assert files
    assert [file for file in files if ticket.encode() in file.read_bytes()] == []


class TestUnitFile:
    TEXT = (SITES / "simple-2fa.service").read_text()

    def unit(self) -> configparser.ConfigParser:
        parser = configparser.ConfigParser(interpolation=None, strict=True)
        parser.optionxform = str  # type: ignore[method-assign,assignment]
        parser.read_string(self.TEXT)
        return parser

    def test_it_starts_a_command_that_exists(self) -> None:
        program, name, *more = shlex.split(self.unit()["Service"]["ExecStart"])
        assert program.endswith("/simple-2fa")
        command = commands.commands[name]
        command.make_context(name, more, resilient_parsing=False).close()
        assert isinstance(command, click.Command)

    def test_systemd_takes_it(self, need: Need, tmp_path: Path) -> None:
        need("systemd-analyze", shutil.which("systemd-analyze"))
        program = shlex.split(self.unit()["Service"]["ExecStart"])[0]
        ours = Path(sys.executable).parent / "simple-2fa"
        file = tmp_path / "simple-2fa.service"
        file.write_text(self.TEXT.replace(program, str(ours)))
        done = subprocess.run(
            ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
