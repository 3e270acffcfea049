"""A corner bank: Flask-Login signs people in, Flask-SQLAlchemy keeps them."""

import os

from flask import Flask, flash, redirect, render_template, request
from flask_login import (
    LoginManager,
    UserMixin,
    current_user,
    login_required,
    login_user,
    logout_user,
)
from flask_sqlalchemy import SQLAlchemy
from simple_2fa.flask import Simple2FA, second_factor_required
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "only for this example")
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("BANK_DATABASE", "sqlite:///bank.sqlite3")
db = SQLAlchemy(app)
login_manager = LoginManager(app)
login_manager.login_view = "login"
two_factor = Simple2FA(app, database=db, layout="base.html")


class User(UserMixin, db.Model):
    id = db.Column(db.Integer, primary_key=True)
    email = db.Column(db.String(255), unique=True, nullable=False)
    password = db.Column(db.String(255), nullable=False)
    balance = db.Column(db.Integer, nullable=False)


@login_manager.user_loader
def load_user(user_id):
    return db.session.get(User, int(user_id))


@two_factor.person_loader
def person():
    return (current_user.id, current_user.email) if current_user.is_authenticated else None


@app.get("/")
@login_required
def home():
    return render_template("home.html", balance=current_user.balance)


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        user = db.session.scalar(db.select(User).where(User.email == request.form["email"]))
        if user and check_password_hash(user.password, request.form["password"]):
            login_user(user)
            return redirect("/")
        flash("That email and password don't match.")
    return render_template("login.html")


@app.post("/logout")
def logout():
    logout_user()
    return redirect("/login")


@app.post("/transfer")
@login_required
@second_factor_required(within=5)
def transfer():
    amount = abs(int(request.form["amount"]))
    current_user.balance -= amount
    db.session.commit()
    flash(f"{amount} coins are on their way to {request.form['to']}.")
    return redirect("/")


with app.app_context():
    db.create_all()
    if not db.session.scalar(db.select(User)):
        password = generate_password_hash("three small boats")
        db.session.add(User(email="ann@example.com", password=password, balance=100))
        db.session.commit()
