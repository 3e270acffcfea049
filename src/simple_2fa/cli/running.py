"""`run`, `serve` and `worker`: the processes."""

import logging
import os
import socket
import sys
from contextlib import suppress
from functools import partial

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from simple_2fa import app
from simple_2fa.app.extra import demand
from simple_2fa.app.logs import JsonLines, PlainLines, configure
from simple_2fa.app.wsgi import PARENT
from simple_2fa.challenges.model import API
from simple_2fa.cli.loading import load_production
from simple_2fa.clients import flows as clients
from simple_2fa.core.clock import utc_now
from simple_2fa.db import state as database
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask import building, development
from simple_2fa.flask.checks import DEVELOPMENT, MODE, named, refusals
from simple_2fa.flask.commands.working import work
from simple_2fa.http.curl import curl_line
from simple_2fa.http.services import EXTENSION, Services
from simple_2fa.mail.inbox import Received
from simple_2fa.settings import Settings, SettingsError, is_loopback

log = logging.getLogger(__name__)

_PORT = 5000
_PORTS_TRIED = 50
_THREADS = 16

_PORT_RANGE = click.IntRange(1, 65535)
_WORKERS = click.IntRange(1, 64)
_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option("--port", default=_PORT, show_default=True, type=_PORT_RANGE, help="Port.")


@click.command()
@_host
@_port
def run(host: str, port: int) -> None:
    """Serve this machine alone, for development.

    Needs no settings; its data go to ./instance.
    """
    if not is_loopback(host) or host.startswith("/"):
        raise click.BadParameter(
            "development serves this machine alone, without keys; use 127.0.0.1,"
            " or `simple-2fa serve` to serve others",
            param_hint="--host",
        )
    address = _address(host)
    free = _free_port(address, port)
    settings = development.load(free)
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    if free != port:
        click.echo(f"Port {port} is busy; using {free}.")
    configure(PlainLines())
    made = app.create(
        settings, development=True, heard=partial(_print_check, settings.origin or "")
    )
    services: Services = made.extensions[EXTENSION].services
    _migrate(services)
    services.worker.start()
    server = make_server(address, free, made, threaded=True, request_handler=_Quiet)
    with suppress(KeyboardInterrupt):
        _greet(services)
        server.serve_forever()


@click.command()
@_host
@click.option("--port", default=8000, show_default=True, type=_PORT_RANGE, help="Port.")
@click.option("--workers", default=1, show_default=True, type=_WORKERS, help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve in production, and send letters.

    Refuses to start where a setting is missing or unsafe. Speaks plain HTTP: put a proxy with TLS
    in front.
    """
    settings = load_production()
    _refuse(refusals(building.open_database(settings), settings.master_keys(), utc_now()))
    address = _address(host)
    if not _is_free(address, port):
        _refuse([f"port {port} of {host} is busy or not ours: give another --port or --host"])
    demand("granian", "zxcvbn")
    from granian import Granian  # noqa: PLC0415 (an extra)
    from granian.constants import Interfaces  # noqa: PLC0415 (the same)

    configure(JsonLines())
    shown = f"[{address}]" if ":" in address else address
    _say(settings, "serve", listens=f"http://{shown}:{port}", workers=workers)
    os.environ[PARENT] = str(os.getpid())
    Granian(
        "simple_2fa.app.wsgi:server",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS,
        websockets=False,
        log_enabled=False,
        factory=True,
        respawn_failed_workers=True,
    ).serve()


@click.command()
def worker() -> None:
    """Send letters and keep house, without serving."""
    settings = load_production()
    configure(JsonLines())
    services = building.build(settings)
    _refuse(refusals(services.db, settings.master_keys(), utc_now()))
    _say(settings, "worker")
    work(services.worker)


def _say(settings: Settings, command: str, **more: object) -> None:
    """Log what starts, by facts that hold no secret."""
    facts = {
        "event": f"{command} starts; Ctrl-C or SIGTERM ends it",
        **more,
        "public_url": settings.public_url,
        "database": named(settings.database()),
        "letters": f"sent from here, by {settings.smtp_server}:{settings.smtp_port}",
    }
    log.info(command, extra={"facts": facts})


class _Quiet(WSGIRequestHandler):
    """Our own log has a line for each request already."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing."""


def _refuse(faults: object) -> None:
    lines = tuple(str(each) for each in faults)  # type: ignore[attr-defined]
    if lines:
        raise SettingsError(lines)


def _address(host: str) -> str:
    """Look a host up, IPv4 first."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except OSError:
        raise click.BadParameter("no such host", param_hint="--host") from None
    return str(min(found)[4][0])


def _is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _free_port(address: str, wanted: int) -> int:
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        if _is_free(address, port):
            return port
    click.echo(f"No port from {wanted} on is free; give another with --port.", err=True)
    sys.exit(1)


def _migrate(services: Services) -> None:
    """Make the database ours; one with API keys that `run` never used is somebody's production."""
    db = services.db
    state = database.state(db)
    if state != "empty" and database.mark(db, MODE) != DEVELOPMENT and clients.everyone(db):
        _refuse(["the database looks like production's, it has API keys: give `run` another one"])
    if state != "current":
        for line in upgrade(db):
            click.echo(line)
    database.set_mark(db, MODE, DEVELOPMENT)


def _greet(services: Services) -> None:
    origin = services.settings.origin or ""
    click.echo(f"\n  Simple 2FA, development: {origin}")
    if services.inbox:
        click.echo(f"  Letters are shown at:    {origin}/inbox")
    else:
        click.echo(f"  Letters really go out:   by {services.settings.smtp_server} (SMTP_SERVER)")
    click.echo(f"  Its data:                {services.settings.instance_path}")
    click.echo("\n  Send a code:\n")
    click.echo(f"    {curl_line(origin, '/generate-2fa', email='ann@example.com')}\n")


def _print_check(origin: str, letter: Received) -> None:
    """Print a code that has just been mailed; an application's with the call that checks it."""
    if letter.code and not letter.purpose.startswith(API):
        click.echo(f"\n  The code sent to {letter.to}: {letter.code}\n")
    elif letter.code:
        call = curl_line(origin, "/verify", email=letter.to, code=letter.code)
        click.echo(f"\n  Check the code sent to {letter.to}:\n\n    {call}\n")
