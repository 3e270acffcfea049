"""Reading a JSON body: strictly, and without ever echoing what it held."""

import json
from collections import Counter
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from simple_2fa.http.problems import FieldFault, Problem

_DETAILS = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is unknown.",
    "string_type": "This must be a string.",
    "string_pattern_mismatch": "This has another form than it must have.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This is too long.",
}
_FAULTS_TOLD = 10


class Body(BaseModel):
    """A request's body: no field more, no type converted."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


AnyBody = TypeVar("AnyBody", bound=Body)


def read(shape: type[AnyBody]) -> AnyBody:
    """Read the request's JSON object.

    Raises:
        Problem: 415 for another content type, 422 naming the fields that can't be used.
    """
    if request.mimetype != "application/json":
        raise Problem("unsupported_media_type")
    raw = request.get_data(cache=True)
    try:
        return shape.model_validate(_parse(raw))
    except ValidationError as why:
        found = why.errors(include_url=False, include_input=False)
        faults = tuple(_fault(each) for each in found[:_FAULTS_TOLD])
        raise Problem("invalid_request", faults[0].detail, errors=faults) from None


def read_nothing() -> None:
    """Take no body, or an empty JSON object, where a request has nothing to say.

    Raises:
        Problem: as `read`.
    """
    if request.get_data(cache=True):
        read(Body)


def invalid(pointer: str, detail: str) -> Problem:
    """Give the problem of one field."""
    return Problem("invalid_request", detail, errors=(FieldFault(pointer, detail),))


def _parse(raw: bytes) -> dict[str, object]:
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate fails here, not later
    except (ValueError, RecursionError):
        raise invalid("", "The body must be one JSON object in UTF-8.") from None
    if not isinstance(value, dict):
        raise invalid("", "The body must be one JSON object in UTF-8.")
    return value


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key that stands twice: two readers might see two different requests."""
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        twice = next(name for name in times if times[name] > 1)
        raise invalid(_pointer((twice,)), "This field stands there twice.")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _fault(error: ErrorDetails) -> FieldFault:
    own = error["msg"].removeprefix("Value error, ") if error["type"] == "value_error" else ""
    if error["type"] == "literal_error":
        own = f"This must be {error['ctx']['expected']}."
    detail = own or _DETAILS.get(error["type"], "This can't be used.")
    return FieldFault(_pointer(error["loc"]), detail)


def _pointer(path: tuple[int | str, ...]) -> str:
    """Spell a JSON pointer (RFC 6901); a name of the caller's is cut short."""
    parts = (str(part)[:64].replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts)
