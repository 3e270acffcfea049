"""A server that makes the application first and forks then, as `gunicorn --preload` does."""

import subprocess
import sys
from pathlib import Path

_FORKS = """
import os, sys, threading
from flask import Flask
from simple_2fa.flask import Simple2FA, second_factor_required
from simple_2fa.http.services import EXTENSION

app = Flask("shop", instance_path=sys.argv[1])
app.secret_key, app.debug = "the shop's own", True
Simple2FA(app).person_loader(lambda: ("1", "ann@example.com"))
app.add_url_rule("/orders", view_func=second_factor_required(lambda: "orders"))
client = app.test_client()

def state():
    has_thread = any(each.name == "worker" and each.is_alive() for each in threading.enumerate())
    return app.extensions[EXTENSION].services, has_thread

with app.app_context():
    app.extensions[EXTENSION].services  # as where `forget` is called at the start
before, had_thread = state()
assert not had_thread
assert client.get("/verify").status_code == 200
assert state() == (before, True)
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
assert not state()[1]
assert client.get("/orders").location == "/verify"
after, has_thread = state()
assert has_thread
assert after.db is not before.db
(letter,) = client.get("/inbox.json?to=ann@example.com&wait=10").json
assert letter["code"]
"""


def test_each_process_has_its_own_thread_and_connections(tmp_path: Path) -> None:
    script = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKS, str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
