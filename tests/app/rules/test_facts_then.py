"""An older look shows everything as it was then: what came later leaks into no field of it."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event as listened
from sqlalchemy import select

from app import clock
from app.bookings.model import Booking, BookingState, Customer, Tier
from app.db import db
from app.language.conditions import Conditions
from app.language.facts_of_ticket import TicketFacts
from app.language.verdict import evaluate
from app.partners.model import Insurance, Partner, PartnerKind, PartnerState
from app.people.model import Role
from app.rules.facts_of import facts_at, facts_at_time, read_record, read_records
from app.rules.own_then import insured_until, warnings_then
from app.tickets.model import Comment, Ticket, TicketEvent, ZendeskGroup, ZendeskUser
from tests.marketplace import a_booking, a_customer, a_refund, a_ticket, a_user, acting_for, kept, number

FIRST = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
LATER = FIRST + timedelta(days=3)
ASKER, OTHER, AGENT, SECOND = 7001, 7002, 7101, 7102


def people() -> None:
    kept(ZendeskGroup(zendesk_id=7201, name="일반팀"))
    kept(ZendeskGroup(zendesk_id=7202, name="긴급팀"))
    for user, role in ((ASKER, "end-user"), (OTHER, "end-user"), (AGENT, "agent"), (SECOND, "agent")):
        kept(ZendeskUser(zendesk_id=user, name=f"사람{user}", role=role, email=f"{user}@example.com"))


def an_update(ticket: Ticket, at: datetime, by: int, **changes: Any) -> TicketEvent:
    """Everything an update brings: it changes the row, and leaves its audit."""
    audit = number()
    told = {}
    for name, value in changes.items():
        key = name.removeprefix("field_")
        before = ticket.custom_fields.get(key) if key.isdigit() else getattr(ticket, name, None)
        told[key] = [str(before) if isinstance(before, int) else before, value]
        if key.isdigit():
            ticket.custom_fields = {**ticket.custom_fields, key: value}
        elif name == "due_at":
            ticket.due_at = datetime.fromisoformat(value)
        elif name == "satisfaction_score":
            ticket.satisfaction = value
        else:
            setattr(ticket, name, int(value) if str(value).isdigit() else value)
    ticket.updated_at = at
    return kept(
        TicketEvent(
            ticket=ticket,
            audit_id=audit,
            author_id=by,
            channel="web",
            changes=told,
            created_at=at,
        )
    )


def a_comment(ticket: Ticket, update: TicketEvent, *, public: bool = True) -> None:
    facts = {"author_id": update.author_id, "created_at": update.created_at, "body": "말씀", "is_public": public}
    kept(Comment(ticket=ticket, zendesk_id=number(), audit_id=update.audit_id, **facts))


def a_partner(name: str = "이청소") -> Partner:
    return kept(Partner(name=name, kind=PartnerKind.cleaner, state=PartnerState.active, city="서울", created_at=FIRST))


def the_first_look() -> tuple[Ticket, TicketEvent]:
    """A ticket of a customer with a booking, just made."""
    people()
    with clock.stopped(FIRST), acting_for(a_user(), "partners.edit"):
        customer = a_customer(zendesk_id=ASKER, created_at=FIRST)
        booking = a_booking(customer=customer, partner=a_partner(), created_at=FIRST)
        kept(
            Insurance(
                partner_id=booking.partner_id,
                insurer="손해보험",
                policy_number="1",
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 12, 31),
            )
        )
        ticket = a_ticket(
            created_at=FIRST,
            status="new",
            requester_id=ASKER,
            submitter_id=ASKER,
            booking=booking,
            tags=["a"],
            custom_fields={"360": None},
        )
        made = an_update(ticket, FIRST, ASKER)
        made.is_creation, made.changes = True, {"status": [None, "new"], "subject": [None, ticket.subject]}
        a_comment(ticket, made, public=False)
    return ticket, made


def all_that_came_later(ticket: Ticket) -> None:
    booking = ticket.booking
    assert booking is not None
    assert booking.partner is not None
    with clock.stopped(LATER), acting_for(a_user(), "partners.edit", "refunds.request"):
        change = an_update(
            ticket,
            LATER,
            AGENT,
            subject="다른 제목",
            status="solved",
            priority="high",
            type="task",
            group_id="7202",
            assignee_id=str(AGENT),
            requester_id=str(OTHER),
            organization_id="5",
            brand_id="6",
            ticket_form_id="8",
            custom_status_id="9",
            recipient="other@example.com",
            external_id="other",
            due_at="2026-11-09T00:00:00Z",
            satisfaction_score="good",
            tags=["b"],
            field_360="later",
        )
        a_comment(ticket, change)
        an_update(ticket, LATER, SECOND, status="open", assignee_id=str(SECOND))
        booking.city, booking.total_minor, booking.state = "부산", 1_300_000, BookingState.done
        booking.starts_at += timedelta(days=1)
        booking.partner.move_to(PartnerState.warned, "늦음")
        booking.partner.city = "부산"
        booking.customer.tier, booking.customer.language, booking.customer.name = Tier.vip, "en", "다른 이름"
        db.session.commit()
        booking.partner = a_partner("박청소")
        db.session.commit()
        a_ticket(requester_id=ASKER, created_at=LATER)
        a_refund(booking=booking, by=a_user(Role.agent), at=LATER)


def differing(one: TicketFacts, other: TicketFacts) -> set[str]:
    return {each.name for each in fields(TicketFacts) if getattr(one, each.name) != getattr(other, each.name)}


STAYS = {
    "id", "description", "submitter", "via_id", "url", "created_at", "incidents", "cc_ids", "follower_ids",
    "ccs", "followers",
    "organization", "brand_name", "ticket_form_name", "satisfaction_reason_code", "schedule_id", "viewer",
    "sla_next_breach_at", "sla_last_breach_at", "goodwill",
}  # fmt: skip


def test_no_later_value_leaks_into_an_older_look(office: Flask) -> None:
    ticket, made = the_first_look()
    then = facts_at(read_record(db.session(), ticket), made)
    assert then.customer is not None
    assert then.partner is not None
    assert then.booking is not None
    all_that_came_later(ticket)
    db.session.expire_all()
    record = read_record(db.session(), ticket)
    assert differing(facts_at(record, made), then) == set()
    by_time = facts_at_time(record, FIRST + timedelta(hours=1))
    assert differing(by_time, then) == {"update"}
    # The control: today every field that can move is another one.
    moved = differing(facts_at(record, None), then)
    assert {each.name for each in fields(TicketFacts)} - moved - STAYS == set()


def test_our_own_records_are_as_they_were(office: Flask) -> None:
    ticket, made = the_first_look()
    all_that_came_later(ticket)
    record = read_record(db.session(), ticket)
    then, now = facts_at(record, made), facts_at(record, None)
    assert then.booking
    assert then.partner
    assert then.customer
    assert now.booking
    assert now.partner
    assert now.refund
    assert (then.booking.city, then.booking.state, then.booking.price) == ("서울", "booked", 1_200_000)
    assert (now.booking.city, now.booking.state, now.booking.price) == ("부산", "done", 1_300_000)
    assert (then.partner.state, then.partner.city) == ("active", "서울")
    assert (then.customer.tier, then.customer.language, then.customer.contacts) == ("standard", "ko", 1)
    assert then.refund is None
    assert now.refund.state == "requested"
    first_partner = record.own.partner_moves
    (warned,) = first_partner
    assert [warnings_then(record.own, warned, at) for at in (FIRST, LATER)] == [0, 1]
    assert insured_until(record.own, warned, FIRST) == date(2026, 12, 31)
    assert insured_until(record.own, warned, FIRST - timedelta(seconds=1)) == ""


def test_a_booking_counts_from_when_it_was_made(office: Flask) -> None:
    """It is linked later, and its facts are seen from the time they existed."""
    ticket, made = the_first_look()
    ticket.booking = a_booking(created_at=FIRST + timedelta(hours=1))
    change = an_update(ticket, LATER, AGENT, status="open")
    db.session.commit()
    record = read_record(db.session(), ticket)
    early, late = facts_at(record, made), facts_at(record, change)
    assert early.booking is None
    assert early.partner is None
    assert late.booking is not None
    assert late.booking.number == ticket.booking.ref


def test_contacts_are_those_of_thirty_days_by_then(office: Flask) -> None:
    ticket, made = the_first_look()
    for days in (-31, -29, -1, 1):
        a_ticket(requester_id=ASKER, created_at=FIRST + timedelta(days=days))
    facts = facts_at(read_record(db.session(), ticket), made)
    assert facts.customer is not None
    assert facts.customer.contacts == 4
    for days, number_of in ((30, 3), (1, 1), (2, 2), (365, 4)):
        asked = Conditions.parse(
            {"all": [{"field": f"customer.contacts_{days}d", "operator": "is", "value": number_of}]}
        )
        assert evaluate(asked, facts, made.created_at).met, days


def test_what_a_rule_may_ask_of_our_records_is_as_it_was(office: Flask) -> None:
    ticket, made = the_first_look()
    all_that_came_later(ticket)
    record = read_record(db.session(), ticket)
    then, now = facts_at(record, made), facts_at(record, None)
    assert then.booking
    assert now.booking
    assert then.partner
    assert now.partner
    assert then.customer
    assert (then.booking.refunds, then.booking.open_refunds) == (0, 0)
    assert (now.booking.refunds, now.booking.open_refunds) == (1, 1)
    assert (then.partner.kind, then.partner.warnings, now.partner.kind) == ("cleaner", 0, "cleaner")
    assert then.partner.insured_until == date(2026, 12, 31)
    assert (then.customer.refunded_at, then.customer.bookings) == ((), 1)
    assert then.customer.contacts == 1


def test_a_rating_that_no_update_tells_of_is_not_known_before(office: Flask) -> None:
    ticket, made = the_first_look()
    an_update(ticket, LATER, AGENT, status="solved")
    ticket.satisfaction = "good"
    db.session.commit()
    record = read_record(db.session(), ticket)
    assert facts_at(record, made).satisfaction_score is None
    assert facts_at(record, None).satisfaction_score == "good"


def test_many_records_take_as_many_questions_as_one(office: Flask) -> None:
    ticket, _ = the_first_look()
    all_that_came_later(ticket)
    for _ in range(30):
        customer: Customer = a_customer()
        booking: Booking = a_booking(customer=customer, unbound=True, partner=a_partner())
        other = a_ticket(booking=booking, created_at=FIRST)
        an_update(other, LATER, AGENT, status="solved")
        a_comment(other, an_update(other, LATER, AGENT, status="open"))

    def asked(tickets: list[Ticket]) -> int:
        count = 0

        def counted(*_args: Any) -> None:
            nonlocal count
            count += 1

        listened.listen(db.engine, "before_cursor_execute", counted)
        try:
            for record in read_records(db.session(), tickets):
                for one in (*record.events, None):
                    facts_at(record, one)
        finally:
            listened.remove(db.engine, "before_cursor_execute", counted)
        return count

    the_one = ticket.id
    db.session.rollback()
    db.session.expunge_all()
    one = asked(list(db.session.scalars(select(Ticket).where(Ticket.id == the_one))))
    db.session.expunge_all()
    assert asked(list(db.session.scalars(select(Ticket)))) == one <= 20
