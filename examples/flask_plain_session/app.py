"""A diary without any library for people: Flask's own session says who is signed in.

All of it takes a second step, once per sign-in; erasing takes one of the last five minutes.
"""

import os

from flask import Flask, jsonify, redirect, render_template_string, request, session
from simple_2fa.flask import Simple2FA, current_proof, second_factor_required

PEOPLE = {"ann": ("ann@example.com", "three small boats")}
PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>Diary</title><h1>{{ title }}</h1>{{ body|safe }}"""
SIGN_IN = """<form method="post"><label>Name <input name="name" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form>"""
DIARY = """<ol>{}</ol><form method="post"><label>Today <input name="line"></label>
<button>Write</button></form>
<form method="post" action="/erase"><button>Erase all</button></form>
<p><a href="/2fa/verify/account">How you sign in</a></p>
<form method="post" action="/sign-out"><button>Sign out</button></form>"""

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY", "only for this example")
two_factor = Simple2FA(app, url_prefix="/2fa")
lines: list[str] = []


@two_factor.person_loader
def person():
    name = session.get("name")
    return (name, PEOPLE[name][0]) if name else None


@app.route("/sign-in", methods=["GET", "POST"])
def sign_in():
    name, password = request.form.get("name", ""), request.form.get("password", "")
    if name in PEOPLE and PEOPLE[name][1] == password:
        session["name"] = name
        return two_factor.ask("/")
    return render_template_string(PAGE, title="Sign in", body=SIGN_IN)


@app.errorhandler(401)
def to_sign_in(_error):
    return redirect("/sign-in")


@app.route("/", methods=["GET", "POST"])
@second_factor_required
def diary():
    if request.method == "POST":
        lines.append(request.form["line"])
    shown = "".join(render_template_string("<li>{{ line }}</li>", line=line) for line in lines)
    return render_template_string(PAGE, title="Diary", body=DIARY.format(shown))


@app.post("/erase")
@second_factor_required(within=5)
def erase():
    lines.clear()
    return redirect("/")


@app.get("/api/lines")
@second_factor_required
def api_lines():
    return jsonify(lines=lines, proved_by=current_proof.factor)


@app.post("/sign-out")
def sign_out():
    session.clear()
    return redirect("/sign-in")
