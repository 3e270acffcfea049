"""An application that calls the API, in process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from werkzeug.test import TestResponse

from apps import ANN, Site

JSON = "application/json"
PROBLEM = "application/problem+json"
CHALLENGES = "/api/v1/challenges"


@dataclass
class Shop:
    """An application; without a key the one that development takes anybody for."""

    site: Site
    id: str = "development"
    key: str = ""

    @classmethod
    def of(cls, site: Site, name: str = "Shop") -> Self:
        """Register it."""
        return cls(site, *site.new_key(name))

    def call(  # noqa: PLR0913 (a request has so many sides)
        self,
        path: str,
        body: object = None,
        *,
        method: str = "POST",
        data: bytes | None = None,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Send a JSON body, or `data` as it is."""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        sent |= headers or {}
        more: dict[str, Any] = {"json": body} if body is not None else {}
        if data is not None:
            more = {"data": data, "content_type": content_type}
        return self.site.client().open(path, method=method, headers=sent, buffered=True, **more)

    def get(self, path: str) -> TestResponse:
        return self.call(path, method="GET")

    def start(self, to: str = ANN, **more: str) -> dict[str, Any]:
        """Have a code sent; give the reply."""
        reply = self.call(CHALLENGES, {"to": to, **more})
        assert reply.status_code == 202, reply.text
        return dict(reply.json or {})

    def answer(self, challenge: str, code: str) -> TestResponse:
        return self.call(f"{CHALLENGES}/{challenge}/answer", {"code": code})

    def verify(self, code: str, email: str = ANN, **more: str) -> TestResponse:
        """Check a code by address."""
        return self.call("/verify", {"email": email, "code": code, **more})

    def show(self, challenge: str) -> dict[str, Any]:
        reply = self.get(f"{CHALLENGES}/{challenge}")
        assert reply.status_code == 200, reply.text
        return dict(reply.json or {})


def refusal(reply: TestResponse) -> tuple[int, str]:
    """Give status and code of a problem, once it has been looked over."""
    body = dict(reply.json or {})
    assert reply.mimetype == PROBLEM, reply.text
    assert body["status"] == reply.status_code
    assert body["request_id"] == reply.headers["X-Request-Id"]
    assert body["type"].endswith(f"/docs#{body['code']}")
    assert all(body[name] for name in ("title", "detail", "message"))
    return reply.status_code, body["code"]


def pointers(reply: TestResponse) -> list[str]:
    """Give the fields that a 422 names."""
    assert refusal(reply) == (422, "invalid_request")
    return [each["pointer"] for each in (reply.json or {}).get("errors", [])]


def said(reply: TestResponse) -> dict[str, Any]:
    """Give a problem's body but for its request id."""
    body = dict(reply.json or {})
    del body["request_id"]
    return body
