import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rig.post import LETTERS, NOW, code_letter
from simple_2fa.core.ids import new_id
from simple_2fa.mail import inbox
from simple_2fa.mail.inbox import Inbox, Received
from simple_2fa.mail.letters import Rendered
from simple_2fa.mail.transport import OutOfReachError


class Clock:
    """Ticks once each time it is read."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "inbox"


@pytest.fixture
def box(folder: Path) -> Inbox:
    return Inbox(folder, clock=Clock())


def letter(to: str = "ann@example.com", code: str = "482913") -> Rendered:
    return LETTERS.render(code_letter(code), to, new_id(), NOW)


def put(box: Inbox, to: str = "ann@example.com", code: str = "482913") -> Rendered:
    made = letter(to, code)
    box.ready()
    box.send(made)
    box.close()
    return made


def test_an_inbox_without_letters_is_empty(box: Inbox) -> None:
    assert box.read() == []
    assert box.get(new_id()) is None
    box.clear()


def test_a_letter_is_kept_with_all_that_it_holds(box: Inbox) -> None:
    made = put(box)
    (kept,) = box.read()
    assert kept == box.get(made.id)
    assert (kept.id, kept.to, kept.subject) == (made.id, made.to, made.subject)
    assert (kept.text, kept.html) == (made.text, made.html)
    assert (kept.code, kept.purpose) == ("482913", "login")
    assert kept.at == NOW + timedelta(seconds=1)
    assert kept.headers["Message-ID"] == f"<{made.id}@acme.test>"
    assert list(kept.headers)[:3] == ["From", "To", "Subject"]


def test_the_newest_comes_first(box: Inbox) -> None:
    ids = [put(box).id for _ in range(12)]
    assert [kept.id for kept in box.read()] == ids[::-1]


def test_letters_to_one_address_are_found_however_it_is_spelled(box: Inbox) -> None:
    put(box, "Ann@example.com")
    put(box, "bob@example.com")
    assert [kept.to for kept in box.read(" ann@EXAMPLE.com ")] == ["Ann@example.com"]
    assert box.read("an@example.com") == []


def test_it_survives_a_restart(box: Inbox, folder: Path) -> None:
    put(box)
    assert Inbox(folder).read() == box.read()


def test_others_can_read_neither_the_folder_nor_a_letter(box: Inbox, folder: Path) -> None:
    put(box)
    (file,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text("utf-8"))["at"] == "2026-11-22T10:30:01+00:00"


def test_the_newest_are_kept_and_the_others_go(
    box: Inbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "KEPT", 3)
    ids = [put(box).id for _ in range(5)]
    assert [kept.id for kept in box.read()] == ids[:1:-1]
    assert len(list(folder.iterdir())) == 3


def test_who_listens_hears_of_each_letter(folder: Path) -> None:
    heard: list[Received] = []
    box = Inbox(folder, heard=heard.append)
    put(box)
    assert heard == box.read()


def test_it_can_be_cleared(box: Inbox) -> None:
    put(box)
    box.clear()
    assert box.read() == []


@pytest.mark.parametrize("ident", ["", "*", "../../../etc/passwd", "x" * 21, "/" * 22])
def test_what_is_no_id_finds_nothing(box: Inbox, ident: str) -> None:
    put(box)
    assert box.get(ident) is None


@pytest.mark.parametrize("content", ["", "{}", '{"id": 1', "[]"])
def test_a_file_that_is_no_letter_is_passed_over(box: Inbox, folder: Path, content: str) -> None:
    made = put(box)
    (folder / f"9999999999999999-{new_id()}.json").write_text(content)
    assert [kept.id for kept in box.read()] == [made.id]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("a file stands in the way")
    with pytest.raises(OutOfReachError, match="can't be written"):
        Inbox(tmp_path / "inbox").send(letter())
