"""Views: lists of tickets that conditions make, as an account brought them along."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, key_column


class View(Base):
    """`definition` is Zendesk's own JSON, kept whole: {"conditions": {"all", "any"}, "execution": {...}, ...}.
    `is_active` is what the account said of it.
    """

    __tablename__ = "views"

    id: Mapped[int] = key_column()
    title: Mapped[str] = mapped_column(String(200), index=True)
    description: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    definition: Mapped[dict[str, Any]]
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title
