"""The ordered record of a dispute: what each side said and brought, and what we did, one row each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.actor import acting
from app.db import Base, choice, key_column
from app.disputes.append_only import only_added_to
from app.disputes.model import Dispute
from app.disputes.sides import EntryKind, Side
from app.errors import Refusal
from app.refunds.model import Refund
from app.resident_number import MADE_HERE, keeps_no_resident_number
from app.tickets.model import Comment
from app.words import Words, say

LONGEST = 8000


@only_added_to
@keeps_no_resident_number
class DisputeEntry(Base):
    """`number` counts from 1 within the dispute. What a person typed is the same in both texts. A file is kept in the
    home's folder by its `sha256` (app/disputes/files.py).
    """

    __tablename__ = "dispute_entries"
    __table_args__ = (
        UniqueConstraint("dispute_id", "number"),
        UniqueConstraint("dispute_id", "comment_id"),
        CheckConstraint("(file_name IS NULL) = (sha256 IS NULL)", name="file_is_whole"),
    )

    id: Mapped[int] = key_column()
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    side: Mapped[Side] = mapped_column(choice(Side))
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind))
    words_ko: Mapped[str] = mapped_column(Text, default="")
    words_en: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str | None] = mapped_column(String(200))
    file_type: Mapped[str | None] = mapped_column(String(80))
    file_bytes: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64), info=MADE_HERE)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"))
    by: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    dispute: Mapped[Dispute] = relationship(back_populates="entries")
    comment: Mapped[Comment | None] = relationship()
    refund: Mapped[Refund | None] = relationship()

    @property
    def words(self) -> Words:
        return say(self.words_ko, self.words_en)


def write(
    session: Session, dispute: Dispute, side: Side, kind: EntryKind, words: Words, **more: object
) -> DisputeEntry:
    """The next row of the record, in the caller's transaction, which holds the dispute (see `lock`)."""
    if max(len(words.ko), len(words.en)) > LONGEST:
        raise Refusal(say(f"{LONGEST:,}자까지 적을 수 있습니다.", f"{LONGEST:,} characters at most."), field="text")
    newest = select(func.max(DisputeEntry.number)).where(DisputeEntry.dispute_id == dispute.id)
    entry = DisputeEntry(
        dispute=dispute,
        number=(session.scalar(newest) or 0) + 1,
        side=side,
        kind=kind,
        words_ko=words.ko,
        words_en=words.en,
        by=acting().name[:120],
        by_id=acting().id,
        at=clock.now(),
        **more,
    )
    session.add(entry)
    session.flush()
    return entry
