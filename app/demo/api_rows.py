"""The demo's API tokens. Nobody knows their secrets: whoever wants to try the API makes one of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock
from app.api.model import ApiToken, Scope
from app.api.tokens import give, revoke


def tokens(session: Session, moment: datetime) -> int:
    """How many were made."""
    rows = (
        ApiToken(name="카카오톡 챗봇", scopes=[Scope.quotes_read.value], per_minute=300),
        ApiToken(name="예약 시스템", scopes=[Scope.quotes_read.value, Scope.bookings_write.value], per_minute=600),
        ApiToken(name="챗봇 시험 (2025)", scopes=[Scope.quotes_read.value], per_minute=60),
    )
    for days_ago, row in zip((40, 120, 300), rows, strict=True):
        with clock.stopped(moment - timedelta(days=days_ago)):
            give(row)
        session.add(row)
    rows[0].last_used_at, rows[1].last_used_at = moment - timedelta(minutes=4), moment - timedelta(minutes=11)
    rows[2].last_used_at = moment - timedelta(days=190)
    with clock.stopped(moment - timedelta(days=180)):
        revoke(rows[2])
    return len(rows)
