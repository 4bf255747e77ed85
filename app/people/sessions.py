"""Who is signed in: what a session holds, how long it lasts, and what ends it at once."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, session

from app import clock
from app.actor import Actor, ActorKind
from app.db import db
from app.desk.doors import Visitor
from app.people.model import User
from app.people.rights import RIGHTS
from app.settings import Settings

LASTS = timedelta(hours=12)
IDLE = timedelta(minutes=30)
TOUCHED_EVERY_SECONDS = 60


def begin(user: User) -> None:
    """A new session for `user`: nothing of the one before, so that nobody can plant it. The chosen language stays."""
    chosen = session.get("language")
    now = int(clock.now().timestamp())
    session.clear()
    session.permanent = True
    session.update(user=user.id, epoch=user.session_epoch, began=now, seen=now)
    if chosen:
        session["language"] = chosen


def end() -> None:
    session.clear()


def visitor() -> Visitor | None:
    """Who this session is of; None ends it: too old, idle too long, a raised epoch, a person no longer enabled."""
    if "user" not in session:
        return None
    user = db.session.get(User, session["user"])
    if user is None or not may_enter(user) or session.get("epoch") != user.session_epoch or _is_over():
        end()
        return None
    _touch()
    return Visitor(actor_of(user), user.language)


def actor_of(user: User) -> Actor:
    return Actor(
        kind=ActorKind.person,
        name=user.name,
        id=user.id,
        rights=RIGHTS[user.role],
        cities=frozenset(user.cities or ()),
        vendor_id=user.vendor_id,
    )


def may_enter(user: User) -> bool:
    """Demo people, whose passwords were printed on a screen, stay out of everything but the demo."""
    return user.is_enabled and (not user.is_demo or _settings().demo)


def _is_over() -> bool:
    now = clock.now().timestamp()
    idle = LASTS if _settings().demo else IDLE
    too_old = now - session.get("began", 0) > LASTS.total_seconds()
    return too_old or bool(now - session.get("seen", 0) > idle.total_seconds())


def _touch() -> None:
    now = int(clock.now().timestamp())
    if now - session.get("seen", 0) >= TOUCHED_EVERY_SECONDS:
        session["seen"] = now


def _settings() -> Settings:
    settings: Settings = current_app.extensions["opsroom.settings"]
    return settings
