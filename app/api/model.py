"""Programs that may ask and tell, each by a token of its own, and what they were answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Base, key_column
from app.resident_number import MADE_HERE, keeps_no_resident_number


class Scope(StrEnum):
    """What a token opens; nothing else."""

    quotes_read = "quotes:read"
    bookings_write = "bookings:write"
    events_write = "events:write"


class TokenState(StrEnum):
    live = "live"
    expired = "expired"
    revoked = "revoked"


@keeps_no_resident_number
class ApiToken(Base):
    """The token itself is shown once and kept nowhere: only its hash is, and the few letters it begins with.

    `cities` empty means every city. `minute_count` is how many calls the minute of `minute_at` has had.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), unique=True)
    prefix: Mapped[str] = mapped_column(String(16), info=MADE_HERE)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=MADE_HERE)
    scopes: Mapped[list[str]] = mapped_column(default=list)
    cities: Mapped[list[str]] = mapped_column(default=list)
    per_minute: Mapped[int] = mapped_column(default=120)
    expires_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(120))
    last_used_at: Mapped[datetime | None]
    minute_at: Mapped[datetime | None]
    minute_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> TokenState:
        if self.revoked_at is not None:
            return TokenState.revoked
        if self.expires_at is not None and self.expires_at <= clock.now():
            return TokenState.expired
        return TokenState.live


class ApiAnswer(Base):
    """What a call under an Idempotency-Key was answered, so that the same call again gets the same.

    `body_hash` is of the body as it was understood, so that white space makes no difference.
    """

    __tablename__ = "api_answers"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[int] = key_column()
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"))
    key: Mapped[str] = mapped_column(String(255))
    operation: Mapped[str] = mapped_column(String(80))
    body_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)
