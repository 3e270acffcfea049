"""A proxy with TLS in front of a node: nginx or Caddy, by the site file of docs/operate."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rig.ports import HOST, free_port
from rig.process import Process, last_words
from rig.tls import Authority, Certificate

SITES = Path(__file__).parents[2] / "docs" / "operate"
NAME = "2fa.example.com"
"""The name in the site files."""
CLIENT = "127.0.0.2"
"""Where requests come from: this machine too, but not the proxy's own address."""
_BOOT_SECONDS = 15

_NGINX = """\
daemon off;
user root;
worker_processes 1;
pid {folder}/pid;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""
_CADDY = """\
{{
    admin off
    default_bind {host}
    http_port {http}
    https_port {https}
}}
"""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: str


class Front:
    """Started by `with`; the site file's marked lines are filled in."""

    def __init__(self, kind: str, folder: Path, node_port: int) -> None:
        self.kind = kind
        self.folder = folder
        self.http, self.https = free_port(), free_port()
        self._authority = Authority(folder)
        self._write(self._authority.issue(NAME), node_port)

    def ask(self, path: str, *more: str, scheme: str = "https") -> Reply:
        """Ask by curl, from CLIENT's address."""
        port = self.https if scheme == "https" else self.http
        done = subprocess.run(
            [
                "curl",
                *("--silent", "--show-error", "--include", "--max-time", "20"),
                *("--noproxy", "*", "--interface", CLIENT, "--http1.1"),
                *("--cacert", self._authority.ca_file, "--resolve", f"{NAME}:{port}:{HOST}"),
                *("--header", "Expect:"),
                *more,
                f"{scheme}://{NAME}:{port}{path}",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        first, *lines = head.splitlines()
        headers = {name.lower(): value.strip() for name, _, value in map(_parted, lines)}
        return Reply(int(first.split()[1]), headers, body)

    def __enter__(self) -> Self:
        self._process = Process(self._command(), self.folder / "log", "root")
        deadline = time.monotonic() + _BOOT_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or not self._process.runs:
                self._process.end(signal.SIGKILL)
                raise RuntimeError(f"{self.kind} does not start:\n{self._last_words()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end(signal.SIGTERM)

    def _answers(self) -> bool:
        try:
            return self.ask("/healthz").status > 0
        except subprocess.CalledProcessError:
            return False

    def _last_words(self) -> str:
        return last_words(self.folder / "log")

    def _command(self) -> list[str]:
        program = str(shutil.which(self.kind, path=f"{os.environ['PATH']}:/usr/sbin"))
        if self.kind == "nginx":
            return [program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        home = {"XDG_DATA_HOME": self.folder, "XDG_CONFIG_HOME": self.folder}
        return [
            "env",
            *(f"{name}={value}" for name, value in home.items()),
            *(program, "run", "--adapter", "caddyfile", "--config", str(self.folder / "site")),
        ]

    def _write(self, certificate: Certificate, node_port: int) -> None:
        nginx = self.kind == "nginx"
        text = (SITES / ("nginx.conf" if nginx else "Caddyfile")).read_text()
        own = self._in_nginx(certificate) if nginx else self._in_caddy(certificate)
        for before, after in {"127.0.0.1:8000": f"{HOST}:{node_port}", **own}.items():
            assert before in text, before
            text = text.replace(before, after)
        if nginx:
            (self.folder / "nginx.conf").write_text(_NGINX.format(folder=self.folder))
        else:
            text = _CADDY.format(host=HOST, http=self.http, https=self.https) + text
        (self.folder / "site").write_text(text)

    def _in_nginx(self, certificate: Certificate) -> dict[str, str]:
        kept = f"/etc/letsencrypt/live/{NAME}"
        return {
            "listen 80;": f"listen {HOST}:{self.http};",
            "listen 443 ssl http2;": f"listen {HOST}:{self.https} ssl http2;",
            f"{kept}/fullchain.pem": str(certificate.file),
            f"{kept}/privkey.pem": str(certificate.key_file),
            "/var/log/nginx/simple-2fa.log": str(self.folder / "errors"),
        }

    def _in_caddy(self, certificate: Certificate) -> dict[str, str]:
        line = f"tls /etc/caddy/{NAME}.pem /etc/caddy/{NAME}.key"
        return {f"# {line}": f"tls {certificate.file} {certificate.key_file}"}


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")
