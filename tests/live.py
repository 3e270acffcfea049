"""What a person sees of our pages over HTTP, and does with them, as a browser without scripts."""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.test import TestResponse

from apps import ANN, Site, made
from simple_2fa.http.services import EXTENSION

_VOID = {"meta", "link", "input", "br", "hr", "img"}


@dataclass
class Element:
    """A piece of a page."""

    tag: str
    attrs: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands in it, each run of white space one space."""
        return " ".join("".join(self._texts()).split())

    def __getitem__(self, name: str) -> str:
        return self.attrs[name] or ""

    def __contains__(self, name: str) -> bool:
        return name in self.attrs

    def all(self, tag: str = "", **attrs: str) -> list["Element"]:
        """Find elements inside by tag and attributes, in their order; `type_` means `type`."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            each
            for each in self._inside()
            if tag in {"", each.tag} and wanted.items() <= each.attrs.items()
        ]

    def one(self, tag: str = "", **attrs: str) -> "Element":
        """Find the only one."""
        (found,) = self.all(tag, **attrs)
        return found

    def _inside(self) -> Iterator["Element"]:
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._inside()

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in {"script", "style"}:
                yield from child._texts()


class Shown(Element):
    """A page, with how it came."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__("#page", {})
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.get_data(as_text=True)
        self.path = response.request.path
        self.children = list(parsed(self.html).children)

    @property
    def title(self) -> str:
        return self.one("title").text

    @property
    def h1(self) -> str:
        return self.one("h1").text

    @property
    def main(self) -> str:
        return self.one("main").text

    @property
    def message(self) -> str:
        """The notice or error of the whole page, or ''."""
        return " ".join(each.text for each in self.all(id="message"))

    @property
    def code_error(self) -> str:
        return self.one(id="code-error").text

    @property
    def code_field(self) -> Element:
        return self.one("input", id="code")

    def form(self, action: str) -> Element:
        """Find the form that posts there."""
        return self.one("form", action=action)

    def in_order(self, *words: str) -> bool:
        """Tell whether these stand in the page's text one after the other."""
        at = 0
        for each in words:
            at = self.text.find(each, at)
            if at < 0:
                raise AssertionError(f"{each!r} is missing, or too early, in: {self.text}")
            at += len(each)
        return True


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("#root", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()
        assert opened.tag == tag, f"</{tag}> ends <{opened.tag}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parsed(html: str) -> Element:
    """Read HTML of ours, which closes what it opens."""
    reader = _Reader()
    reader.feed(html)
    return reader.root


class Person:
    """A browser of one's own: keeps cookies, follows redirects, sends what a form holds."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.client = site.client()
        self.client.environ_base["wsgi.url_scheme"] = site.origin.partition(":")[0]
        self.seen: list[TestResponse] = []

    def get(self, path: str) -> TestResponse:
        self.seen.append(self.client.get(path))
        return self.seen[-1]

    def open(self, path: str) -> Shown:
        return Shown(self.get(path))

    def post(
        self, path: str, data: dict[str, str], headers: dict[str, str] | None = None
    ) -> TestResponse:
        """Send a form; redirects are followed, as browsers do."""
        sent = {"Origin": self.site.origin, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        response = self.client.post(path, data=data, headers=sent)
        self.seen.append(response)
        while response.status_code == 303:
            response = self.get(response.headers["Location"])
        return response

    def submit(self, form: Element, headers: dict[str, str] | None = None, **typed: str) -> Shown:
        """Press a form's button, with what it holds and what was typed."""
        sent = [each for each in form.all("input") if _is_sent(each)]
        held = {each["name"]: each.attrs.get("value") or "" for each in sent}
        held |= {each["name"]: _chosen(each) for each in form.all("select")}
        return Shown(self.post(form["action"], {**held, **typed}, headers))

    def type(self, shown: Shown, code: str) -> Shown:
        """Type a code and press Continue."""
        return self.submit(shown.form("/verify/answer"), code=code)

    def press_resend(self, shown: Shown) -> Shown:
        """Press the one button that sends a code, whatever it is called just now."""
        return self.submit(shown.form("/verify/resend"))


def _is_sent(field: Element) -> bool:
    """Tell whether a browser sends this: a box only where it is ticked."""
    return field.attrs.get("type") != "checkbox" or "checked" in field


def _chosen(select: Element) -> str:
    options = select.all("option")
    return next((each for each in options if "selected" in each), options[0])["value"]


class _Compiled(BytecodeCache):
    """Compiles each template once in a process, whatever the application."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


def site_in(folder: Path, url: str = "", *, development: bool = True, **settings: str) -> Site:
    """Make a site as `made` does; its pages come faster."""
    return compiled_once(made(folder, url, development=development, **settings))  # type: ignore[arg-type]


def compiled_once(site: Site) -> Site:
    """Let a site's pages come faster, and its connections be closed once nobody uses it."""
    site.app.extensions[EXTENSION].templates.bytecode_cache = _Compiled()
    weakref.finalize(site.app, site.services.db.close)
    return site


def asked(site: Site, to: str = ANN, key: str = "", **more: str) -> str:
    """Let an application ask for a code; give the path of the page for it."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = site.client()
    reply = client.post("/generate-2fa", json={"email": to, **more}, headers=headers)
    assert reply.status_code == 202, reply.get_data(as_text=True)
    return str(reply.get_json()["page"]).removeprefix(site.origin)


def lose_database(site: Site, folder: Path) -> None:
    """Let the file of a site in this folder be away: in its place stands what is none."""
    site.services.db.close()
    (folder / "site.sqlite3").rename(folder / "away")
    (folder / "site.sqlite3").mkdir()


def give_back(folder: Path) -> None:
    (folder / "site.sqlite3").rmdir()
    (folder / "away").rename(folder / "site.sqlite3")
