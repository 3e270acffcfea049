"""Faults: all at once, a line each, and never a secret."""

from pathlib import Path

import pytest

from given import KEY, OTHER_KEY, SERVER, fault_of, faults_of, spelled, write_keys
from simple_2fa.settings import Settings, SettingsError


def test_it_refuses_a_code_ttl_of_five_seconds(home: Path) -> None:
    assert fault_of(home, CODE_TTL="5") == "CODE_TTL is '5': give 300 to 600 seconds"


@pytest.mark.parametrize("value", ["299", "601", "-400", "4e2", "400.0", "٤٠٠", "1" * 5000])
def test_it_refuses_any_other_bad_code_ttl(value: str, home: Path) -> None:
    assert fault_of(home, CODE_TTL=value).endswith("': give 300 to 600 seconds")


@pytest.mark.parametrize("value", ["300", "600"])
def test_it_takes_the_limits_of_code_ttl(value: str, home: Path) -> None:
    assert Settings.load({"CODE_TTL": value}, home).code_ttl == int(value)


def test_it_tells_every_fault_in_a_line_of_its_own(home: Path) -> None:
    (home / ".env").write_text("nonsense\nSMTP_TLS=ssl")
    faults = faults_of(home, CODE_TTL="5", SMTP_PORT="0")
    assert [fault.split()[0] for fault in faults] == [
        ".env",
        "SMTP_TLS",
        "SMTP_PORT",
        "CODE_TTL",
    ]
    assert not any("\n" in fault for fault in faults)


def test_its_error_reads_as_its_faults(home: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({"CODE_TTL": "5", "RADIUS": "5"}, home)
    assert str(raised.value) == "\n".join(raised.value.faults)


def test_it_lists_the_words_that_a_setting_takes(home: Path) -> None:
    assert fault_of(home, SMTP_TLS="ssl") == (
        "SMTP_TLS is 'ssl': give 'starttls', 'implicit' or 'none'"
    )
    assert fault_of(home, DB_TLS="on") == "DB_TLS is 'on': give 'verify' or 'off'"


def test_it_cuts_a_long_value_short(home: Path) -> None:
    assert len(fault_of(home, LOGO="x" * 40_000)) < 200


@pytest.mark.parametrize(
    "name",
    [
        "SITE_NAME",
        "SUPPORT_CONTACT",
        "MAIL_FROM",
        "EMAIL_USER",
        "DB_USER",
        "FONT",
        "LOGO",
        "EMAIL_PASSWORD",
        "PUBLIC_URL",
        "INSTANCE_PATH",
        "CODE_TTL",
    ],
)
@pytest.mark.parametrize("mark", ["\n", "\r\n", "\0", "\x1b", "\u2028", "\u0085", "\udc80"])
def test_it_refuses_line_breaks_and_control_characters(name: str, mark: str, home: Path) -> None:
    faults = faults_of(home, **{name: f"a{mark}Bcc: eve@example.com"})
    assert faults[0].startswith(name)
    assert mark not in "".join(faults)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "hunter2"),
        ("DATABASE_URL", "oracle://ann:hunter2@db/codes"),
        ("EMAIL_PASSWORD", "hunter2\n"),
        ("DB_PASSWORD", "hunter2\x00"),
        ("DB_HOST", "mysql://ann:hunter2@db/codes"),
        ("PUBLIC_URL", "https://ann:hunter2@2fa.example.com"),
        ("SMTP_SERVER", "smtp://ann:p@/hunter2@mail"),
        ("SMTP_SERVER", "smtp://ann:\nhunter2@mail"),
        ("SECRET_KEY_FILE", f"hunter2{spelled(KEY)}="),
    ],
)
def test_it_never_tells_a_secret(name: str, value: str, home: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({name: value}, home)
    assert raised.value.faults[0].startswith(name)
    assert "hunter2" not in str(raised.value)
    assert raised.value.__context__ is None


def test_its_repr_and_dump_show_no_secret(home: Path) -> None:
    secret = "hunter2"
    write_keys(home / "keys", spelled(OTHER_KEY))
    secrets = {"DB_PASSWORD": secret, "EMAIL_PASSWORD": secret}
    for more in (
        {"SECRET_KEY": spelled(KEY), **SERVER},
        {"SECRET_KEY_FILE": "keys", "DATABASE_URL": f"mysql://ann:{secret}@db/codes"},
    ):
        settings = Settings.load(secrets | more, home)
        shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
        for hidden in (secret, repr(KEY), repr(OTHER_KEY), spelled(KEY), spelled(OTHER_KEY)):
            assert hidden not in shown
