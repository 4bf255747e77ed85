"""Macros: an answer in Korean and English and what it does to the ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import Refusal
from app.words import say


class MacroState(StrEnum):
    draft = "draft"
    live = "live"
    retired = "retired"


MOVES: Mapping[MacroState, frozenset[MacroState]] = MappingProxyType({
    MacroState.draft: frozenset({MacroState.live, MacroState.retired}),
    MacroState.live: frozenset({MacroState.draft, MacroState.retired}),
    MacroState.retired: frozenset({MacroState.draft}),
})  # fmt: skip


class Macro(Base):
    """`actions` are Zendesk's [{"field", "value"}] without the comment, which is `body_ko`/`body_en` (Liquid);
    `source` is the macro as it was imported, so that nothing unknown is lost.
    """

    __tablename__ = "macros"

    id: Mapped[int] = key_column()
    title: Mapped[str] = mapped_column(String(200), index=True)
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

    moves: Mapped[list[MacroMove]] = relationship(back_populates="macro", order_by="MacroMove.id")
    __mapper_args__ = {"version_id_col": version}

    def move_to(self, now: MacroState, why: str = "") -> None:
        """The only way a macro's state changes; leaves a MacroMove. Refuses what the table of moves does not have."""
        if now not in MOVES[self.state]:
            raise Refusal(
                say(
                    "매크로 「{title}」은 지금 {was} 상태라서 {now} 상태로 바꿀 수 없습니다.",
                    "The macro “{title}” is {was} now and cannot become {now}.",
                ).fill(title=self.title, was=named(self.state).words, now=named(now).words)
            )
        at = clock.now()
        self.moves.append(MacroMove(was=self.state, now=now, by=acting().name, at=at, why=why))
        self.state = now
        self.updated_at = at

    def __str__(self) -> str:
        return self.title


class MacroMove(Base):
    """One change of a macro's state."""

    __tablename__ = "macro_moves"

    id: Mapped[int] = key_column()
    macro_id: Mapped[int] = mapped_column(ForeignKey("macros.id"), index=True)
    was: Mapped[MacroState] = mapped_column(choice(MacroState))
    now: Mapped[MacroState] = mapped_column(choice(MacroState))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")

    macro: Mapped[Macro] = relationship(back_populates="moves")
