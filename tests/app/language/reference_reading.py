"""What the plain interpreter reads from the facts of a ticket, field by field, and for the words of people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.language.account import Account, Calendar
from app.language.facts_of_ticket import Person, TicketFacts
from app.language.topics import TOPICS
from tests.app.language.reference_values import (
    day,
    folded,
    has_word,
    hours_between,
    is_open,
)

NOTHING: tuple[Any, ...] = ("", None, [], ())
NO_RECORD = object()
"""Nothing is linked there, which for "present" is known to be no value."""
UNKNOWN_OWNER = object()
"""Whose field it is is not known."""
SCORES = {"offered": "false", "unoffered": "true"}
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PLAIN = {
    "status", "custom_status_id", "type", "priority", "group_id", "assignee_id", "requester_id", "organization_id",
    "via_id", "recipient", "brand_id", "ticket_form_id", "satisfaction_reason_code", "reopens", "replies",
    "agent_stations", "group_stations", "schedule_id",
}  # fmt: skip
RENAMED = {"current_tags": "tags", "number_of_incidents": "incidents", "exact_created_at": "created_at"}
REQUESTERS = {
    "locale_id": "locale_id",
    "requester_time_zone": "time_zone",
    "requester_twitter_followers_count": "twitter_followers_count",
    "requester_twitter_statuses_count": "twitter_statuses_count",
    "requester_twitter_verified": "twitter_verified",
}
NUMBERS = {
    "reopens", "replies", "agent_stations", "group_stations", "number_of_incidents",
    "requester_twitter_followers_count", "requester_twitter_statuses_count", "booking.price", "booking.nights",
    "booking.hours_until_start", "booking.hours_until_end", "booking.hours_since_start", "booking.hours_since_end",
    "partner.warnings", "partner.insurance_days_left", "customer.bookings", "refund.amount", "refund.count",
}  # fmt: skip
HOURS_SINCE = {
    "NEW": "created_at", "OPEN": "status_since", "PENDING": "status_since", "HOLD": "status_since",
    "SOLVED": "status_since", "CLOSED": "status_since", "assigned_at": "assigned_at", "updated_at": "updated_at",
    "requester_updated_at": "requester_updated_at", "assignee_updated_at": "assignee_updated_at",
    "due_at": "due_at", "due_date": "due_at", "sla_next_breach_at": "sla_last_breach_at",
}  # fmt: skip
HOURS_UNTIL = {"until_due_date": "due_at", "until_sla_next_breach_at": "sla_next_breach_at"}
WORDS = {"subject_includes_word", "description_includes_word", "comment_includes_word"}
COUNTED = re.compile(r"customer\.(contacts|refunds)_(\d+)d")
OWN = re.compile(r"(custom_fields_|ticket_fields_|requester\.custom_fields\.|organization\.custom_fields\.)(.+)")


class Unheard(Exception):
    """The vocabulary has a field that this interpreter was not told of."""


class Reading:
    def __init__(self, facts: TicketFacts, now: datetime, account: Account) -> None:
        self.facts, self.now, self.account = facts, now, account

    def value(self, field: str) -> Any:
        facts = self.facts
        if field in PLAIN:
            return getattr(facts, field)
        if field in RENAMED:
            return getattr(facts, RENAMED[field])
        if field in REQUESTERS:
            return getattr(facts.requester, REQUESTERS[field]) if facts.requester else None
        own = OWN.fullmatch(field)
        if own:
            return self._own_value(own[1], own[2])
        counted = COUNTED.fullmatch(field)
        if counted:
            return self._counted(counted[1], int(counted[2]))
        if "." in field and field not in SPECIAL:
            record = getattr(facts, field.partition(".")[0], None)
            name = field.partition(".")[2]
            if record is not None and not hasattr(record, name):
                raise Unheard(field)
            return NO_RECORD if record is None else getattr(record, name)
        if field not in SPECIAL:
            raise Unheard(field)
        return SPECIAL[field](self)

    def _own_value(self, family: str, key: str) -> Any:
        facts = self.facts
        if family in {"custom_fields_", "ticket_fields_"}:
            return facts.custom_fields.get(key, "")
        if family.startswith("requester"):
            fields = facts.requester.custom_fields if facts.requester else None
            return UNKNOWN_OWNER if fields is None else fields.get(key, "")
        if facts.organization:
            return facts.organization.custom_fields.get(key, "")
        return "" if facts.organization_id == "" else UNKNOWN_OWNER

    def _counted(self, what: str, days: int) -> Any:
        customer = self.facts.customer
        if customer is None:
            return NO_RECORD
        times = customer.contacted_at if what == "contacts" else customer.refunded_at
        if times is None:
            return None
        return len([at for at in times if self.now - timedelta(days=days) < at <= self.now])

    def booked(self, name: str) -> Any:
        return getattr(self.facts.booking, name) if self.facts.booking else NO_RECORD

    def until(self, name: str) -> Any:
        at = self.booked(name)
        return hours_between(self.now, at) if isinstance(at, datetime) else at

    def since(self, name: str) -> Any:
        at = self.booked(name)
        if not isinstance(at, datetime):
            return at
        return hours_between(at, self.now) if at <= self.now else NO_RECORD

    def nights(self) -> Any:
        booking = self.facts.booking
        if booking is None:
            return NO_RECORD
        if booking.starts_at is None or booking.ends_at is None:
            return None
        return (day(booking.ends_at) - day(booking.starts_at)).days

    def money(self, record: Any, name: str) -> Any:
        if record is None:
            return NO_RECORD
        value = getattr(record, name)
        return None if value is None else Decimal(value) / (1 if record.currency in {"KRW", "JPY"} else 100)

    def insured(self) -> Any:
        partner = self.facts.partner
        if partner is None:
            return NO_RECORD
        if partner.insured_until is None:
            return None
        if partner.insured_until == "" or partner.insured_until < day(self.now):
            return NO_RECORD
        return (partner.insured_until - day(self.now)).days

    def first_contact(self) -> Any:
        customer = self.facts.customer
        if customer is None:
            return NO_RECORD
        return None if customer.contacts is None else customer.contacts <= 1

    def topics(self) -> Any:
        comment = self.facts.update.comment if self.facts.update else None
        text = folded(f"{self.facts.subject}\n{comment.body if comment else self.facts.description}")
        return frozenset(one.key for one in TOPICS if any(has_word(text, folded(word)) for word in one.words))

    def calendar(self) -> Calendar:
        return self.account.schedules.get(self.facts.schedule_id or "", self.account.calendar)

    def role_id(self) -> Any:
        person = self.facts.requester
        return {"end_user": "0", "end-user": "0", "agent": "4", "admin": "2"}.get(person.role or "") if person else None

    def type_id(self) -> Any:
        names = ("", "question", "incident", "problem", "task")
        return str(names.index(self.facts.type)) if self.facts.type in names else None

    def comment(self) -> Any:
        update = self.facts.update
        if update is None:
            return None
        return "" if update.comment is None else update.comment

    def attached(self) -> Any:
        update = self.facts.update
        return None if update is None else bool(update.comment and update.comment.attachments)

    def current_user(self) -> Person | None:
        return self.facts.update.updater if self.facts.update else self.facts.viewer

    def current_group(self) -> str | None:
        user, group = self.current_user(), self.facts.group_id
        if user is None:
            return None
        return group if group and group in user.group_ids else "none of mine"


SPECIAL: dict[str, Callable[[Reading], Any]] = {
    "current_via_id": lambda it: it.facts.update.via_id if it.facts.update else None,
    "update_type": lambda it: it.facts.update.type if it.facts.update else None,
    "satisfaction_score": lambda it: SCORES.get(it.facts.satisfaction_score or "", it.facts.satisfaction_score),
    "requester_role": Reading.role_id,
    "ticket_type_id": Reading.type_id,
    "ticket_is_public": lambda it: {None: None, True: "public", False: "private"}[it.facts.is_public],
    "role": Reading.current_user,
    "comment_is_public": Reading.comment,
    "attachment": Reading.attached,
    "cc": lambda it: bool(it.facts.cc_ids),
    "ticket_due_date": lambda it: it.facts.due_at is not None,
    "in_business_hours": lambda it: is_open(it.calendar(), it.now),
    "on_holiday": lambda it: it.now.astimezone(it.calendar().zone).date() in it.calendar().holidays,
    "within_schedule": lambda it: it.now,
    "booking.price": lambda it: it.money(it.facts.booking, "price"),
    "booking.nights": Reading.nights,
    "booking.hours_until_start": lambda it: it.until("starts_at"),
    "booking.hours_until_end": lambda it: it.until("ends_at"),
    "booking.hours_since_start": lambda it: it.since("starts_at"),
    "booking.hours_since_end": lambda it: it.since("ends_at"),
    "partner.insurance_days_left": Reading.insured,
    "customer.first_contact": Reading.first_contact,
    "refund.amount": lambda it: it.money(it.facts.refund, "amount"),
    "refund.count": lambda it: it.booked("refunds"),
    "text.topic": Reading.topics,
}

KEYWORDS: dict[tuple[str, str], Callable[[Reading], str | None]] = {
    ("assignee_id", "current_user"): lambda it: _id_of(it.current_user()),
    ("assignee_id", "requester_id"): lambda it: it.facts.requester_id,
    ("requester_id", "current_user"): lambda it: _id_of(it.current_user()),
    ("requester_id", "assignee_id"): lambda it: (
        None if it.facts.assignee_id is None else it.facts.assignee_id or "nobody at all"
    ),
    ("group_id", "current_groups"): Reading.current_group,
}


def _id_of(person: Person | None) -> str | None:
    return person.id if person else None
