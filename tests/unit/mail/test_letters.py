from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from rig.post import LETTERS, NOW, code_letter
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id
from simple_2fa.core.words import speaking
from simple_2fa.mail.letters import LetterError, Letters, Rendered

ANN = "ann@example.com"


def rendered(letters: Letters = LETTERS, to: str = ANN, **data: str) -> Rendered:
    return letters.render(code_letter(**data), to, "i" * 22, NOW)


def header(made: Rendered, name: str) -> str:
    """Give a header as it arrives."""
    raw = made.message.as_bytes()
    return str(message_from_bytes(raw, policy=policy.default)[name])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an operator's folder with a letter `note` in it."""
    home = tmp_path / "mail" / "note"
    home.mkdir(parents=True)
    (home / "subject.txt").write_text("Hello {{ name }}\n")
    (home / "body.txt").write_text("{{ name }}{{ lines|default('') }}")
    (home / "body.html").write_text("<p>{{ name }}</p>")
    return tmp_path


def note(folder: Path, name: str = "Ann") -> Rendered:
    letters = Letters("Acme", "mail@acme.test", folders=[folder])
    return letters.render(Letter("note", {"name": name}), ANN, new_id(), NOW)


class TestMessage:
    def test_it_has_the_headers_of_an_automatic_letter(self) -> None:
        made = rendered()
        assert header(made, "From") == "Acme <mail@acme.test>"
        assert header(made, "To") == ANN
        assert header(made, "Subject") == "Your Acme security code"
        assert header(made, "Date") == "Sun, 22 Nov 2026 10:30:00 +0000"
        assert header(made, "Message-ID") == f"<{'i' * 22}@acme.test>"
        assert header(made, "Auto-Submitted") == "auto-generated"

    def test_it_has_a_text_and_an_html_part(self) -> None:
        made = rendered()
        assert made.message.get_content_type() == "multipart/alternative"
        kinds = [part.get_content_type() for part in made.message.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
        assert "482913" in made.text
        assert "482913" in made.html

    def test_the_code_is_plain_digits_on_the_wire(self) -> None:
        made = rendered(Letters("Äcme ✉", "mail@acme.test"))
        raw = made.message.as_bytes()
        assert raw.isascii()
        assert b"\r\n482913\r\n" in raw
        assert max(map(len, raw.splitlines())) <= 78

    def test_it_tells_what_it_carries(self) -> None:
        made = rendered()
        assert (made.id, made.sender, made.to) == ("i" * 22, "mail@acme.test", ANN)
        assert (made.subject, made.code, made.purpose) == (
            "Your Acme security code",
            "482913",
            "login",
        )
        assert "482913" not in repr(made)

    def test_instants_are_worded_in_utc(self) -> None:
        made = rendered(until="2026-11-22T11:40:00+01:00")
        assert "until 10:40 UTC" in made.text
        assert "Asked at 10:30 UTC" in made.text

    def test_what_happened_at_a_time_has_a_date_and_so_have_its_other_instants(self) -> None:
        at = {"at": "2026-05-03T23:59:00-02:00", "until": "2026-05-05T00:00:00Z"}
        made = LETTERS.render(Letter("password_reset", at), ANN, new_id(), NOW)
        assert "On 4 May 2026, 01:59 UTC." in made.text
        assert "until 5 May 2026, 00:00 UTC" in " ".join(made.text.split())

    def test_it_speaks_the_language_that_its_data_name_and_no_other_does(self) -> None:
        assert rendered(locale="de").subject == "Ihr Sicherheitscode für Acme"
        assert header(rendered(locale="de"), "Subject") == "Ihr Sicherheitscode für Acme"
        assert rendered().subject == "Your Acme security code"
        with speaking("de"):
            assert rendered().subject == "Your Acme security code"

    def test_a_long_line_is_broken_between_words_and_an_address_never(self, folder: Path) -> None:
        address = "https://acme.test/" + "a-" * 60
        assert note(folder, f"{'word ' * 20}{address} end").text.splitlines() == [
            ("word " * 15).strip(),
            ("word " * 5).strip(),
            address,
            "end",
        ]

    def test_what_it_says_beside_its_data_is_the_operators_to_give(self) -> None:
        made = rendered(Letters("Acme", "m@acme.test", says={"forgot": "https://a.test/forgot"}))
        assert "https://a.test/forgot" in made.text

    @pytest.mark.parametrize("domain", ["b" * 60 + "." + "c" * 60 + ".test"])
    def test_long_addresses_arrive_whole(self, domain: str) -> None:
        made = rendered(Letters("Acme", f"mail@{domain}"), "a" * 64 + "@" + domain)
        assert header(made, "To") == "a" * 64 + "@" + domain
        assert header(made, "Message-ID") == f"<{'i' * 22}@{domain}>"


class TestSender:
    @pytest.mark.parametrize(
        ("sender", "shown"),
        [
            ("mail@acme.test", '"Acme, Ltd" <mail@acme.test>'),
            ("Post <mail@acme.test>", "Post <mail@acme.test>"),
        ],
    )
    def test_the_sites_name_is_the_senders_by_default(self, sender: str, shown: str) -> None:
        made = rendered(Letters("Acme, Ltd", sender))
        assert header(made, "From") == shown
        assert made.sender == "mail@acme.test"

    @pytest.mark.parametrize("sender", ["", "Acme", "mail@acme.test\nBcc: eve@evil.test", "a@b@c"])
    def test_what_is_no_address_is_refused_at_once(self, sender: str) -> None:
        with pytest.raises(LetterError):
            Letters("Acme", sender)


class TestAttacks:
    @pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\0", "\x0b", "\x85", "\u2028"])
    def test_no_header_is_smuggled_in(self, folder: Path, break_: str) -> None:
        made = note(folder, f"Ann{break_}Bcc: eve@evil.test")
        assert header(made, "Subject") == f"Hello Ann{' ' * len(break_)}Bcc: eve@evil.test"
        assert made.message["Bcc"] is None
        with pytest.raises(LetterError, match="line break"):
            rendered(to=f"{ANN}{break_}Bcc: eve@evil.test")

    def test_a_template_of_two_lines_is_no_subject(self, folder: Path) -> None:
        (folder / "mail" / "note" / "subject.txt").write_text("Hello\nBcc: eve@evil.test")
        with pytest.raises(LetterError, match="line break"):
            note(folder)

    def test_what_no_encoding_takes_is_a_space(self, folder: Path) -> None:
        assert note(folder, "Ann\ud800e").text == "Ann e"

    @pytest.mark.parametrize("to", ["", "ann", "a@x.test, b@x.test", "ä@x.test", "a@b@c", "a<b@c>"])
    def test_it_goes_to_exactly_one_address(self, to: str) -> None:
        with pytest.raises(LetterError):
            rendered(to=to)

    def test_html_is_escaped_in_the_html_part_alone(self, folder: Path) -> None:
        made = note(folder, "<b>{{ 7*7 }}</b>")
        assert made.html == "<p>&lt;b&gt;{{ 7*7 }}&lt;/b&gt;</p>"
        assert made.text == "<b>{{ 7*7 }}</b>"
        assert header(made, "Subject") == "Hello <b>{{ 7*7 }}</b>"


class TestFaults:
    def test_missing_data_is_named(self) -> None:
        with pytest.raises(LetterError, match=r"'[a-z]+' is undefined"):
            LETTERS.render(Letter("code", {}), ANN, new_id(), NOW)

    def test_an_unknown_letter_is_named(self) -> None:
        with pytest.raises(LetterError, match="nowhere"):
            LETTERS.render(Letter("nowhere", {}), ANN, new_id(), NOW)

    def test_the_data_stand_in_no_error(self) -> None:
        with pytest.raises(LetterError, match=r"'code': ValueError$") as caught:
            rendered(until="482913")
        assert caught.value.__suppress_context__

    def test_a_name_leads_out_of_no_folder(self) -> None:
        with pytest.raises(LetterError):
            LETTERS.render(Letter("../pages", {}), ANN, new_id(), NOW)


def test_an_operators_template_comes_before_ours(folder: Path) -> None:
    own = folder / "mail" / "code"
    own.mkdir()
    (own / "subject.txt").write_text("{{ code }} is your {{ site }} code")
    made = rendered(Letters("Acme", "mail@acme.test", folders=[folder]))
    assert made.subject == "482913 is your Acme code"
    assert "It works once" in made.text


def test_the_date_is_when_it_is_sent() -> None:
    made = LETTERS.render(code_letter(), ANN, new_id(), NOW + timedelta(hours=1))
    assert "11:30:00" in header(made, "Date")
