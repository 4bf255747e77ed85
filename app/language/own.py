"""The fields and the action that are ours: what Zendesk cannot know of a booking, a partner, a customer, a refund."""

from __future__ import annotations

from app.language import choices
from app.language.fields import a_field
from app.language.kinds import Action, Choice, Field, Use, ValueKind
from app.language.operators import IS, ORDER, ORDER_EQUAL, PRESENCE
from app.words import Words, say

OURS = frozenset({Use.trigger, Use.automation, Use.view, Use.terms})


def _state(key: str, label: Words, options: tuple[Choice, ...], section: str) -> Field:
    return a_field(key, label, ValueKind.choice, IS + PRESENCE, OURS, choices=options, section=section)


OWN_FIELDS = (
    _state("booking.product", say("예약 상품", "Booking: product"), choices.PRODUCTS, "booking"),
    a_field("booking.city", say("예약 도시", "Booking: city"), ValueKind.text, IS + PRESENCE, OURS, section="booking"),
    a_field(
        "booking.hours_until_start",
        say("예약 시작까지 시간", "Booking: hours until it starts"),
        ValueKind.number,
        ORDER + ORDER_EQUAL + IS + PRESENCE,
        OURS,
        section="booking",
        time=True,
    ),
    _state("booking.state", say("예약 상태", "Booking: state"), choices.BOOKING_STATES, "booking"),
    _state("partner.state", say("파트너 상태", "Partner: state"), choices.PARTNER_STATES, "partner"),
    _state("customer.tier", say("고객 등급", "Customer: tier"), choices.TIERS, "customer"),
    _state("customer.language", say("고객 언어", "Customer: language"), choices.LANGUAGES, "customer"),
    a_field(
        "customer.contacts_30d",
        say("고객 문의 수 (최근 30일)", "Customer: contacts in 30 days"),
        ValueKind.number,
        ORDER + ORDER_EQUAL + IS,
        OURS,
        section="customer",
    ),
    _state("refund.state", say("환불 상태", "Refund: state"), choices.REFUND_STATES, "refund"),
)

OWN_ACTIONS = (
    Action(
        "macro",
        say("매크로로 답변 (고객 언어)", "Apply a macro, in the customer's language"),
        ValueKind.macro,
        frozenset({Use.trigger, Use.automation}),
        section="ticket",
        repeatable=True,
    ),
)
