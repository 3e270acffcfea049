"""What people do before they are signed in: new accounts, passwords, codes."""

from collections.abc import Callable

from apps import ANN
from visitors import ANOTHER, PASSWORD, SAFARI, Reader, Visitor

LONG = "a-rather-long-address-of-somebody@mail.subsidiary.example.com"

Act = Callable[[Visitor], object]


def at_path(path: str) -> Act:
    return lambda ann: ann.open(path)


def registering(address: str, password: str) -> Act:
    return lambda ann: ann.ask_for_account(address, password)


def signing_in(address: str, password: str) -> Act:
    """Type these on the page to sign in; an account is there."""

    def act(ann: Visitor) -> None:
        ann.settle()
        ann.sign_in(address, password)

    return act


def elsewhere(ann: Visitor, agent: str = SAFARI) -> Reader:
    """Let another browser do something a second later, which needs no eyes."""
    ann.site.clock.move(seconds=1)
    return Reader(ann.site, agent)


def register_later(ann: Visitor) -> None:
    for _ in range(4):
        ann.ask_for_account()


def confirm_sent(ann: Visitor) -> None:
    ann.ask_for_account("ann@exmaple.com")
    ann.site.deliver()
    ann.open("/verify")


def mistyped(ann: Visitor) -> None:
    ann.ask_for_account("ann@exmaple.com")
    ann.open("/verify/address")


def mistyped_again(ann: Visitor) -> None:
    mistyped(ann)
    ann.fill("Email", "ann@")
    ann.press("Continue")


def taken(ann: Visitor) -> None:
    ann.settle(LONG)
    ann.create_account(LONG)


def five_misses(ann: Visitor) -> None:
    ann.ask_for_account()
    ann.miss(5)


def home_inside(ann: Visitor) -> None:
    ann.create_account()
    ann.open("/")


def by_passkey(ann: Visitor) -> None:
    ann.open("/login/with/passkey?next=/account")
    ann.press("Continue")


def stale(ann: Visitor) -> None:
    ann.open("/login")
    ann.lose_cookies()
    ann.enter(ANN, PASSWORD)


def no_match(ann: Visitor) -> None:
    ann.settle()
    ann.open("/login?next=/account")
    ann.enter(ANN, ANOTHER)


def too_many_passwords(ann: Visitor) -> None:
    ann.settle()
    thief = Reader(ann.site)
    for _ in range(10):
        thief.sign_in(password=ANOTHER)
    ann.sign_in()


def signed_out(ann: Visitor) -> None:
    ann.settle()
    ann.come_in()
    ann.sign_out()


def ended(ann: Visitor) -> None:
    ann.settle()
    ann.come_in()
    ann.site.clock.move(hours=2)
    ann.open("/account")


def code_sent(ann: Visitor) -> None:
    signing_in(ANN, PASSWORD)(ann)
    ann.site.deliver()
    ann.open("/verify")


def code_wrong(ann: Visitor) -> None:
    signing_in(ANN, PASSWORD)(ann)
    ann.miss(1)
    ann.tick("Don't ask again on this browser for 30 days")
    ann.miss(1)


def code_expired(ann: Visitor) -> None:
    signing_in(ANN, PASSWORD)(ann)
    ann.site.clock.move(minutes=10)
    ann.open("/verify")


def guessed_at(ann: Visitor) -> None:
    """Wait for a code, while others who know the password guess."""
    signing_in(ANN, PASSWORD)(ann)
    thief = elsewhere(ann)
    thief.sign_in()
    for _ in range(2):
        thief.miss(5)
        ann.site.clock.move(seconds=30)
        thief.press("Email me a new code")


def codes_paused(ann: Visitor) -> None:
    guessed_at(ann)
    ann.type("123456")


def long_code(ann: Visitor) -> None:
    guessed_at(ann)
    ann.site.clock.move(minutes=9)
    ann.open("/verify")
    ann.press("Email me a new code")


def no_more_letters(ann: Visitor) -> None:
    ann.settle()
    for _ in range(5):
        elsewhere(ann).sign_in()
    ann.sign_in()


def no_more_letters_pressed(ann: Visitor) -> None:
    no_more_letters(ann)
    ann.press("Email me a new code")
