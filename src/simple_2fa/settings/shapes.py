"""What a setting's value must look like; a bad one is answered with what to give."""

import base64
import os
import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator, SecretStr
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

MYSQL, POSTGRES, SQLITE = "mysql+pymysql", "postgresql+psycopg", "sqlite"
_DRIVERS = {
    **dict.fromkeys(("mysql", "mariadb", "mariadb+pymysql", MYSQL), MYSQL),
    **dict.fromkeys(("postgres", "postgresql", POSTGRES), POSTGRES),
    **dict.fromkeys(("sqlite+pysqlite", SQLITE), SQLITE),
}
ADDRESS = r"(?!\.|[^@]*\.[.@])[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
_HOST = r"[A-Za-z0-9._-]+|[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,7}"
_SITE = r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?([/?#].*)?"
_MYSQL_TAKES = {"charset", "unix_socket"}
_LAST_PORT = 65535
# The look ends up in a style sheet: nothing here can close a string, a rule or an address.
_FONT = r"""("[A-Za-z0-9 _-]+"|'[A-Za-z0-9 _-]+'|[A-Za-z-][A-Za-z0-9 _-]*)"""
_LENGTH = r"0|[0-9]{1,2}(\.[0-9]{1,3})?(px|rem)"
_PICTURE = (
    r"(https:/)?/[A-Za-z0-9.][A-Za-z0-9._~:/?@!$&*+,;=%-]*"
    r"|data:image/(png|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}"
)
# A key of 32 random bytes has 16 different ones or fewer once in 10^14 times; a key typed in
# hexadecimal digits always does.
_FEWEST_DIFFERENT = 17


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file of keys, as it was found at the start."""

    path: Path
    keys: tuple[bytes, ...] = field(repr=False)
    private: bool


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost, 127.0.0.0/8, ::1 or a unix socket."""
    if host.lower() == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_local(url: URL) -> bool:
    """Whether all hosts that an address names are this machine; parameters may name more."""
    named = [url.host or ""]
    for parameter in ("host", "hostaddr"):
        named += url.normalized_query.get(parameter, ())
    return all(is_loopback(host) for host in ",".join(named).split(",") if host)


def _shaped(pattern: str, advice: str, longest: int = 200) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > longest or not re.fullmatch(pattern, text):
            raise ValueError(advice)
        return text

    return AfterValidator(check)


def _whole(low: int, high: int, unit: str = "") -> BeforeValidator:
    def check(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,5}", text) or not low <= int(text) <= high:
            raise ValueError(f"give {low} to {high}{unit}")
        return int(text)

    return BeforeValidator(check)


def _several(text: str) -> list[str]:
    return re.split(r"[,\s]+", text.strip(", \t\r\n"))


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        networks = tuple(ip_network(part) for part in _several(text))
    except ValueError:
        raise ValueError("give networks such as 10.0.0.0/8, separated by commas") from None
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("name your own proxies; these networks hold everybody's address")
    return networks


def _site(text: str) -> str:
    """Spell an address as browsers do: lower case, no default port, no slash at the end."""
    found = re.fullmatch(_SITE, text, re.IGNORECASE)
    if not found or int(found[3] or 0) > _LAST_PORT:
        raise ValueError("give an address such as https://2fa.example.com")
    scheme = found[1].lower()
    usual = 443 if scheme == "https" else 80
    port = int(found[3] or usual)
    shown = "" if port == usual else f":{port}"
    return f"{scheme}://{found[2].lower()}{shown}{found[4] or ''}".rstrip("/")


def _keys(text: str) -> tuple[bytes, ...]:
    """Decode keys, and refuse those that were hardly drawn at random."""
    parts = _several(text)
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=?", part) for part in parts):
        raise ValueError("a key is not 32 bytes in base64url; make one with `simple-2fa keys new`")
    keys = tuple(base64.urlsafe_b64decode(part[:43] + "=") for part in parts)
    if any(len(set(key)) < _FEWEST_DIFFERENT for key in keys):
        raise ValueError("a key is weak, its bytes repeat; make one with `simple-2fa keys new`")
    if len(set(keys)) < len(keys):
        raise ValueError("a key stands there twice; keep one of the two")
    return keys


def _read(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            return file.read(), os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise ValueError(f"give a file that can be read ({error.strerror})") from None


def _certificates(path: Path) -> Path:
    _read(path)
    return path


def _key_file(text: str) -> KeyFile:
    content, mode = _read(Path(text))
    keys = _keys(content.decode("ascii", "replace"))
    return KeyFile(Path(text), keys, private=mode & 0o077 == 0)


def engine_url(text: str) -> URL:
    """Make the address that people and providers write the one that SQLAlchemy reads."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("give an address such as mysql://user:password@host/name") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise ValueError("begin it with mysql://, mariadb://, postgresql:// or sqlite:///")
    if driver != SQLITE and not url.database:
        raise ValueError("end it with the name of the database")
    if driver != MYSQL:
        return url.set(drivername=driver)
    if url.query.keys() - _MYSQL_TAKES:
        raise ValueError("leave its parameters out; for TLS there are DB_TLS and DB_TLS_CA")
    return url.set(drivername=driver).update_query_dict({"charset": "utf8mb4"})


def _database_address(text: SecretStr) -> SecretStr:
    engine_url(text.get_secret_value())
    return text


Host = Annotated[str, _shaped(_HOST, "give a host name alone, without scheme and port")]
Port = Annotated[int, _whole(1, _LAST_PORT)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_networks)]
Certificates = Annotated[Path, AfterValidator(_certificates)]
Keys = Annotated[tuple[bytes, ...], BeforeValidator(_keys)]
Address = Annotated[str, _shaped(ADDRESS, "give one address such as no-reply@example.com")]
Name = Annotated[str, _shaped(".+", "give 1 to 60 characters", longest=60)]
Contact = Annotated[str, _shaped(".+", "give 1 to 200 characters")]
Colour = Annotated[str, _shaped("#[0-9A-Fa-f]{6}", "give a colour such as #0B6259")]
Fonts = Annotated[str, _shaped(f"{_FONT}(, *{_FONT})*", 'give names such as "Inter", sans-serif')]
Length = Annotated[str, _shaped(_LENGTH, "give a length such as 10px or 0.5rem")]
Picture = Annotated[
    str, _shaped(_PICTURE, "give an https address, a path, or a data:image of 32 kB", 32_768)
]
Site = Annotated[str, AfterValidator(_site)]
KeysFile = Annotated[KeyFile, PlainValidator(_key_file)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database_address)]
Lifetime = Annotated[int, _whole(300, 600, " seconds")]
