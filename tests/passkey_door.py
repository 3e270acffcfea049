"""A door that opens to Ann's passkeys, and the authenticator in Chromium that answers it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask, Response, jsonify, request
from playwright.sync_api import CDPSession, Page
from werkzeug.serving import BaseWSGIServer, make_server

from simple_2fa.core.factor import ENROL, Context, Held, Verdict
from simple_2fa.factors.passkey import factor
from simple_2fa.http import templates
from world import NOW

ANN = bytes(range(32))
PLATFORM = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
PAGE = """
{%- set challenge = {"purpose": purpose} -%}
{% import "factors/passkey/" ~ file ~ ".html" as prompt with context %}
<!doctype html><html lang="en"><head><title>Door</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/static/simple.css">
{% for each in scripts %}<script type="module" src="/static/{{ each }}.js"></script>
{% endfor %}
</head><body><main>
<h1>{{ prompt.heading }}</h1><p>{{ prompt.sentence }}</p>
<form method="post" novalidate>{{ prompt.fields }}
{% if named %}<label>Name <input name="name"></label>{% endif %}
<button class="main" data-busy="Checking…">Continue</button></form>
<p><a href="/other">Another way</a></p>
<p role="status" class="unseen"></p>
</main></body></html>
"""
OFFER = """
<!doctype html><html lang="en"><head><title>Sign in</title>
<script type="module" src="/static/conditional.js"></script></head><body>
<form method="post" action="/password"><input name="email" autocomplete="username webauthn">
<button>Sign in</button></form>
<form method="post" action="/get" data-offer="/begin" hidden><input name="csrf" value="c">
<input name="code"><input name="challenge"></form>
</body></html>
"""
UPGRADE = """
<!doctype html><html lang="en"><head><title>Home</title>
<script type="module" src="/static/conditional.js"></script></head><body>
<form method="post" action="/create" data-upgrade="/begin" hidden><input name="code"></form>
</body></html>
"""


@dataclass
class Door:
    """A site with one door, that opens to Ann's passkeys."""

    origin: str = ""
    held: tuple[Held, ...] = ()
    state: bytes = b""
    told: dict[str, Any] = field(default_factory=dict)
    sent: list[dict[str, str]] = field(default_factory=list)

    def context(self, purpose: str, *, alone: bool = False) -> Context:
        context = Context(NOW, purpose, self.origin, "localhost", "ann@example.com", 6)
        return replace(context, held=self.held, subject=ANN, site="Acme", alone=alone)

    def page(self, file: str) -> str:
        return self._shown(file, None)

    def answered(self, file: str) -> str:
        """Judge what was sent, and say so."""
        self.sent.append(dict(request.form))
        context = self.context(ENROL if file == "enrol" else "login")
        verdict = factor.finish(context, self.state, request.form["code"])
        if not verdict.ok:
            return self._shown(file, "wrong")
        self._keep(verdict)
        return f"<title>Done</title><h1>Right {verdict.name}</h1>"

    def _keep(self, verdict: Verdict) -> None:
        assert verdict.secret
        if verdict.credential is None:
            self.held += (Held(str(len(self.held)), verdict.secret, 1),)
        else:
            self.held = tuple(
                replace(each, secret=verdict.secret) if each.id == verdict.credential else each
                for each in self.held
            )

    def _shown(self, file: str, error: str | None) -> str:
        purpose = ENROL if file == "enrol" else "login"
        begun = factor.begin(self.context(purpose))
        self.state = begun.state
        rest = {"scripts": ["forms", factor.script], "asked": begun.prompt, "error": error}
        shown = {"file": file, "purpose": purpose, "tries_left": 3, "at": str, **rest, **self.told}
        return templates.environment().from_string(PAGE).render(shown)

    def begun(self) -> Response:
        self.sent.append(dict(request.form))
        alone = "challenge" in request.form
        begun = factor.begin(self.context("login" if alone else ENROL, alone=alone))
        self.state = begun.state
        options = {**json.loads(str(begun.prompt["options"])), **self.told}
        return jsonify(options=json.dumps(options), challenge="c1")


def app_of(door: Door) -> Flask:
    app = Flask("simple_2fa", static_url_path="/static")
    for path, file in (("/get", "prompt"), ("/create", "enrol")):
        app.add_url_rule(path, f"show {file}", lambda file=file: door.page(file))
        app.add_url_rule(path, file, lambda file=file: door.answered(file), methods=["POST"])
    app.add_url_rule("/begin", "begin", door.begun, methods=["POST"])
    app.add_url_rule("/login", "login", lambda: OFFER)
    app.add_url_rule("/home", "home", lambda: UPGRADE)

    @app.after_request
    def _guarded(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        return response

    return app


@contextmanager
def opened() -> Iterator[Door]:
    """Serve a door on this machine, as `localhost`."""
    door = Door()
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app_of(door), threaded=True)
    door.origin = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


class Device:
    """The authenticator of a tab, by the DevTools protocol."""

    def __init__(self, page: Page, **traits: bool) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        given = {"options": {**PLATFORM, **traits}}
        added = self._session.send("WebAuthn.addVirtualAuthenticator", given)
        self._id = added["authenticatorId"]

    def _set(self, method: str, **values: bool) -> None:
        self._session.send(f"WebAuthn.{method}", {"authenticatorId": self._id, **values})

    def verifies(self, *, somebody: bool) -> None:
        self._set("setUserVerified", isUserVerified=somebody)

    def is_touched(self, *, by_itself: bool) -> None:
        self._set("setAutomaticPresenceSimulation", enabled=by_itself)
