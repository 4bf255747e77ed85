"""The people who sign in."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, choice, key_column

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}\Z")


class Role(StrEnum):
    admin = "admin"
    ops_manager = "ops_manager"
    agent = "agent"
    finance = "finance"
    auditor = "auditor"


class User(Base):
    """`session_epoch` is in every session cookie: raising it ends all sessions of this person at once."""

    __tablename__ = "users"

    id: Mapped[int] = key_column()
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role))
    language: Mapped[str] = mapped_column(String(2), default="ko")
    password_hash: Mapped[str] = mapped_column(String(255))
    is_demo: Mapped[bool] = mapped_column(default=False)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    cities: Mapped[list[str]] = mapped_column(default=list)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendors.id"))
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


class SignInTry(Base):
    """Failed sign-ins of one account, one address, or both together. `key` is a hash: what a stranger types is no
    account of ours. `until` is when the next try is looked at.
    """

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime | None]


# Whoever holds an old session must not go on under a changed role, after a reset, or when no longer with us.
ENDS_SESSIONS = ("role", "is_enabled", "password_hash", "email", "cities", "vendor_id")


@event.listens_for(User, "before_update")
def _end_sessions(_mapper: Any, _connection: Any, user: User) -> None:
    state = inspect(user)
    if any(state.attrs[name].history.has_changes() for name in ENDS_SESSIONS):
        user.session_epoch = (user.session_epoch or 0) + 1
