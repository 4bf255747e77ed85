"""The fields and the actions that are ours: what Zendesk cannot know of a booking, a partner, a customer, a refund."""

from __future__ import annotations

from app.language import choices
from app.language.fields import a_field
from app.language.kinds import Action, Choice, Field, Use, ValueKind
from app.language.operators import INCLUDES, IS, ORDER, ORDER_EQUAL, PRESENCE
from app.language.topics import TOPIC_CHOICES
from app.words import Words, say

OURS = frozenset({Use.trigger, Use.automation, Use.view, Use.terms})
_TICKETS = OURS - {Use.terms}


def _chosen(key: str, label: Words, options: tuple[Choice, ...]) -> Field:
    section = key.partition(".")[0]
    return a_field(key, label, ValueKind.choice, IS + PRESENCE, OURS, choices=options, section=section)


def _text(key: str, label: Words) -> Field:
    return a_field(key, label, ValueKind.text, IS + PRESENCE, OURS, section=key.partition(".")[0])


def _number(key: str, label: Words, *, time: bool = False, presence: bool = True) -> Field:
    operators = ORDER + ORDER_EQUAL + IS + (PRESENCE if presence else ())
    return a_field(key, label, ValueKind.number, operators, OURS, section=key.partition(".")[0], time=time)


def _count(key: str, label: Words) -> Field:
    return _number(key, label, presence=False)


OWN_FIELDS = (
    _text("booking.number", say("예약 번호", "Booking: number")),
    _chosen("booking.product", say("예약 상품", "Booking: product"), choices.PRODUCTS),
    _text("booking.city", say("예약 도시", "Booking: city")),
    _chosen("booking.state", say("예약 상태", "Booking: state"), choices.BOOKING_STATES),
    _number("booking.price", say("예약 금액", "Booking: price")),
    _number("booking.nights", say("숙박 일수", "Booking: nights")),
    _number("booking.hours_until_start", say("예약 시작까지 시간", "Booking: hours until it starts"), time=True),
    _number("booking.hours_until_end", say("예약 끝까지 시간", "Booking: hours until it ends"), time=True),
    _number("booking.hours_since_start", say("예약 시작 후 시간", "Booking: hours since it started"), time=True),
    _number("booking.hours_since_end", say("예약 끝난 후 시간", "Booking: hours since it ended"), time=True),
    _chosen("partner.state", say("파트너 상태", "Partner: state"), choices.PARTNER_STATES),
    _chosen("partner.kind", say("파트너 종류", "Partner: kind"), choices.PARTNER_KINDS),
    _text("partner.city", say("파트너 도시", "Partner: city")),
    _count("partner.warnings", say("파트너 경고 횟수", "Partner: warnings")),
    a_field(
        "partner.gated",
        say("파트너 배정 막힘 (보험·자격 만료)", "Partner: gated (insurance or a qualification has ended)"),
        ValueKind.yes_no,
        ("is",),
        OURS,
        section="partner",
        choices=choices.YES_NO,
    ),
    _number("partner.insurance_days_left", say("파트너 보험 남은 날", "Partner: days of insurance left"), time=True),
    _chosen("customer.tier", say("고객 등급", "Customer: tier"), choices.TIERS),
    _chosen("customer.language", say("고객 언어", "Customer: language"), choices.LANGUAGES),
    _count("customer.bookings", say("고객 예약 수", "Customer: bookings")),
    a_field(
        "customer.first_contact",
        say("고객의 첫 문의", "Customer: first contact"),
        ValueKind.yes_no,
        ("is",),
        OURS,
        section="customer",
        choices=choices.YES_NO,
    ),
    _count("customer.contacts_7d", say("고객 문의 수 (최근 7일)", "Customer: contacts in 7 days")),
    _count("customer.contacts_30d", say("고객 문의 수 (최근 30일)", "Customer: contacts in 30 days")),
    _count("customer.contacts_90d", say("고객 문의 수 (최근 90일)", "Customer: contacts in 90 days")),
    _count("customer.refunds_30d", say("고객 환불 수 (최근 30일)", "Customer: refunds in 30 days")),
    _count("customer.refunds_90d", say("고객 환불 수 (최근 90일)", "Customer: refunds in 90 days")),
    _chosen("refund.state", say("환불 상태", "Refund: state"), choices.REFUND_STATES),
    _chosen("refund.reason", say("환불 사유", "Refund: reason"), choices.REFUND_REASONS),
    _number("refund.amount", say("환불 금액", "Refund: amount")),
    _count("refund.count", say("예약의 환불 수", "Refund: how many of the booking")),
    a_field(
        "text.topic",
        say("글의 주제", "Topic of the text"),
        ValueKind.tags,
        INCLUDES + PRESENCE,
        _TICKETS,
        section="text",
        choices=TOPIC_CHOICES,
    ),
)

OWN_FAMILIES = (
    _count("customer.contacts_{n}d", say("고객 문의 수 (최근 {key}일)", "Customer: contacts in {key} days")),
    _count("customer.refunds_{n}d", say("고객 환불 수 (최근 {key}일)", "Customer: refunds in {key} days")),
)
"""Of any number of days from 1 to 365."""

OWN_ACTIONS = (
    Action(
        "macro",
        say("매크로로 답변 (고객 언어)", "Apply a macro, in the customer's language"),
        ValueKind.macro,
        frozenset({Use.trigger, Use.automation}),
        section="ticket",
        repeatable=True,
    ),
    Action(
        "request_refund",
        say("정책 금액으로 환불 요청 (승인 필요)", "Request a refund by the policy (needs approval)"),
        ValueKind.choice,
        frozenset({Use.trigger, Use.automation}),
        section="refund",
        choices=choices.REFUND_REASONS,
    ),
    Action(
        "route",
        say("배정 방식으로 배정", "Route by a routing plan"),
        ValueKind.routing_plan,
        frozenset({Use.trigger, Use.automation}),
        section="ticket",
    ),
)
