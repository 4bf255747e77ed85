"""Taking back what a rule did: one row for the whole, one for each ticket."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId, choice, key_column
from app.rules.model import Rule
from app.tickets.model import Ticket


class UndoState(StrEnum):
    asked = "asked"
    done = "done"


class ItemState(StrEnum):
    """`waiting` for its turn; `owed` to Zendesk; `held_back`: it had not been sent, and is not going to be;
    `left` alone, wholly."""

    waiting = "waiting"
    owed = "owed"
    held_back = "held_back"
    left = "left"


class Undo(Base):
    """What a rule did from `since` to `until`, taken back. At most one of a rule is under way: `open_rule_id` is the
    rule's id until it is done, and unique.
    """

    __tablename__ = "undos"

    id: Mapped[int] = key_column()
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"), index=True)
    open_rule_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    state: Mapped[UndoState] = mapped_column(choice(UndoState), default=UndoState.asked, index=True)
    why: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    rule: Mapped[Rule] = relationship()
    items: Mapped[list[UndoItem]] = relationship(back_populates="undo", order_by="UndoItem.id")


class UndoItem(Base):
    """One ticket of it. `change` and `before` are what the outbox is to carry; `stays` is what is left alone and why;
    `run_ids` are the firings that it takes back, `drops` the pushes that are kept from being sent.
    """

    __tablename__ = "undo_items"
    __table_args__ = (UniqueConstraint("undo_id", "ticket_id"), Index("ix_undo_items_state", "undo_id", "state"))

    id: Mapped[int] = key_column()
    undo_id: Mapped[int] = mapped_column(ForeignKey("undos.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    run_ids: Mapped[list[Any]]
    change: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    drops: Mapped[list[Any]]
    stays: Mapped[list[Any]]
    state: Mapped[ItemState] = mapped_column(choice(ItemState), default=ItemState.waiting)
    push_id: Mapped[int | None] = mapped_column(ForeignKey("pushes.id"), index=True)

    undo: Mapped[Undo] = relationship(back_populates="items")
    ticket: Mapped[Ticket] = relationship()
    # By its name: the outbox stands above the rules.
    push: Mapped[Any] = relationship("Push", viewonly=True)
