"""The API's description, OpenAPI 3.1: built from the table of operations and its models."""

import json
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from flask import Blueprint, Response
from pydantic import BaseModel

from simple_2fa.api.models import REFS, Json, schemas
from simple_2fa.api.operations import OPERATIONS, Operation
from simple_2fa.api.schemas import PUBLIC_ID
from simple_2fa.http.guard import machines
from simple_2fa.http.problems import KINDS, MEDIA_TYPE
from simple_2fa.http.services import services

_REQUEST_ID: Json = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
_KEY = {"type": "http", "scheme": "bearer", "description": "A key such as s2fa_..."}
_RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
_HEADERS: Json = {
    "RequestId": {"description": "Stands in our log too.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
}
_CHALLENGE: Json = {
    "name": "challenge",
    "in": "path",
    "required": True,
    "schema": {"type": "string", **PUBLIC_ID},
    "example": "TDLRMWOPQSn0IHXbcUKPIw",
}
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Your name for this request. Sent again, it gets the same reply for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "order-4711",
}


def route(blueprint: Blueprint) -> None:
    """Add the address."""
    blueprint.get("/openapi.json")(openapi)


@machines
def openapi() -> Response:
    """Describe the API for programs."""
    settings, development = services().settings, services().development
    text = document(settings.origin or "", settings.site_name, development=development)
    return Response(text, content_type="application/json")


@lru_cache(maxsize=8)
def document(origin: str, site: str, *, development: bool) -> bytes:
    """Build the document of one server."""
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    parts = {"schemas": schemas(), "headers": _HEADERS, "securitySchemes": {"key": _KEY}}
    built = {
        "openapi": "3.1.0",
        "info": {"title": site, "version": "1"},
        "externalDocs": {"url": f"{origin}/docs"},
        "servers": [{"url": origin}],
        "security": [{"key": []}, {}] if development else [{"key": []}],
        "paths": paths,
        "components": parts,
    }
    return json.dumps(built, ensure_ascii=False).encode()


def _operation(operation: Operation) -> Json:
    parameters = [_CHALLENGE] if "{challenge}" in operation.path else []
    parameters += [_IDEMPOTENCY_KEY] if operation.can_be_repeated else []
    success = _response(operation.gives.__doc__, _body(operation.gives))
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": {str(operation.status): success, **_refusals(operation.codes)},
    }
    if operation.takes:
        described["requestBody"] = {"required": True, "content": _body(operation.takes)}
    return described


def _refusals(codes: Iterable[str]) -> Json:
    """Give a response for each status, with the codes that it may carry."""
    by_status = groupby(codes, lambda code: KINDS[code].status)
    return {str(status): _refusal([*group]) for status, group in by_status}


def _refusal(codes: list[str]) -> Json:
    schema = [{"$ref": f"{REFS}Refusal"}, {"properties": {"code": {"enum": codes}}}]
    content = {MEDIA_TYPE: {"schema": {"allOf": schema}}}
    titles = ", ".join(KINDS[code].title for code in codes)
    may_pass = {"slow_down", "paused"} & set(codes)
    return _response(f"{titles}.", content, **(_RETRY_AFTER if may_pass else {}))


def _body(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": {"$ref": f"{REFS}{model.__name__}"}}}


def _response(description: str | None, content: Json, **headers: Json) -> Json:
    return {"description": description, "content": content, "headers": _REQUEST_ID | headers}
