"""The demo's file that waits to be looked at: a partner company's list of bookings, one line of which is bad."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.bookings.file_columns import FileKind
from app.bookings.importing import previewed
from app.bookings.model import Booking, BookingState
from app.policies.model import Product

HEADS = ("예약 번호", "고객 이메일", "고객", "상품", "도시", "전체 금액", "결제 금액", "결제 시각", "시작", "끝")
VISIT = timedelta(hours=3)
NEW = (("M-3001", "haru@example.com", "문하루", "69,000원"), ("M-3002", "jia@example.com", "서지아", "₩96,000"))


def file_to_look_at(session: Session, moment: datetime) -> None:
    """Brought in by whoever acts now: new bookings, one that changes, some that stand so, one that cannot be read."""
    asked = (
        select(Booking)
        .options(joinedload(Booking.customer))
        .where(Booking.state == BookingState.booked, Booking.product == Product.home_cleaning)
        .order_by(Booking.id)
        .limit(4)
    )
    known = session.scalars(asked).all()
    rows = [
        _line(one, one.starts_at + timedelta(hours=place if place < 2 else 0)) for place, one in enumerate(known, 1)
    ]
    starts = moment + timedelta(days=3)
    rows += [
        (
            ref,
            email,
            name,
            "방문 청소",
            "서울",
            price,
            price,
            _at(moment),
            _at(starts),
            _at(starts + timedelta(hours=3)),
        )
        for ref, email, name, price in NEW
    ]
    rows.append(("M-3003", "", "", "방문 청소", "서울", "5만8천원", "58,000", _at(moment), "다음 주", ""))
    kept = io.StringIO()
    csv.writer(kept).writerows([HEADS, *rows])
    with clock.stopped(moment - timedelta(minutes=25)):
        previewed(session, FileKind.bookings, "협력사 예약 목록.csv", kept.getvalue().encode())


def _line(one: Booking, starts_at: datetime) -> tuple[str, ...]:
    ends_at = starts_at + (one.ends_at - one.starts_at)
    total, paid = f"{one.total_minor:,}", f"{one.paid_minor:,}"
    plain = (one.ref, one.customer.email or "", one.customer.name, "방문 청소", one.city, total, paid)
    return (*plain, _at(one.paid_at), _at(starts_at), _at(ends_at))


def _at(moment: datetime) -> str:
    return f"{clock.in_seoul(moment):%Y-%m-%d %H:%M:%S}"
