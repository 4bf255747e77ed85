"""The deep past: many closed tickets whose whole life is told, made again the same, in pieces that go on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from app.db import db
from app.demo import deep_rows
from app.demo.deep_past import NEWEST, OLDEST, TICKETS_FROM
from app.demo.deep_rows import deepen
from app.rules.facts_of import facts_at, read_records
from app.rules.then import values_then
from app.tickets.history import how_complete
from app.tickets.model import Comment, Ticket, TicketEvent
from tests.marketplace import a_booking, a_customer

MOMENT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def a_market() -> None:
    for place, language in enumerate(("ko", "ko", "en")):
        customer = a_customer(language=language, zendesk_id=8_000 + place, created_at=LONG_AGO, city="마포")
        a_booking(customer=customer, created_at=LONG_AGO, city="마포")


def everything() -> list[tuple[object, ...]]:
    rows = db.session.execute(
        select(Ticket.zendesk_id, Ticket.subject, Ticket.created_at, Ticket.updated_at, Ticket.group_id, Ticket.tags)
        .where(Ticket.zendesk_id >= TICKETS_FROM)
        .order_by(Ticket.zendesk_id)
    )
    return [tuple(row) for row in rows]


def test_each_ticket_is_the_sum_of_its_updates(office: Flask) -> None:
    a_market()
    assert list(deepen(db.session(), MOMENT, 150)) == [150]
    assert how_complete(db.session()) == (150, 150)
    ways, languages = Counter[str](), Counter[str]()
    tickets = db.session.scalars(select(Ticket).order_by(Ticket.id)).all()
    for record in read_records(db.session(), tickets):
        ticket, events = record.ticket, record.events
        assert MOMENT - OLDEST <= ticket.created_at <= MOMENT - NEWEST
        assert (events[0].is_creation, events[0].created_at) == (True, ticket.created_at)
        assert events[-1].created_at == ticket.updated_at < MOMENT
        assert [one.created_at for one in events] == sorted(one.created_at for one in events)
        values = values_then(ticket, events[1:])
        assert values["status"] == "new"
        for event in events[1:]:
            for key, (before, after) in event.changes.items():
                if key in values:
                    assert str(values[key] or "") == str(before or "")
                    values[key] = after
        assert values["status"] == ticket.status == "closed"
        first = facts_at(record, events[0])
        assert first.comments[0].author == first.requester
        ways.update(one.changes["status"][1] for one in events if "status" in one.changes)
        languages[first.requester.language if first.requester else ""] += 1
    assert set(ways) == {"new", "open", "pending", "solved", "closed"}
    assert ways["open"] > 150
    assert min(languages["ko"], languages["en-US"]) > 20
    assert db.session.scalar(select(func.count()).select_from(Ticket).where(Ticket.booking_id.is_not(None)))
    assert (db.session.scalar(select(func.count()).select_from(TicketEvent)) or 0) > 4 * 150
    assert (db.session.scalar(select(func.count()).select_from(Comment)) or 0) > 2 * 150


def test_one_that_was_interrupted_goes_on_and_comes_out_the_same(
    lone_office: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_market()
    monkeypatch.setattr(deep_rows, "A_PIECE", 20)
    first = deepen(db.session(), MOMENT, 50)
    assert next(first) == 20
    first.close()
    assert list(deepen(db.session(), MOMENT, 50)) == [40, 50]
    assert list(deepen(db.session(), MOMENT, 50)) == []
    in_pieces = everything()
    for table in (Comment, TicketEvent, Ticket):
        db.session.execute(delete(table))
    monkeypatch.setattr(deep_rows, "A_PIECE", 1000)
    assert list(deepen(db.session(), MOMENT, 50)) == [50]
    assert everything() == in_pieces


def test_the_small_demo_has_its_whole_past_too(filled: Path) -> None:
    complete, total = how_complete(db.session())
    assert complete == total > 100
    closed = db.session.scalars(select(Ticket).where(Ticket.status == "closed").order_by(Ticket.id).limit(1)).one()
    assert closed.events[-1].changes["status"] == ["solved", "closed"]
    assert closed.updated_at - closed.comments[-1].created_at >= timedelta(days=4)
