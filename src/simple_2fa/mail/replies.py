"""What mail servers answer, and what it means."""

import smtplib
import socket
import ssl

from simple_2fa.mail.transport import DeferredError, OutOfReachError, RefusedError

Answer = tuple[int, bytes]

POSITIVE = range(200, 300)
_PASSING = range(400, 500)
_FINAL = range(500, 600)
_PROVIDERS = {
    ("gmail.com", "google.com", "googlemail.com"): "Gmail: use an app password as EMAIL_PASSWORD",
    ("yahoo.com",): "Yahoo: use an app password as EMAIL_PASSWORD",
    ("me.com", "icloud.com"): "iCloud: use an app-specific password as EMAIL_PASSWORD",
    (
        "office365.com",
        "outlook.com",
    ): "Microsoft: an administrator must allow this mailbox SMTP AUTH",
    ("amazonaws.com",): "Amazon SES: give its SMTP credentials, which are no access keys",
    ("sendgrid.net",): "SendGrid: EMAIL_USER is the word apikey, EMAIL_PASSWORD the key",
}
"""What a refused sign-in means, by the end of the server's name."""
_FOR_ALL = {421, 530, 534, 535, 538}
"""Closing down, or we should have signed in otherwise: said to one letter, but true for all."""


def checked(answer: Answer) -> str:
    """Give the reply where a letter is taken.

    Raises:
        DeferredError: 4xx.
        RefusedError: 5xx.
        OutOfReachError: it isn't about this letter, or it is no answer at all.
    """
    code, _ = answer
    reply = worded(answer)
    if code in POSITIVE:
        return reply
    if code in _PASSING and code not in _FOR_ALL:
        raise DeferredError(reply)
    if code in _FINAL and code not in _FOR_ALL:
        raise RefusedError(reply)
    raise OutOfReachError(f"the mail server stopped taking letters: {reply}")


def worded(answer: Answer) -> str:
    """Give a reply as one line of printable text."""
    code, words = answer
    text = words.decode("utf-8", "replace")
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join([str(code), *plain.split()])


def octets(words: bytes | str) -> bytes:
    """Give the words of an smtplib error as they came."""
    return words if isinstance(words, bytes) else words.encode()


def _meaning_of_auth(code: int, host: str) -> str:
    if code in _PASSING:
        return f"{code}, not now"
    for domains, advice in _PROVIDERS.items():
        if host.endswith(domains):
            return f"{code} from {advice}"
    return f"{code}, check EMAIL_USER and EMAIL_PASSWORD (many providers want an app password)"


def meaning(why: OSError, host: str) -> str:
    """Say what a broken conversation means, to go behind the server's name; no secret in it."""
    match why:
        case smtplib.SMTPAuthenticationError():
            words = f"refuses our sign-in: {_meaning_of_auth(why.smtp_code, host)}"
        case smtplib.SMTPResponseException():
            words = f"answers {worded((why.smtp_code, octets(why.smtp_error)))}"
        case ssl.SSLCertVerificationError():
            words = f"has a certificate that can't be trusted: {why.verify_message}"
        case ssl.SSLError():
            words = "doesn't speak TLS as SMTP_TLS and SMTP_PORT say"
        case socket.gaierror():
            words = "is unknown to the name server"
        case TimeoutError():
            words = "doesn't answer"
        case _:
            words = f"can't be reached: {why.strerror or why}"
    return words
