"""E-mail addresses: which are taken, who they name, and how much of one is shown."""

from email_validator import EmailNotValidError, validate_email

from simple_2fa.core.errors import BadAddressError
from simple_2fa.core.ids import digest


def canonical(text: str) -> str:
    """Give the address that is stored and mailed: domain in lower-case IDNA, local part as typed.

    Dots and plus signs stay: folding them is a provider's business.

    Raises:
        BadAddressError: no mail can go there; only ASCII local parts are taken.
    """
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as why:
        raise BadAddressError(str(why)) from None
    return f"{found.local_part}@{found.ascii_domain.lower()}"


def subject_of_address(address: str) -> bytes:
    """Give the subject that an address names.

    Ann and ann are one mailbox nearly everywhere; told apart, each would have its own limits.
    """
    return digest("address", address.lower())


def mask(address: str) -> str:
    """Show 'a•••@example.com': always three bullets, so that the length stays unknown.

    Small letters too: how an account spells its address would tell that there is one.
    """
    local, _, domain = address.lower().rpartition("@")
    return f"{local[:1]}•••@{domain}"


def spoken(address: str) -> str:
    """Word a masked address for a screen reader."""
    local, _, domain = address.lower().rpartition("@")
    return f"address starting {local[:1]}, at {domain}"
