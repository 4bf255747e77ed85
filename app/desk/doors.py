"""What every request passes: who is there, in which language, whether it may write, and the headers of every answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, abort, current_app, g, has_request_context, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.actor import NOBODY, Actor, act_as, acting
from app.db import only_read
from app.desk.errors import answer_errors, wants_json
from app.words import LANGUAGES, language, speak

READING = frozenset({"GET", "HEAD", "OPTIONS"})
YEAR_SECONDS = 31_536_000
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, as the desk needs to know it."""

    actor: Actor
    language: str


class WroteWhileReading(Exception):
    """A GET or HEAD was about to change the database: a mistake in our code, never the visitor's."""


@dataclass(frozen=True, slots=True)
class Doors:
    """`open_to_all` are names of endpoints; every other is closed to whoever is not signed in. `outsiders` are the
    endpoints, as "module.function", that machines post to without a session, and so without a CSRF token. `who` asks
    who is signed in; `sign_in` is the endpoint one is led to.
    """

    who: Callable[[], Visitor | None]
    open_to_all: frozenset[str]
    outsiders: tuple[str, ...]
    sign_in: str

    def guard(self, app: Flask) -> None:
        app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
        if app.config["SESSION_COOKIE_SECURE"]:
            # A browser takes a cookie of this name only over https and from this very host.
            app.config["SESSION_COOKIE_NAME"] = f"__Host-{app.config['SESSION_COOKIE_NAME']}"
        Babel(app, locale_selector=language)
        # Before CSRFProtect's own look, so that even its refusal is told in the visitor's language.
        app.before_request(self._enter)
        csrf = CSRFProtect(app)
        for view in self.outsiders:
            csrf.exempt(view)
        app.teardown_request(_leave)
        app.after_request(_send)
        answer_errors(app)

    def _enter(self) -> ResponseReturnValue | None:
        g.before = (acting(), language())
        only_read(flag=request.method in READING)
        act_as(NOBODY)
        speak(_language_of(None))
        if _has_nul():
            abort(400)
        if request.endpoint is None or request.endpoint in self.open_to_all:
            return None
        visitor = self.who()
        if visitor is None:
            return _to_sign_in(self.sign_in)
        g.visitor = visitor
        act_as(visitor.actor)
        speak(_language_of(visitor))
        return None


def _leave(_: BaseException | None) -> None:
    actor, spoken = g.pop("before", (NOBODY, "ko"))
    act_as(actor)
    speak(spoken)
    only_read(flag=False)


def _send(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}; includeSubDomains")
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _language_of(visitor: Visitor | None) -> str:
    """What was chosen in this session, else the person's own, else the browser's; Korean when none is ours."""
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if visitor is not None:
        return visitor.language
    return request.accept_languages.best_match(LANGUAGES) or "ko"


def _has_nul() -> bool:
    """A NUL in a form or an address is nobody's word, and PostgreSQL refuses it with an error."""
    values: list[Any] = [*request.args.values(), *(request.view_args or {}).values()]
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        values.extend(value for many in request.form.listvalues() for value in many)
    return any(isinstance(value, str) and "\x00" in value for value in values)


def _to_sign_in(sign_in: str) -> ResponseReturnValue:
    """A page is led to the sign-in and back; what is no page gets a 401."""
    if wants_json():
        abort(401)
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(sign_in, next=back))


@event.listens_for(Session, "before_flush")
def _refuse_writing_while_reading(writing: Session, _context: Any, _instances: Any) -> None:
    if not has_request_context() or request.method not in READING:
        return
    if writing.new or writing.deleted or any(writing.is_modified(row) for row in writing.dirty):
        raise WroteWhileReading(f"{request.method} {request.endpoint}")
