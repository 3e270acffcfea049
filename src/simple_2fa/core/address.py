"""E-mail addresses: which are taken, who they name, and how much of one is shown."""

import re

from simple_2fa.core.errors import BadAddressError
from simple_2fa.core.ids import digest
from simple_2fa.core.words import gettext as _

# The first that fits is told; there are rarer reasons, which have no words of their own.
_SLIPS = (
    ("long", r"[^@]{65,}@.*|.{255,}"),
    ("no_at", r"[^@]*"),
    ("many_ats", r".*@.*@.*"),
    ("sign", r""".*[,;:()<>[\]\\"].*"""),
    ("space", r".*\s.*"),
    ("letter", r".*[^\x00-\x7f].*@.*"),
    ("no_name", r"@.*"),
    ("no_domain", r".*@[^.]*"),
    ("dot", r"\..*|.*[@.]\..*|.*\.@.*|.*\."),
    ("reserved", r".*\.(arpa|invalid|local|localhost|onion|test)"),
)


def canonical(text: str) -> str:
    """Give the address that is stored and mailed: domain in lower-case IDNA, local part as typed.

    Dots and plus signs stay: folding them is a provider's business.

    Raises:
        BadAddressError: no mail can go there; only ASCII local parts are taken.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (slow)

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as why:
        raise BadAddressError(str(why)) from None
    return f"{found.local_part}@{found.ascii_domain.lower()}"


def slip(text: str) -> str:
    """Name what is wrong with an address that `canonical` refuses, for pages to word it."""
    read = text.lower()
    found = (name for name, form in _SLIPS if re.fullmatch(form, read, re.DOTALL))
    return next(found, "malformed")


def subject_of_address(address: str) -> bytes:
    """Give the subject that an address names.

    Ann and ann are one mailbox nearly everywhere; told apart, each would have its own limits.
    """
    return digest("address", address.lower())


def mask(address: str) -> str:
    """Show 'a•••@example.com': always three bullets, so that the length stays unknown.

    Small letters too: how an account spells its address would tell that there is one.
    """
    local, _at, domain = address.lower().rpartition("@")
    return f"{local[:1]}•••@{domain}"


def spoken(address: str) -> str:
    """Word a masked address for a screen reader, in the language that is spoken now."""
    local, _at, domain = address.lower().rpartition("@")
    told = {"first": local[:1], "domain": domain}
    return _("address starting %(first)s, at %(domain)s") % told
