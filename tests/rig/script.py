"""What a misbehaving mail server says, line by line."""

from dataclasses import dataclass
from typing import Literal

Verb = Literal["CONNECT", "AUTH", "MAIL", "RCPT", "DATA"]
DROP = "drop"  # the connection ends without a reply; at DATA the message has been taken
HANG = "hang"  # no reply ever


@dataclass
class _Line:
    """How the next so many commands, of letters to one address or to any, are answered."""

    verb: Verb
    reply: str
    times: int
    to: str | None

    def fits(self, verb: Verb, recipients: list[str]) -> bool:
        return self.verb == verb and self.times > 0 and (self.to is None or self.to in recipients)


class Script:
    """Each line is spoken as often as it was asked for, the oldest first."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []

    def add(self, verb: Verb, reply: str, times: int, to: str | None) -> None:
        self._lines.append(_Line(verb, reply, times, to))

    def reply_to(self, verb: Verb, recipients: list[str]) -> str | None:
        """Tell what the script says to this command; None: nothing special."""
        for line in self._lines:
            if line.fits(verb, recipients):
                line.times -= 1
                return line.reply
        return None
