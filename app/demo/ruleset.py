"""The rules of the demo, in Zendesk's own JSON. `macro` in an action's value is a macro's key until it is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.demo import numbers
from app.demo.answers import EMERGENCY_PHRASES, EMERGENCY_WORDS, ENGLISH_WORDS, REFUND_WORDS
from app.demo.routing_rows import PLAN_OF
from app.rules.model import RuleKind, RuleState

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`state`: what it is brought to. `twin_id`: Zendesk's own rule that would do the same and still runs there."""

    title: str
    description: str
    definition: dict[str, Any]
    kind: RuleKind = RuleKind.trigger
    state: RuleState = RuleState.live
    twin_id: int | None = None


def when(field: str, operator: str, value: object) -> Row:
    return {"field": field, "operator": operator, "value": value}


def then(field: str, value: object) -> Row:
    return {"field": field, "value": value}


CREATED = when("update_type", "is", "Create")
BY_CUSTOMER = when("role", "is", "end_user")


def _said(words: str) -> list[Row]:
    return [when(field, "includes", words) for field in ("comment_includes_word", "subject_includes_word")]


def _routed(group: int, tag: str, answer: str, *more: Row) -> list[Row]:
    """Open, tagged, to whom its group's plan chooses, with a first answer."""
    return [
        then("status", "open"),
        then("current_tags", tag),
        *more,
        then("route", PLAN_OF[group]),
        then("macro", answer),
    ]


def _rule(all_of: list[Row], any_of: list[Row], actions: list[Row]) -> dict[str, Any]:
    return {"conditions": {"all": all_of, "any": any_of}, "actions": actions}


ROUTED = "routed"
NOT_ROUTED = when("current_tags", "not_includes", ROUTED)

RULES = (
    Wanted(
        "영어 문의 표시",
        "영어로 온 새 문의에 english 태그를 답니다. 뒤의 규칙과 통계가 이 태그를 씁니다.",
        _rule(
            [CREATED],
            [*_said(ENGLISH_WORDS), when("customer.language", "is", "en")],
            [then("current_tags", "english")],
        ),
    ),
    Wanted(
        "긴급 상황 → 긴급팀",
        "실종·화재·누수·부상으로 읽히는 새 문의는 우선순위를 긴급으로 올려 긴급팀에 배정하고 바로 답합니다.",
        _rule(
            [CREATED, BY_CUSTOMER, NOT_ROUTED],
            [*_said(EMERGENCY_WORDS), *(when("comment_includes_word", "is", one) for one in EMERGENCY_PHRASES)],
            _routed(
                numbers.URGENT,
                f"{ROUTED} emergency",
                "first_reply_emergency",
                then("priority", "urgent"),
                then("type", "incident"),
            ),
        ),
    ),
    Wanted(
        "취소·환불 문의 → 환불팀",
        "환불·취소를 말하는 새 문의를 환불팀에 배정하고, 고객의 언어로 첫 답을 보냅니다.",
        _rule(
            [CREATED, BY_CUSTOMER, NOT_ROUTED],
            _said(REFUND_WORDS),
            _routed(numbers.REFUNDS, f"{ROUTED} refund_request", "first_reply_refund", then("type", "task")),
        ),
    ),
    Wanted(
        "영어 문의 → 글로벌팀",
        "영어로 온 나머지 새 문의를 글로벌팀에 배정합니다.",
        _rule(
            [CREATED, BY_CUSTOMER, NOT_ROUTED, when("current_tags", "includes", "english")],
            [],
            _routed(numbers.GLOBAL, ROUTED, "first_reply_global"),
        ),
    ),
    Wanted(
        "새 문의 기본 배정 → 일반팀",
        "앞의 규칙이 배정하지 않은 새 문의를 모두 일반팀에 배정합니다.",
        _rule([CREATED, BY_CUSTOMER, NOT_ROUTED], [], _routed(numbers.GENERAL, ROUTED, "first_reply")),
    ),
    Wanted(
        "VIP 고객 → 우선순위 높음",
        "VIP 고객의 새 문의가 긴급이 아니면 우선순위를 높음으로 올립니다.",
        _rule(
            [
                CREATED,
                when("customer.tier", "is", "vip"),
                when("current_tags", "not_includes", "emergency"),
            ],
            [],
            [then("priority", "high"), then("current_tags", "vip")],
        ),
    ),
    Wanted(
        "불만족 평가 → 다시 열기",
        "고객이 불만족으로 평가하면 티켓을 다시 열고 우선순위를 높입니다.",
        _rule(
            [when("satisfaction_score", "value", "bad"), when("status", "less_than", "closed")],
            [],
            [then("status", "open"), then("priority", "high"), then("current_tags", "csat_bad")],
        ),
    ),
    Wanted(
        "24시간 안에 시작하는 예약 문의 → 우선순위 높음",
        "바쁜 시기에만 켭니다. 지금은 멈춰 두었습니다.",
        _rule(
            [CREATED, when("booking.hours_until_start", "less_than", "24")],
            [],
            [then("priority", "high"), then("current_tags", "starts_soon")],
        ),
        state=RuleState.paused,
    ),
    Wanted(
        "정산 문의 → 파트너팀",
        "파트너의 정산 문의를 파트너팀으로 보내는 초안입니다. 낱말을 더 모은 뒤 켭니다.",
        _rule(
            [CREATED, BY_CUSTOMER],
            _said("정산 세금계산서 payout settlement"),
            [then("group_id", str(numbers.PARTNERS)), then("current_tags", "partner_payout")],
        ),
        state=RuleState.draft,
    ),
    Wanted(
        "야간 접수 안내",
        "Zendesk에서 가져온 초안입니다. 같은 규칙이 Zendesk에서 아직 켜져 있습니다.",
        _rule(
            [CREATED, when("in_business_hours", "is", "false")],
            [],
            [then("current_tags", "after_hours")],
        ),
        state=RuleState.draft,
        twin_id=numbers.NATIVE_TRIGGERS[0],
    ),
    Wanted(
        "답변 대기 96시간 → 해결",
        "고객의 답을 나흘 기다린 티켓을 해결로 바꾸고 auto_solved 태그를 답니다.",
        _rule(
            [
                when("status", "is", "pending"),
                when("PENDING", "greater_than", "95"),
                when("current_tags", "not_includes", "auto_solved"),
            ],
            [],
            [then("status", "solved"), then("current_tags", "auto_solved")],
        ),
        kind=RuleKind.automation,
    ),
    Wanted(
        "긴급 2시간 미해결 → 표시",
        "긴급 티켓이 두 시간 넘게 열려 있으면 escalated 태그를 다는 초안입니다.",
        _rule(
            [
                when("priority", "is", "urgent"),
                when("status", "less_than", "pending"),
                when("NEW", "greater_than", "1"),
                when("current_tags", "not_includes", "escalated"),
            ],
            [],
            [then("current_tags", "escalated")],
        ),
        kind=RuleKind.automation,
        state=RuleState.draft,
    ),
)


def filled(definition: Mapping[str, Any], macro_ids: Mapping[str, int]) -> dict[str, Any]:
    """The definition with each macro's key replaced by its id."""
    actions = [
        {**row, "value": str(macro_ids[row["value"]])} if row["field"] == "macro" else row
        for row in definition["actions"]
    ]
    return {**definition, "actions": actions}
