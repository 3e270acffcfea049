"""A letter as it arrived."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import Envelope


@dataclass(frozen=True)
class Letter:
    """One message with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def code(self) -> str:
        """The line of its text that is a code."""
        (found,) = (line for line in self.text.splitlines() if re.fullmatch("[0-9]{6,10}", line))
        return found

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return "" if body is None else str(body.get_content())


def parsed(envelope: Envelope) -> Letter:
    raw = bytes(envelope.original_content or b"")
    message = message_from_bytes(raw, EmailMessage, policy=policy.default)
    return Letter(str(envelope.mail_from), tuple(envelope.rcpt_tos), message, raw)
