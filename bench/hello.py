"""Flask's hello as JSON, on the server and with the threads that ours has."""

import sys

from flask import Flask, Response, jsonify
from granian import Granian
from granian.constants import Interfaces

app = Flask(__name__)


@app.get("/")
def hello() -> Response:
    """Say hello."""
    return jsonify(message="hello")


if __name__ == "__main__":
    Granian(
        "hello:app",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        blocking_threads=16,
        websockets=False,
        log_enabled=False,
    ).serve()
