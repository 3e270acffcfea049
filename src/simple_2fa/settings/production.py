"""What keeps a public server from starting: one line each, with what to do."""

from collections.abc import Iterator

from simple_2fa.settings import Settings
from simple_2fa.settings.shapes import MYSQL, POSTGRES, is_local, is_loopback


def production_faults(settings: Settings) -> tuple[str, ...]:
    """Why a public server must not start so: one line each, none where it may."""
    return (
        *_key_faults(settings),
        *_site_faults(settings),
        *_mail_faults(settings),
        *_database_faults(settings),
    )


def _key_faults(settings: Settings) -> Iterator[str]:
    file = settings.secret_key_file
    if not settings.master_keys():
        yield "SECRET_KEY is missing: it seals every code; make one with `simple-2fa keys new`"
    if file and not file.private:
        yield f"SECRET_KEY_FILE can be read by others: run `chmod 600 {file.path}`"
    if file and file.path.resolve().is_relative_to(settings.instance_path.resolve()):
        yield "SECRET_KEY_FILE lies in INSTANCE_PATH, among development's secrets: move it"


def _site_faults(settings: Settings) -> Iterator[str]:
    site = settings.public_url
    if not site:
        yield "PUBLIC_URL is missing: links and letters need it; give https://your.host"
        return
    if site.startswith("http:") and not is_loopback(settings.rp_id or ""):
        yield f"PUBLIC_URL is {site!r}: codes would travel in the clear; give https://"
    if site != settings.origin:
        yield f"PUBLIC_URL is {site!r}: it must name a whole site; give {settings.origin}"


def _mail_faults(settings: Settings) -> Iterator[str]:
    if not settings.smtp_server:
        yield "SMTP_SERVER is missing: no letter could be sent; give your mail server"
    elif settings.smtp_tls == "none" and not is_loopback(settings.smtp_server):
        yield "SMTP_TLS is 'none': codes would travel in the clear; give starttls or implicit"
    if not settings.mail_from:
        yield "MAIL_FROM is missing: letters need a sender; give one address"


def _database_faults(settings: Settings) -> Iterator[str]:
    url = settings.database()
    if is_local(url):
        return
    if url.drivername == MYSQL and settings.database_tls() == "off":
        yield "DB_TLS is 'off': what is stored would travel in the clear; give verify"
    if url.drivername == POSTGRES and url.query.get("sslmode") != "verify-full":
        yield (
            "DATABASE_URL lacks sslmode=verify-full: anyone could pose as the database;"
            " add ?sslmode=verify-full&sslrootcert=system (or the path of your authority)"
        )
