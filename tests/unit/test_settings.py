import base64
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from simple_2fa.settings import Settings, SettingsError, is_loopback
from simple_2fa.settings.production import production_faults

KEY = bytes(range(32))
OTHER_KEY = bytes(range(100, 132))
SERVER = {"DB_HOST": "db.example.com", "DB_USER": "ann", "DB_NAME": "codes"}


def spelled(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


PRODUCTION = {
    "SECRET_KEY": spelled(KEY),
    "PUBLIC_URL": "https://2fa.example.com",
    "SMTP_SERVER": "smtp.example.com",
    "MAIL_FROM": "no-reply@example.com",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def faults_of(home: Path, **environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        Settings.load(environ, home)
    return raised.value.faults


def fault_of(home: Path, **environ: str) -> str:
    (fault,) = faults_of(home, **environ)
    return fault


def write_keys(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


class TestWhereSettingsComeFrom:
    def test_it_needs_nothing_at_all(self, home: Path) -> None:
        settings = Settings.load({}, home)
        assert settings.code_ttl == 600
        assert settings.site_name == "Simple 2FA"
        assert settings.master_keys() == ()
        assert settings.origin is None
        assert settings.rp_id is None
        assert settings.warnings == ()

    def test_it_reads_env_in_the_directory(self, home: Path) -> None:
        (home / ".env").write_text("CODE_TTL=300\n# a comment\nexport SITE_NAME='Ann’s'\n", "utf-8")
        settings = Settings.load({}, home)
        assert (settings.code_ttl, settings.site_name) == (300, "Ann’s")

    def test_the_environment_beats_env(self, home: Path) -> None:
        (home / ".env").write_text("CODE_TTL=300")
        assert Settings.load({"CODE_TTL": "400"}, home).code_ttl == 400

    def test_an_empty_value_is_unset_and_lets_env_speak(self, home: Path) -> None:
        (home / ".env").write_text("CODE_TTL=300\nSITE_NAME=\nRADIUS= ")
        settings = Settings.load({"CODE_TTL": " ", "SITE_NAME": ""}, home)
        assert (settings.code_ttl, settings.site_name) == (300, "Simple 2FA")

    def test_it_leaves_the_real_environment_alone_when_it_is_given_one(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CODE_TTL", "5")
        monkeypatch.setenv("SITE_NAME", "Leak")
        settings = Settings.load({}, home)
        assert (settings.code_ttl, settings.site_name) == (600, "Simple 2FA")

    def test_it_reads_the_real_environment_and_the_working_directory_by_itself(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in Settings.names():
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("CODE_TTL", "450")
        monkeypatch.chdir(home)
        (home / ".env").write_text("SITE_NAME=Here")
        settings = Settings.load()
        assert (settings.code_ttl, settings.site_name) == (450, "Here")

    def test_it_takes_dollar_and_hash_signs_in_a_password_as_they_are(self, home: Path) -> None:
        (home / ".env").write_text("EMAIL_PASSWORD=a#b$HOME${HOME}")
        password = Settings.load({}, home).email_password
        assert password is not None
        assert password.get_secret_value() == "a#b$HOME${HOME}"

    def test_it_is_frozen(self, home: Path) -> None:
        settings = Settings.load({}, home)
        with pytest.raises(ValidationError, match="frozen"):
            settings.code_ttl = 300

    def test_it_documents_every_setting(self) -> None:
        assert all(field.description for field in Settings.model_fields.values())

    def test_relative_paths_start_from_the_directory(self, home: Path) -> None:
        assert Settings.load({}, home).instance_path == home / "instance"
        assert Settings.load({"INSTANCE_PATH": "data"}, home).instance_path == home / "data"
        assert Settings.load({"INSTANCE_PATH": "/srv/2fa"}, home).instance_path == Path("/srv/2fa")


class TestEnvFiles:
    def test_it_warns_of_an_unknown_name_with_the_nearest_known_one(self, home: Path) -> None:
        (home / ".env").write_text("MAIL_FORM=ann@example.com")
        assert Settings.load({}, home).warnings == (
            "MAIL_FORM in .env is unknown; did you mean MAIL_FROM?",
        )

    def test_it_warns_of_lower_case(self, home: Path) -> None:
        (home / ".env").write_text("code_ttl=300")
        assert Settings.load({}, home).warnings == (
            "code_ttl in .env is unknown; did you mean CODE_TTL?",
        )

    def test_it_warns_of_a_name_like_no_other_without_a_guess(self, home: Path) -> None:
        (home / ".env").write_text("KUBERNETES=1")
        assert Settings.load({}, home).warnings == ("KUBERNETES in .env is unknown",)

    def test_it_does_not_warn_of_unknown_names_in_the_environment(self, home: Path) -> None:
        assert Settings.load({"MAIL_FORM": "x", "PATH": "/bin"}, home).warnings == ()

    def test_its_error_carries_the_warnings_too(self, home: Path) -> None:
        (home / ".env").write_text("DB_USER=ann\nDB_NMAE=codes")
        with pytest.raises(SettingsError, match="DB_NAME is missing") as raised:
            Settings.load({}, home)
        assert raised.value.warnings == ("DB_NMAE in .env is unknown; did you mean DB_NAME?",)

    @pytest.mark.parametrize("line", ["CODE_TTL", "'", 'SITE_NAME="open', "!=x y z"])
    def test_it_names_the_line_that_it_can_not_understand(self, line: str, home: Path) -> None:
        (home / ".env").write_text(f"RADIUS=0\n\n# comment\n\n{line}\n")
        assert fault_of(home) == ".env line 5 can't be understood: write NAME=value"

    def test_a_key_in_a_line_of_its_own_is_not_told(self, home: Path) -> None:
        (home / ".env").write_text(f"SECRET_KEY={spelled(KEY)},\n{spelled(OTHER_KEY)}=\n")
        assert fault_of(home) == ".env line 2 can't be understood: write NAME=value"

    def test_it_names_the_line_that_is_not_utf_8(self, home: Path) -> None:
        (home / ".env").write_bytes(b"RADIUS=0\nSITE_NAME=Caf\xe9\n")
        assert fault_of(home) == ".env line 2 is not UTF-8: save the file as UTF-8"

    def test_it_takes_the_mark_that_windows_puts_in_front(self, home: Path) -> None:
        (home / ".env").write_bytes(b"\xef\xbb\xbfCODE_TTL=300\r\nRADIUS=0\r\n")
        settings = Settings.load({}, home)
        assert (settings.code_ttl, settings.radius, settings.warnings) == (300, "0", ())

    def test_it_says_when_env_can_not_be_read(self, home: Path) -> None:
        (home / ".env").mkdir()
        assert fault_of(home) == ".env can't be read (Is a directory): let this user read it"


class TestFaults:
    def test_it_refuses_a_code_ttl_of_five_seconds(self, home: Path) -> None:
        assert fault_of(home, CODE_TTL="5") == "CODE_TTL is '5': give 300 to 600 seconds"

    @pytest.mark.parametrize("value", ["299", "601", "-400", "4e2", "400.0", "٤٠٠", "1" * 5000])
    def test_it_refuses_any_other_bad_code_ttl(self, value: str, home: Path) -> None:
        assert fault_of(home, CODE_TTL=value).endswith("': give 300 to 600 seconds")

    @pytest.mark.parametrize("value", ["300", "600"])
    def test_it_takes_the_limits_of_code_ttl(self, value: str, home: Path) -> None:
        assert Settings.load({"CODE_TTL": value}, home).code_ttl == int(value)

    def test_it_tells_every_fault_in_a_line_of_its_own(self, home: Path) -> None:
        (home / ".env").write_text("nonsense\nSMTP_TLS=ssl")
        faults = faults_of(home, CODE_TTL="5", SMTP_PORT="0")
        assert [fault.split()[0] for fault in faults] == [
            ".env",
            "SMTP_TLS",
            "SMTP_PORT",
            "CODE_TTL",
        ]
        assert not any("\n" in fault for fault in faults)

    def test_its_error_reads_as_its_faults(self, home: Path) -> None:
        with pytest.raises(SettingsError) as raised:
            Settings.load({"CODE_TTL": "5", "RADIUS": "5"}, home)
        assert str(raised.value) == "\n".join(raised.value.faults)

    def test_it_lists_the_words_that_a_setting_takes(self, home: Path) -> None:
        assert fault_of(home, SMTP_TLS="ssl") == (
            "SMTP_TLS is 'ssl': give 'starttls', 'implicit' or 'none'"
        )
        assert fault_of(home, DB_TLS="on") == "DB_TLS is 'on': give 'verify' or 'off'"

    def test_it_cuts_a_long_value_short(self, home: Path) -> None:
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
    def test_it_refuses_line_breaks_and_control_characters(
        self, name: str, mark: str, home: Path
    ) -> None:
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
    def test_it_never_tells_a_secret(self, name: str, value: str, home: Path) -> None:
        with pytest.raises(SettingsError) as raised:
            Settings.load({name: value}, home)
        assert raised.value.faults[0].startswith(name)
        assert "hunter2" not in str(raised.value)
        assert raised.value.__context__ is None

    def test_its_repr_and_dump_show_no_secret(self, home: Path) -> None:
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


class TestKeys:
    def test_it_decodes_a_key(self, home: Path) -> None:
        assert Settings.load({"SECRET_KEY": spelled(KEY)}, home).master_keys() == (KEY,)

    @pytest.mark.parametrize("between", [",", " ", "\n", ", ", "\t", "=,", "=\r\n"])
    def test_it_takes_several_in_their_order(self, between: str, home: Path) -> None:
        text = f" {spelled(OTHER_KEY)}{between}{spelled(KEY)}\n"
        assert Settings.load({"SECRET_KEY": text}, home).master_keys() == (OTHER_KEY, KEY)

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("x", "a key is not 32 bytes in base64url"),
            (",", "a key is not 32 bytes in base64url"),
            (spelled(bytes(range(31))), "a key is not 32 bytes in base64url"),
            (spelled(bytes(range(33))), "a key is not 32 bytes in base64url"),
            (spelled(KEY)[:-1] + "+", "a key is not 32 bytes in base64url"),
            (f"{spelled(KEY)} short", "a key is not 32 bytes in base64url"),
            (spelled(bytes(32)), "a key is weak, its bytes repeat"),
            (spelled(bytes(range(16)) * 2), "a key is weak, its bytes repeat"),
            (spelled(b"0123456789abcdef0123456789abcdef"), "a key is weak, its bytes repeat"),
            (f"{spelled(KEY)},{spelled(KEY)}", "a key stands there twice"),
        ],
    )
    def test_it_refuses_bad_keys(self, text: str, what: str, home: Path) -> None:
        assert fault_of(home, SECRET_KEY=text).startswith(f"SECRET_KEY can't be used: {what}; ")
        write_keys(home / "keys", text)
        assert f"keys': {what}; " in fault_of(home, SECRET_KEY_FILE="keys")

    def test_it_reads_them_from_a_file_once(self, home: Path) -> None:
        write_keys(home / "keys", f"{spelled(KEY)}\n{spelled(OTHER_KEY)}\n")
        settings = Settings.load({"SECRET_KEY_FILE": "keys"}, home)
        (home / "keys").unlink()
        assert settings.master_keys() == (KEY, OTHER_KEY)

    def test_it_says_when_the_file_is_missing(self, home: Path) -> None:
        assert fault_of(home, SECRET_KEY_FILE="keys") == (
            f"SECRET_KEY_FILE is '{home}/keys': "
            "give a file that can be read (No such file or directory)"
        )

    def test_it_refuses_a_file_that_is_not_text(self, home: Path) -> None:
        (home / "keys").write_bytes(b"\xff" * 32)
        assert "not 32 bytes in base64url" in fault_of(home, SECRET_KEY_FILE="keys")

    def test_it_refuses_a_key_and_a_file_together(self, home: Path) -> None:
        write_keys(home / "keys", spelled(OTHER_KEY))
        assert fault_of(home, SECRET_KEY=spelled(KEY), SECRET_KEY_FILE="keys") == (
            "SECRET_KEY and SECRET_KEY_FILE are both set: keep one of the two"
        )


class TestTheSite:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("https://2fa.example.com/", "https://2fa.example.com"),
            ("HTTPS://2FA.Example.com:443", "https://2fa.example.com"),
            ("http://localhost:80/", "http://localhost"),
            ("http://localhost:05000", "http://localhost:5000"),
            ("http://[::1]:5000", "http://[::1]:5000"),
        ],
    )
    def test_it_spells_the_address_as_browsers_do(self, given: str, kept: str, home: Path) -> None:
        settings = Settings.load({"PUBLIC_URL": given}, home)
        assert settings.public_url == settings.origin == kept

    @pytest.mark.parametrize(
        "value",
        [
            "2fa.example.com",
            "ftp://example.com",
            "https://",
            "https://a b",
            "https://a:99999",
            "https://ann@example.com",
            "https://bücher.example",
            "https://a:b",
            "//example.com",
        ],
    )
    def test_it_refuses_what_is_no_web_address(self, value: str, home: Path) -> None:
        assert fault_of(home, PUBLIC_URL=value).endswith(
            ": give an address such as https://2fa.example.com"
        )

    def test_it_names_the_host_for_passkeys(self, home: Path) -> None:
        settings = Settings.load({"PUBLIC_URL": "https://2fa.Example.com:8443/x"}, home)
        assert settings.rp_id == "2fa.example.com"
        assert settings.origin == "https://2fa.example.com:8443"

    def test_it_reads_trusted_proxies(self, home: Path) -> None:
        proxies = Settings.load({"TRUSTED_PROXIES": "10.0.0.0/8, ::1 192.0.2.7"}, home)
        assert proxies.trusted_proxies == (
            ip_network("10.0.0.0/8"),
            ip_network("::1/128"),
            ip_network("192.0.2.7/32"),
        )

    @pytest.mark.parametrize("value", ["10.0.0.1/8", "proxy", "10.0.0.0/33", "10.0.0.0/8;::1"])
    def test_it_refuses_what_is_no_network(self, value: str, home: Path) -> None:
        assert "give networks such as 10.0.0.0/8" in fault_of(home, TRUSTED_PROXIES=value)

    @pytest.mark.parametrize("value", ["0.0.0.0/0", "10.0.0.0/8 ::/0"])
    def test_it_refuses_to_trust_everybody(self, value: str, home: Path) -> None:
        assert "name your own proxies" in fault_of(home, TRUSTED_PROXIES=value)

    @pytest.mark.parametrize(
        ("host", "answer"),
        [
            ("localhost", True),
            ("LocalHost", True),
            ("127.0.0.1", True),
            ("127.9.9.9", True),
            ("::1", True),
            ("[::1]", True),
            ("/var/run/mysqld/mysqld.sock", True),
            ("", False),
            ("localhost.example.com", False),
            ("10.0.0.1", False),
            ("0.0.0.0", False),  # noqa: S104 - a question, nothing is bound
            ("example.com", False),
        ],
    )
    def test_it_knows_this_machine(self, host: str, answer: bool) -> None:  # noqa: FBT001
        assert is_loopback(host) is answer


class TestMail:
    @pytest.mark.parametrize(
        ("tls", "port"), [("", 587), ("starttls", 587), ("implicit", 465), ("none", 25)]
    )
    def test_the_port_follows_tls(self, tls: str, port: int, home: Path) -> None:
        assert Settings.load({"SMTP_TLS": tls}, home).smtp_port == port

    def test_a_given_port_stays(self, home: Path) -> None:
        settings = Settings.load({"SMTP_TLS": "none", "SMTP_PORT": "1025"}, home)
        assert settings.smtp_port == 1025

    @pytest.mark.parametrize("port", ["0", "65536", "smtp", "-1", "+25"])
    def test_it_refuses_what_is_no_port(self, port: str, home: Path) -> None:
        assert fault_of(home, SMTP_PORT=port) == f"SMTP_PORT is '{port}': give 1 to 65535"

    def test_the_sender_is_the_user_where_that_is_an_address(self, home: Path) -> None:
        assert Settings.load({"EMAIL_USER": "ann@example.com"}, home).mail_from == "ann@example.com"
        assert Settings.load({"EMAIL_USER": "apikey"}, home).mail_from is None

    def test_a_given_sender_stays(self, home: Path) -> None:
        given = {"EMAIL_USER": "ann@example.com", "MAIL_FROM": "no-reply@example.com"}
        assert Settings.load(given, home).mail_from == "no-reply@example.com"

    @pytest.mark.parametrize(
        "value", ["ann", "ann@", "@b", "a@b, c@d", "Ann <a@b>", "a@b@c", "ä@b.c", f"a@{'b' * 200}"]
    )
    def test_it_refuses_what_is_not_one_address(self, value: str, home: Path) -> None:
        assert "give one address" in fault_of(home, MAIL_FROM=value)

    @pytest.mark.parametrize("value", ["mail:25", "smtp://mail", "mail/x", "a b", "ann@mail"])
    def test_it_refuses_a_mail_server_that_is_no_host_name(self, value: str, home: Path) -> None:
        assert "give a host name alone" in fault_of(home, SMTP_SERVER=value)

    @pytest.mark.parametrize("value", ["smtp.example.com", "mail_1", "192.0.2.1", "2001:db8::1"])
    def test_it_takes_host_names_and_addresses(self, value: str, home: Path) -> None:
        assert Settings.load({"SMTP_SERVER": value}, home).smtp_server == value

    def test_it_takes_a_certificate_file(self, home: Path) -> None:
        (home / "ca.pem").write_text("-----BEGIN CERTIFICATE-----")
        settings = Settings.load({"SMTP_TLS_CA": "ca.pem", "DB_TLS_CA": "ca.pem"}, home)
        assert settings.smtp_tls_ca == settings.db_tls_ca == home / "ca.pem"

    @pytest.mark.parametrize("name", ["SMTP_TLS_CA", "DB_TLS_CA"])
    def test_it_refuses_a_certificate_file_that_is_not_there(self, name: str, home: Path) -> None:
        assert "No such file" in fault_of(home, **{name: "ca.pem"})
        assert "Is a directory" in fault_of(home, **{name: "."})


class TestTheDatabase:
    def test_it_is_a_sqlite_file_by_default(self, home: Path) -> None:
        settings = Settings.load({}, home)
        assert settings.database_url() == f"sqlite:///{home}/instance/simple-2fa.sqlite3"
        assert settings.database_tls() == "off"

    @pytest.mark.parametrize(
        ("given", "used"),
        [
            ("postgres://a:b@h/d", "postgresql+psycopg://a:b@h/d"),
            (
                "postgresql://a@h:1/d?sslmode=require",
                "postgresql+psycopg://a@h:1/d?sslmode=require",
            ),
            ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
            ("mysql://a:b@h/d", "mysql+pymysql://a:b@h/d?charset=utf8mb4"),
            ("mariadb://a:b@h/d?charset=latin1", "mysql+pymysql://a:b@h/d?charset=utf8mb4"),
            ("mysql+pymysql://h/d", "mysql+pymysql://h/d?charset=utf8mb4"),
            ("mariadb+pymysql://h/d", "mysql+pymysql://h/d?charset=utf8mb4"),
            ("sqlite:///codes.sqlite3", "sqlite:///codes.sqlite3"),
            ("sqlite+pysqlite:////srv/codes.sqlite3", "sqlite:////srv/codes.sqlite3"),
        ],
    )
    def test_it_takes_the_addresses_that_people_write(
        self, given: str, used: str, home: Path
    ) -> None:
        assert Settings.load({"DATABASE_URL": given}, home).database_url() == used

    @pytest.mark.parametrize(
        ("value", "advice"),
        [
            ("codes.sqlite3", "give an address such as mysql://user:password@host/name"),
            ("mysql://a@h:port/d", "give an address such as mysql://user:password@host/name"),
            ("oracle://a@h/d", "begin it with mysql://, mariadb://, postgresql:// or sqlite:///"),
            ("mysql+mysqldb://a@h/d", "begin it with mysql://, mariadb://, postgresql:// or"),
            ("mysql://a@h", "end it with the name of the database"),
            ("postgresql://a@h/", "end it with the name of the database"),
            ("mysql://a@h/d?foo=1", "leave its parameters out"),
            ("mysql://a@localhost/d?host=db.example.com", "leave its parameters out"),
            (
                "mysql://a@h/d?ssl_disabled=true",
                "leave its parameters out; for TLS there are DB_TLS",
            ),
            (
                "mysql://a@h/d?ssl-mode=REQUIRED",
                "leave its parameters out; for TLS there are DB_TLS",
            ),
        ],
    )
    def test_it_refuses_other_addresses(self, value: str, advice: str, home: Path) -> None:
        fault = fault_of(home, DATABASE_URL=value)
        assert fault.startswith(f"DATABASE_URL can't be used: {advice}")

    def test_it_puts_the_parts_together(self, home: Path) -> None:
        more = {"DB_PORT": "3307", "DB_PASSWORD": "b"}
        assert Settings.load(SERVER | more, home).database_url() == (
            "mysql+pymysql://ann:b@db.example.com:3307/codes?charset=utf8mb4"
        )

    def test_it_escapes_user_password_and_name(self, home: Path) -> None:
        parts = {"DB_USER": "a@b:c", "DB_PASSWORD": "p:/@?#%40+ ü", "DB_NAME": "d?e#f"}
        url = make_url(Settings.load(parts, home).database_url())
        assert (url.username, url.password, url.database) == tuple(parts.values())
        assert (url.host, url.port) == ("localhost", 3306)

    @pytest.mark.parametrize("name", ["DB_HOST", "DB_PORT", "DB_PASSWORD"])
    def test_any_part_demands_a_name_and_a_user(self, name: str, home: Path) -> None:
        assert faults_of(home, **{name: "3306"}) == (
            "DB_NAME is missing: the other DB_ settings need it",
            "DB_USER is missing: the other DB_ settings need it",
        )

    def test_tls_settings_alone_name_no_server(self, home: Path) -> None:
        assert Settings.load({"DB_TLS": "off"}, home).database_url().startswith("sqlite:")

    def test_it_refuses_an_address_and_a_host_together(self, home: Path) -> None:
        assert fault_of(home, DATABASE_URL="mysql://h/d", DB_HOST="h") == (
            "DATABASE_URL and DB_HOST are both set: keep one of the two"
        )

    def test_an_address_may_be_composed_from_the_other_parts(self, home: Path) -> None:
        given = {"DATABASE_URL": "mysql://ann:b@h/d", "DB_USER": "ann", "DB_PASSWORD": "b"}
        assert "@h/d" in Settings.load(given, home).database_url()

    @pytest.mark.parametrize(
        ("given", "answer"),
        [
            ({"DATABASE_URL": "mysql://a@db.example.com/d"}, "verify"),
            ({"DATABASE_URL": "mysql://a@db.example.com/d", "DB_TLS": "off"}, "off"),
            ({"DATABASE_URL": "mysql://a@127.0.0.1/d"}, "off"),
            ({"DATABASE_URL": "mysql://a@127.0.0.1/d", "DB_TLS": "verify"}, "verify"),
            ({"DATABASE_URL": "mysql://a@/d?unix_socket=/run/mysqld.sock"}, "off"),
            ({"DATABASE_URL": "postgresql:///d?host=/run/postgresql"}, "off"),
            ({"DATABASE_URL": "postgresql:///d?hostaddr=127.0.0.1,192.0.2.1"}, "verify"),
            (SERVER, "verify"),
            (SERVER | {"DB_HOST": "::1"}, "off"),
        ],
    )
    def test_tls_is_off_on_this_machine_only(
        self, given: dict[str, str], answer: str, home: Path
    ) -> None:
        assert Settings.load(given, home).database_tls() == answer


class TestTheLook:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ACCENT", "#0b6259"),
            ("ACCENT_DARK", "#FFFFFF"),
            ("FONT", '"Inter", -apple-system, sans-serif'),
            ("FONT", "'Source Sans 3',serif"),
            ("RADIUS", "0"),
            ("RADIUS", "0.625rem"),
            ("LOGO", "https://cdn.example.com/logo.svg?v=2"),
            ("LOGO", "/static/logo.svg"),
            ("LOGO", "data:image/png;base64,iVBORw0KGgo="),
            ("LOGO", "data:image/svg+xml;base64," + "A" * 32_000),
        ],
    )
    def test_it_takes_what_is_safe_in_a_style_sheet(
        self, name: str, value: str, home: Path
    ) -> None:
        assert getattr(Settings.load({name: value}, home), name.lower()) == value

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ACCENT", "red"),
            ("ACCENT", "#0B6259;}"),
            ("ACCENT_DARK", "#0B6"),
            ("FONT", "a;} body{display:none"),
            ("FONT", 'Inter", url(//evil)'),
            ("FONT", "a,"),
            ("FONT", "a" * 201),
            ("RADIUS", "10"),
            ("RADIUS", "calc(1px)"),
            ("RADIUS", "100px"),
            ("LOGO", "http://cdn.example.com/logo.svg"),
            ("LOGO", "//evil.example/logo.svg"),
            ("LOGO", "/\\evil.example"),
            ("LOGO", "javascript:alert(1)"),
            ("LOGO", "data:text/html;base64,AAAA"),
            ("LOGO", "data:image/svg+xml,<svg onload=alert(1)>"),
            ("LOGO", '/a") no-repeat'),
            ("LOGO", "data:image/png;base64," + "A" * 33_000),
            ("SITE_NAME", "x" * 61),
            ("SUPPORT_CONTACT", "x" * 201),
        ],
    )
    def test_it_refuses_anything_else(self, name: str, value: str, home: Path) -> None:
        assert fault_of(home, **{name: value}).startswith(f"{name} is ")


class TestProduction:
    def production(self, home: Path, **more: str) -> tuple[str, ...]:
        return production_faults(Settings.load(PRODUCTION | more, home))

    def test_it_takes_a_complete_set(self, home: Path) -> None:
        assert self.production(home) == ()

    def test_it_names_all_that_is_missing(self, home: Path) -> None:
        assert [fault.split(":")[0] for fault in production_faults(Settings.load({}, home))] == [
            "SECRET_KEY is missing",
            "PUBLIC_URL is missing",
            "SMTP_SERVER is missing",
            "MAIL_FROM is missing",
        ]

    def test_http_is_for_this_machine_only(self, home: Path) -> None:
        assert self.production(home, PUBLIC_URL="http://localhost:5000") == ()
        assert self.production(home, PUBLIC_URL="http://[::1]:5000") == ()
        assert self.production(home, PUBLIC_URL="http://2fa.example.com") == (
            "PUBLIC_URL is 'http://2fa.example.com': codes would travel in the clear; give https://",
        )

    @pytest.mark.parametrize("rest", ["/2fa", "?x=1", "#top", "/2fa?x"])
    def test_the_address_names_a_whole_site(self, rest: str, home: Path) -> None:
        (fault,) = self.production(home, PUBLIC_URL=f"https://2fa.example.com{rest}")
        assert fault.endswith("it must name a whole site; give https://2fa.example.com")

    def test_mail_without_tls_is_for_this_machine_only(self, home: Path) -> None:
        assert self.production(home, SMTP_TLS="none", SMTP_SERVER="localhost") == ()
        (fault,) = self.production(home, SMTP_TLS="none")
        assert fault.startswith("SMTP_TLS is 'none': ")

    def test_mysql_without_tls_is_for_this_machine_only(self, home: Path) -> None:
        assert self.production(home, **SERVER) == ()
        assert self.production(home, **(SERVER | {"DB_HOST": "127.0.0.1"}), DB_TLS="off") == ()
        (fault,) = self.production(home, **SERVER, DB_TLS="off")
        assert fault.startswith("DB_TLS is 'off': ")

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://a@localhost/d",
            "postgresql:///d",
            "postgresql:///d?host=/run/postgresql",
            "postgresql://a@db.example.com/d?sslmode=verify-full&sslrootcert=system",
        ],
    )
    def test_it_takes_postgresql_on_this_machine_or_verified(
        self, address: str, home: Path
    ) -> None:
        assert self.production(home, DATABASE_URL=address) == ()

    @pytest.mark.parametrize(
        "address",
        [
            "postgresql://a@db.example.com/d",
            "postgresql://a@db.example.com/d?sslmode=require",
            "postgresql:///d?host=localhost&host=db.example.com",
            "postgresql://a@localhost/d?hostaddr=192.0.2.1",
            "postgresql://a@h/d?sslmode=verify-full&sslmode=disable",
        ],
    )
    def test_it_refuses_postgresql_elsewhere_unverified(self, address: str, home: Path) -> None:
        (fault,) = self.production(home, DATABASE_URL=address)
        assert "add ?sslmode=verify-full&sslrootcert=system" in fault

    def with_key_file(self, home: Path, name: str, mode: int) -> tuple[str, ...]:
        (home / name).parent.mkdir(exist_ok=True)
        write_keys(home / name, spelled(KEY), mode)
        given = PRODUCTION | {"SECRET_KEY": "", "SECRET_KEY_FILE": name}
        return production_faults(Settings.load(given, home))

    @pytest.mark.parametrize("mode", [0o600, 0o400])
    def test_it_takes_a_private_key_file(self, mode: int, home: Path) -> None:
        assert self.with_key_file(home, "keys", mode) == ()

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
    def test_it_refuses_a_key_file_that_others_can_read(self, mode: int, home: Path) -> None:
        assert self.with_key_file(home, "keys", mode) == (
            f"SECRET_KEY_FILE can be read by others: run `chmod 600 {home}/keys`",
        )

    @pytest.mark.parametrize("name", ["instance/keys", "data/../instance/keys"])
    def test_it_refuses_a_key_file_among_developments_secrets(self, name: str, home: Path) -> None:
        (home / "instance").mkdir()
        (home / "data").mkdir()
        assert self.with_key_file(home, name, 0o600) == (
            "SECRET_KEY_FILE lies in INSTANCE_PATH, among development's secrets: move it",
        )
