"""The refunds of the demo: why, when and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.policies.model import Product
from app.refunds.model import RefundState
from app.refunds.reasons import Reason

CLEANING, HOUSING = Product.home_cleaning, Product.mid_term_housing


@dataclass(frozen=True, slots=True)
class Case:
    """Asked for `hours_ago`, `hours_before` the start of the booking (negative: after it). `more_minor` is asked on top
    of what the policy gives, `extent` as in a quote; `paid_days_before`: how long before that a stay was paid.
    `approved_once`: the first of two has approved it, with these words.
    """

    product: Product
    reason: Reason
    state: RefundState
    hours_ago: int
    hours_before: int
    language: str = "ko"
    gateway: str = "toss"
    channel: str = "app"
    extent: int | None = None
    more_minor: int = 0
    paid_days_before: int = 20
    note: str = ""
    approved_once: str = ""

    def asked_at(self, moment: datetime) -> datetime:
        return moment - timedelta(hours=self.hours_ago, minutes=self.hours_ago * 7 % 53)

    @property
    def is_cancelled(self) -> bool:
        """Whether the booking was called off, by whoever."""
        return self.reason in {
            Reason.customer_cancelled, Reason.partner_cancelled, Reason.partner_no_show, Reason.force_majeure,
        }  # fmt: skip


WAITING, PAID = RefundState.requested, RefundState.paid
CASES = (
    Case(CLEANING, Reason.partner_late, PAID, 1150, -2, extent=45, gateway="stripe"),
    Case(HOUSING, Reason.customer_cancelled, PAID, 1010, 24 * 52, language="en", gateway="stripe"),
    Case(CLEANING, Reason.poor_quality, PAID, 940, -20, extent=50),
    Case(CLEANING, Reason.customer_cancelled, PAID, 800, 40, gateway="stripe"),
    Case(HOUSING, Reason.facility_fault, PAID, 700, -30, note="보일러 고장이 사흘 동안 고쳐지지 않음"),
    Case(CLEANING, Reason.partner_no_show, PAID, 610, -1, gateway="manual"),
    Case(
        HOUSING,
        Reason.customer_cancelled,
        RefundState.rejected,
        520,
        -26,
        more_minor=300_000,
        note="입주한 뒤 단순 변심",
    ),
    Case(CLEANING, Reason.partner_late, PAID, 430, -1, language="en", extent=25),
    Case(CLEANING, Reason.customer_cancelled, PAID, 350, 9, gateway="stripe"),
    Case(HOUSING, Reason.partner_cancelled, PAID, 290, 24 * 12, language="en", gateway="stripe"),
    Case(HOUSING, Reason.customer_cancelled, RefundState.cancelled, 240, 24 * 35, note="고객이 날짜 변경으로 바꿈"),
    Case(CLEANING, Reason.poor_quality, RefundState.failed, 190, -30, extent=30),
    Case(HOUSING, Reason.customer_cancelled, PAID, 150, 24 * 18),
    Case(
        CLEANING,
        Reason.platform_error,
        RefundState.paying,
        50,
        30,
        language="en",
        gateway="manual",
        note="같은 방문이 두 번 이체됨",
    ),
    Case(CLEANING, Reason.partial_service, RefundState.rejected, 96, -50, extent=100, note="사진으로 확인되지 않음"),
    Case(HOUSING, Reason.force_majeure, RefundState.unknown, 44, 24 * 6, note="태풍으로 항공편 결항"),
    Case(
        HOUSING,
        Reason.customer_cancelled,
        WAITING,
        30,
        24 * 20,
        language="en",
        paid_days_before=30,
        approved_once="계약서의 입주일과 대조함",
    ),
    Case(CLEANING, Reason.partner_no_show, WAITING, 22, -1, gateway="stripe"),
    Case(HOUSING, Reason.customer_cancelled, WAITING, 18, 24 * 41, gateway="stripe", language="en"),
    Case(CLEANING, Reason.poor_quality, WAITING, 9, -18, extent=40, more_minor=10_000, note="욕실 사진 3장 확인"),
    Case(HOUSING, Reason.customer_cancelled, WAITING, 5, 24 * 10, channel="agency", paid_days_before=50),
    Case(CLEANING, Reason.customer_cancelled, WAITING, 2, 7, gateway="manual"),
    Case(CLEANING, Reason.partner_cancelled, RefundState.approved, 26, 5, gateway="manual"),
    Case(
        HOUSING,
        Reason.early_move_out,
        WAITING,
        7,
        -24 * 15,
        extent=12,
        more_minor=150_000,
        note="직장 발령으로 열이틀 먼저 퇴실, 파트너도 동의함",
    ),
    Case(
        CLEANING,
        Reason.customer_no_show,
        RefundState.rejected,
        75,
        -1,
        more_minor=30_000,
        note="공동현관에서 40분 기다렸지만 연락되지 않음",
    ),
)
