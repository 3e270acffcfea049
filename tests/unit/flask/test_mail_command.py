"""`flask simple-2fa mail test`."""

from pathlib import Path

import pytest
from click.testing import Result

from rig.ports import free_port
from rig.smtp import Sink
from toys import production, toy

ANN = "ann@example.com"


def call(folder: Path, address: str = ANN, **settings: str) -> Result:
    app = toy(folder, **production(folder, **settings))
    return app.test_cli_runner().invoke(args=["simple-2fa", "mail", "test", address])


def test_a_letter_arrives_and_the_server_s_reply_is_told(tmp_path: Path, smtp_sink: Sink) -> None:
    told = call(tmp_path, SMTP_PORT=str(smtp_sink.port), SITE_NAME="Acme")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith(f"127.0.0.1:{smtp_sink.port} took a letter to {ANN}: ")
    (letter,) = smtp_sink.messages
    assert (letter.recipients, letter.subject) == ((ANN,), "A letter to try the mail of Acme")
    assert "Acme can send letters." in letter.text
    assert [each.name for each in tmp_path.iterdir()] == []


def test_a_server_that_takes_none_is_a_line(tmp_path: Path, smtp_sink: Sink) -> None:
    smtp_sink.reply("RCPT", "550 5.1.1 No such user")
    told = call(tmp_path, SMTP_PORT=str(smtp_sink.port))
    assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (1, "", 1)
    assert told.stderr.startswith(f"127.0.0.1:{smtp_sink.port} didn't take a letter to {ANN}: ")


def test_so_is_one_out_of_reach(tmp_path: Path) -> None:
    told = call(tmp_path, SMTP_PORT=str(free_port()))
    assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (1, "", 1)
    assert told.stderr.startswith("Nothing was sent: 127.0.0.1:")


def test_settings_have_the_names_that_they_have_here(tmp_path: Path, smtp_sink: Sink) -> None:
    account = {"EMAIL_USER": "ann", "EMAIL_PASSWORD": "geheim", "SMTP_PORT": str(smtp_sink.port)}
    told = call(tmp_path, **account)
    assert told.exit_code == 1
    assert "check SIMPLE_2FA_EMAIL_USER and SIMPLE_2FA_EMAIL_PASSWORD (" in told.stderr


@pytest.mark.parametrize("bad", ["ann", "ann@example.com\nBcc: e@evil.test", ""])
def test_no_address_is_told_as_such(tmp_path: Path, bad: str) -> None:
    told = call(tmp_path, bad)
    assert told.exit_code == 2
    assert "Invalid value for ADDRESS: " in told.stderr


def test_development_sends_nothing(tmp_path: Path) -> None:
    app = toy(tmp_path)
    told = app.test_cli_runner().invoke(args=["simple-2fa", "mail", "test", ANN])
    line = "SIMPLE_2FA_SMTP_SERVER is missing: in development letters are only shown\n"
    assert (told.exit_code, told.output) == (2, line)
