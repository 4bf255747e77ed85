"""A ticket's history is complete as long as no version has come that is newer than what we hold of its audits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from app.db import db
from app.tickets.model import Ticket
from tests.marketplace import kept, number

THEN = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)


def a_ticket(through: datetime | None) -> Ticket:
    return kept(
        Ticket(
            zendesk_id=number(),
            status="open",
            created_at=THEN,
            updated_at=THEN + timedelta(hours=2),
            mirrored_at=THEN,
            history_through=through,
        )
    )


def test_it_is_complete_up_to_its_newest_version_only(office: Flask) -> None:
    unknown, behind = a_ticket(None), a_ticket(THEN + timedelta(hours=1))
    exact, ahead = a_ticket(THEN + timedelta(hours=2)), a_ticket(THEN + timedelta(hours=3))
    assert [one.history_complete for one in (unknown, behind, exact, ahead)] == [False, False, True, True]
    complete = select(Ticket.id).where(Ticket.history_complete)
    assert set(db.session.scalars(complete)) == {exact.id, ahead.id}
    incomplete = select(Ticket.id).where(~Ticket.history_complete)
    assert set(db.session.scalars(incomplete)) == {unknown.id, behind.id}
    exact.updated_at += timedelta(seconds=1)
    assert not exact.history_complete
