"""What a test does stays apart from all other data, and is forgotten."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from threading import active_count
from unittest.mock import Mock

import pytest
from flask import Flask
from sqlalchemy import create_engine

from simple_2fa.core.clock import utc_now
from simple_2fa.flask.testing import TwoFactor
from simple_2fa.flask.testing.apart import Apart, mount_of
from simple_2fa.http.services import EXTENSION, Mount
from toy_shop import ANN, shop

KEY = "kJ3vQ8xW1mZ5tY7uB0nC2dF4gH6iL9oPqRsTaUeVwXy"
PRODUCTION = {
    "SIMPLE_2FA_SECRET_KEY": KEY,
    "SIMPLE_2FA_PUBLIC_URL": "https://shop.example.com",
    "SIMPLE_2FA_SMTP_SERVER": "mail.example.com",
    "SIMPLE_2FA_MAIL_FROM": "shop@example.com",
    "SIMPLE_2FA_SITE_NAME": "The Shop",
}


def mounted(app: Flask) -> Mount:
    mount = mount_of(app)
    assert mount
    return mount


def confirmed(app: Flask) -> str:
    """Let Ann make the second step; give what the letter was called."""
    apart, ann = Apart(mounted(app)), app.test_client()
    two_factor = TwoFactor(apart.mount, apart.clock)
    ann.post("/login", data={"user": "ann"})
    ann.get("/bank/orders")
    two_factor.confirm(ann, ANN)
    assert ann.get("/bank/orders").text == "her orders"
    subject = two_factor.letters(ANN)[-1].subject
    apart.end()
    return subject


def test_a_developers_database_is_never_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "of-the-developer.sqlite3"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("SIMPLE_2FA_INSTANCE_PATH", str(tmp_path / "instance"))
    confirmed(shop(tmp_path))
    assert not file.exists()
    assert [each.name for each in (tmp_path / "instance").iterdir()] == ["secret_key"]


def test_nor_is_the_applications_own(tmp_path: Path) -> None:
    file = tmp_path / "own.sqlite3"
    with sqlite3.connect(file) as own:
        own.execute("CREATE TABLE orders (id INTEGER)")
    own.close()
    before = file.read_bytes()
    confirmed(shop(tmp_path, database=create_engine(f"sqlite:///{file}")))
    assert file.read_bytes() == before


def test_settings_of_production_send_nothing(tmp_path: Path) -> None:
    server = {"SIMPLE_2FA_DB_HOST": "db.example.com", "SIMPLE_2FA_DB_NAME": "shop"}
    user = {"SIMPLE_2FA_DB_USER": "shop", "SIMPLE_2FA_DB_PASSWORD": "secret"}
    assert (
        confirmed(shop(tmp_path, {**PRODUCTION, **server, **user})) == "Your The Shop security code"
    )


def test_data_are_forgotten_and_what_was_there_comes_back(tmp_path: Path) -> None:
    mount = mounted(shop(tmp_path))
    before = mount.services
    apart = Apart(mount)
    first = mount.services
    folder = first.settings.instance_path
    assert first is not before
    assert list(folder.glob("*.sqlite3"))
    assert folder.stat().st_mode & 0o077 == 0
    apart.clock.move(days=1)
    apart.begin()
    assert mount.services is not first
    assert mount.services.clock is apart.clock
    assert apart.clock() - utc_now() < timedelta(hours=1)
    assert not folder.exists()
    apart.end()
    assert mount.services is before
    before.db.close()


def test_where_nobody_asks_nothing_is_made(tmp_path: Path) -> None:
    app = shop(tmp_path, {**PRODUCTION, "SIMPLE_2FA_DATABASE_URL": "sqlite:////nowhere/at.all"})
    apart = Apart(mounted(app))
    assert app.test_client().get("/").text == "home"
    apart.end()


def test_what_has_no_second_step_is_left_alone() -> None:
    for other in (Flask("bare"), Mock(), object(), None):
        assert mount_of(other) is None


def test_our_own_server_is_made_anew_for_each_test() -> None:
    ours = Mock(spec=Mount, apart=None)
    app = Mock(extensions={EXTENSION: ours})
    assert mount_of(app) is None
    with pytest.raises(TypeError, match="make one with settings for the test"):
        Apart(ours)


def test_it_runs_in_no_thread(tmp_path: Path) -> None:
    before = active_count()
    confirmed(shop(tmp_path, {"TESTING": False}))
    assert active_count() == before
