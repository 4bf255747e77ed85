"""A program that calls the API with a token, and checks every answer against the OpenAPI document."""

from __future__ import annotations

import json
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.globals import _cv_app
from openapi_schema_validator import OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

from app.api.model import ApiToken, Scope
from app.api.openapi import document
from app.api.operations import OPERATIONS
from app.api.tokens import give
from app.db import db
from tests.marketplace import kept, number

ALL = tuple(scope.value for scope in Scope)
REGISTRY: Any = Registry().with_resource("urn:api", DRAFT202012.create_resource(document()))


def a_token(*scopes: str, **change: Any) -> tuple[ApiToken, str]:
    """The row and its secret."""
    token = ApiToken(name=f"프로그램 {number()}", scopes=list(scopes or ALL), **{"per_minute": 6000, **change})
    secret = give(token)
    return kept(token), secret


@dataclass(slots=True)
class Program:
    app: Flask
    secret: str
    keys: int = 0
    seen: list[str] = field(default_factory=list)

    def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> TestResponse:
        """A fresh Idempotency-Key each time, unless one is named. `body` may be bytes, to send what is no JSON."""
        self.keys += 1
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key or f"key-{self.keys}", **headers}
        answer = self.ask("POST", path, data=raw, headers={name: value for name, value in sent.items() if value})
        fits(path, answer)
        return answer

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """In a context of its own, as on a server."""
        db.session.rollback()
        own = copy_context()
        own.run(_cv_app.set, None)  # type: ignore[arg-type]
        client = self.app.test_client()
        answer: TestResponse = own.run(client.open, path, method=method, buffered=True, **more)
        return answer


def fits(path: str, answer: TestResponse) -> None:
    """The answer is one that the document tells of, and of the shape it tells."""
    place = next((one.path for one in OPERATIONS if one.is_at(path)), None)
    if place is None:
        return
    told = document()["paths"][place]["post"]["responses"]
    assert str(answer.status_code) in told, f"{answer.status} is not in the document: {answer.text[:500]}"
    schema = told[str(answer.status_code)]["content"]["application/json"]["schema"]
    bound = {"$ref": f"urn:api{schema['$ref']}"}
    errors = list(OAS31Validator(bound, registry=REGISTRY).iter_errors(answer.json))
    assert errors == [], errors


def code(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json["error"]["code"])
