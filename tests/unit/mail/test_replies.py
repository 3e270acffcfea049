import smtplib
import socket
import ssl

import pytest

from simple_2fa.core.errors import Simple2FAError
from simple_2fa.mail.replies import checked, meaning, octets, worded
from simple_2fa.mail.transport import DeferredError, OutOfReachError, RefusedError


def test_a_yes_gives_the_reply() -> None:
    assert checked((250, b"2.0.0 OK")) == "250 2.0.0 OK"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (450, DeferredError),
        (451, DeferredError),
        (452, DeferredError),
        (550, RefusedError),
        (554, RefusedError),
        (421, OutOfReachError),
        (530, OutOfReachError),
        (535, OutOfReachError),
        (354, OutOfReachError),
        (-1, OutOfReachError),
    ],
)
def test_a_no_is_sorted(code: int, kind: type[Simple2FAError]) -> None:
    with pytest.raises(kind, match=f"{code} words"):
        checked((code, b"words"))


def test_a_reply_is_one_line_of_printable_text() -> None:
    assert worded((250, b"a\r\n\tb\0\x1b[31m \xc3\xa4 \xff")) == "250 a b [31m ä �"


def test_smtplib_gives_words_as_text_or_octets() -> None:
    assert octets(b"no") == octets("no") == b"no"


@pytest.mark.parametrize(
    ("why", "host", "words"),
    [
        (
            smtplib.SMTPAuthenticationError(535, b"no"),
            "smtp.gmail.com",
            "535 from Gmail: use an app",
        ),
        (smtplib.SMTPAuthenticationError(535, b"no"), "acme.test", "535, check EMAIL_USER"),
        (smtplib.SMTPAuthenticationError(454, b"no"), "acme.test", "454, not now"),
        (smtplib.SMTPConnectError(554, "go away"), "acme.test", "answers 554 go away"),
        (smtplib.SMTPServerDisconnected("closed"), "acme.test", "can't be reached: closed"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "acme.test", "SMTP_TLS and SMTP_PORT"),
        (socket.gaierror(-2, "unknown"), "acme.test", "unknown to the name server"),
        (TimeoutError("timed out"), "acme.test", "doesn't answer"),
        (ConnectionRefusedError(111, "Connection refused"), "acme.test", "Connection refused"),
    ],
)
def test_a_broken_conversation_is_told_plainly(why: OSError, host: str, words: str) -> None:
    assert words in meaning(why, host)
