"""The API told as OpenAPI 3.1, made from the declarations that calls are read and answered by."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from app.api.operations import OPERATIONS, Operation
from app.api.shapes import Failed

TOLD = {
    200: "Done.",
    201: "Made.",
    400: "Not JSON, or no Idempotency-Key.",
    401: "No token, an unknown one, or one that is over.",
    403: "The token does not open this, or not this city.",
    404: "No such record.",
    409: "Another body under this Idempotency-Key, or the record changed meanwhile. For the second, send again.",
    413: "The body is too large.",
    422: "The body does not fit, or what it asks cannot be; `field` tells where.",
    429: "Too many calls this minute; Retry-After tells the seconds.",
    503: "Not now; Retry-After tells the seconds.",
}
FAILURES = (400, 401, 403, 404, 409, 413, 422, 429, 503)
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The call's own value. The same key and body again is answered the same, for thirty days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
}
REF = {"name": "ref", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 32}}
REFERENCE = "#/components/schemas/{name}"


@cache
def document() -> dict[str, Any]:
    shapes = [Failed, *(shape for one in OPERATIONS for shape in (one.takes, one.gives))]
    references, schemas = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    named = dict(zip(shapes, references, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Opsroom",
            "version": "1",
            "description": "Quotes of refunds and bookings, for chatbots and the customer's app. Errors are one shape, "
            "with words in Korean and English.",
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "security": [{"token": []}],
        "paths": {one.path: {"post": _told(one, named)} for one in OPERATIONS},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Made by an admin under API tokens."}
            },
        },
    }


def _told(one: Operation, named: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    answers = {str(status): _answer(TOLD[status], named[one.gives]) for status in one.statuses}
    answers |= {str(status): _answer(TOLD[status], named[Failed]) for status in FAILURES}
    return {
        "operationId": one.name,
        "summary": one.summary.en,
        "description": f"{one.summary.ko} Scope: `{one.scope.value}`.",
        "parameters": [*([REF] if "{ref}" in one.path else []), *([KEY] if one.is_once else [])],
        "requestBody": {"required": True, "content": {"application/json": {"schema": named[one.takes]}}},
        "responses": answers,
    }


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
