"""Every setting: read once, checked at once, frozen.

The environment beats `.env` in the working directory, and an empty value is unset. A bad value is
told with the setting's name and what to do; the value of a secret is never told.
"""

import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from sqlalchemy.engine import URL

from simple_2fa.settings.env_file import read_env_file
from simple_2fa.settings.faults import SettingsError, bad_value, conflicts, spelled, unknown
from simple_2fa.settings.shapes import (
    ADDRESS,
    MYSQL,
    SQLITE,
    Address,
    Certificates,
    Colour,
    Contact,
    DatabaseAddress,
    Fonts,
    Host,
    Keys,
    KeysFile,
    Length,
    Lifetime,
    Name,
    Networks,
    Picture,
    Port,
    Site,
    engine_url,
    is_local,
    is_loopback,
)

__all__ = ["Settings", "SettingsError", "is_loopback"]

_PATHS = {"DB_TLS_CA", "SMTP_TLS_CA", "SECRET_KEY_FILE", "INSTANCE_PATH"}
_SMTP_PORTS = {"starttls": "587", "implicit": "465", "none": "25"}


class Settings(BaseModel):
    """All settings. The words under a field are its documentation, here and in .env.example."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=str.upper,
        hide_input_in_errors=True,
    )

    public_url: Site | None = None
    """The address that people open, such as https://2fa.example.com; links in letters begin with
    it. `run` is at localhost, whatever stands here."""
    site_name: Name = "Simple 2FA"
    """The name that people read on pages and in letters, at most 60 characters."""
    support_contact: Contact | None = None
    """Whom people may ask for help: an e-mail address, a web address or a phone number."""
    trusted_proxies: Networks = ()
    """Networks of your own proxies, separated by commas. They alone may name a client's address."""

    secret_key: Keys = Field((), repr=False, exclude=True)
    """Keys from `simple-2fa keys new`, separated by commas: the first writes, all of them read."""
    secret_key_file: KeysFile | None = Field(None, exclude=True)
    """A file of such keys, in place of SECRET_KEY. Only its owner may read it (mode 0600)."""

    database_address: DatabaseAddress | None = Field(None, alias="DATABASE_URL")
    """The database in one line: a mysql, mariadb, postgresql or sqlite address. Unset: SQLite."""
    db_host: Host | None = None
    """The MySQL or MariaDB server's host name, where DATABASE_URL is unset."""
    db_port: Port = 3306
    """The database server's port."""
    db_user: str | None = None
    """The database user."""
    db_password: SecretStr | None = None
    """The database user's password."""
    db_name: str | None = None
    """The database's name."""
    db_tls: Literal["verify", "off"] | None = None
    """TLS to MySQL or MariaDB: verify or off. Unset: off on this machine, verify elsewhere."""
    db_tls_ca: Certificates | None = None
    """The certificate file of the private authority that signed the MySQL or MariaDB server."""

    smtp_server: Host | None = None
    """The mail server's host name. Unset: development shows letters at /inbox."""
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    """TLS to the mail server: starttls, implicit or none. None is for this machine only."""
    smtp_port: Port = 587
    """The mail server's port. Unset: 587 for starttls, 465 for implicit, 25 for none."""
    smtp_tls_ca: Certificates | None = None
    """The certificate file of the private authority that signed the mail server."""
    email_user: str | None = None
    """The user at the mail server."""
    email_password: SecretStr | None = None
    """That user's password. Gmail and others want an app password here."""
    mail_from: Address | None = None
    """The sender of all letters, one address. Unset: EMAIL_USER where that is an address."""

    registration: Literal["open", "closed"] = "open"
    """Whether anybody may create an account: open or closed. Closed: `simple-2fa user add` makes
    them."""

    code_ttl: Lifetime = 600
    """How long a code is good, from 300 to 600 seconds."""
    instance_path: Path = Path("instance")
    """The folder of the SQLite file and of what development keeps."""

    accent: Colour = "#0B6259"
    """The colour of buttons and links on light pages."""
    accent_dark: Colour = "#6ED3C3"
    """The colour of buttons and links on dark pages."""
    font: Fonts = "system-ui, sans-serif"
    """The fonts to try in turn, separated by commas."""
    radius: Length = "10px"
    """How round corners are: a length in px or rem, or 0."""
    logo: Picture | None = None
    """A picture in place of the monogram: an https address, a path, or a data:image (png, svg)."""

    _warnings: tuple[str, ...] = PrivateAttr(())
    _spelling: Mapping[str, str] = PrivateAttr({})

    @classmethod
    def load(
        cls,
        environ: Mapping[str, str] | None = None,
        directory: Path | None = None,
        defaults: Mapping[str, str] | None = None,
    ) -> Self:
        """Read the environment, `.env`, then the defaults; raise SettingsError with all faults."""
        home = directory or Path.cwd()
        names = cls.names()
        written, faults = read_env_file(home / ".env")
        given = {"INSTANCE_PATH": "instance"}
        for source in (defaults or {}, written, os.environ if environ is None else environ):
            given |= {name: source[name] for name in names if source.get(name, "").strip()}
        warnings = tuple(unknown(name, names) for name in written if name not in names)
        settings, more = cls._checked(given, home)
        if settings is None or faults or more:
            raise SettingsError((*faults, *more), warnings)
        settings._warnings = warnings  # noqa: SLF001 - its own class
        return settings

    @classmethod
    def of(cls, given: Mapping[str, str], spelling: Mapping[str, str] | None = None) -> Self:
        """Check these settings, whatever stands elsewhere; raise SettingsError with all faults.

        Args:
            given: by the names that they have in `.env`.
            spelling: how people write these names, where that is otherwise.
        """
        settings, faults = cls._checked({"INSTANCE_PATH": "instance", **given}, Path.cwd())
        if settings is None or faults:
            raise SettingsError(tuple(spelled(each, spelling or {}) for each in faults))
        settings._spelling = spelling or {}  # noqa: SLF001 - its own class
        return settings

    @classmethod
    def _checked(cls, given: Mapping[str, str], home: Path) -> tuple[Self | None, tuple[str, ...]]:
        paths = {name: str(home / given[name]) for name in _PATHS & given.keys()}
        try:
            settings = cls.model_validate({**given, **paths})
        except ValidationError as error:
            return None, tuple(bad_value(details) for details in error.errors())
        return settings, tuple(conflicts(given))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Every setting's name, as people write it."""
        return tuple(info.alias or name for name, info in cls.model_fields.items())

    @model_validator(mode="before")
    @classmethod
    def _follow(cls, given: dict[str, str]) -> dict[str, str]:
        """Fill in what follows from other settings."""
        follows = {"SMTP_PORT": _SMTP_PORTS.get(given.get("SMTP_TLS", "starttls"), "587")}
        if re.fullmatch(ADDRESS, given.get("EMAIL_USER", "")):
            follows["MAIL_FROM"] = given["EMAIL_USER"]
        return follows | given

    @field_validator("*", mode="before")
    @classmethod
    def _in_one_line(cls, value: str, info: ValidationInfo) -> str:
        """Refuse line breaks and control characters: in a header or style sheet they forge."""
        if info.field_name != "secret_key" and any(
            unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value
        ):
            raise ValueError("take out the line break or control character")
        return value

    def spelled(self, text: str) -> str:
        """Name settings in a text as whoever gave these ones writes them."""
        return spelled(text, self._spelling)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Names in `.env` that mean nothing here, one line each."""
        return self._warnings

    @property
    def origin(self) -> str | None:
        """PUBLIC_URL as the browser's Origin header spells it."""
        site = urlsplit(self.public_url or "")
        return f"{site.scheme}://{site.netloc}" if site.netloc else None

    @property
    def rp_id(self) -> str | None:
        """PUBLIC_URL's host name, to which passkeys are bound."""
        return urlsplit(self.public_url or "").hostname

    def master_keys(self) -> tuple[bytes, ...]:
        """The master keys: the first writes, all read; empty where none is set."""
        return self.secret_key_file.keys if self.secret_key_file else self.secret_key

    def database_url(self) -> str:
        """The database's address as text, with its password: never log it."""
        return self.database().render_as_string(hide_password=False)

    def database_tls(self) -> Literal["verify", "off"]:
        """Whether MySQL or MariaDB is reached by TLS; PostgreSQL's address says it by itself."""
        return self.db_tls or ("off" if is_local(self.database()) else "verify")

    def database(self) -> URL:
        """The database's address for SQLAlchemy: before 2.1 it reads no escaped name from text."""
        if self.database_address:
            return engine_url(self.database_address.get_secret_value())
        if self.db_name is None:
            return URL.create(SQLITE, database=str(self.instance_path / "simple-2fa.sqlite3"))
        return URL.create(
            MYSQL,
            username=self.db_user,
            password=self.db_password.get_secret_value() if self.db_password else None,
            host=self.db_host or "localhost",
            port=self.db_port,
            database=self.db_name,
            query={"charset": "utf8mb4"},
        )
