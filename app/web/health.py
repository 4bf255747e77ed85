"""Is the process up (/health), and can it work (/ready)?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import redis
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.bell import RedisBell
from app.db import db, only_read
from app.inbox.model import InboxState, WebhookEvent
from app.migrate import current, newest

health = Blueprint("health", __name__)
TOO_OLD_SECONDS = 120


@health.get("/health")
def up() -> ResponseReturnValue:
    """200 as long as the process answers; asks nothing of anyone."""
    return jsonify(status="up")


@health.get("/ready")
def ready() -> ResponseReturnValue:
    """200 when database and queue answer and no inbox row has waited over two minutes; 503 with what is wrong.

    The body tells the age of the oldest unworked inbox row in seconds.
    """
    checks: dict[str, Any] = {"database": _database(), "queue": _queue()}
    age = _oldest_waiting_seconds() if checks["database"] == "ok" else None
    checks["oldest_inbox_seconds"] = age
    fit = checks["database"] == "ok" and checks["queue"] == "ok" and (age or 0) <= TOO_OLD_SECONDS
    return jsonify(status="ready" if fit else "not ready", **checks), 200 if fit else 503


def _database() -> str:
    only_read(flag=True)
    try:
        return "ok" if current() == newest() else "not migrated"
    except SQLAlchemyError:
        return "no answer"


def _queue() -> str:
    bell = current_app.extensions["opsroom.bell"]
    if not isinstance(bell, RedisBell):
        return "ok"
    try:
        bell.client.ping()
    except redis.RedisError:
        return "no answer"
    return "ok"


def _oldest_waiting_seconds() -> int | None:
    waiting = (InboxState.new, InboxState.working)
    oldest: datetime | None = db.session.scalar(
        select(func.min(WebhookEvent.received_at)).where(WebhookEvent.state.in_(waiting))
    )
    return None if oldest is None else int((clock.now() - oldest).total_seconds())
