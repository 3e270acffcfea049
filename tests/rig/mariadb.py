"""A private MariaDB server."""

import shutil
import signal
from contextlib import suppress

import pymysql

from rig.server import PASSWORD, USER, Server

USERS = f"""\
CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO '{USER}'@'%';
"""


class MariaDB(Server):
    """Commits survive SIGKILL, not a power cut: the log goes to the kernel, not to the disk."""

    account = "nobody"
    stop_signal = signal.SIGTERM
    _scheme = "mysql+pymysql"

    @staticmethod
    def is_installed() -> bool:
        return all(map(shutil.which, ("mariadbd", "mariadb-install-db")))

    def _install_command(self) -> list[str]:
        (self.folder / "users.sql").write_text(USERS)
        return [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={self.data}",
            f"--tmpdir={self.folder}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]

    def _command(self) -> list[str]:
        return [
            shutil.which("mariadbd") or "mariadbd",
            "--no-defaults",
            f"--datadir={self.data}",
            f"--tmpdir={self.folder}",  # a server that starts clears /tmp of the others' tables
            f"--socket={self.folder / 'socket'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--init-file={self.folder / 'users.sql'}",
            "--skip-name-resolve",
            "--max-connections=200",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=32M",
            "--innodb-flush-log-at-trx-commit=2",
            *self._tls_options(),
        ]

    def _tls_options(self) -> list[str]:
        if self.certificate is None:
            return []
        return [
            f"--ssl-ca={self.ca_file}",
            f"--ssl-cert={self.certificate.file}",
            f"--ssl-key={self.certificate.key_file}",
        ]

    def _answers(self) -> bool:
        with suppress(pymysql.err.OperationalError):
            self._execute("DO 0")
            return True
        return False

    def _create(self, name: str) -> None:
        self._execute(f"CREATE DATABASE {name}")

    def _execute(self, statement: str) -> None:
        link = pymysql.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, ssl_disabled=True
        )
        with link, link.cursor() as cursor:
            cursor.execute(statement)
