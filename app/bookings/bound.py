"""What stays as it is in a booking while a refund of it may be on its way: it is looked up where it was sent."""

from __future__ import annotations

from sqlalchemy import Connection, column, inspect, select, table

from app.errors import Refusal
from app.words import say

# Refunds stand above bookings: their table is known by its name alone.
REFUNDS = table("refunds", column("ref"), column("booking_id"), column("state"))
BOOKINGS = table("bookings", *(column(name) for name in ("id", "gateway", "payment_ref", "customer_id", "currency")))
ON_ITS_WAY = ("paying", "unknown")
BOUND = ("gateway", "payment_ref", "customer_id", "currency")


def must_stay_payable(connection: Connection, booking: object) -> None:
    """Refuses another provider, payment, customer or currency of a booking whose refund may have been sent already: it
    would be looked up at the wrong place, and be paid twice. Asks nothing when none of them is touched.
    """
    seen = inspect(booking, raiseerr=True)
    touched = [name for name in BOUND if seen.attrs[name].history.has_changes()]
    if not touched or not seen.has_identity:
        return
    (key,) = seen.identity
    stored = connection.execute(select(BOOKINGS).where(BOOKINGS.c.id == key)).mappings().one_or_none()
    changed = [name for name in touched if stored is not None and stored[name] != getattr(booking, name)]
    if not changed:
        return
    on_its_way = select(REFUNDS.c.ref).where(REFUNDS.c.booking_id == key, REFUNDS.c.state.in_(ON_ITS_WAY))
    ref = connection.scalar(on_its_way.limit(1))
    if ref is not None:
        raise Refusal(
            say(
                f"환불 {ref}이(가) 지급 중이거나 결과를 확인하는 중이어서 결제사·결제 번호·고객·통화를 "
                "바꿀 수 없습니다. 그 환불이 끝난 뒤에 바꿔 주세요.",
                f"Refund {ref} is being paid, or its outcome is not known yet, so the provider, the payment, the "
                "customer and the currency cannot change. Change them once that refund has ended.",
            ),
            field="customer" if changed[0] == "customer_id" else changed[0],
        )
