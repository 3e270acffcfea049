"""Log lines: facts and words, never a secret."""

import json
import logging
import sys

import pytest

from simple_2fa.app.logs import JsonLines, PlainLines, configure, redact
from simple_2fa.core.ids import new_id, new_secret

FACTS = {
    "request_id": "x" * 22,
    "method": "POST",
    "route": "/verify/answer",
    "status": 400,
    "ms": 1.5,
    "problem": "wrong_code",
    "client": "",
    "address": "203.0.113.7",
}


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {
            "name": "simple_2fa.request" if extra else "simple_2fa.mail",
            "levelname": "INFO",
            "msg": message,
            "args": arguments,
            "created": 1_795_343_400.25,
            **extra,
        }
    )
    assert isinstance(made, logging.LogRecord)
    return made


def in_trouble() -> logging.LogRecord:
    try:
        int("482913 for ann@example.com")
    except ValueError:
        trouble = sys.exc_info()
    made = record("it broke")
    made.exc_info = trouble
    return made


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (f"key s2fa_{'a' * 43}", "key s2fa_***"),
        (f"GET /verify/{'b' * 43}/delivery", "GET /verify/***/delivery"),
        ("code 482913, yes", "code ***, yes"),
        ("code=0482913555", "code=***"),
        ("to ann@example.com and bob.b@x.test", "to a***@example.com and b***@x.test"),
        ("port 50432, 12 of 600", "port 50432, 12 of 600"),
        ("2026-11-22T10:30:00 took 1234567 us", "2026-11-22T10:30:00 took 1234567 us"),
    ],
)
def test_secrets_go_and_the_rest_stays(told: str, kept: str) -> None:
    assert redact(told) == kept


def test_any_ticket_goes_and_any_public_id_stays() -> None:
    for _ in range(200):
        assert redact(f"x {new_secret()} y") == "x *** y"
        ident = f"{new_id()[:-1]}A"
        assert redact(f"letter {ident}") == f"letter {ident}"


class TestJson:
    def test_a_request_is_one_object_of_facts(self) -> None:
        line = json.loads(JsonLines().format(record("request", facts=FACTS)))
        assert line == {
            "at": "2026-11-22T10:30:00.250+00:00",
            "level": "info",
            "logger": "simple_2fa.request",
            **FACTS,
        }

    def test_anything_else_is_an_event(self) -> None:
        line = json.loads(JsonLines().format(record("code %s to %s", 482913, "ann@example.com")))
        assert line["event"] == "code *** to a***@example.com"

    def test_an_error_s_trace_is_redacted_too(self) -> None:
        line = json.loads(JsonLines().format(in_trouble()))
        assert line["event"] == "it broke"
        assert "'*** for a***@example.com'" in line["error"]

    def test_whatever_it_says_it_stays_one_line(self) -> None:
        assert "\n" not in JsonLines().format(record("two\nlines"))


class TestPlain:
    def test_a_request_is_told_in_words(self) -> None:
        line = PlainLines().format(record("request", facts=FACTS))
        assert line == "10:30:00 POST /verify/answer 400 wrong_code 1.5 ms"

    def test_so_is_anything_else(self) -> None:
        assert PlainLines().format(record("code %s", 482913)) == "10:30:00 info: code ***"

    def test_an_error_comes_with_its_trace(self) -> None:
        first, *trace = PlainLines().format(in_trouble()).splitlines()
        assert first == "10:30:00 info: it broke"
        assert trace[-1].endswith("'*** for a***@example.com'")


class TestConfigure:
    def test_our_own_lines_go_to_standard_error_once(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        configure(PlainLines())
        configure(JsonLines())
        logging.getLogger("simple_2fa.mail").info("hello")
        logging.getLogger("simple_2fa.mail").debug("too much")
        out, err = capsys.readouterr()
        assert out == ""
        assert [json.loads(line)["event"] for line in err.splitlines()] == ["hello"]
