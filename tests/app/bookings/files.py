"""Files of customers and bookings, for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

HEADS = (
    "예약 번호",
    "고객 이메일",
    "고객",
    "상품",
    "도시",
    "파트너",
    "전체 금액",
    "결제 금액",
    "결제 시각",
    "시작",
    "끝",
)
ROW = (
    *("B-F-1", "hana@example.com", "김하나", "방문 청소", "서울", "", "₩48,000", "48,000원"),
    *("2026. 11. 20. 오전 10:00", "2026-11-24 14:00", "2026-11-24 17:00"),
)
CUSTOMER_HEADS = ("이름", "이메일", "전화", "언어", "등급", "도시")


def a_file(heads: Sequence[str], *rows: Sequence[str]) -> bytes:
    kept = io.StringIO()
    csv.writer(kept).writerows([heads, *rows])
    return kept.getvalue().encode()


def a_row(**change: str) -> tuple[str, ...]:
    """`ROW` with some cells otherwise, by their place: ref, email, name, product, city, partner, total, paid, ..."""
    places = ("ref", "email", "name", "product", "city", "partner", "total", "paid", "paid_at", "starts_at", "ends_at")
    return tuple(change.get(name, cell) for name, cell in zip(places, ROW, strict=True))
