"""A browser without a screen: signs in through the real page, carries its cookie, sends the token of the page."""

from __future__ import annotations

import re
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.globals import _cv_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.db import db
from app.people.model import Role, User
from app.people.passwords import hashed
from tests.marketplace import a_user

PASSWORD = "a-horse-of-nine-colours"
_HASH = hashed(PASSWORD)
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


def a_visit(app: Flask) -> Visit:
    """Nobody yet."""
    return Visit(app.test_client())


def visit_as(app: Flask, role: Role = Role.admin, **change: Any) -> Visit:
    person = a_person(role, **change)
    visit = a_visit(app)
    assert visit.sign_in(person.email).status_code == 302
    return visit
