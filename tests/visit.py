"""A browser without a screen: signs in through the real page, carries its cookie, sends the token of the page."""

from __future__ import annotations

import re
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.globals import _cv_app
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app.db import db
from app.people.model import Role, User
from tests.marketplace import a_user

PASSWORD = "a-horse-of-nine-colours"
# As a real one, but made of little, so that a test need not wait for it.
_HASH = generate_password_hash(PASSWORD, method="scrypt:256:8:1")
_TOKEN = re.compile(r'name="csrf" content="([^"]+)"')


@dataclass(slots=True)
class Visit:
    client: FlaskClient
    token: str = ""

    def open(self, address: str, **more: Any) -> TestResponse:
        """GET; the token of the page is kept for what is sent next."""
        answer = self._asked("GET", address, **more)
        found = _TOKEN.search(answer.text) if answer.mimetype == "text/html" else None
        self.token = found.group(1) if found else self.token
        return answer

    def send(self, address: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """POST with the token."""
        return self._asked("POST", address, data={"csrf_token": self.token, **(form or {})}, **more)

    def _asked(self, method: str, address: str, **more: Any) -> TestResponse:
        """As a server does it: in a context and a database session of its own. What the test has read is let go of
        first, for on SQLite an open transaction would keep the request from writing."""
        db.session.rollback()
        own = copy_context()
        own.run(_cv_app.set, None)  # type: ignore[arg-type]
        return own.run(self.client.open, address, method=method, buffered=True, **more)

    def sign_in(self, email: str, password: str = PASSWORD, back: str = "") -> TestResponse:
        self.open("/sign-in")
        answer = self.send("/sign-in", {"email": email, "password": password, "next": back})
        if answer.status_code == 302:
            self.open("/password")
        return answer


def a_person(role: Role = Role.admin, **change: Any) -> User:
    """Somebody who can sign in with PASSWORD."""
    return a_user(role, **{"password_hash": _HASH, **change})


class _Remembered(BytecodeCache):
    """Templates are put together once for all tests, not once for each one's app."""

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.made:
            bucket.bytecode_from_string(self.made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.made[bucket.key] = bucket.bytecode_to_string()


_REMEMBERED = _Remembered()


def a_visit(app: Flask) -> Visit:
    """Nobody yet."""
    app.jinja_env.bytecode_cache = _REMEMBERED
    return Visit(app.test_client())


def visit_as(app: Flask, role: Role = Role.admin, **change: Any) -> Visit:
    person = a_person(role, **change)
    visit = a_visit(app)
    assert visit.sign_in(person.email).status_code == 302
    return visit
