"""A vendor's promise of a first reply stands beside what its agents really took since they were given the ticket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app import clock
from app.insights.vendor_replies import Handed, measured, replies_of_vendor
from app.routing.desk import Lane
from app.routing.model import RoutingAgent
from app.routing.routed import RoutedState, RoutedTicket, RoutingCause, RoutingMove
from app.tickets.model import Comment, Ticket
from tests.app.desk.shop import a_vendor
from tests.app.routing.rows import an_agent_row
from tests.marketplace import a_ticket, a_user, kept, number
from tests.seat import Seat

NOW = datetime(2026, 9, 16, 1, 0, tzinfo=UTC)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def took(minutes: int) -> Handed:
    return Handed(ago(600), ago(600 - minutes))


def test_the_measure_is_exact_and_nothing_without_tickets() -> None:
    handed = [took(minutes) for minutes in (5, 10, 20, 30, 31)] + [Handed(ago(40), None), Handed(ago(10), None)]
    told = measured([*handed, Handed(ago(900), None, is_over=True)], 30, NOW)
    assert (told.answered, told.within, told.median, told.slow) == (5, 4, 20, 31)
    assert (told.unanswered, told.late) == (2, 1), "one that was closed without a word waits for none"
    without = measured(handed, None, NOW)
    assert (without.within, without.late, without.median) == (None, None, 20)
    assert measured([], 30, NOW).median is None


def given(ticket: Ticket, agent: RoutingAgent, at: datetime) -> None:
    routed = kept(RoutedTicket(ticket=ticket, plan="general", state=RoutedState.given, lane=Lane.normal, since_at=at))
    kept(RoutingMove(routed=routed, ticket=ticket, plan="general", now=RoutedState.given, cause=RoutingCause.rule,
                     now_agent_id=agent.zendesk_id, at=at))  # fmt: skip


def said(ticket: Ticket, author_id: int, at: datetime, *, is_public: bool = True) -> None:
    own = 50_000 + number()
    kept(Comment(zendesk_id=own, ticket=ticket, audit_id=own, author_id=author_id, is_public=is_public, body="네",
                 created_at=at))  # fmt: skip


def test_it_counts_from_when_their_agent_was_given_it_to_their_first_public_word(office: Flask) -> None:
    vendor, other = a_vendor(reply_minutes=30), a_vendor()
    theirs, ours = an_agent_row(vendor_id=vendor.id), an_agent_row(vendor_id=other.id)
    with clock.stopped(NOW):
        routed = a_ticket(created_at=ago(300), assignee_id=theirs.zendesk_id)
        said(routed, ours.zendesk_id, ago(200))
        given(routed, theirs, ago(100))
        said(routed, theirs.zendesk_id, ago(95), is_public=False)
        said(routed, theirs.zendesk_id, ago(80))
        said(routed, theirs.zendesk_id, ago(10))
        a_ticket(created_at=ago(50), assignee_id=theirs.zendesk_id)
        a_ticket(created_at=NOW - timedelta(days=40), assignee_id=theirs.zendesk_id)
        a_ticket(created_at=ago(50), assignee_id=ours.zendesk_id)
        told = replies_of_vendor(vendor)
    assert (told.answered, told.median, told.within) == (1, 20, 1)
    assert (told.unanswered, told.late) == (1, 1)


@pytest.mark.parametrize(("language", "words"), [("ko", "약속을 넘김 1건"), ("en", "1 past the promise")])
def test_the_page_of_the_vendor_shows_both(lone_office: Flask, language: str, words: str) -> None:
    vendor = a_vendor(reply_minutes=30)
    agent = an_agent_row(vendor_id=vendor.id)
    seat = Seat(lone_office, a_user(), language)
    assert "data-median" not in seat.read("/admin/vendors/details/", id=vendor.id)
    now = clock.now()
    a_ticket(created_at=now - timedelta(minutes=50), assignee_id=agent.zendesk_id)
    page = seat.read("/admin/vendors/details/", id=vendor.id)
    assert words in page
    assert ("30분 안" if language == "ko" else "within 30 minutes") in page
