"""What we owe the outside: each row is one change to one ticket, sent once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, choice, key_column
from app.tickets.model import Ticket
from app.words import Words, say

_ORIGINS = {
    "rules": say("규칙", "Rules"),
    "rules on time": say("시간 규칙", "Rules on time"),
    "routing": say("배정", "Routing"),
}
_REFUND, _UNDO, _DISPUTE, _EMERGENCY = "refund:", "undo:", "dispute:", "emergency:"


class PushState(StrEnum):
    """`held`: pushing is off, a person decides. `unknown`: sent without an answer, to be looked up first."""

    owed = "owed"
    sending = "sending"
    unknown = "unknown"
    sent = "sent"
    overtaken = "overtaken"
    held = "held"
    dropped = "dropped"
    refused = "refused"
    dead = "dead"


class Push(Base):
    """`change` is the body of Zendesk's ticket update: fields, additional_tags, remove_tags, comment.
    `before` holds, for each field in `change`, the value it had when the change was decided. `marker` travels in the
    update's metadata and is how a sent change is found again. `deaths` counts the workers that never came back from it.
    """

    __tablename__ = "pushes"
    __table_args__ = (
        Index("ix_pushes_waiting", "state", "due_at"),
        Index("ix_pushes_ticket_state", "ticket_id", "state"),
    )

    id: Mapped[int] = key_column()
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    origin: Mapped[str] = mapped_column(String(40))
    change: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    marker: Mapped[str] = mapped_column(String(64), unique=True)
    depth: Mapped[int] = mapped_column(default=0)
    state: Mapped[PushState] = mapped_column(choice(PushState), default=PushState.owed)
    why: Mapped[str | None] = mapped_column(String(500))
    tries: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(32))
    audit_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()

    @property
    def told_origin(self) -> Words:
        """What decided it, in words; an origin that is not known reads as it is."""
        if self.origin.startswith(_REFUND):
            return say("환불 결과 {ref}", "Outcome of refund {ref}").fill(ref=self.origin.removeprefix(_REFUND))
        if self.origin.startswith(_DISPUTE):
            return say("분쟁 {ref} 안내", "Dispute {ref}").fill(ref=self.origin.removeprefix(_DISPUTE))
        if self.origin.startswith(_EMERGENCY):
            return say("긴급 {ref}", "Emergency {ref}").fill(ref=self.origin.removeprefix(_EMERGENCY))
        if self.origin.startswith(_UNDO):
            return say("규칙이 한 일 되돌리기", "Taking back what a rule did")
        return _ORIGINS.get(self.origin, say(self.origin, self.origin))
