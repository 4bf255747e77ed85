"""The inbox on its screen: what came in, safely shown, and what failed tried again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.db import db
from app.facts import Fact
from app.inbox.model import InboxState, WebhookEvent
from app.people.model import Role
from tests.marketplace import PAID_AT, a_user, kept, number
from tests.seat import Seat


def a_row(state: InboxState, **change: Any) -> WebhookEvent:
    facts: dict[str, Any] = {
        "source": "webhook",
        "invocation_id": f"invocation-{number()}",
        "event_type": "zen:event-type:ticket.created",
        "ticket_zendesk_id": 77,
        "body": b'{"detail": {"id": "77", "note": "<script>alert(1)</script>"}}',
        "tries": 5,
        "why": "it failed here; see the log",
        "due_at": PAID_AT,
        "received_at": PAID_AT,
    }
    return kept(WebhookEvent(state=state, **{**facts, **change}))


@pytest.mark.parametrize("body", [None, b"\xff\xfe not text", b"[" * 3000, b'{"a": "<b>"}'], ids=repr)
def test_whatever_came_in_is_shown_as_text(lone_office: Flask, body: bytes | None) -> None:
    row = a_row(InboxState.ignored, body=body)
    page = Seat(lone_office, a_user(Role.auditor)).read("/admin/inbox/details/", id=row.id)
    assert "<b>" not in page[page.index("<main") :].replace("<b>77", "")


def test_what_failed_is_due_again(office: Flask) -> None:
    dead, done = a_row(InboxState.dead), a_row(InboxState.done)
    seat = Seat(office, a_user(Role.ops_manager))
    page = seat.press(
        "/admin/inbox/action/", {"action": "retry", "rowid": [str(dead.id), str(done.id)], "url": "/admin/inbox/"}
    )
    assert (dead.state, dead.tries, dead.why) == (InboxState.new, 0, None)
    assert done.state is InboxState.done
    assert "1건을 다시 시도합니다" in page
    assert 'class="flash error"' in page
    assert Fact.inbox_filled in office.extensions["opsroom.bell"].rung
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "webhook_events")).one()
    assert (entry.verb, entry.subject_id) == ("retry", dead.id)


def test_a_failed_row_has_the_button(lone_office: Flask) -> None:
    dead = a_row(InboxState.dead)
    seat = Seat(lone_office, a_user(Role.admin))
    assert "retry" in seat.read("/admin/inbox/details/", id=dead.id)
    seat.press("/admin/inbox/retry/", {"id": str(dead.id)})
    assert dead.state is InboxState.new


@pytest.mark.parametrize("role", [Role.auditor, Role.agent])
def test_who_may_not_tries_nothing_again(lone_office: Flask, role: Role) -> None:
    dead = a_row(InboxState.dead)
    assert Seat(lone_office, a_user(role)).send("/admin/inbox/retry/", {"id": str(dead.id)}).status_code == 403
    assert dead.state is InboxState.dead
