"""What was bought, by whom, from whom, and under which promise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Connection, ForeignKey, String, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from app.bookings.bound import must_stay_payable
from app.db import Base, BigId, choice, key_column
from app.desk.states import named
from app.errors import ChangedMeanwhile, Refusal
from app.money import exponent, shown
from app.partners.model import Partner
from app.policies.model import PolicyVersion, Product
from app.resident_number import keeps_no_resident_number
from app.words import say


class Tier(StrEnum):
    standard = "standard"
    vip = "vip"


class BookingState(StrEnum):
    booked = "booked"
    under_way = "under_way"
    done = "done"
    cancelled = "cancelled"


@keeps_no_resident_number
class Customer(Base):
    """`language` is what we answer in: "ko" or "en"."""

    __tablename__ = "customers"

    id: Mapped[int] = key_column()
    name: Mapped[str] = mapped_column(String(120), index=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2), default="ko")
    tier: Mapped[Tier] = mapped_column(choice(Tier), default=Tier.standard)
    city: Mapped[str | None] = mapped_column(String(40), index=True)
    zendesk_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name


@keeps_no_resident_number
class Booking(Base):
    """Money in minor units of `currency` (won have none): `paid_minor` is what came in, `held_minor` what refunds
    hold or have taken of it. The database keeps held within paid. `contracted_at`: None where paying made the contract.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("held_minor >= 0 AND held_minor <= paid_minor", name="held_within_paid"),
        CheckConstraint("first_period_minor <= total_minor", name="first_within_total"),
    )

    id: Mapped[int] = key_column()
    ref: Mapped[str] = mapped_column(String(32), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id"), index=True)
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_versions.id"), index=True)
    product: Mapped[Product] = mapped_column(choice(Product), index=True)
    state: Mapped[BookingState] = mapped_column(choice(BookingState), default=BookingState.booked, index=True)
    city: Mapped[str] = mapped_column(String(40), index=True)
    channel: Mapped[str] = mapped_column(String(40), default="app")
    gateway: Mapped[str] = mapped_column(String(40), default="toss")
    payment_ref: Mapped[str | None] = mapped_column(String(200), unique=True)
    currency: Mapped[str] = mapped_column(String(3), default="KRW", active_history=True)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    first_period_minor: Mapped[int] = mapped_column(BigInteger)
    service_fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_minor: Mapped[int] = mapped_column(BigInteger)
    held_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_at: Mapped[datetime]
    contracted_at: Mapped[datetime | None]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = relationship()
    partner: Mapped[Partner | None] = relationship()
    policy_version: Mapped[PolicyVersion | None] = relationship()
    __mapper_args__ = {"version_id_col": version}

    @property
    def left_minor(self) -> int:
        """What may still be refunded."""
        return self.paid_minor - self.held_minor

    def __str__(self) -> str:
        return self.ref

    def next_states(self) -> list[BookingState]:
        return sorted(MOVES[self.state], key=list(BookingState).index)

    def move_to(self, now: str) -> None:
        """Refuses in words what the table does not allow. The move itself is kept in the audit record."""
        if now not in MOVES[self.state]:
            words = say(
                "{ref}은(는) 지금 ‘{state}’ 상태여서 그렇게 바꿀 수 없습니다.",
                "{ref} is “{state}” now and cannot become that.",
            )
            raise Refusal(words.fill(ref=self.ref, state=named(self.state).words))
        self.state = BookingState(now)

    def must_be_as_seen(self, seen: str) -> None:
        if seen != str(self.version):
            words = say(
                f"그사이 {self.ref}이(가) 바뀌었습니다. 다시 확인해 주세요.", f"{self.ref} has changed. Look again."
            )
            raise ChangedMeanwhile(words)


MOVES: Mapping[BookingState, frozenset[BookingState]] = {
    BookingState.booked: frozenset({BookingState.under_way, BookingState.cancelled}),
    BookingState.under_way: frozenset({BookingState.done, BookingState.cancelled}),
    BookingState.done: frozenset(),
    BookingState.cancelled: frozenset(),
}


@event.listens_for(Booking, "before_insert")
@event.listens_for(Booking, "before_update")
def _checked(_mapper: Mapper[Any], _connection: Connection, booking: Booking) -> None:
    must_add_up(booking)


@event.listens_for(Booking, "before_update")
def _kept_payable(_mapper: Mapper[Any], connection: Connection, booking: Booking) -> None:
    must_stay_payable(connection, booking)


def must_add_up(booking: Booking) -> None:
    """Says in words what the database would refuse without any."""
    exponent(booking.currency or "KRW")
    amounts = ("total_minor", "first_period_minor", "service_fee_minor", "paid_minor")
    for name in amounts:
        if (getattr(booking, name) or 0) < 0:
            raise Refusal(say("0보다 작을 수 없습니다.", "It cannot be below nothing."), field=name)
    if booking.first_period_minor > booking.total_minor:
        raise Refusal(
            say("첫 기간 금액이 전체 금액보다 큽니다.", "The first period costs more than the whole."),
            field="first_period_minor",
        )
    if booking.paid_minor < (booking.held_minor or 0):
        held = shown(booking.held_minor, booking.currency)
        raise Refusal(
            say(f"이미 {held}이(가) 환불되었거나 잡혀 있습니다.", f"{held} of it is refunded or held already."),
            field="paid_minor",
        )
    if booking.held_minor and inspect(booking).attrs.currency.history.deleted:
        raise Refusal(
            say(
                "환불되었거나 잡힌 금액이 있어 통화를 바꿀 수 없습니다.",
                "Some of it is refunded or held: the currency cannot change.",
            ),
            field="currency",
        )
    if booking.ends_at < booking.starts_at:
        raise Refusal(say("끝이 시작보다 빠릅니다.", "It ends before it starts."), field="ends_at")
