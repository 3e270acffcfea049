"""The page of the second step as a test reads it: its forms, and what it says."""

from html.parser import HTMLParser
from textwrap import shorten

from werkzeug.test import TestResponse

ANSWER, RESEND = _WAYS = ("/verify/answer", "/verify/resend")
"""Where its forms lead."""
_LONGEST_TOLD = 200


class Shown(HTMLParser):
    """A page of the second step, as it came: its forms, and what it says."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        """What each form holds, by the end of its address."""
        self._fields: dict[str, str] = {}
        self._words: list[str] = []
        self._is_said = False
        self.feed(response.get_data(as_text=True))
        led = f" and leads to {response.location}" if response.location else ""
        said = shorten(" ".join(self._words), _LONGEST_TOLD, placeholder=" ...")
        says = f" and says '{said}'" if said else ""
        self.told = f"{response.request.path} answers {response.status_code}{led}{says}."

    def form(self, way: str) -> dict[str, str]:
        """Give what a form holds.

        Raises:
            AssertionError: there is no such form.
        """
        __tracebackhide__ = True
        if way not in self.forms:
            wanted = "code" if way == ANSWER else "second step"
            raise AssertionError(
                f"this client is asked for no {wanted} now. {self.told} Before that, let somebody"
                " sign in with it and open a view that needs the second step."
            )
        return self.forms[way]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form's address, its hidden fields, and where what people read begins."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            way = next((way for way in _WAYS if told.get("action", "").endswith(way)), "")
            self._fields = self.forms.setdefault(way, {})
        elif tag == "input" and told.get("type") == "hidden":
            self._fields[told.get("name", "")] = told.get("value", "")
        self._is_said = self._is_said or tag == "main"

    def handle_endtag(self, tag: str) -> None:
        """Note where each ends."""
        if tag == "form":
            self._fields = {}
        self._is_said = self._is_said and tag != "main"

    def handle_data(self, data: str) -> None:
        """Keep what people read."""
        if self._is_said:
            self._words.extend(data.split())
