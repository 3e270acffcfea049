"""What a request holds of ours."""

from flask import Flask
from werkzeug.test import EnvironBuilder

from simple_2fa.http.own import g


def test_one_request_may_go_through_two_applications() -> None:
    shop, desk = Flask("shop"), Flask("desk")
    environ = EnvironBuilder().get_environ()
    with shop.request_context(environ):
        g.visit = "the shop's"
        with desk.request_context(environ):
            assert "visit" not in g
        assert g.visit == "the shop's"
