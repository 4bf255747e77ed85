"""Approvals: a row each, of one person for exactly one sum; until when it counts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.people.model import Role, User
from app.people.rights import RIGHTS
from app.refunds.authority.need import Given
from app.refunds.both import as_kept
from app.resident_number import MADE_HERE, keeps_no_resident_number
from app.words import Words, say

if TYPE_CHECKING:
    from app.refunds.model import Refund

_CHANGED = say("승인한 뒤 내용이 바뀌었습니다.", "What was approved has changed since.")
_DISABLED = say("{name} 님의 사용이 중지되었습니다.", "{name} is disabled.")
_OTHER_ROLE = say(
    "{name} 님은 {role}(으)로서 승인했는데 지금은 그 역할이 아닙니다.",
    "{name} approved as {role}, and is that no more.",
)
_OTHER_CITY = say("{name} 님은 이제 {city}을(를) 맡지 않습니다.", "{name} is not in charge of {city} any more.")


@keeps_no_resident_number
class Approval(Base):
    """`sum` is what was approved, sealed; `role` the one it was given in. Whoever asked cannot approve, nor one person
    twice, while neither is void: the database holds both, `maker_id` following the refund's (0 where a rule asked).
    """

    __tablename__ = "approvals"
    __table_args__ = (
        ForeignKeyConstraint(["refund_id", "maker_id"], ["refunds.id", "refunds.maker_id"], onupdate="CASCADE"),
        CheckConstraint("voided_at IS NOT NULL OR approver_id <> maker_id", name="two_people"),
        Index(
            "uq_approvals_standing",
            "refund_id",
            "approver_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
    )

    id: Mapped[int] = key_column()
    refund_id: Mapped[int] = mapped_column(BigId, index=True)
    maker_id: Mapped[int] = mapped_column(BigId)
    approver_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[Role] = mapped_column(choice(Role))
    sum: Mapped[str] = mapped_column(String(64), info=MADE_HERE)
    why: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    void_why: Mapped[str] = mapped_column(String(500), default="")

    refund: Mapped[Refund] = relationship(back_populates="approvals")
    approver: Mapped[User] = relationship()

    @property
    def given(self) -> Given:
        return Given(self.approver_id, self.approver.name, self.role)

    def void(self, why: Words) -> None:
        self.voided_at, self.void_why = clock.now(), as_kept(why)

    def falls(self) -> Words | None:
        """Why it counts no more, though nobody has voided it; None while it stands."""
        who, booking = self.approver, self.refund.booking
        if self.sum != self.refund.sum_to_approve():
            return _CHANGED
        if not who.is_enabled:
            return _DISABLED.fill(name=who.name)
        if who.role is not self.role or "refunds.approve" not in RIGHTS[who.role]:
            return _OTHER_ROLE.fill(name=who.name, role=named(self.role).words)
        if who.cities and booking.city not in who.cities:
            return _OTHER_CITY.fill(name=who.name, city=booking.city)
        return None
