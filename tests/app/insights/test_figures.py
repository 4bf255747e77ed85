"""The figures of the home page, against rows counted by hand; days begin at midnight in Seoul."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock
from app.db import db
from app.insights.admin import sparkline
from app.insights.figures import (
    ContactRate,
    contact_rate,
    first_contact_resolution,
    refunds_owed,
    runs_of_a_day,
)
from app.people.model import Role
from app.refunds.model import Refund, RefundState
from app.rules.model import Rule, RuleKind, RuleRun
from app.tickets.model import Comment, Ticket
from tests.marketplace import PAID_AT, a_booking, a_refund, a_ticket, a_user, a_version, kept, number

# 14:05 in Seoul, a Sunday.
NOW = datetime(2026, 11, 22, 5, 5, tzinfo=UTC)
US, CUSTOMER = 9, 7


@pytest.fixture(autouse=True)
def a_stopped_clock() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


def at(days_ago: float) -> datetime:
    return NOW - timedelta(days=days_ago)


def test_contacts_for_each_order_week_against_week(office: Flask) -> None:
    version = a_version()
    for days in (1, 2, 3, 4):
        a_booking(bound=version, created_at=at(days))
    for days in (8, 9):
        a_booking(bound=version, created_at=at(days))
    for days in (1, 3, 9):
        a_ticket(created_at=at(days))
    a_ticket(created_at=at(0))
    a_ticket(created_at=at(20))
    rate = contact_rate(db.session())
    assert (rate.now, rate.before) == (2 / 4, 1 / 2)
    assert len(rate.days) == 14
    assert (sum(rate.tickets), sum(rate.bookings)) == (3, 6)


def test_a_day_ends_at_midnight_in_seoul(office: Flask) -> None:
    midnight = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
    a_ticket(created_at=midnight - timedelta(seconds=1))
    a_ticket(created_at=midnight)
    assert contact_rate(db.session()).tickets[-1] == 1


def test_a_week_without_orders_has_no_rate(office: Flask) -> None:
    a_ticket(created_at=at(1))
    rate = contact_rate(db.session())
    assert (rate.now, rate.before) == (None, None)
    assert rate.days[-1] == 1


def a_talk(*authors: int, status: str = "solved", days_ago: float = 3, public: bool = True) -> Ticket:
    ticket = a_ticket(status=status, requester_id=CUSTOMER, created_at=at(days_ago))
    for author in authors:
        facts = {"zendesk_id": 10_000 + number(), "audit_id": 1, "body": "…", "created_at": at(days_ago)}
        kept(Comment(ticket_id=ticket.id, author_id=author, is_public=public, **facts))
    return ticket


def test_resolved_at_first_contact_is_solved_with_one_message_of_the_customer(office: Flask) -> None:
    a_talk(CUSTOMER, US)
    a_talk(CUSTOMER, US, US, status="closed")
    a_talk(CUSTOMER, US, CUSTOMER, US)
    a_talk(CUSTOMER, US, status="open")
    a_talk(CUSTOMER)
    a_talk(CUSTOMER, US, days_ago=40)
    a_talk(CUSTOMER, US, public=False)
    found = first_contact_resolution(db.session())
    assert (found.solved, found.at_once, found.share) == (3, 2, 2 / 3)


def test_without_solved_tickets_there_is_no_share(office: Flask) -> None:
    assert first_contact_resolution(db.session()).share is None


def test_what_refunds_hold_is_summed_by_state(office: Flask) -> None:
    booking = a_booking()
    finance = a_user(Role.finance)
    for _ in range(2):
        a_refund(booking=booking, amount_minor=1000)
    a_refund(booking=booking, amount_minor=500, approved_by=finance)
    away = a_refund(booking=booking, amount_minor=7)
    db.session.execute(update(Refund).where(Refund.id == away.id).values(state=RefundState.rejected))
    dollars = a_refund(booking=booking, amount_minor=9)
    db.session.execute(update(Refund).where(Refund.id == dollars.id).values(currency="USD"))
    owed = refunds_owed(db.session())
    assert owed.minor == {RefundState.requested: 2000, RefundState.approved: 500}
    assert owed.count == {RefundState.requested: 2, RefundState.approved: 1}
    assert (owed.total, owed.elsewhere) == (2500, 1)


def test_runs_are_counted_by_hour(office: Flask) -> None:
    ticket = a_ticket()
    facts = {"created_at": PAID_AT, "updated_at": PAID_AT, "definition": {}}
    rule = kept(Rule(title="규칙", kind=RuleKind.trigger, **facts))
    for cause, hours in enumerate((0.5, 0.6, 23.5, 25)):
        moment = {"cause": f"c{cause}", "effect_hash": "e", "at": NOW - timedelta(hours=hours)}
        kept(RuleRun(ticket_id=ticket.id, rule_id=rule.id, rule_number=1, reasons=[], actions=[], **moment))
    runs = runs_of_a_day(db.session())
    assert (runs.total, runs.tickets) == (3, 1)
    assert (runs.by_hour[-1], runs.by_hour[0], len(runs.by_hour)) == (2, 1, 24)


def test_an_empty_house_has_figures_too(office: Flask) -> None:
    assert runs_of_a_day(db.session()).total == 0
    assert refunds_owed(db.session()).total == 0
    assert contact_rate(db.session()) == ContactRate((0,) * 14, (0,) * 14)


def test_a_line_stays_in_its_box() -> None:
    for values in ([0.0] * 14, [1.0, 5.0, 3.0], [2.0]):
        points = [tuple(map(float, point.split(","))) for point in sparkline(values).split()]
        assert len(points) == len(values)
        assert all(0 <= x <= 200 and 0 <= y <= 40 for x, y in points)
