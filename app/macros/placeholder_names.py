"""The placeholders that the editors offer by name, in both languages. The others of placeholders.py work as well."""

from __future__ import annotations

from dataclasses import dataclass

from app.words import Words, say


@dataclass(frozen=True, slots=True)
class Offered:
    """`name` is what stands between the braces."""

    name: str
    label: Words
    section: Words


_CUSTOMER, _TICKET = say("고객", "Customer"), say("티켓", "Ticket")
_GOODWILL = say("보상", "Compensation")
_BOOKING, _REFUND, _DESK = say("예약", "Booking"), say("환불", "Refund"), say("상담", "The desk")

OFFERED: tuple[Offered, ...] = (
    Offered("ticket.requester.first_name", say("고객 이름 (앞 낱말)", "Customer's first name"), _CUSTOMER),
    Offered("ticket.requester.name", say("고객 이름", "Customer's name"), _CUSTOMER),
    Offered("ticket.requester.email", say("고객 이메일", "Customer's e-mail"), _CUSTOMER),
    Offered("ticket.requester.phone", say("고객 전화", "Customer's phone"), _CUSTOMER),
    Offered("customer.name", say("고객 이름 (우리 기록)", "Customer's name (our record)"), _CUSTOMER),
    Offered("customer.tier", say("고객 등급", "Customer's tier"), _CUSTOMER),
    Offered("ticket.id", say("티켓 번호", "Ticket number"), _TICKET),
    Offered("ticket.title", say("티켓 제목", "Ticket subject"), _TICKET),
    Offered("ticket.description", say("처음 문의한 내용", "First message"), _TICKET),
    Offered("ticket.status", say("티켓 상태", "Ticket status"), _TICKET),
    Offered("ticket.priority", say("우선순위", "Priority"), _TICKET),
    Offered("ticket.tags", say("태그", "Tags"), _TICKET),
    Offered("ticket.link", say("티켓 주소", "Ticket link"), _TICKET),
    Offered("ticket.created_at", say("티켓을 만든 날", "Day the ticket was made"), _TICKET),
    Offered("ticket.updated_at_with_time", say("마지막 업데이트 시각", "Time of the last update"), _TICKET),
    Offered("ticket.latest_public_comment", say("마지막 공개 댓글", "Latest public comment"), _TICKET),
    Offered("ticket.latest_comment", say("마지막 댓글", "Latest comment"), _TICKET),
    Offered("booking.number", say("예약 번호", "Booking number"), _BOOKING),
    Offered("booking.product", say("예약 상품", "Booked product"), _BOOKING),
    Offered("booking.city", say("예약 도시", "City of the booking"), _BOOKING),
    Offered("booking.state", say("예약 상태", "State of the booking"), _BOOKING),
    Offered("booking.price", say("예약 금액", "Price of the booking"), _BOOKING),
    Offered("booking.starts_at", say("시작하는 날", "Day it starts"), _BOOKING),
    Offered("booking.starts_at_with_time", say("시작하는 시각", "Time it starts"), _BOOKING),
    Offered("booking.ends_at", say("끝나는 날", "Day it ends"), _BOOKING),
    Offered("partner.name", say("파트너 이름", "Partner's name"), _BOOKING),
    Offered("partner.city", say("파트너 도시", "Partner's city"), _BOOKING),
    Offered("refund.number", say("환불 번호", "Refund number"), _REFUND),
    Offered("refund.amount", say("환불 금액", "Refund amount"), _REFUND),
    Offered("refund.state", say("환불 상태", "State of the refund"), _REFUND),
    Offered("refund.reason", say("환불 까닭", "Reason of the refund"), _REFUND),
    Offered("refund.lines", say("환불 금액이 나온 줄들", "How the refund came about, line by line"), _REFUND),
    Offered("refund.policy_amount", say("정책에 따른 금액", "Amount by the policy"), _REFUND),
    Offered("refund.service_fee", say("돌려 드리는 서비스 수수료", "Service fee that goes back"), _REFUND),
    Offered("goodwill.name", say("보상 이름", "What is given"), _GOODWILL),
    Offered("goodwill.amount", say("보상 금액", "Its worth"), _GOODWILL),
    Offered("goodwill.number", say("보상 번호", "Number of the compensation"), _GOODWILL),
    Offered("goodwill.reason", say("보상 까닭", "Reason of the compensation"), _GOODWILL),
    Offered("ticket.assignee.name", say("담당자 이름", "Assignee's name"), _DESK),
    Offered("ticket.group.name", say("그룹 이름", "Group's name"), _DESK),
    Offered("current_user.name", say("지금 사용자 이름", "Current user's name"), _DESK),
    Offered("ticket.account", say("우리 회사 이름", "Name of the account"), _DESK),
    Offered("ticket.brand.name", say("브랜드 이름", "Brand's name"), _DESK),
    Offered("ticket.in_business_hours", say("영업시간인지 (true·false)", "Within business hours (true, false)"), _DESK),
    Offered("ticket.current_holiday_name", say("오늘 휴일 이름", "Today's holiday"), _DESK),
)


def offered_json() -> list[dict[str, str]]:
    """For the editor's script: found by either language's label."""
    return [
        {
            "name": one.name,
            "label": str(one.label),
            "other": f"{one.label.ko} {one.label.en}",
            "section": str(one.section),
        }
        for one in OFFERED
    ]
