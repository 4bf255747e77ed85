"""The policies of the demo: what is promised, in both languages, and the terms it comes to.

Housing keeps a share by days before move-in (15:00 in Seoul): of the whole rent in the older terms, of the first
month's in the newer. Home cleaning gives back a share by hours before the visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.policies.model import Product


@dataclass(frozen=True, slots=True)
class Version:
    """`days_ago`: when it came into force, from the demo's day; None is a draft for later."""

    days_ago: int | None
    terms: dict[str, Any]
    text_ko: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Promise:
    key: str
    name_ko: str
    name_en: str
    product: Product
    versions: tuple[Version, ...]
    gateway: str | None = None
    channel: str | None = None


def tiers(*rows: tuple[int, int | None, int, str]) -> list[dict[str, Any]]:
    """(from so many units before, up to so many, percent, clause), far to near."""
    return [{"at_least": low, "below": high, "percent": kept, "clause": clause} for low, high, kept, clause in rows]


NOT_THE_CUSTOMER = {"partner": 100, "platform": 100, "force_majeure": 100}
WHOLE_RENT: dict[str, Any] = {
    "form": 1,
    "base": "total",
    "clock": "15:00",
    "unit": "days",
    "percent_is": "kept",
    "tiers": tiers(
        (61, None, 0, "§3.1"),
        (31, 61, 10, "§3.2"),
        (8, 31, 20, "§3.3"),
        (4, 8, 30, "§3.4"),
        (0, 4, 50, "§3.5"),
    ),
    "after_start": 100,
    "service_fee_at_least": 61,
    "faults": NOT_THE_CUSTOMER,
    "partial_service_percent": 20,
    "clauses": {"service_fee": "§4", "fault": "§5", "partial_service": "§6"},
}
FIRST_MONTH: dict[str, Any] = {
    **WHOLE_RENT,
    "form": 2,
    "base": "first_period",
    "tiers": tiers(
        (45, None, 0, "§3.1"),
        (31, 45, 10, "§3.2"),
        (15, 31, 50, "§3.3"),
        (8, 15, 70, "§3.4"),
        (0, 8, 100, "§3.5"),
    ),
    "service_fee_at_least": 45,
    "partial_service_percent": 30,
    "clauses": {**WHOLE_RENT["clauses"], "late": "§6"},
    "kept_fees": [{"ko": "입주 청소비", "en": "Move-in cleaning fee", "minor": 70_000, "below": 2, "clause": "§7"}],
    "caps": [{"of": "kept", "bound": "at_most", "minor": 3_000_000, "percent": None, "clause": "§8"}],
    "early_exit": {
        "notice_days": 30,
        "unused_percent": 100,
        "penalty_of": "first_period",
        "penalty_percent": 100,
        "clause": "§9",
    },
    "no_show": {"customer": 0, "partner": 100, "clause": "§10"},
}
NEXT_MONTHS: dict[str, Any] = {
    **FIRST_MONTH,
    "tiers": tiers(
        (30, None, 0, "§3.1"),
        (15, 30, 30, "§3.2"),
        (2, 15, 60, "§3.3"),
        (0, 2, 100, "§3.4"),
    ),
    "service_fee_at_least": 30,
}
CLEANING: dict[str, Any] = {
    "form": 2,
    "base": "this_visit",
    "clock": "start",
    "unit": "hours",
    "percent_is": "refunded",
    "tiers": tiers((24, None, 100, "§2.1"), (3, 24, 70, "§2.2"), (0, 3, 50, "§2.3")),
    "after_start": 0,
    "faults": NOT_THE_CUSTOMER,
    "partial_service_percent": 50,
    "late": [{"minutes": 20, "percent": 10}, {"minutes": 40, "percent": 30}],
    "clauses": {"late": "§3", "partial_service": "§4", "fault": "§5"},
    "no_show": {"customer": 0, "partner": 100, "clause": "§6"},
    "instead": [
        {"trouble": "partial_service", "give": "reclean", "percent": None, "within_hours": 48, "clause": "§4"},
        {"trouble": "poor_quality", "give": "reclean", "percent": None, "within_hours": 48, "clause": "§4"},
        {"trouble": "poor_quality", "give": "credit", "percent": 120, "within_hours": 168, "clause": "§4"},
    ],
}

_WHOLE_RENT_KO = """제1조 (기준) 입주일 15시(한국 시각)를 기준으로 남은 날을 셉니다.
제2조 (기준 금액) 공제는 임대료 전체에서 계산합니다.
제3조 (고객 취소) 61일 이상 전에는 공제가 없습니다.
  60~31일 전 10%, 30~8일 전 20%, 7~4일 전 30%, 그 뒤에는 50%를 공제합니다.
제4조 (서비스 수수료) 공제가 없는 기간에 취소하실 때만 돌려 드립니다.
제5조 (호스트·플랫폼 사유) 결제하신 금액을 모두 돌려 드립니다.
제6조 (일부 미이행) 따로 정하지 않으면 임대료의 20%를 돌려 드립니다."""
_WHOLE_RENT_EN = """1. Clock: days are counted to 15:00 (Seoul) on the day of move-in.
2. Base: what is kept is a share of the whole rent.
3. Cancelled by the guest: nothing is kept 61 days or more before;
   10% at 60–31 days, 20% at 30–8, 30% at 7–4, 50% after that.
4. Service fee: goes back only while nothing is kept.
5. By the host's or our fault: all that was paid goes back.
6. Not all was provided: 20% of the rent goes back, unless agreed otherwise."""
_FIRST_MONTH_KO = """제1조 (기준) 입주일 15시(한국 시각)를 기준으로 남은 날을 셉니다.
제2조 (기준 금액) 공제는 첫 달 임대료에서만 계산합니다.
제3조 (고객 취소) 45일 이상 전에는 공제가 없습니다.
  44~31일 전 10%, 30~15일 전 50%, 14~8일 전 70%, 그 뒤에는 첫 달 임대료 전액을 공제합니다.
제4조 (서비스 수수료) 공제가 없는 기간에 취소하실 때만 돌려 드립니다.
제5조 (호스트·플랫폼 사유) 결제하신 금액을 모두 돌려 드립니다.
제6조 (일부 미이행) 따로 정하지 않으면 첫 달 임대료의 30%를 돌려 드립니다.
제7조 (입주 청소비) 입주 2일 미만 전에 취소하시면 70,000원을 공제합니다.
제8조 (공제 한도) 고객 사유의 공제는 3,000,000원을 넘지 않습니다.
제9조 (중도 퇴실) 통보 30일 뒤부터 남은 날의 임대료를 돌려 드리고, 한 달 임대료를 위약금으로 공제합니다.
제10조 (노쇼) 입주하지 않으시면 돌려 드리지 않고, 호스트가 열어 주지 않으면 모두 돌려 드립니다."""
_FIRST_MONTH_EN = """1. Clock: days are counted to 15:00 (Seoul) on the day of move-in.
2. Base: what is kept is a share of the first month's rent alone.
3. Cancelled by the guest: nothing is kept 45 days or more before;
   10% at 44–31 days, 50% at 30–15, 70% at 14–8, the whole first month after that.
4. Service fee: goes back only while nothing is kept.
5. By the host's or our fault: all that was paid goes back.
6. Not all was provided: 30% of the first month's rent goes back, unless agreed otherwise.
7. Move-in cleaning: ₩70,000 is kept when cancelled less than 2 days before move-in.
8. Ceiling: no more than ₩3,000,000 is kept when the guest ends it.
9. Early move-out: the rent of days left goes back from 30 days after notice, less one month's rent.
10. No-show: nothing goes back when the guest does not move in; all of it when the host does not open."""
_NEXT_KO = """제1조·제2조는 지금과 같습니다.
제3조 (고객 취소) 30일 이상 전에는 공제가 없습니다.
  29~15일 전 30%, 14~2일 전 60%, 그 뒤에는 첫 달 임대료 전액을 공제합니다.
제4조~제10조는 지금과 같습니다."""
_NEXT_EN = """1 and 2 stay as they are.
3. Cancelled by the guest: nothing is kept 30 days or more before;
   30% at 29–15 days, 60% at 14–2, the whole first month after that.
4 to 10 stay as they are."""
_CLEANING_KO = """제1조 (기준) 예약하신 방문 시각을 기준으로 남은 시간을 셉니다.
제2조 (고객 취소) 24시간 이상 전에는 모두, 24~3시간 전에는 70%, 3시간 안에는 50%를 돌려 드립니다.
  방문 시각 뒤에는 돌려 드리지 않습니다.
제3조 (지각) 클리너가 20분 이상 늦으면 10%, 40분 이상 늦으면 30%를 돌려 드립니다.
제4조 (일부 미이행·품질) 따로 정하지 않으면 절반을 돌려 드립니다. 대신 48시간 안에 다시 청소해 드리거나,
  품질이 문제일 때는 환불액의 120%를 크레딧으로 드릴 수 있습니다.
제5조 (클리너·플랫폼 사유) 결제하신 금액을 모두 돌려 드립니다.
제6조 (노쇼) 문을 열어 주지 않으시면 돌려 드리지 않고, 클리너가 오지 않으면 모두 돌려 드립니다."""
_CLEANING_EN = """1. Clock: hours are counted to the time of the visit.
2. Cancelled by the customer: all goes back 24 hours or more before,
   70% at 24–3 hours, 50% within 3 hours, nothing after the visit began.
3. Late: 10% goes back when the cleaner is 20 minutes late or more, 30% from 40 minutes.
4. Not all was done, or not well: half goes back unless agreed otherwise. Instead we may clean again within
   48 hours or, where it was not done well, give a credit of 120% of it.
5. By the cleaner's or our fault: all that was paid goes back.
6. No-show: nothing goes back when nobody opens the door; all of it when the cleaner does not come."""

PROMISES = (
    Promise(
        "housing-refund",
        "중기 숙박 환불 정책",
        "Mid-term housing refunds",
        Product.mid_term_housing,
        (
            Version(700, WHOLE_RENT, _WHOLE_RENT_KO, _WHOLE_RENT_EN),
            Version(88, FIRST_MONTH, _FIRST_MONTH_KO, _FIRST_MONTH_EN),
            Version(None, NEXT_MONTHS, _NEXT_KO, _NEXT_EN),
        ),
    ),
    Promise(
        "housing-refund-stripe",
        "중기 숙박 환불 정책 (해외 카드)",
        "Mid-term housing refunds (Stripe)",
        Product.mid_term_housing,
        (Version(700, WHOLE_RENT, _WHOLE_RENT_KO, _WHOLE_RENT_EN),),
        gateway="stripe",
    ),
    Promise(
        "housing-refund-agency",
        "중기 숙박 환불 정책 (제휴 유학원)",
        "Mid-term housing refunds (partner agency)",
        Product.mid_term_housing,
        (Version(700, WHOLE_RENT, _WHOLE_RENT_KO, _WHOLE_RENT_EN),),
        channel="agency",
    ),
    Promise(
        "cleaning-refund",
        "홈클리닝 환불 정책",
        "Home cleaning refunds",
        Product.home_cleaning,
        (Version(700, CLEANING, _CLEANING_KO, _CLEANING_EN),),
    ),
)
