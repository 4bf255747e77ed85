"""What came in: every webhook (and every other reason to look at a ticket), kept before it is answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, choice, key_column


class InboxState(StrEnum):
    new = "new"
    working = "working"
    done = "done"
    ignored = "ignored"
    dead = "dead"


class WebhookEvent(Base):
    """`source` and `invocation_id` meet once, however often it is sent. `token` fences off a worker whose lease ran
    out: it can no longer write the end of the row. `payment_ref` is set when a payment provider rang: then there is no
    ticket to look at, but refunds of this payment.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("source", "invocation_id"),
        Index("ix_webhook_events_waiting", "state", "due_at"),
        Index("ix_webhook_events_ticket", "ticket_zendesk_id", "state"),
    )

    id: Mapped[int] = key_column()
    source: Mapped[str] = mapped_column(String(16))
    invocation_id: Mapped[str] = mapped_column(String(128))
    webhook_id: Mapped[str | None] = mapped_column(String(64))
    event_type: Mapped[str] = mapped_column(String(80), default="")
    ticket_zendesk_id: Mapped[int | None] = mapped_column(BigInteger)
    payment_ref: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_sha256: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[InboxState] = mapped_column(choice(InboxState), default=InboxState.new)
    why: Mapped[str | None] = mapped_column(String(500))
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    token: Mapped[str | None] = mapped_column(String(32))
    received_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
