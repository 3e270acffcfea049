"""What people do with an account: its page, changes, a reset and undoing that."""

from acts_outside import Act, elsewhere, signed_out
from visitors import ANOTHER, FIREFOX, PASSWORD, Visitor


def inside(path: str, *, fresh: bool = True) -> Act:
    """Open a page of the account, a second step just made or long ago."""

    def act(ann: Visitor) -> None:
        ann.settle()
        ann.come_in()
        if not fresh:
            ann.site.clock.move(minutes=5)
        ann.open(path)

    return act


def at_home(ann: Visitor) -> None:
    """Everyday life: a phone that is remembered, misses, a browser of long ago."""
    ann.settle()
    phone = elsewhere(ann)
    phone.sign_in()
    phone.tick("Don't ask again on this browser for 30 days")
    phone.type(ann.site.code())
    ann.site.clock.move(minutes=2)
    phone.sign_out()
    ann.site.clock.move(days=12)
    phone.sign_in()
    ann.site.clock.move(minutes=20)
    elsewhere(ann, FIREFOX).sign_in(password=ANOTHER)
    ann.site.clock.move(minutes=1)
    ann.come_in()
    ann.open("/account")


def pressing(name: str) -> Act:
    """Press a button of the account's page."""

    def act(ann: Visitor) -> None:
        at_home(ann)
        ann.press(name)

    return act


def speaking_english(ann: Visitor) -> None:
    at_home(ann)
    ann.choose("Language", "English")
    ann.press("Save language")


def activity(ann: Visitor) -> None:
    at_home(ann)
    ann.open("/account/activity")


def activity_end(ann: Visitor) -> None:
    inside("/account/activity?before=1")(ann)


def stepping_up(what: str) -> Act:
    def act(ann: Visitor) -> None:
        inside(f"/account/{what}", fresh=False)(ann)
        ann.press("Email me a code")

    return act


def other_password(current: str, new: str) -> Act:
    def act(ann: Visitor) -> None:
        inside("/account/password")(ann)
        ann.fill("Current password", current)
        ann.fill("New password", new)
        ann.press("Change password")

    return act


def other_address(address: str) -> Act:
    def act(ann: Visitor) -> None:
        inside("/account/address")(ann)
        ann.fill("New email address", address)
        ann.press("Continue")

    return act


def address_changed(ann: Visitor) -> None:
    other_address("bea@example.com")(ann)
    ann.type(ann.site.code("bea@example.com"))


def deleted(ann: Visitor) -> None:
    inside("/account/delete")(ann)
    ann.press("Delete my account")


def forgot_malformed(ann: Visitor) -> None:
    ann.ask_for_reset("ann@")


def reset_asked(ann: Visitor) -> None:
    ann.settle()
    ann.ask_for_reset()


def reset_proved(ann: Visitor) -> None:
    reset_asked(ann)
    ann.type(ann.site.code())


def reset_too_short(ann: Visitor) -> None:
    reset_proved(ann)
    ann.fill("New password", "walnut!")
    ann.press("Save password")


def held(path: str) -> Act:
    """A page of the account, by a session that a mailed code alone opened."""

    def act(ann: Visitor) -> None:
        ann.settle()
        ann.reset()
        ann.open(path)

    return act


def undo_offered(ann: Visitor) -> None:
    """Somebody else has the mailbox, and Ann is still signed in."""
    ann.settle()
    ann.come_in()
    elsewhere(ann).reset()
    ann.site.clock.move(minutes=9)
    ann.open("/account")


def undo_offered_outside(ann: Visitor) -> None:
    """The same, where nobody is signed in but the browser is known."""
    signed_out(ann)
    elsewhere(ann).reset()
    ann.open("/login")


def undo_offered_late(ann: Visitor) -> None:
    undo_offered_outside(ann)
    ann.site.clock.move(hours=20)
    ann.sign_in()


def undo_opened(ann: Visitor) -> None:
    undo_offered(ann)
    ann.open("/undo")


def undo_opened_outside(ann: Visitor) -> None:
    undo_offered_outside(ann)
    ann.open("/undo")


def undo_hurried(ann: Visitor) -> None:
    undo_opened_outside(ann)
    _bring_back(ann, "")


def undo_refused(ann: Visitor) -> None:
    undo_opened_outside(ann)
    _bring_back(ann, ANOTHER)


def undone(ann: Visitor) -> None:
    undo_opened(ann)
    _bring_back(ann, PASSWORD)


def undone_outside(ann: Visitor) -> None:
    undo_opened_outside(ann)
    _bring_back(ann, PASSWORD)


def _bring_back(ann: Visitor, password: str) -> None:
    ann.fill("Password from before the reset", password)
    ann.press("Undo the reset")
