"""The development transport: letters become files, shown at /inbox."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from simple_2fa.core.clock import utc_now
from simple_2fa.core.ids import is_id
from simple_2fa.mail.letters import Rendered
from simple_2fa.mail.transport import OutOfReachError

KEPT = 200
"""How many letters are kept, the newest."""


@dataclass(frozen=True, slots=True)
class Received:
    """A letter that nobody sent.

    Attributes:
        headers: in their order, decoded.
        code: the letter's code, or ''.
        purpose: what it is for, or ''.
        at: when it came (aware, UTC).
    """

    id: str
    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    code: str
    purpose: str
    at: datetime


Heard = Callable[[Received], None]


def unheard(_letter: Received) -> None:
    """Tell nobody."""


class Inbox:
    """A `Transport` into a folder, and what reads it. Any number of processes may share it."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        heard: Heard = unheard,
    ) -> None:
        """Use a folder, made with the first letter (mode 0700); `heard` is told of each letter."""
        self._folder = folder
        self._heard = heard
        self._clock = clock

    def ready(self) -> None:
        """Nothing to prepare."""

    def close(self) -> None:
        """Nothing to let go of."""

    def send(self, letter: Rendered) -> str:
        """Keep a letter: one JSON file (mode 0600), whole or not there at all.

        Raises:
            OutOfReachError: the folder can't be written.
        """
        received = Received(
            id=letter.id,
            to=letter.to,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            headers={name: str(value) for name, value in letter.message.items()},
            code=letter.code,
            purpose=letter.purpose,
            at=self._clock(),
        )
        try:
            self._write(received)
            self._forget(KEPT)
        except OSError as why:
            raise OutOfReachError(f"{self._folder} can't be written: {why.strerror}") from None
        self._heard(received)
        return "kept in the development inbox"

    def read(self, to: str | None = None) -> list[Received]:
        """Give the letters to an address, however spelled, or all; the newest first."""
        wanted = None if to is None else to.strip().lower()
        return [
            letter
            for letter in map(_read, self._files())
            if letter is not None and wanted in {None, letter.to.lower()}
        ]

    def get(self, ident: str) -> Received | None:
        """Give one letter, or None where there is none."""
        if not is_id(ident):
            return None
        found = (_read(file) for file in self._files() if _id_of(file) == ident)
        return next(found, None)

    def clear(self) -> None:
        """Forget all letters."""
        self._forget(0)

    def _write(self, letter: Received) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = json.dumps({**asdict(letter), "at": letter.at.isoformat()}, ensure_ascii=False)
        # The time in front sorts the names; 16 digits of microseconds last until the year 2286.
        final = self._folder / f"{int(letter.at.timestamp() * 1_000_000):016d}-{letter.id}.json"
        partial = final.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(content, "utf-8")
        partial.replace(final)

    def _forget(self, kept: int) -> None:
        for file in list(self._files())[kept:]:
            file.unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        return iter(sorted(self._folder.glob("*.json"), reverse=True))


def _id_of(file: Path) -> str:
    return file.stem.partition("-")[2]


def _read(file: Path) -> Received | None:
    """Read a letter; None where it has just been forgotten, or the disk lost it."""
    with suppress(FileNotFoundError, ValueError, TypeError):
        told = Received(**json.loads(file.read_text("utf-8")))
        return replace(told, at=datetime.fromisoformat(str(told.at)))
    return None
