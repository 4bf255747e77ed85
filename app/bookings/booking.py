"""What happens to a booking: it is bound to the promise in force when it was paid, and money of it is held."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.bookings.model import Booking
from app.errors import Refusal
from app.money import shown
from app.policies.binding import Facts, binding_version
from app.words import say


def bind(session: Session, booking: Booking, *, must: bool = False) -> None:
    """Sets the version that binds the booking; leaves it without one where no policy covers it, or refuses when it
    `must` have one.

    Never binds anew: what was promised when it was paid stays.
    """
    if booking.policy_version_id is not None or booking.policy_version is not None:
        return
    booking.policy_version = binding_version(session, facts_of(booking))
    if must and booking.policy_version is None:
        raise Refusal(
            say(
                f"{booking.ref}을(를) 결제한 시각에 시행 중이던 정책이 없습니다. 정책을 먼저 등록해 주세요.",
                f"No policy was in force when {booking.ref} was paid. Enter the policy first.",
            )
        )


def facts_of(booking: Booking) -> Facts:
    return Facts(
        product=booking.product,
        city=booking.city,
        gateway=booking.gateway,
        channel=booking.channel,
        paid_at=booking.paid_at,
        contracted_at=booking.contracted_at,
    )


def hold(session: Session, booking: Booking, minor: int) -> None:
    """Sets `minor` more of what was paid aside, or refuses and says what is left. One guarded UPDATE decides: of any
    number that ask at once, no more get through than the money suffices for.
    """
    asked = (
        update(Booking)
        .where(Booking.id == booking.id, Booking.held_minor + minor <= Booking.paid_minor)
        .values(held_minor=Booking.held_minor + minor)
        .returning(Booking.id)
        .execution_options(synchronize_session=False)
    )
    done = session.scalar(asked) is not None
    session.refresh(booking, ["held_minor", "paid_minor"])
    if done:
        return
    raise Refusal(
        say(
            f"{booking.ref}에서 더 환불할 수 있는 금액은 {shown(booking.left_minor, booking.currency)}입니다. "
            f"{shown(minor, booking.currency)}은(는) 넘습니다. 금액을 줄이거나 앞선 환불을 먼저 취소해 주세요.",
            f"{shown(booking.left_minor, booking.currency)} of {booking.ref} is left to refund, and "
            f"{shown(minor, booking.currency)} is more. Ask for less, or cancel an earlier refund first.",
        ),
        field="amount",
    )


def release(session: Session, booking: Booking, minor: int) -> None:
    """Gives `minor` back to what may be refunded. The database refuses to give back more than is held."""
    given = (
        update(Booking)
        .where(Booking.id == booking.id)
        .values(held_minor=Booking.held_minor - minor)
        .execution_options(synchronize_session=False)
    )
    session.execute(given)
    session.refresh(booking, ["held_minor", "paid_minor"])
