"""A seat at the desk: a test client that is signed in, and sends what a browser would send, its CSRF token with it."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app import clock
from app.db import db
from app.people.model import User


class Seat:
    """Signed in as `user`. What is posted carries the token of a page seen before, unless told otherwise."""

    def __init__(self, app: Flask, user: User, language: str = "ko") -> None:
        self.app = app
        self.client = app.test_client()
        now = int(clock.now().timestamp())
        with self.client.session_transaction() as session:
            session.update(user=user.id, epoch=user.session_epoch, began=now, seen=now, language=language)
        self.token = ""

    def see(self, path: str, **args: Any) -> TestResponse:
        return self._ask("GET", path, query_string=args or None)

    def read(self, path: str, **args: Any) -> str:
        """The page, which must be there."""
        answer = self.see(path, **args)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.location or answer.text[:500]}"
        return answer.text

    def send(self, path: str, form: dict[str, Any] | None = None, **args: Any) -> TestResponse:
        if not self.token:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.read("/password"))
            assert found is not None
            self.token = found.group(1)
        return self._ask("POST", path, data={"csrf_token": self.token, **(form or {})}, query_string=args or None)

    def _ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """In a context of its own, as on a server: the test's own would lend every request the same `g` and session."""
        db.session.rollback()
        with self.app.app_context():
            return self.client.open(path, method=method, **more)

    def press(self, path: str, form: dict[str, Any] | None = None, **args: Any) -> str:
        """Sends, and follows to the page one is led to."""
        answer = self.send(path, form, **args)
        assert answer.status_code == 302, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return self.read(answer.location)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field on a page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, f"no {name} on the page"
    return found.group(1)
