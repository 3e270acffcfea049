"""What is around the API: who may reach it, a database or mail server that is gone, the log."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import ANN, Site, made
from callers import CHALLENGES, Shop, refusal
from rig.mariadb import MariaDB
from rig.proxy import Proxy
from rig.smtp import Sink
from simple_2fa.app.logs import JsonLines, PlainLines
from simple_2fa.challenges import answers
from world import wrong

EVERYBODY_S = [
    {"Host": "2fa.example.com"},
    {"Host": "2fa.example.com:5000"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1.evil.example:5000"},
    {"Host": "192.168.1.5:5000"},
    {"Host": "10.0.0.1"},
    {"Host": "[::2]:5000"},
    {"Host": "/var/run"},
    {"Host": "localhost@evil.example"},
    {"Host": "é"},
    {"Forwarded": "for=192.0.2.1"},
    {"Via": "1.1 proxy"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost"},
    {"X-Forwarded-Proto": "https"},
    {"x-FORWARDED-port": "443"},
    {"X-Forwarded-For": ""},
]
THIS_MACHINE_S = ["localhost", "localhost:5000", "LOCALHOST", "127.0.0.1:1", "[::1]", "[::1]:5000"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return made(tmp_path)


@pytest.fixture
def production(tmp_path: Path) -> Site:
    return made(tmp_path, development=False)


class TestDevelopment:
    @pytest.mark.parametrize("headers", EVERYBODY_S, ids=str)
    def test_it_serves_this_machine_alone_and_says_the_way_out(
        self, site: Site, headers: dict[str, str]
    ) -> None:
        shop = Shop(site)
        for path in ("/generate-2fa", "/api/v1/x"):
            reply = shop.call(path, {"email": ANN}, headers=headers)
            assert refusal(reply) == (421, "misdirected")
            assert "simple-2fa serve" in (reply.json or {})["detail"]
        for path in ("/", "/inbox", "/inbox.json", "/docs", "/verify", "/healthz"):
            assert shop.call(path, method="GET", headers=headers).status_code == 421
        assert site.letters() == []

    @pytest.mark.parametrize("host", THIS_MACHINE_S)
    def test_it_serves_this_machine_by_any_of_its_names(self, site: Site, host: str) -> None:
        reply = Shop(site).call("/generate-2fa", {"email": ANN}, headers={"Host": host})
        assert reply.status_code == 202
        assert (reply.json or {})["page"].startswith("http://localhost:5000/")

    def test_a_wrong_key_is_wrong_here_too(self, site: Site) -> None:
        reply = Shop(site, key="s2fa_x").call("/generate-2fa", {"email": ANN})
        assert refusal(reply) == (401, "unauthorized")

    def test_a_key_tells_one_application_from_another(self, site: Site) -> None:
        shop = Shop.of(site)
        challenge = shop.start()["challenge"]
        assert refusal(Shop(site).get(f"{CHALLENGES}/{challenge}")) == (404, "not_found")


class TestProduction:
    @pytest.mark.parametrize("headers", EVERYBODY_S, ids=str)
    def test_it_serves_everybody_with_a_key_by_its_own_address(
        self, production: Site, headers: dict[str, str]
    ) -> None:
        reply = Shop.of(production).call("/generate-2fa", {"email": ANN}, headers=headers)
        assert reply.status_code == 202
        assert (reply.json or {})["page"].startswith("https://2fa.example.com/verify/")

    def test_a_forged_host_is_in_no_response(self, production: Site) -> None:
        shop = Shop.of(production)
        for path in ("/", "/docs", "/openapi.json", "/verify/x", "/api//v1", "/nowhere"):
            reply = shop.call(path, method="GET", headers={"Host": "evil.example"})
            assert "evil" not in reply.text
            assert "evil" not in str(reply.headers)

    def test_the_bearer_scheme_is_spelled_as_you_like(self, production: Site) -> None:
        shop = Shop.of(production)
        for number, scheme in enumerate(("bearer", "BEARER", "Bearer  ")):
            headers = {"Authorization": f"{scheme} {shop.key}"}
            body = {"email": f"ann{number}@example.com"}
            assert shop.call("/generate-2fa", body, headers=headers).status_code == 202


@pytest.mark.usefixtures("unpaused")
class TestDatabase:
    @pytest.fixture
    def proxy(self, mariadb: MariaDB) -> Iterator[Proxy]:
        with Proxy(mariadb.port) as proxy:
            yield proxy

    def test_it_is_gone_and_comes_back_by_itself(
        self, tmp_path: Path, mariadb: MariaDB, proxy: Proxy
    ) -> None:
        site = made(tmp_path, proxy.through(mariadb.create_database()))
        shop = Shop(site)
        challenge = shop.start()["challenge"]
        code = site.code()
        proxy.refuse()
        replies = [
            shop.call("/generate-2fa", {"email": ANN}),
            shop.verify(code),
            shop.answer(challenge, wrong(code)),
            shop.get(f"{CHALLENGES}/{challenge}"),
        ]
        assert [refusal(reply) for reply in replies] == [(503, "unavailable")] * 4
        assert shop.get("/healthz").status_code == 200
        ready = shop.get("/readyz")
        assert (ready.status_code, (ready.json or {})["status"]) == (503, "unavailable")
        assert shop.get("/docs").status_code == 200
        proxy.allow()
        assert shop.show(challenge)["tries_left"] == 5
        assert shop.answer(challenge, code).status_code == 200
        site.services.db.close()


class TestMail:
    def test_issuing_goes_on_while_the_mail_server_is_gone(
        self, tmp_path: Path, smtp_sink: Sink
    ) -> None:
        site = made(
            tmp_path,
            SMTP_SERVER="127.0.0.1",
            SMTP_PORT=str(smtp_sink.port),
            SMTP_TLS="none",
            MAIL_FROM="no-reply@example.com",
        )
        shop = Shop(site)
        smtp_sink.stop()
        first = shop.start()
        site.deliver()
        assert shop.show(first["challenge"])["delivery"] in {"queued", "deferred"}
        shop.start("bob@example.com")
        smtp_sink.start()
        site.clock.move(minutes=2)
        site.deliver()
        assert {letter.recipients for letter in smtp_sink.wait_for(2)} == {
            (ANN,),
            ("bob@example.com",),
        }
        (letter,) = [each for each in smtp_sink.messages if each.recipients == (ANN,)]
        code = next(line for line in letter.text.split() if line.isdecimal() and len(line) == 6)
        assert shop.show(first["challenge"])["delivery"] == "sent"
        assert shop.answer(first["challenge"], code).status_code == 200
        site.clock.move(minutes=10)
        site.deliver()  # nothing; the idle connection is hung up
        site.services.db.close()


class TestLog:
    def written(self, caplog: pytest.LogCaptureFixture) -> str:
        ours = [record for record in caplog.records if record.name.startswith("simple_2fa")]
        return "\n".join(
            formatter.format(record) for record in ours for formatter in (JsonLines(), PlainLines())
        )

    def test_it_has_one_line_for_each_request_and_no_secret(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "simple_2fa")
        shop = Shop.of(site)
        started = shop.start()
        code = site.code()
        ticket = started["page"].rpartition("/")[2]
        replies = [
            shop.get(f"/verify/{ticket}"),
            shop.get(f"/verify/{ticket}/delivery"),
            shop.get(f"/nowhere/{ticket}?code={code}"),
            shop.answer(started["challenge"], wrong(code)),
            shop.answer(started["challenge"], "x"),
            shop.call("/verify", {"email": ANN, "code": [code]}),
            shop.call(f"/verify?key={shop.key}", {"email": ANN}),
            shop.verify(code),
        ]
        lines = [
            json.loads(JsonLines().format(record))
            for record in caplog.records
            if record.name == "simple_2fa.request"
        ]
        assert [line["request_id"] for line in lines[1:]] == [
            reply.headers["X-Request-Id"] for reply in replies
        ]
        assert [(line["method"], line["route"], line["status"]) for line in lines[1:5]] == [
            ("GET", "/verify/<ticket>", 200),
            ("GET", "/verify/<ticket>/delivery", 200),
            ("GET", "(none)", 404),
            ("POST", "/api/v1/challenges/<challenge>/answer", 400),
        ]
        assert lines[-1]["client"] == shop.id
        text = self.written(caplog)
        for secret in (shop.key, ticket, code, wrong(code), ANN, "ann@"):
            assert secret not in text

    def test_a_fault_of_ours_is_logged_without_its_secrets_and_told_without_its_words(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        shop = Shop.of(site)
        started = shop.start()
        code, ticket = site.code(), started["page"].rpartition("/")[2]

        def break_down(*_: object) -> None:
            raise RuntimeError(f"a bug near {code} for {ANN} with {shop.key} at {ticket}")

        monkeypatch.setattr(answers, "answer", break_down)
        reply = shop.answer(started["challenge"], code)
        assert refusal(reply) == (500, "internal_error")
        assert "bug" not in reply.text
        text = self.written(caplog)
        assert "RuntimeError: a bug near *** for a***@example.com with s2fa_*** at ***" in text
        for secret in (code, ANN, shop.key, ticket):
            assert secret not in text
