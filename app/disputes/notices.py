"""What each side is to be told on its ticket. The night shift sends it (automations/disputes.py), each once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.db import Base, choice, key_column
from app.disputes.model import Dispute
from app.disputes.sides import Side
from app.facts import Fact, announce
from app.resident_number import keeps_no_resident_number
from app.tickets.model import Ticket
from app.words import Words, say

NO_TICKET = "no ticket"


@keeps_no_resident_number
class DisputeNotice(Base):
    """`told_at`: it is in the outbox. `untold_why`: it is not told, and will not be by itself."""

    __tablename__ = "dispute_notices"
    __table_args__ = (Index("ix_dispute_notices_waiting", "told_at", "untold_why"),)

    id: Mapped[int] = key_column()
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    words_ko: Mapped[str] = mapped_column(Text)
    words_en: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    told_in: Mapped[str | None] = mapped_column(String(2))
    untold_why: Mapped[str | None] = mapped_column(String(500))
    push_id: Mapped[int | None] = mapped_column(ForeignKey("pushes.id"))

    dispute: Mapped[Dispute] = relationship(back_populates="notices")

    @property
    def words(self) -> Words:
        return say(self.words_ko, self.words_en)

    @property
    def ticket(self) -> Ticket | None:
        return self.dispute.customer_ticket if self.side is Side.customer else self.dispute.partner_ticket


def tell(session: Session, dispute: Dispute, side: Side, words: Words) -> DisputeNotice:
    """Owed to a side, in the caller's transaction; sent once that has committed."""
    notice = DisputeNotice(dispute=dispute, side=side, words_ko=words.ko, words_en=words.en, created_at=clock.now())
    session.add(notice)
    session.flush()
    announce(session, Fact.dispute_told)
    return notice


def tell_again(session: Session, dispute: Dispute, side: Side) -> None:
    """What could not be told for want of a ticket may be told now."""
    for one in dispute.notices:
        if one.side is side and one.untold_why == NO_TICKET:
            one.untold_why = None
    announce(session, Fact.dispute_told)
