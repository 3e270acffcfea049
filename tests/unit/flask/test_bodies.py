"""How much may be sent to us: the same on each Flask, whatever the application lets its own be."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from apps import made
from host_app import Customer, host_app, leads
from simple_2fa.http.hooks import MAX_BODY

Send = Callable[[FlaskClient, str, bytes], TestResponse]
KIND = "application/x-www-form-urlencoded"


def whole(client: FlaskClient, path: str, body: bytes) -> TestResponse:
    return client.post(path, data=body, content_type=KIND)


def in_chunks(client: FlaskClient, path: str, body: bytes, kind: str = KIND) -> TestResponse:
    """As a server hands on what came without a length."""
    how: dict[str, Any] = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input_terminated": True,
        "wsgi.input": BytesIO(body),
    }
    return client.post(path, content_type=kind, environ_overrides=how)


@pytest.fixture(params=[whole, in_chunks])
def send(request: pytest.FixtureRequest) -> Send:
    found: Send = request.param
    return found


def shop(folder: Path, limit: int | None = None, *, reads_first: bool = False) -> Customer:
    """Give somebody who is to type a code, in an application with a limit of its own."""

    def setup(app: Flask) -> None:
        app.config |= {"MAX_CONTENT_LENGTH": limit, "MAX_FORM_MEMORY_SIZE": limit}
        if reads_first:
            app.before_request(lambda: request.form.get("csrf_token") and None)
        app.add_url_rule("/upload", view_func=lambda: f"{len(request.form['x'])}", methods=["POST"])

    ann = Customer(host_app(folder, setup)).log_in()
    ann.get("/orders")
    return ann


def answer(ann: Customer, size: int) -> bytes:
    """Write the right answer, filled up to a size."""
    form = ann.verify().form("/verify/answer")
    token = form.all("input", name="csrf")[0]["value"]
    return f"csrf={token}&code={ann.app.code()}&x=".encode().ljust(size, b"x")


@pytest.mark.parametrize("limit", [None, 1_000_000])
def test_our_forms_take_64_kb_and_no_more(tmp_path: Path, limit: int | None, send: Send) -> None:
    ann = shop(tmp_path, limit)
    too_long = send(ann.client, "/verify/answer", answer(ann, MAX_BODY + 1))
    assert too_long.status_code == 413
    assert "That was too long" in too_long.text
    assert leads(send(ann.client, "/verify/answer", answer(ann, MAX_BODY))) == "/orders"


def test_what_the_application_has_read_before_us_too(tmp_path: Path) -> None:
    ann = shop(tmp_path, reads_first=True)
    assert whole(ann.client, "/verify/answer", answer(ann, MAX_BODY + 1)).status_code == 413
    assert leads(whole(ann.client, "/verify/answer", answer(ann, MAX_BODY))) == "/orders"


@pytest.mark.parametrize(("limit", "status"), [(None, 200), (1_000_000, 200), (1_000, 413)])
def test_its_own_views_have_its_own_limit(tmp_path: Path, limit: int | None, status: int) -> None:
    ann = shop(tmp_path, limit)
    assert whole(ann.client, "/upload", b"x=".ljust(MAX_BODY * 2, b"x")).status_code == status


def test_where_it_allows_less_so_do_we(tmp_path: Path) -> None:
    ann = shop(tmp_path, 1_000)
    assert whole(ann.client, "/verify/answer", answer(ann, 1_001)).status_code == 413
    assert leads(whole(ann.client, "/verify/answer", answer(ann, 0))) == "/orders"


@pytest.mark.parametrize(("more", "status"), [(0, 202), (1, 413), (1_000_000, 413)])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_our_own_server_takes_no_more(
    tmp_path: Path, more: int, status: int, *, is_chunked: bool
) -> None:
    client = made(tmp_path).client()
    body = b'{"email": "ann@example.com"}'.ljust(MAX_BODY + more)
    path, kind = "/generate-2fa", "application/json"
    if is_chunked:  # it would be good if it were cut off
        assert in_chunks(client, path, body, kind).status_code == status
    else:
        assert client.post(path, data=body, content_type=kind).status_code == status
