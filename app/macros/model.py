"""Macros: an answer in Korean and English and what it does to the ticket."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, choice, key_column


class MacroState(StrEnum):
    draft = "draft"
    live = "live"
    retired = "retired"


class Macro(Base):
    """`actions` are Zendesk's [{"field", "value"}] without the comment, which is `body_ko`/`body_en` (Liquid);
    `source` is the macro as it was imported, so that nothing unknown is lost.
    """

    __tablename__ = "macros"

    id: Mapped[int] = key_column()
    title: Mapped[str] = mapped_column(String(200), unique=True)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[MacroState] = mapped_column(choice(MacroState), default=MacroState.draft, index=True)
    body_ko: Mapped[str] = mapped_column(Text, default="")
    body_en: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(default=True)
    actions: Mapped[list[Any]] = mapped_column(default=list)
    source: Mapped[dict[str, Any]] = mapped_column(default=dict)
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.title
