"""What people do who have lost everything, and those who say that it wasn't they."""

import re

from acts_adding import ADD_APP, App, app_id, at_app, with_app, with_both
from acts_inside import inside
from acts_outside import Act, elsewhere, signing_in
from apps import ANN, Site
from visitors import PASSWORD, Visitor

LINK = re.compile(r"https?://[^/]+(/not-me/\S+)")


def link_of(site: Site, subject: str, address: str = ANN) -> str:
    """Give the path to which the newest letter of a subject leads."""
    found = [each for each in site.letters(address) if each.subject == subject]
    (path,) = LINK.findall(found[0].text)
    return str(path)


def a_new_browser(ann: Visitor) -> str:
    """Somebody signs in elsewhere; give the link of the letter about that."""
    ann.settle()
    ann.come_in()
    return link_of(ann.site, "A new browser signed in to Acme")


def not_me(ann: Visitor) -> None:
    ann.open(a_new_browser(ann))


def not_me_said(ann: Visitor) -> None:
    not_me(ann)
    ann.press("That wasn't me")


def not_me_again(ann: Visitor) -> None:
    path = a_new_browser(ann)
    ann.open(path)
    ann.press("That wasn't me")
    ann.open(path)


def not_me_a_new_way(ann: Visitor) -> None:
    with_app(ann)
    ann.open(link_of(ann.site, "A way to sign in to Acme was added"))


def taken_back(ann: Visitor) -> None:
    not_me_a_new_way(ann)
    ann.press("That wasn't me")


def in_again_after_that(ann: Visitor) -> None:
    taken_back(ann)
    ann.come_in()


def not_me_a_way_gone(ann: Visitor) -> None:
    at_app("remove")(ann)
    ann.press("Remove it")
    ann.open(link_of(ann.site, "A way to sign in to Acme was removed"))
    ann.press("That wasn't me")


def not_me_after_a_reset(ann: Visitor) -> None:
    ann.settle()
    elsewhere(ann).reset()
    ann.open(link_of(ann.site, "Your Acme password was reset"))
    ann.press("That wasn't me")


def at_the_old_address(ann: Visitor) -> None:
    inside("/account/address")(ann)
    _move(ann)


def _move(ann: Visitor) -> None:
    ann.open("/account/address")
    ann.fill("New email address", "bea@example.com")
    ann.press("Continue")
    ann.type(ann.site.code("bea@example.com"))
    ann.open(link_of(ann.site, "Your Acme email address was changed"))


def not_me_at_the_old_address(ann: Visitor) -> None:
    at_the_old_address(ann)
    ann.press("That wasn't me")


def an_address_stays(ann: Visitor) -> None:
    with_app(ann)
    _move(ann)


def a_way_stays(ann: Visitor) -> None:
    """Ann has a new phone, and the old one's app is gone."""
    with_app(ann)
    ann.site.deliver()
    ann.site.clock.move(minutes=1)
    ann.open("/account/add/totp")
    ann.press(ADD_APP)
    ann.fill("Name (optional)", "New phone")
    ann.type(App(ann).code())
    ann.open(f"/account/remove/{app_id(ann)}")
    ann.press("Remove it")
    ann.open(link_of(ann.site, "A way to sign in to Acme was added"))


def with_everything_lost(ann: Visitor) -> None:
    """Enter the password, and have nothing else."""
    with_both(ann)
    ann.lose_cookies()
    ann.sign_in()


def lost(ann: Visitor) -> None:
    with_everything_lost(ann)
    ann.open("/lost")


def waiting(ann: Visitor) -> None:
    lost(ann)
    ann.press("Begin the wait")


def waiting_at_the_door(ann: Visitor) -> None:
    waiting(ann)
    ann.open("/verify")


def over(ann: Visitor) -> None:
    waiting(ann)
    ann.site.clock.move(hours=72)
    ann.sign_in()


def over_on_its_page(ann: Visitor) -> None:
    over(ann)
    ann.open("/lost")


def recovered(ann: Visitor) -> None:
    over(ann)
    ann.press("Go on without a second step")


def offered_by_mail_alone(ann: Visitor) -> None:
    signing_in(ANN, PASSWORD)(ann)
    ann.unfold("Other ways to sign in")


def too_soon(ann: Visitor) -> None:
    ann.settle()
    thief = elsewhere(ann)
    thief.reset()
    ann.sign_in(password="walnut harbour quiet")
    ann.open("/lost")


def too_often(ann: Visitor) -> None:
    with_app(ann)
    for _ in range(3):
        there = elsewhere(ann)
        there.sign_in()
        there.open("/lost")
        there.press("Begin the wait")
        ann.open("/account")
        ann.press("Cancel")
    ann.lose_cookies()
    ann.sign_in()
    ann.open("/lost")
    ann.press("Begin the wait")


def asked_by_a_thief(ann: Visitor) -> None:
    """Ann is signed in while somebody else starts it."""
    with_app(ann)
    thief = elsewhere(ann)
    thief.sign_in()
    thief.open("/lost")
    thief.press("Begin the wait")
    ann.open("/account")


def cancelled(ann: Visitor) -> None:
    asked_by_a_thief(ann)
    ann.press("Cancel")


def stepping_up_without_a_wait(ann: Visitor) -> None:
    with_both(ann)
    ann.open("/account/recovery")
    ann.press("Switch it off")
    ann.site.clock.move(minutes=5)
    ann.open("/account/password")
    ann.press("Continue")
    ann.unfold("Other ways to confirm")


def switched(to: str) -> Act:
    def act(ann: Visitor) -> None:
        inside("/account/recovery")(ann)
        ann.press("Switch it off")
        if to == "on":
            ann.open("/account/recovery")
            ann.press("Switch it on")

    return act
