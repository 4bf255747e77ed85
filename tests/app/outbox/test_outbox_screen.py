"""The outbox on its screen: held changes are sent or dropped by a person, failed ones tried again, all written down."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.model import AuditEntry
from app.db import db
from app.facts import Fact
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.people.model import Role
from tests.marketplace import PAID_AT, a_ticket, a_user, kept, number
from tests.seat import Seat


def a_push(state: PushState, **change: Any) -> Push:
    facts: dict[str, Any] = {
        "ticket_id": a_ticket().id,
        "origin": "rules",
        "change": {"priority": "high", "comment": {"body": "<b>안녕하세요</b>", "public": True}},
        "before": {"priority": "low"},
        "marker": f"marker-{number()}",
        "tries": 4,
        "why": "Zendesk refused",
        "due_at": PAID_AT,
        "created_at": PAID_AT,
    }
    return kept(Push(state=state, **{**facts, **change}))


def turn_pushing(*, on: bool) -> None:
    the_link(db.session()).pushing = on
    db.session.commit()


def test_a_change_is_shown_as_text_before_it_goes_out(office: Flask) -> None:
    push = a_push(PushState.held)
    page = Seat(office, a_user(Role.ops_manager)).read("/admin/outbox/details/", id=push.id)
    assert "&lt;b&gt;안녕하세요&lt;/b&gt;" in page
    assert 'value="send"' in page
    assert 'value="drop"' in page
    assert 'value="retry"' not in page


def test_held_changes_are_sent_together(office: Flask) -> None:
    turn_pushing(on=True)
    pushes = [a_push(PushState.held), a_push(PushState.held), a_push(PushState.sent)]
    ids = [str(one.id) for one in pushes]
    seat = Seat(office, a_user(Role.ops_manager))
    page = seat.press("/admin/outbox/action/", {"action": "send", "rowid": ids, "url": "/admin/outbox/?tab=all"})
    assert [one.state for one in pushes] == [PushState.owed, PushState.owed, PushState.sent]
    assert (pushes[0].tries, pushes[0].why) == (0, None)
    assert "2건을 처리했습니다" in page
    assert 'class="flash error"' in page
    assert Fact.push_owed in office.extensions["opsroom.bell"].rung
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "pushes")).all()
    assert [(one.verb, one.changes["state"]) for one in entries] == [("send", ["held", "owed"])] * 2


def test_nothing_is_sent_while_pushing_is_off(office: Flask) -> None:
    turn_pushing(on=False)
    push = a_push(PushState.held)
    page = Seat(office, a_user(Role.ops_manager)).press("/admin/outbox/hand/", {"id": str(push.id), "hand": "send"})
    assert push.state is PushState.held
    assert "보내기가 꺼져 있어서" in page


@pytest.mark.parametrize(
    ("state", "hand", "then"),
    [
        (PushState.held, "drop", PushState.dropped),
        (PushState.dead, "drop", PushState.dropped),
        (PushState.dead, "retry", PushState.unknown),
        (PushState.refused, "retry", PushState.unknown),
        (PushState.sent, "retry", PushState.sent),
        (PushState.sending, "drop", PushState.sending),
    ],
)
def test_each_state_allows_only_its_own_moves(lone_office: Flask, state: PushState, hand: str, then: PushState) -> None:
    turn_pushing(on=True)
    push = a_push(state)
    Seat(lone_office, a_user(Role.ops_manager)).press("/admin/outbox/hand/", {"id": str(push.id), "hand": hand})
    assert push.state is then


@pytest.mark.parametrize("role", [Role.auditor, Role.agent, Role.finance])
def test_who_may_not_moves_nothing(lone_office: Flask, role: Role) -> None:
    push = a_push(PushState.held)
    seat = Seat(lone_office, a_user(role))
    form = {"action": "drop", "rowid": [str(push.id)], "url": "/admin/outbox/"}
    assert seat.send("/admin/outbox/action/", form).status_code == 403
    assert seat.send("/admin/outbox/hand/", {"id": str(push.id), "hand": "drop"}).status_code == 403
    assert push.state is PushState.held


def test_why_it_waits_is_read_in_the_readers_language(office: Flask) -> None:
    push = a_push(PushState.dead, why="the ticket changed under every try")
    seat = Seat(office, a_user(Role.ops_manager))
    for place in ("/admin/outbox/?tab=all", f"/admin/outbox/details/?id={push.id}"):
        assert "보내려 할 때마다 티켓이 먼저 바뀌어" in seat.read(place)
        assert "the ticket changed under every try" not in seat.read(place)


def test_a_held_change_is_called_the_same_on_tab_and_chip(office: Flask) -> None:
    a_push(PushState.held)
    page = Seat(office, a_user(Role.ops_manager)).read("/admin/outbox/?tab=held")
    assert 'data-state="held">보류<' in page
    assert re.search(r'data-tab="held"[^>]*>보류<', page)
