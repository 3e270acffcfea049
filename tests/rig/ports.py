"""Free TCP ports that stay free while a server is down."""

import random
import socket

HOST = "127.0.0.1"


def free_port() -> int:
    """Find a port below those that Linux gives to outgoing connections."""
    while True:
        port = random.randint(15_000, 32_000)  # noqa: S311 - guards no secret
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) != 0:
                return port
