"""The code that signs in, in real Chromium: missed, late, sent again, and in two tabs."""

import pytest
from playwright.sync_api import expect

from apps import ANN
from tabs import Tab


@pytest.fixture
def waiting(ann: Tab) -> Tab:
    """Ann, whose password was right."""
    ann.settle()
    ann.sign_in()
    ann.is_at("/verify", "Check your email")
    return ann


def test_five_misses_are_left_by_a_new_code(waiting: Tab) -> None:
    ann, old = waiting, waiting.site.code()
    ann.miss(5)
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("Too many wrong codes")
    ann.press("Email me a new code")
    ann.is_told("You can get a new code in 30 seconds.")
    ann.site.clock.move(seconds=30)
    ann.press("Email me a new code")
    ann.is_told("Sent a new code at 10:30 UTC. Use the newest one.")
    assert ann.site.code() != old
    ann.type(ann.site.code())
    ann.is_at("/account", "Your account")
    ann.sees("A wrong code was entered")


def test_going_back_after_a_miss_shows_how_things_stand_and_sends_nothing(waiting: Tab) -> None:
    ann = waiting
    ann.miss(1)
    ann.page.reload()
    ann.miss(1)
    for _ in range(2):
        expect(ann.page.locator("#code-error")).to_contain_text("3 tries left.")
        ann.page.reload()
    ann.type(ann.site.code())
    ann.is_at("/account", "Your account")
    ann.page.go_back()
    ann.is_at("/account", "Your account")


def test_an_expired_code_is_left_by_a_new_one_without_the_password(waiting: Tab) -> None:
    ann = waiting
    old = ann.site.code()
    ann.site.clock.move(minutes=10)
    ann.type(old)
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("That code has expired")
    ann.press("Email me a new code")
    ann.is_told("Sent a new code at 10:40 UTC.")
    ann.type(ann.site.code())
    ann.is_at("/account", "Your account")


def test_sent_again_it_is_the_same_code_and_never_too_early(waiting: Tab) -> None:
    ann = waiting
    ann.site.clock.move(seconds=18)
    ann.press("Send again")
    ann.is_told("You can send it again in 12 seconds.")
    assert len(ann.site.letters(ANN)) == 1
    ann.site.clock.move(seconds=60)
    ann.press("Send again")
    ann.is_told("Sent again at 10:31 UTC. It's the same code.")
    assert len({letter.code for letter in ann.site.letters(ANN)}) == 1
    assert len(ann.site.letters(ANN)) == 2
    ann.type(ann.site.code())
    ann.is_at("/account", "Your account")


def test_too_late_in_the_session_the_password_is_asked_for_again(waiting: Tab) -> None:
    ann = waiting
    ann.site.clock.move(minutes=15)
    ann.press("Send again")
    expect(ann.page.get_by_role("heading", level=1)).not_to_have_text("Check your email")
    ann.open("/account")
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    ann.come_in_here()
    ann.is_at("/account", "Your account")


def test_the_older_of_two_tabs_takes_the_code_and_the_other_is_in_too(waiting: Tab) -> None:
    ann, other = waiting, waiting.beside()
    other.sign_in()
    other.is_at("/verify", "Check your email")
    assert len(ann.site.letters(ANN)) == 1
    ann.type(ann.site.code())
    ann.is_at("/account", "Your account")
    other.type(ann.site.code())
    other.is_at("/account", "Your account")
    ann.open("/verify")
    ann.is_at("/account", "Your account")


def test_signed_out_in_one_tab_is_signed_out_in_the_other(waiting: Tab) -> None:
    ann = waiting
    ann.type(ann.site.code())
    other = ann.beside()
    other.sign_out()
    ann.press("Save language")
    ann.is_at("/login?next=%2Faccount", "Sign in")
    ann.site.clock.move(seconds=1)
    ann.come_in_here()
    ann.is_at("/account", "Your account")


def test_somebody_else_signs_in_after_all(waiting: Tab) -> None:
    ann = waiting
    ann.settle("bea@example.com")
    ann.follow("Use a different account")
    ann.enter("bea@example.com", "tangerine bicycle moon")
    ann.sees("b•••@example.com")
    ann.type(ann.site.code("bea@example.com"))
    ann.sees("To bea@example.com")
