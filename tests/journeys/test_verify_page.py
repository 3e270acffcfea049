"""The page of a code, opened by its ticket: every state, over HTTP, as without scripts."""

import pytest

from apps import ANN, Site
from live import Person, Shown, asked
from world import wrong


@pytest.fixture
def ann(site: Site) -> Person:
    return Person(site)


@pytest.fixture
def shown(site: Site, ann: Person) -> Shown:
    """Her page, just opened; the letter is on its way."""
    return ann.open(asked(site))


def miss(site: Site, person: Person, shown: Shown, times: int = 1) -> Shown:
    """Type wrong codes."""
    for _ in range(times):
        shown = person.type(shown, wrong(site.code()))
    return shown


class TestOpened:
    def test_it_says_what_to_do_in_this_order(self, shown: Shown) -> None:
        assert (shown.status, shown.title) == (200, "Check your email · Acme")
        assert shown.in_order(
            "Acme",
            "Check your email",
            "We're sending a 6-digit security code to a•••@example.com",
            "Security code",
            "6 digits. Works until 10:40 UTC.",
            "Continue",
            "Sending…",
            "Check again",
            "Send again",
            "in 30 seconds",
        )

    def test_the_input_takes_a_pasted_code_and_helps_to_fill_it(self, shown: Shown) -> None:
        wanted = {
            "name": "code",
            "type": "text",
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "autocapitalize": "off",
            "spellcheck": "false",
            "enterkeyhint": "go",
            "dir": "ltr",
        }
        assert wanted.items() <= shown.code_field.attrs.items()
        assert {"required", "autofocus"} <= shown.code_field.attrs.keys()
        assert not {"maxlength", "pattern", "value", "aria-invalid"} & shown.code_field.attrs.keys()
        assert "novalidate" in shown.form("/verify/answer")

    def test_label_hint_and_sentence_are_tied_to_the_input(self, shown: Shown) -> None:
        assert shown.one("label", for_="code").text == "Security code"
        assert shown.code_field["aria-describedby"] == "code-hint sent-to"
        assert {each["id"] for each in shown.all() if "id" in each} >= {"code-hint", "sent-to"}

    def test_the_error_has_its_place_and_says_nothing(self, shown: Shown) -> None:
        assert shown.code_error == shown.message == ""

    def test_no_other_button_comes_before_continue(self, shown: Shown) -> None:
        assert [each.text for each in shown.all("button")] == ["Continue", "Send again"]
        assert [each["action"] for each in shown.all("form", method="post")] == [
            "/verify/answer",
            "/verify/resend",
        ]

    def test_a_masked_address_is_spoken_in_words(self, shown: Shown) -> None:
        sentence = shown.one(id="sent-to")
        assert sentence.one("strong")["aria-hidden"] == "true"
        assert sentence.one("span", class_="unseen").text == "address starting a, at example.com"
        assert ANN not in shown.html

    def test_the_time_is_given_for_machines_too(self, shown: Shown) -> None:
        assert shown.all("time")[0]["datetime"] == "2026-11-22T10:40:00+00:00"

    def test_exactly_one_status_stands_in_the_first_html(self, shown: Shown) -> None:
        assert shown.one(role="status").text == ""

    def test_the_countdown_is_no_live_region_and_its_button_works(self, shown: Shown) -> None:
        wait = shown.one(class_="wait")
        assert wait["data-wait"] == "30"
        assert not {"role", "aria-live"} & wait.attrs.keys()
        assert all("disabled" not in each for each in shown.all("button"))

    def test_it_counts_the_seconds_that_are_left(self, site: Site, ann: Person) -> None:
        path = asked(site)
        site.clock.move(seconds=29)
        assert ann.open(path).one(class_="wait").text == "in 1 second"
        site.clock.move(seconds=1)
        assert ann.open(path).all(class_="wait") == []


class TestRight:
    @pytest.mark.parametrize("form", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
    def test_a_right_code_is_done(self, site: Site, ann: Person, shown: Shown, form: str) -> None:
        done = ann.type(shown, form.format(site.code()))
        assert (done.status, done.h1, done.title) == (200, "Done", "Done · Acme")
        assert "go back to where you came from and close this page" in done.main
        assert done.all("form") == []

    def test_hyphens_are_ignored(self, site: Site, ann: Person, shown: Shown) -> None:
        code = site.code()
        assert ann.type(shown, f"{code[:3]}-{code[3:]}").h1 == "Done"

    def test_the_done_page_stays_after_a_refresh_and_after_expiry(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        done = ann.type(shown, site.code())
        assert ann.open(done.path).h1 == "Done"
        site.clock.move(minutes=30)
        assert ann.open(done.path).h1 == "Done"

    def test_sending_the_code_again_from_an_older_page_is_done_too(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        code = site.code()
        ann.type(shown, code)
        for text in (code, wrong(code)):
            assert ann.type(shown, text).h1 == "Done"

    def test_two_tabs_are_one_challenge(self, site: Site, ann: Person, shown: Shown) -> None:
        other = Person(site)
        there = other.open(shown.path)
        assert "4 tries left" in miss(site, ann, shown).code_error
        assert "3 tries left" in miss(site, other, there).code_error
        assert ann.type(shown, site.code()).h1 == "Done"
        assert other.open(shown.path).h1 == "Done"

    def test_it_goes_back_to_the_application_by_name(self, site: Site, ann: Person) -> None:
        _, key = site.new_key("The Shop")
        done = ann.type(ann.open(asked(site, key=key)), site.code())
        assert "You can go back to The Shop now and close this page." in done.main


class TestWrong:
    def test_a_wrong_code_is_told_with_the_tries_left(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        assert shown.all(class_="whole") == []
        for left in ("4 tries left.", "3 tries left.", "2 tries left.", "1 try left."):
            shown = miss(site, ann, shown)
            assert shown.status == 200
            assert shown.code_error == f"That code isn't right. Check the newest email. {left}"

    def test_to_load_the_error_again_sends_nothing(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        code, wrong_twice = site.code(), miss(site, ann, shown, 2)
        assert wrong_twice.status == ann.open(f"{wrong_twice.path}?told=wrong").status == 200
        assert "3 tries left" in ann.open(f"{shown.path}?told=wrong").code_error
        assert ann.open(f"{shown.path}?notice=resent").code_error == ""
        assert ann.type(shown, code).h1 == "Done"
        assert ann.open(f"{shown.path}?told=wrong").h1 == "Done"

    @pytest.mark.parametrize("told", ["wrong", "used", "paused", "x", "%00", ""])
    def test_a_link_can_t_make_up_an_error(self, ann: Person, shown: Shown, told: str) -> None:
        opened = ann.open(f"{shown.path}?told={told}")
        assert (opened.status, opened.code_error, opened.message) == (200, "", "")

    def test_the_error_is_tied_to_an_empty_focused_input(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        after = miss(site, ann, shown)
        assert after.title == "Error: Check your email · Acme"
        assert after.code_field["aria-invalid"] == "true"
        assert after.code_field["aria-describedby"] == "code-error code-hint"
        assert "autofocus" in after.code_field
        assert "value" not in after.code_field

    def test_a_right_code_after_a_wrong_one_is_done(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        assert ann.type(miss(site, ann, shown, 4), site.code()).h1 == "Done"

    def test_the_fifth_miss_ends_it(self, site: Site, ann: Person, shown: Shown) -> None:
        over = miss(site, ann, shown, 5)
        assert (over.status, over.h1) == (200, "Too many wrong codes")
        assert over.title == "Error: Too many wrong codes · Acme"
        assert [each.text for each in over.all("button")] == ["Email me a new code"]
        assert over.all("input", id="code") == []
        right = ann.type(shown, site.code())
        assert (right.status, right.h1) == (200, "Too many wrong codes")

    def test_after_five_misses_a_new_code_is_one_button_away(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        over = miss(site, ann, shown, 5)
        assert over.one(class_="wait").text == "You can do this in 30 seconds."
        site.clock.move(seconds=30)
        fresh = ann.press_resend(over)
        assert fresh.message == "Sent a new code at 10:30 UTC. Use the newest one."
        assert fresh.path != shown.path
        assert ann.type(fresh, site.code()).h1 == "Done"

    def test_pressed_too_early_the_dead_end_stays_one(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        over = miss(site, ann, shown, 5)
        site.clock.move(seconds=18)
        early = ann.press_resend(over)
        assert early.status == 429
        assert early.message == "You can get a new code in 12 seconds."
        assert [each.text for each in early.all("button")] == ["Email me a new code"]
        assert early.all("input", id="code") == []

    @pytest.mark.parametrize("nothing", ["", "   "])
    def test_an_empty_field_spends_no_try(
        self, site: Site, ann: Person, shown: Shown, nothing: str
    ) -> None:
        for _ in range(6):
            shown = ann.type(shown, nothing)
        assert (shown.status, shown.code_error) == (200, "Enter the code.")
        assert shown.title == "Error: Check your email · Acme"
        assert "4 tries left" in miss(site, ann, shown).code_error

    @pytest.mark.parametrize(
        "text",
        [
            "12345",
            "1234567",
            "12345a",
            "٤٨٢٩١٣",
            "４８２９１３",
            "12_3456",
            "123456\n7",
            "9" * 20_000,
        ],
    )
    def test_what_cannot_be_a_code_spends_no_try_and_is_not_echoed(
        self, site: Site, ann: Person, shown: Shown, text: str
    ) -> None:
        after = ann.type(shown, text)
        assert (after.status, after.code_error) == (200, "The code has 6 digits.")
        assert text not in after.html
        assert "4 tries left" in miss(site, ann, shown).code_error
