"""The demo's Zendesk account as one body of rows, in Zendesk's own JSON: what the sandbox's seed door takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.bookings.model import Customer
from app.demo import names, numbers
from app.demo.answers import ANSWERS
from app.demo.history import audits_of, field_values, stamp, tags_of, via
from app.demo.past import PastTicket
from app.demo.ruleset import then, when
from app.demo.sign_ins import DOMAIN
from app.demo.slas import POLICIES

Row = dict[str, Any]

LOCALES = {"ko": (69, "ko"), "en": (1, "en-US")}
CHANNEL_TITLES = {"channel_web": "웹", "channel_email": "이메일", "channel_kakao": "카카오톡", "channel_phone": "전화"}


def account_body(
    moment: datetime, customers: Sequence[Customer], tickets: Sequence[PastTicket]
) -> dict[str, list[Row]]:
    founded = stamp(moment - timedelta(days=720))
    return {
        "groups": [
            {"id": group, "name": name, "description": "", "created_at": founded, "updated_at": founded}
            for group, name in numbers.GROUPS.items()
        ],
        "users": [*_agents(founded), *map(_customer, customers)],
        "group_memberships": _memberships(founded),
        "ticket_fields": fields(founded),
        "macros": _macros(founded),
        "schedules": [_schedule(founded)],
        "triggers": _triggers(founded),
        "automations": _automations(founded),
        "sla_policies": [{**one, "created_at": founded, "updated_at": founded} for one in POLICIES],
        "tickets": [_ticket(ticket) for ticket in tickets],
        "audits": [audit for ticket in tickets for audit in audits_of(ticket)],
    }


def fields(founded: str) -> list[Row]:
    """The account's own ticket fields."""
    cities = [{"id": place, "name": name, "value": f"city_{latin}"}
              for place, (name, latin) in enumerate(names.CITIES.items(), start=1)]  # fmt: skip
    channels = [{"id": 50 + place, "name": name, "value": value}
                for place, (value, name) in enumerate(CHANNEL_TITLES.items(), start=1)]  # fmt: skip
    rows: tuple[tuple[int, str, str, list[Row]], ...] = (
        (numbers.BOOKING_FIELD, "예약 번호", "text", []),
        (numbers.CITY_FIELD, "지역", "tagger", cities),
        (numbers.CHANNEL_FIELD, "채널 상세", "tagger", channels),
    )
    return [
        {
            "id": number,
            "type": kind,
            "title": title,
            "raw_title": title,
            "title_in_portal": title,
            "description": title,
            "position": 100 + place,
            **({"custom_field_options": options} if options else {}),
            "created_at": founded,
            "updated_at": founded,
        }
        for place, (number, title, kind, options) in enumerate(rows)
    ]


def _agents(founded: str) -> list[Row]:
    home = {member: group for group, members in reversed(numbers.MEMBERS.items()) for member in members}
    return [
        {
            "id": agent,
            "name": name,
            "email": f"{key}@{DOMAIN}",
            "role": "agent",
            "locale": "ko",
            "locale_id": 69,
            "verified": True,
            "default_group_id": home[agent],
            "created_at": founded,
            "updated_at": founded,
        }
        for agent, (name, key) in numbers.AGENTS.items()
    ]


def _customer(customer: Customer) -> Row:
    locale_id, locale = LOCALES[customer.language]
    at = stamp(customer.created_at)
    return {
        "id": customer.zendesk_id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "role": "end-user",
        "locale": locale,
        "locale_id": locale_id,
        "verified": True,
        "tags": [customer.tier.value] if customer.tier.value == "vip" else [],
        "created_at": at,
        "updated_at": at,
    }


def _memberships(founded: str) -> list[Row]:
    pairs = [(group, member) for group, members in numbers.MEMBERS.items() for member in members]
    home = {member: group for group, member in reversed(pairs)}
    return [
        {
            "id": numbers.MEMBERSHIPS + numbers.STEP * place,
            "user_id": member,
            "group_id": group,
            "default": home[member] == group,
            "created_at": founded,
            "updated_at": founded,
        }
        for place, (group, member) in enumerate(pairs, start=1)
    ]


def _macros(founded: str) -> list[Row]:
    """Zendesk's own: what an agent may pick there; in Korean, since Zendesk keeps one language each."""
    return [
        {
            "id": macro_id(answer.number),
            "title": answer.title,
            "active": True,
            "position": answer.number,
            "actions": [*answer.actions, then("comment_value", _plain(answer.ko))],
            "created_at": founded,
            "updated_at": founded,
        }
        for answer in ANSWERS
        if not answer.key.startswith(("refund_", "goodwill_"))
    ]


def macro_id(number: int) -> int:
    return numbers.MACROS + numbers.STEP * number


def _plain(text: str) -> str:
    """Without our own placeholders, which Zendesk does not know."""
    before, _, rest = text.partition("{% if")
    return before + rest.partition("{% endif %}")[2].lstrip() if rest else text


def _schedule(founded: str) -> Row:
    """Weekdays from 9 to 18: minutes from Sunday's midnight on, as Zendesk counts them."""
    days = [24 * 60 * weekday for weekday in range(1, 6)]
    return {
        "id": numbers.SCHEDULE,
        "name": "본사",
        "time_zone": "Seoul",
        "intervals": [{"start_time": day + 9 * 60, "end_time": day + 18 * 60} for day in days],
        "created_at": founded,
        "updated_at": founded,
    }


def _triggers(founded: str) -> list[Row]:
    rows = (
        (
            "야간 접수 안내",
            [when("update_type", "is", "Create"), when("in_business_hours", "is", "false")],
            [then("current_tags", "after_hours")],
            True,
        ),
        (
            "요청자에게 접수 알림",
            [when("update_type", "is", "Create"), when("status", "is_not", "solved")],
            [then("notification_user", ["requester_id", "문의를 받았습니다", "{{ticket.title}} 문의를 받았습니다."])],
            True,
        ),
        ("카카오 상담 표시 (쓰지 않음)", [when("via_id", "is", "29")], [then("current_tags", "kakao")], False),
    )
    return [
        {
            "id": number,
            "title": title,
            "active": active,
            "position": place,
            "conditions": {"all": conditions, "any": []},
            "actions": actions,
            "created_at": founded,
            "updated_at": founded,
        }
        for place, (number, (title, conditions, actions, active)) in enumerate(
            zip(numbers.NATIVE_TRIGGERS, rows, strict=True), start=1
        )
    ]


def _automations(founded: str) -> list[Row]:
    rows = (
        ("해결 후 28일 → 종료", [when("status", "is", "solved"), when("SOLVED", "greater_than", "671")],
         [then("status", "closed")], True),
        ("대기 3일 독려 메일 (쓰지 않음)", [when("status", "is", "pending"), when("PENDING", "is", "72")],
         [then("current_tags", "nudged")], False),
    )  # fmt: skip
    return [
        {
            "id": number,
            "title": title,
            "active": active,
            "position": place,
            "conditions": {"all": conditions, "any": []},
            "actions": actions,
            "created_at": founded,
            "updated_at": founded,
        }
        for place, (number, (title, conditions, actions, active)) in enumerate(
            zip(numbers.NATIVE_AUTOMATIONS, rows, strict=True), start=1
        )
    ]


def _ticket(ticket: PastTicket) -> Row:
    return {
        "id": ticket.number,
        "subject": ticket.subject,
        "description": ticket.said[0].body,
        "requester_id": ticket.requester_id,
        "status": ticket.status,
        "priority": ticket.priority,
        "type": ticket.type,
        "group_id": ticket.group,
        "assignee_id": ticket.assignee,
        "tags": tags_of(ticket),
        "custom_fields": [{"id": number, "value": value} for number, value in field_values(ticket).items()],
        "satisfaction_rating": {"score": ticket.satisfaction},
        "via": via(ticket),
        "created_at": stamp(ticket.created_at),
        "updated_at": stamp(ticket.updated_at),
    }
