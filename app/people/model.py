"""The people who sign in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, choice, key_column


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
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name
