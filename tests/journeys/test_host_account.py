"""In somebody's application: the page on which its people add, use and remove ways to sign in."""

import re
from base64 import b32decode
from pathlib import Path

import pytest
from flask_wtf import CSRFProtect

from acts_adding import asked
from host_app import Customer, host_app, leads
from live import Shown
from simple_2fa.factors.totp import code_of, step_at

HOME = "/verify/account"


@pytest.fixture(params=["", "/2fa"], ids=["at the root", "behind a prefix"])
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ann(tmp_path: Path, prefix: str) -> Customer:
    return Customer(host_app(tmp_path, url_prefix=prefix))


class App:
    """An authenticator app that has scanned what the page shows."""

    def __init__(self, ann: Customer) -> None:
        self._clock = ann.app.clock
        self._seed = b32decode(str(asked(ann.app)["key"]).replace(" ", ""))

    def code(self) -> str:
        return code_of(self._seed, step_at(self._clock()))


def confirmed(ann: Customer, prefix: str) -> None:
    """Sign in, and make the second step by mail."""
    ann.log_in()
    assert leads(ann.get(f"{prefix}{HOME}")) == f"{prefix}/verify"
    assert leads(ann.answer(prefix=prefix)) == f"{prefix}{HOME}"


def with_app(ann: Customer, prefix: str = "") -> App:
    add = f"{prefix}{HOME}/add/totp"
    assert leads(ann.submit(ann.open(add).form(f"{add}/begin"))) == add
    app = App(ann)
    done = ann.submit(ann.open(add).form(add), code=app.code(), name="My phone")
    assert leads(done) == f"{prefix}{HOME}?notice=added"
    ann.app.clock.move(minutes=1)
    return app


def test_whoever_has_not_made_the_second_step_makes_it_first(ann: Customer, prefix: str) -> None:
    assert ann.get(f"{prefix}{HOME}").status_code == 401
    confirmed(ann, prefix)
    page = ann.open(f"{prefix}{HOME}")
    assert (page.status, page.h1) == (200, "Your account")
    for word in ("How you sign in", "Email codes", "Browsers", "Where you're signed in"):
        assert word in page.main
    for other in ("Change password", "Delete account", "Language", "Sign out everywhere else"):
        assert other not in page.main


def test_each_of_its_links_and_forms_is_there(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    with_app(ann, prefix)
    page = ann.open(f"{prefix}{HOME}")
    led = {each["href"] for each in page.one("main").all("a")}
    assert f"{prefix}{HOME}/add/recovery" in led
    assert {each for each in led if not each.startswith(f"{prefix}/verify/account")} == set()
    assert {each: ann.get(each).status_code for each in led} == dict.fromkeys(led, 200)
    for form in page.one("main").all("form"):
        assert form["action"].startswith(f"{prefix}/verify/")


def test_an_app_is_added_and_asked_for_from_then_on(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    app = with_app(ann, prefix)
    there = Customer(ann.app)
    there.log_in()
    assert leads(there.get("/orders")) == f"{prefix}/verify"
    page = there.verify(prefix)
    assert page.h1 == "Open your authenticator app"
    assert leads(there.answer(app.code(), prefix)) == "/orders"
    assert "totp" in there.get("/").get_data(as_text=True)


def test_its_code_is_good_once(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    app = with_app(ann, prefix)
    code = app.code()
    for goes_to in ("/orders", f"{prefix}/verify?told=wrong"):
        there = Customer(ann.app)
        there.log_in().get("/orders")
        assert leads(there.answer(code, prefix)) == goes_to


def test_another_way_is_a_code_by_mail(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    with_app(ann, prefix)
    there = Customer(ann.app)
    there.log_in().get("/orders")
    page = there.verify(prefix)
    (mail,) = (each for each in page.all("form") if "Email me a code" in each.text)
    assert leads(there.submit(mail)) == f"{prefix}/verify"
    assert leads(there.answer(prefix=prefix)) == "/orders"


def test_it_is_removed_after_a_fresh_second_step(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    app = with_app(ann, prefix)
    ann.app.clock.move(minutes=5)
    (link,) = (
        each["href"] for each in ann.open(f"{prefix}{HOME}").all("a") if "Remove" in each.text
    )
    assert leads(ann.get(link)).startswith(f"{prefix}/verify/confirm?next=")
    confirm = Shown(ann.get(leads(ann.get(link))))
    assert leads(ann.submit(confirm.form(f"{prefix}/verify/confirm"))) == f"{prefix}/verify"
    assert leads(ann.answer(app.code(), prefix)) == link
    assert leads(ann.submit(ann.open(link).form(link))) == f"{prefix}{HOME}?notice=removed"
    assert "My phone" not in ann.open(f"{prefix}{HOME}").main


def test_letters_about_it_lead_to_that_wasnt_me(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    with_app(ann, prefix)
    (letter,) = (each for each in ann.app.letters() if "was added" in each.subject)
    (link,) = re.findall(r"http://localhost(/\S+/not-me/\S+)", letter.text)
    assert link.startswith(f"{prefix}/verify/not-me/")
    page = ann.open(link)
    assert "What was added then and since is removed: Authenticator app · My phone" in page.main
    done = Shown(ann.submit(page.form(link)))
    assert "What was added is removed: Authenticator app · My phone" in done.main
    assert leads(ann.get(f"{prefix}{HOME}")) == f"{prefix}/verify"
    ann.app.clock.move(seconds=31)
    ann.submit(ann.open(f"{prefix}/verify").form(f"{prefix}/verify/resend"))
    assert leads(ann.answer(prefix=prefix)) == f"{prefix}{HOME}"
    assert "No authenticator app yet." in ann.open(f"{prefix}{HOME}").main


def test_whoever_has_an_app_is_asked_for_it_on_the_page_too(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    app = with_app(ann, prefix)
    ann.post("/logout")
    ann.app.clock.move(minutes=6)
    ann.log_in()
    assert ann.client.post("/api/transfer", json={"to": "Bob"}).status_code == 403
    page = ann.open(f"{prefix}/verify")
    assert "Next we ask for the passkey or app that you've added." in page.main
    ann.submit(page.form(f"{prefix}/verify/resend"))
    assert "authenticator app" in ann.open(f"{prefix}/verify").h1
    assert leads(ann.answer(app.code(), prefix))


def test_signing_out_of_the_application_ends_it(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    with_app(ann, prefix)
    ann.post("/logout")
    assert ann.get(f"{prefix}{HOME}").status_code == 401
    ann.log_in("2")
    assert leads(ann.get(f"{prefix}{HOME}")) == f"{prefix}/verify"


def test_nobody_touches_another_person_s(ann: Customer, prefix: str) -> None:
    confirmed(ann, prefix)
    with_app(ann, prefix)
    link = next(
        each["href"] for each in ann.open(f"{prefix}{HOME}").all("a") if "Remove" in each.text
    )
    bob = Customer(ann.app)
    bob.log_in("2")
    bob.get("/orders")
    bob.answer(ann.app.code("bob@example.com"), prefix)
    assert bob.get(link).status_code == 404
    assert bob.submit(ann.open(link).form(link)).status_code in {403, 404}
    assert ann.get(link).status_code == 200


def test_programs_are_told_where_the_second_step_is_made(ann: Customer, prefix: str) -> None:
    ann.log_in()
    told = ann.get(f"{prefix}{HOME}", Accept="application/json")
    assert told.status_code == 403
    assert told.get_json()["code"] == "second_factor_required"


def test_it_stands_beside_the_application_s_own_form_protection(tmp_path: Path) -> None:
    ann = Customer(host_app(tmp_path, CSRFProtect))
    with ann.client.session_transaction() as held:
        held["user"] = "1"
    ann.get(HOME)
    assert leads(ann.answer()) == HOME
    with_app(ann)
    assert "My phone" in ann.open(HOME).main


def test_in_development_passkeys_have_a_name_to_stand_under(tmp_path: Path) -> None:
    app, here = host_app(tmp_path), {"base_url": "http://127.0.0.1:5000"}
    client = app.flask.test_client()
    client.post("/login", data={"user": "1"}, **here)
    client.get(HOME, **here)
    form = Shown(client.get("/verify", **here)).form("/verify/answer")
    typed = {each["name"]: each.attrs.get("value") or "" for each in form.all("input")}
    client.post("/verify/answer", data={**typed, "code": app.code(), "remember": ""}, **here)
    page = Shown(client.get(f"{HOME}/add/passkey", **here))
    assert "Passkeys work at http://localhost:5000" in page.main


def test_a_step_that_this_browser_skips_is_not_fresh(tmp_path: Path) -> None:
    ann = Customer(host_app(tmp_path))
    ann.confirm(remember="yes")
    ann.app.clock.move(hours=1)
    ann.post("/logout")
    ann.log_in()
    while leads(reply := ann.get(HOME)) == HOME:
        pass
    assert reply.status_code == 200
    assert leads(ann.get(f"{HOME}/add/totp")).startswith("/verify/confirm")


def test_time_is_the_application_s_business_as_the_page_says_days(tmp_path: Path) -> None:
    ann = Customer(host_app(tmp_path))
    ann.confirm()
    with_app(ann)
    ann.app.clock.move(days=1)
    ann.get("/orders")
    assert "Added yesterday" in ann.open(HOME).main
