"""Zendesk's tickets as they are and as they were. Zendesk owns them; these rows are our mirror."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, false, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.bookings.model import Booking
from app.db import Base, BigId, key_column


class ZendeskUser(Base):
    """A person as Zendesk knows them: requester, agent, admin. `user_fields`: by the field's key, None while not told.
    `group_ids`: of an agent, the default group first.
    """

    __tablename__ = "zendesk_users"

    zendesk_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    role: Mapped[str] = mapped_column(String(16), default="end-user")
    locale: Mapped[str | None] = mapped_column(String(16))
    organization_id: Mapped[int | None] = mapped_column(BigInteger)
    time_zone: Mapped[str | None] = mapped_column(String(64))
    tags: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime | None]
    locale_id: Mapped[int | None] = mapped_column(BigId)
    phone: Mapped[str | None] = mapped_column(String(128))
    external_id: Mapped[str | None] = mapped_column(String(255))
    details: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[str | None] = mapped_column(Text)
    user_fields: Mapped[dict[str, Any] | None]
    group_ids: Mapped[list[Any] | None]

    def __str__(self) -> str:
        return self.name


class ZendeskGroup(Base):
    __tablename__ = "zendesk_groups"

    zendesk_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    is_deleted: Mapped[bool] = mapped_column(default=False)

    def __str__(self) -> str:
        return self.name


class ZendeskField(Base):
    """A ticket field; `options` is [{"name", "value"}] for the fields that have a list."""

    __tablename__ = "zendesk_fields"

    zendesk_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(255))
    options: Mapped[list[Any]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.title


class Ticket(Base):
    """`decided_audit_id` is the newest of Zendesk's audits that the rules have seen; `generated_at` is Zendesk's
    generated_timestamp in seconds: with `updated_at` it orders versions, and the newer or equal one wins.
    `history_through`: we hold the ticket's creation and every audit from there up to this time; None while we cannot
    say so. A version that comes without its audits is later than that, and the history is incomplete again by itself.
    """

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_status_updated", "status", "updated_at"),)

    id: Mapped[int] = key_column()
    zendesk_id: Mapped[int] = mapped_column(BigId, unique=True)
    subject: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    priority: Mapped[str | None] = mapped_column(String(16))
    type: Mapped[str | None] = mapped_column(String(16))
    tags: Mapped[list[str]] = mapped_column(default=list)
    group_id: Mapped[int | None] = mapped_column(BigId, index=True)
    assignee_id: Mapped[int | None] = mapped_column(BigId, index=True)
    requester_id: Mapped[int | None] = mapped_column(BigId, index=True)
    submitter_id: Mapped[int | None] = mapped_column(BigId)
    organization_id: Mapped[int | None] = mapped_column(BigId)
    brand_id: Mapped[int | None] = mapped_column(BigId)
    ticket_form_id: Mapped[int | None] = mapped_column(BigId)
    custom_status_id: Mapped[int | None] = mapped_column(BigId)
    channel: Mapped[str] = mapped_column(String(40), default="web")
    recipient: Mapped[str | None] = mapped_column(String(254))
    external_id: Mapped[str | None] = mapped_column(String(255))
    is_public: Mapped[bool] = mapped_column(default=True)
    has_incidents: Mapped[bool] = mapped_column(default=False)
    problem_id: Mapped[int | None] = mapped_column(BigId)
    email_cc_ids: Mapped[list[Any] | None]
    follower_ids: Mapped[list[Any] | None]
    custom_fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    satisfaction: Mapped[str | None] = mapped_column(String(32))
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)
    generated_at: Mapped[int] = mapped_column(BigInteger, default=0)
    mirrored_at: Mapped[datetime]
    decided_audit_id: Mapped[int] = mapped_column(BigInteger, default=0)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), index=True)
    history_through: Mapped[datetime | None]

    booking: Mapped[Booking | None] = relationship()
    comments: Mapped[list[Comment]] = relationship(back_populates="ticket", order_by="Comment.zendesk_id")
    events: Mapped[list[TicketEvent]] = relationship(back_populates="ticket", order_by="TicketEvent.audit_id")
    # By their names: these rooms stand above the tickets.
    runs: Mapped[list[Any]] = relationship("RuleRun", viewonly=True, order_by="RuleRun.id.desc()")
    pushes: Mapped[list[Any]] = relationship("Push", viewonly=True, order_by="Push.id.desc()")
    refunds: Mapped[list[Any]] = relationship("Refund", viewonly=True, order_by="Refund.id.desc()")
    routing_moves: Mapped[list[Any]] = relationship("RoutingMove", viewonly=True, order_by="RoutingMove.id.desc()")
    requester: Mapped[ZendeskUser | None] = relationship(
        primaryjoin="foreign(Ticket.requester_id) == ZendeskUser.zendesk_id", viewonly=True
    )
    assignee: Mapped[ZendeskUser | None] = relationship(
        primaryjoin="foreign(Ticket.assignee_id) == ZendeskUser.zendesk_id", viewonly=True
    )
    group: Mapped[ZendeskGroup | None] = relationship(
        primaryjoin="foreign(Ticket.group_id) == ZendeskGroup.zendesk_id", viewonly=True
    )

    @hybrid_property
    def history_complete(self) -> bool:
        """Whether we hold every audit since its creation, up to the version that is mirrored. Zendesk tells times in
        whole seconds: a second update within the second of the newest one is not told apart from it.
        """
        return self.history_through is not None and self.history_through >= self.updated_at

    @history_complete.inplace.expression
    @classmethod
    def _history_complete(cls) -> ColumnElement[bool]:
        return func.coalesce(cls.history_through >= cls.updated_at, false())

    def __str__(self) -> str:
        return f"#{self.zendesk_id}"


class Comment(Base):
    __tablename__ = "comments"

    id: Mapped[int] = key_column()
    zendesk_id: Mapped[int] = mapped_column(BigId, unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    audit_id: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[int | None] = mapped_column(BigId)
    is_public: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    attachments: Mapped[int | None]

    ticket: Mapped[Ticket] = relationship(back_populates="comments")
    author: Mapped[ZendeskUser | None] = relationship(
        primaryjoin="foreign(Comment.author_id) == ZendeskUser.zendesk_id", viewonly=True
    )


class TicketEvent(Base):
    """One of Zendesk's audits: everything that one update did. `marker` is set when the update was ours.

    `changes` is {field: [before, after]}; a creation has before None for every field it set.
    """

    __tablename__ = "ticket_events"
    __table_args__ = (UniqueConstraint("ticket_id", "audit_id"),)

    id: Mapped[int] = key_column()
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    audit_id: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[int | None] = mapped_column(BigId)
    channel: Mapped[str] = mapped_column(String(40), default="")
    is_creation: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment_id: Mapped[int | None] = mapped_column(BigInteger)
    marker: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="events")
