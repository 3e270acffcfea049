"""The API's page for people: each call with a line to copy, each error in plain words."""

from collections.abc import Iterator

from flask import Blueprint, Response
from pydantic import BaseModel

from simple_2fa.api.models import Json, schemas
from simple_2fa.api.operations import OPERATIONS, Operation
from simple_2fa.core import words
from simple_2fa.core.words import gettext as _
from simple_2fa.http import problems
from simple_2fa.http.curl import curl_line
from simple_2fa.http.guard import anybody
from simple_2fa.http.pages import error_page, page
from simple_2fa.http.problems import KINDS
from simple_2fa.http.services import services

_BODIES = {
    "generate": {"email": "ann@example.com"},
    "verify": {"email": "$to", "code": "$code"},
    "start": {"to": "bob@example.com"},
    "answer": {"code": "$code"},
}
"""What the example of each call sends; `$` begins a variable of the shell."""
_KEY = ' -H "Authorization: Bearer $key"'
_FIRST = 'grep -o \'"{field}":"[^"]*\' | head -n 1 | cut -d \'"\' -f 4'

blueprint = Blueprint("docs", __name__)
blueprint.register_error_handler(Exception, lambda error: error_page(problems.of(error)))


@blueprint.get("/docs")
@anybody
def docs() -> Response:
    """Show the page, in the language of the API's own words."""
    known = schemas()
    context = {
        "variables": "\n".join(_variables()),
        "operations": [_shown(each, known) for each in OPERATIONS],
        "kinds": KINDS,
        "reader": words.spoken(),
        "note": _("This page is in English only."),
    }
    with words.speaking(words.SOURCE):
        return page("docs", context)


def _shown(operation: Operation, known: Json) -> Json:
    """Give what the page shows of a call."""
    return {
        "name": operation.name,
        "method": operation.method,
        "path": operation.path,
        "summary": operation.summary,
        "takes": _fields(operation.takes, known),
        "one_of": _alternatives(operation.takes, known),
        "can_be_repeated": operation.can_be_repeated,
        "status": operation.status,
        "gives": _fields(operation.gives, known),
        "codes": operation.codes,
        "curl": _curl(operation),
    }


def _fields(model: type[BaseModel] | None, known: Json) -> list[Json]:
    if model is None:
        return []
    schema = known[model.__name__]
    needed = schema.get("required", ())
    return [
        {"name": name, "needed": name in needed, **about}
        for name, about in schema["properties"].items()
    ]


def _alternatives(model: type[BaseModel] | None, known: Json) -> list[str]:
    """Give the fields of which exactly one is needed."""
    ways = known[model.__name__].get("oneOf", ()) if model else ()
    return [name for way in ways for name in way["required"]]


def _variables() -> Iterator[str]:
    """Give lines for the shell that set what the examples use."""
    origin = services().settings.origin
    if services().inbox is None:
        keyless = services().development
        yield from () if keyless else ("key=s2fa_...  # made by: simple-2fa client create",)
        yield "to=ann@example.com"
    else:
        yield "to=ann$RANDOM@example.com"
    start = _with_variables(curl_line(f"-s {origin}", "/api/v1/challenges", to="$to"))
    yield f"challenge=$({start}{_key()} | {_FIRST.format(field='challenge')})"
    if services().inbox is None:
        yield "code=482913  # from the letter"
    else:
        letters = f'curl -s "{origin}/inbox.json?to=$to&wait=10"'
        yield f"code=$({letters} | {_FIRST.format(field='code')})"


def _curl(operation: Operation) -> str:
    """Write the example of a call; it works once the variables are set."""
    origin = services().settings.origin or ""
    path = operation.path.replace("{challenge}", "$challenge")
    body = _BODIES.get(operation.name)
    if body:
        return _with_variables(curl_line(origin, path, **body)) + _key()
    method = "" if operation.method == "GET" else f"-X {operation.method} "
    return f"curl {method}{origin}{path}{_key()}"


def _key() -> str:
    return "" if services().development else _KEY


def _with_variables(line: str) -> str:
    """Let the shell see the variables inside the quoted body."""
    for name in ("$to", "$code"):
        line = line.replace(f'"{name}"', f"\"'{name}'\"")
    return line
