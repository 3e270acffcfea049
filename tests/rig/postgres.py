"""A private PostgreSQL server."""

import shutil
import signal
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from rig.server import USER, Server


class PostgreSQL(Server):
    """Commits survive SIGKILL, not a power cut: nothing waits for the disk."""

    account = "postgres"
    stop_signal = signal.SIGINT
    _scheme = "postgresql+psycopg"

    @staticmethod
    def is_installed() -> bool:
        return _binary("initdb") is not None

    def _install_command(self) -> list[str]:
        return [
            str(_binary("initdb")),
            f"--pgdata={self.data}",
            f"--username={USER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]

    def _command(self) -> list[str]:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "shared_buffers": "32MB",
            "fsync": "off",
            **self._tls_settings(),
        }
        switches = (f"--{name}={value}" for name, value in settings.items())
        return [str(_binary("postgres")), "-D", str(self.data), *switches]

    def _tls_settings(self) -> dict[str, object]:
        if self.certificate is None:
            return {}
        return {
            "ssl": "on",
            "ssl_cert_file": self.certificate.file,
            "ssl_key_file": self.certificate.key_file,
        }

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self._execute(SQL("SELECT 1"))
            return True
        return False

    def _create(self, name: str) -> None:
        self._execute(SQL("CREATE DATABASE {}").format(Identifier(name)))

    def _execute(self, statement: SQL | Composed) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname="postgres", autocommit=True
        ) as link:
            link.execute(statement)


def _binary(name: str) -> Path | None:
    """Find the newest that Debian keeps off the PATH, else one on the PATH."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    on_path = shutil.which(name)
    return kept[-1] if kept else Path(on_path) if on_path else None
