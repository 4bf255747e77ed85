"""`flask refunds …`: what goes back for a booking, on a terminal."""

from __future__ import annotations

from datetime import datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app import clock
from app.bookings.model import Booking
from app.cli import terminal_language, with_office
from app.db import db, reading
from app.errors import Refusal
from app.money import shown
from app.policies.model import PolicyVersion
from app.refunds.quote import Quote
from app.refunds.reasons import Reason
from app.refunds.refund import quote_for
from app.words import say, speak


@click.group("refunds")
def refunds() -> None:
    """Compute what goes back for a booking."""
    speak(terminal_language())


@refunds.command("quote")
@click.option("--booking", required=True, help="The booking's number, as B-20931.")
@click.option(
    "--at", "told_at", default="", help="When it was told, in ISO 8601; without an offset in Seoul. Empty: now."
)
@click.option("--reason", default=Reason.customer_cancelled.value, show_default=True, help="A reason by its code.")
@click.option("--extent", type=int, help="Minutes late, percentage not done, or days to leaving, by the reason.")
@click.option("--json", "as_json", is_flag=True, help="The whole quote, the same bytes each time.")
@with_office
def quote_booking(booking: str, told_at: str, reason: str, extent: int | None, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """What goes back for a booking by the policy that binds it, line by line. Saves nothing and promises nothing."""
    with reading():
        found = _quoted(booking, told_at, reason, extent)
    click.echo(found.to_text() if as_json else "\n".join(_lines(found)))


def _quoted(ref: str, told_at: str, reason: str, extent: int | None) -> Quote:
    version = joinedload(Booking.policy_version).joinedload(PolicyVersion.policy)
    booking = db.session.scalar(select(Booking).where(Booking.ref == ref.strip()).options(version))
    if booking is None:
        raise Refusal(say(f"예약 {ref}을(를) 찾을 수 없습니다.", f"There is no booking {ref}."), field="booking")
    return quote_for(booking, _reason(reason), _moment(told_at), extent)


def _reason(code: str) -> Reason:
    try:
        return Reason(code.strip())
    except ValueError:
        known = ", ".join(Reason)
        words = say(f"모르는 사유입니다: {code}. 아는 사유: {known}", f"Unknown reason: {code}. Known: {known}")
        raise Refusal(words, field="reason") from None


def _moment(text: str) -> datetime:
    if not text.strip():
        return clock.now()
    try:
        at = datetime.fromisoformat(text.strip())
        return at if at.tzinfo is not None else at.replace(tzinfo=clock.SEOUL)
    except ValueError:
        words = say(
            f"시각을 읽을 수 없습니다: {text}. 2026-09-16T10:00 또는 2026-09-16T10:00+09:00처럼 적어 주세요.",
            f"This is no time: {text}. Write it as 2026-09-16T10:00 or 2026-09-16T10:00+09:00.",
        )
        raise Refusal(words, field="at") from None


def _lines(quote: Quote) -> list[str]:
    told = [f"{quote.booking.ref} · {say(quote.policy_ko, quote.policy_en)} v{quote.version_number}"]
    told += [f"  {shown(line.amount_minor, quote.currency):>14}  {line.words}" for line in quote.lines]
    told.append(f"  {shown(quote.amount_minor, quote.currency):>14}  {say('환불액', 'Refund')}")
    return [*told, *(f"  {'':>14}  {offer.words}" for offer in quote.instead)]
