"""How a dispute may end: what is offered to both sides, what each says to it, and what is ruled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, BigId, choice, key_column
from app.disputes.append_only import only_added_to
from app.disputes.model import Dispute, Seat
from app.disputes.sides import Side
from app.errors import Refusal
from app.money import shown
from app.people.model import User
from app.refunds.model import Refund
from app.resident_number import keeps_no_resident_number
from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the customer gets, in minor units of the booking's currency, and who bears it; what neither partner nor
    insurer bears, we do. Refuses to be built of less than nothing, or of more shares than there is.
    """

    refund_minor: int
    partner_minor: int = 0
    insurer_minor: int = 0
    re_clean: bool = False

    def __post_init__(self) -> None:
        if min(self.refund_minor, self.partner_minor, self.insurer_minor) < 0:
            raise Refusal(say("0보다 작을 수 없습니다.", "It cannot be below nothing."), field="refund")
        if self.partner_minor + self.insurer_minor > self.refund_minor:
            words = say(
                "파트너와 보험이 부담하는 금액의 합이 환불액보다 큽니다. 나머지는 회사가 부담합니다.",
                "Partner and insurer would bear more than goes back. What they do not bear, we do.",
            )
            raise Refusal(words, field="partner")

    @property
    def ours_minor(self) -> int:
        return self.refund_minor - self.partner_minor - self.insurer_minor

    def told(self, currency: str) -> Words:
        """In one line, as both sides and we read it."""
        if not self.refund_minor and not self.re_clean:
            return say("환불 없음", "No refund")
        parts: list[Words] = []
        if self.refund_minor:
            shares = [
                (say("파트너", "partner"), self.partner_minor),
                (say("보험", "insurer"), self.insurer_minor),
                (say("회사", "us"), self.ours_minor),
            ]
            borne = [(who, shown(minor, currency)) for who, minor in shares if minor]
            ko = ", ".join(f"{who.ko} {minor}" for who, minor in borne)
            en = ", ".join(f"{who.en} {minor}" for who, minor in borne)
            amount = shown(self.refund_minor, currency)
            parts.append(say(f"환불 {amount} (부담: {ko})", f"refund of {amount} (borne by {en})"))
        if self.re_clean:
            parts.append(say("다시 청소", "a new cleaning"))
        return say(" · ".join(one.ko for one in parts), " · ".join(one.en for one in parts))


class ProposalEnd(StrEnum):
    accepted = "accepted"
    refused = "refused"
    countered = "countered"
    lapsed = "lapsed"
    withdrawn = "withdrawn"


class AnswerKind(StrEnum):
    accepted = "accepted"
    refused = "refused"
    countered = "countered"


class _Amounts:
    """The columns of a Remedy."""

    refund_minor: Mapped[int] = mapped_column(BigInteger)
    partner_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    insurer_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    re_clean: Mapped[bool] = mapped_column(default=False)
    currency: Mapped[str] = mapped_column(String(3))

    @property
    def remedy(self) -> Remedy:
        return Remedy(self.refund_minor, self.partner_minor, self.insurer_minor, self.re_clean)


_SHARES = (
    "refund_minor >= 0 AND partner_minor >= 0 AND insurer_minor >= 0 AND partner_minor + insurer_minor <= refund_minor"
)


@keeps_no_resident_number
class Proposal(_Amounts, Base):
    """`by_side`: a party that countered, or we. Its texts are what both sides read. `open_key` is the dispute's id
    while it is open: one at a time.
    """

    __tablename__ = "dispute_proposals"
    __table_args__ = (UniqueConstraint("dispute_id", "number"), CheckConstraint(_SHARES, name="shares_within"))

    id: Mapped[int] = key_column()
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int]
    by_side: Mapped[Side] = mapped_column(choice(Side))
    text_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    open_key: Mapped[int | None] = mapped_column(BigId, unique=True)
    ended: Mapped[ProposalEnd | None] = mapped_column(choice(ProposalEnd))
    ended_at: Mapped[datetime | None]

    dispute: Mapped[Dispute] = relationship(back_populates="proposals")
    by: Mapped[User | None] = relationship()
    answers: Mapped[list[Answer]] = relationship(back_populates="proposal", order_by="Answer.id")

    @property
    def text(self) -> Words:
        return say(self.text_ko, self.text_en)

    def end(self, how: ProposalEnd) -> None:
        """It ends once."""
        if self.ended is None:
            self.ended, self.ended_at, self.open_key = how, clock.now(), None

    def answer_of(self, side: Side) -> Answer | None:
        return next((one for one in self.answers if one.side is side), None)


@only_added_to
@keeps_no_resident_number
class Answer(Base):
    """What a side said to a proposal, once."""

    __tablename__ = "dispute_answers"
    __table_args__ = (UniqueConstraint("proposal_id", "side"),)

    id: Mapped[int] = key_column()
    proposal_id: Mapped[int] = mapped_column(ForeignKey("dispute_proposals.id"))
    side: Mapped[Side] = mapped_column(choice(Side))
    kind: Mapped[AnswerKind] = mapped_column(choice(AnswerKind))
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(120))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship(back_populates="answers")


@only_added_to
@keeps_no_resident_number
class Ruling(_Amounts, Base):
    """What was decided, by whom, and by which clause. `seat` is always "rules", and with dispute and person it names a
    seat: see DisputeSeat.
    """

    __tablename__ = "dispute_rulings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["dispute_id", "by_id", "seat"],
            ["dispute_seats.dispute_id", "dispute_seats.user_id", "dispute_seats.seat"],
            name="fk_dispute_rulings_seat",
        ),
        CheckConstraint("seat = 'rules'", name="by_who_rules"),
        CheckConstraint(_SHARES, name="shares_within"),
    )

    id: Mapped[int] = key_column()
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    seat: Mapped[Seat] = mapped_column(choice(Seat), default=Seat.rules)
    clause: Mapped[str] = mapped_column(String(200))
    reasons_ko: Mapped[str] = mapped_column(Text)
    reasons_en: Mapped[str] = mapped_column(Text)
    warns_partner: Mapped[bool] = mapped_column(default=False)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refunds.id"))
    at: Mapped[datetime]

    dispute: Mapped[Dispute] = relationship(back_populates="rulings", foreign_keys=[dispute_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    refund: Mapped[Refund | None] = relationship()

    @property
    def reasons(self) -> Words:
        return say(self.reasons_ko, self.reasons_en)
