"""What a rule did is taken back, on the whole road: shown first, then done once, and not where somebody was since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.db import db
from app.errors import Refusal
from app.facts import Fact
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.people.model import Role
from app.rules.model import Rule, RuleRun
from app.rules.undo.model import ItemState, Undo, UndoItem, UndoState
from app.rules.undo.planned import begin, planned
from app.rules.undo.take_back import Left
from app.tickets.model import Ticket, TicketEvent
from automations import sweep, undo
from tests.automations.acts import NEW, a_rule, arrived, until
from tests.automations.conftest import GROUP, Stage
from tests.marketplace import PAID_AT, a_user, acting_for, kept
from tests.seat import Seat, hidden

TICKETS, TOUCHED = 500, 20
NOW = PAID_AT + timedelta(hours=1)


def a_routing_rule() -> int:
    actions = [{"field": "group_id", "value": str(GROUP)}, {"field": "current_tags", "value": "routed"}]
    return a_rule("to everyone", NEW, actions).id


def taken_back(rule_id: int, since: datetime = PAID_AT, why: str = "잘못 켰습니다") -> Undo:
    session = db.session()
    with acting_for(a_user(), "rules.publish"):
        rule = session.get_one(Rule, rule_id)
        plan = planned(session, rule, since, clock.now())
        made = begin(session, rule, plan, since, clock.now(), why)
        session.commit()
    return made


def fired_on(rule_id: int, count: int, touched: int) -> None:
    """`count` tickets as the mirror holds them after the rule fired on each; a person changed the group of the first
    `touched` since."""
    session = db.session()
    session.add_all(
        Ticket(
            zendesk_id=50_000 + each,
            subject=f"문의 {each}",
            status="open",
            group_id=999 if each < touched else GROUP,
            tags=["routed"],
            created_at=PAID_AT,
            updated_at=NOW,
            mirrored_at=NOW,
        )
        for each in range(count)
    )
    session.flush()
    tickets = session.scalars(select(Ticket).order_by(Ticket.zendesk_id)).all()
    pushes = [
        Push(
            ticket_id=ticket.id,
            origin="rules",
            change={"group_id": GROUP, "additional_tags": ["routed"]},
            before={"group_id": 1},
            marker=f"marker-{ticket.id}",
            state=PushState.sent,
            due_at=NOW,
            created_at=NOW,
            sent_at=NOW,
            audit_id=ticket.id * 10,
        )
        for ticket in tickets
    ]
    session.add_all(pushes)
    session.flush()
    for each, (ticket, push) in enumerate(zip(tickets, pushes, strict=True)):
        session.add(
            TicketEvent(
                ticket_id=ticket.id,
                audit_id=ticket.id * 10,
                changes={"group_id": ["1", str(GROUP)], "tags": [[], ["routed"]]},
                marker=push.marker,
                created_at=NOW,
            )
        )
        if each < touched:
            moved = {"group_id": [str(GROUP), "999"], "tags": [["routed"], []]}
            session.add(
                TicketEvent(
                    ticket_id=ticket.id, audit_id=ticket.id * 10 + 1, author_id=5, changes=moved, created_at=NOW
                )
            )
            ticket.tags = []
        session.add(
            RuleRun(
                ticket_id=ticket.id,
                rule_id=rule_id,
                rule_number=1,
                cause=f"audit:{ticket.id}",
                effect_hash="same",
                reasons=[],
                actions=[{"field": "group_id", "value": str(GROUP)}, {"field": "current_tags", "value": "routed"}],
                push_id=push.id,
                at=NOW,
            )
        )
    the_link(session).pushing = True
    session.commit()


def test_of_500_tickets_with_20_touched_480_go_back_and_20_are_listed(office: Flask) -> None:
    rule = a_routing_rule()
    fired_on(rule, TICKETS, TOUCHED)
    made = db.session.get_one(Undo, taken_back(rule).id)
    while Fact.undo_asked in sweep.waiting():
        undo.drain()
    states = dict(db.session.execute(select(UndoItem.state, func.count()).group_by(UndoItem.state)).all())
    assert states == {ItemState.owed: TICKETS - TOUCHED, ItemState.left: TOUCHED}
    pushes = db.session.scalars(select(Push).where(Push.origin == f"undo:{made.id}")).all()
    assert len(pushes) == TICKETS - TOUCHED
    assert all(one.change == {"group_id": 1, "remove_tags": ["routed"]} for one in pushes)
    assert all(one.before == {"group_id": GROUP} for one in pushes)
    left = db.session.scalars(select(UndoItem).where(UndoItem.state == ItemState.left)).all()
    assert {stay["why"] for one in left for stay in one.stays} == {"touched"}
    assert {stay["by"] for one in left for stay in one.stays} == {5}
    assert (made.state, made.open_rule_id) == (UndoState.done, None)


def test_the_page_shows_it_before_it_is_done_and_lists_what_stays(office: Flask) -> None:
    rule = a_routing_rule()
    fired_on(rule, 5, 2)
    seat = Seat(office, a_user(Role.ops_manager))
    address, asked = "/admin/undos/ask/", {"rule": rule, "since": "2026-09-01T00:00", "until": "2026-12-31T00:00"}
    page = seat.read(address, **asked)
    assert page.count('data-ticket="') == 3
    assert page.count('data-left="') == 2
    assert "그 뒤에" in page
    assert db.session.scalar(select(func.count(Undo.id))) == 0, "looking does nothing"
    form = {name: hidden(page, name) for name in ("rule", "digest", "shown_since", "shown_until")}
    refused = seat.send(address, {**form, "why": " "})
    assert (refused.status_code, "왜 되돌리는지" in refused.text) == (422, True)
    done = seat.press(address, {**form, "why": "잘못 켰습니다"})
    assert "잘못 켰습니다" in done
    again = seat.send(address, {**form, "why": "또"})
    assert "이미 되돌리는 중" in again.text
    undo.drain()
    [made] = db.session.scalars(select(Undo)).all()
    assert seat.see("/admin/undos/state.json", id=made.id).get_json()["todo"] == 3


def test_what_changed_while_one_looked_is_shown_again_and_not_done(office: Flask) -> None:
    rule = a_routing_rule()
    fired_on(rule, 2, 0)
    seat = Seat(office, a_user(Role.ops_manager))
    asked = {"rule": rule, "since": "2026-09-01T00:00", "until": "2026-12-31T00:00"}
    page = seat.read("/admin/undos/ask/", **asked)
    form = {name: hidden(page, name) for name in ("rule", "digest", "shown_since", "shown_until")}
    ticket = db.session.scalars(select(Ticket).order_by(Ticket.id)).first()
    assert ticket is not None
    changes: dict[str, Any] = {"group_id": [str(GROUP), "4"]}
    kept(TicketEvent(ticket_id=ticket.id, audit_id=10**9, author_id=5, changes=changes, created_at=NOW))
    answer = seat.send("/admin/undos/ask/", {**form, "why": "잘못 켰습니다"})
    assert answer.status_code == 409
    assert "다시 눌러 주세요" in answer.text
    assert db.session.scalar(select(func.count(Undo.id))) == 0


@pytest.mark.parametrize("role", [Role.agent, Role.auditor, Role.finance])
def test_who_may_not_publish_may_not_take_back(lone_office: Flask, role: Role) -> None:
    rule = a_routing_rule()
    assert Seat(lone_office, a_user(role)).see("/admin/undos/ask/", rule=rule).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "soon", "until": "2026-12-31T00:00"},
        {"since": "2026-12-31T00:00", "until": "2026-01-01T00:00"},
        {"since": "0001-01-01T00:00", "until": "2026-12-31T00:00"},
        {"since": "2026-01-01T00:00", "until": "9999-12-31T23:59:30"},
    ],
)
def test_a_time_that_is_none_is_refused_in_words(lone_office: Flask, asked: dict[str, str]) -> None:
    rule = a_routing_rule()
    answer = Seat(lone_office, a_user(Role.ops_manager)).see("/admin/undos/ask/", rule=rule, **asked)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_one_rule_is_taken_back_once_at_a_time(office: Flask) -> None:
    rule = a_routing_rule()
    fired_on(rule, 2, 0)
    first = taken_back(rule)
    with pytest.raises(Refusal, match="되돌리는 중"):
        taken_back(rule)
    db.session.rollback()
    # The negative control: what refuses two at the same moment is the database.
    db.session.add(Undo(rule_id=rule, open_rule_id=rule, since=NOW, until=NOW, why="x", by="x", at=NOW))
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()
    assert sweep.waiting() != []
    undo.drain()
    assert db.session.get_one(Undo, first.id).open_rule_id is None
    db.session.execute(update(Ticket).values(group_id=1, tags=[]))
    with pytest.raises(Refusal, match="되돌릴 것이 없습니다"):
        taken_back(rule)


def test_a_worker_that_comes_twice_does_nothing_twice(office: Flask) -> None:
    rule = a_routing_rule()
    fired_on(rule, 3, 0)
    made = taken_back(rule)
    undo.drain()
    undo.drain()
    owed = select(func.count(Push.id)).where(Push.origin == f"undo:{made.id}")
    assert db.session.scalar(owed) == 3


def test_what_a_worker_was_quicker_with_is_told_beside_what_goes_back(office: Flask) -> None:
    rule = a_routing_rule()
    fired_on(rule, 1, 0)
    made = taken_back(rule)
    [item] = made.items
    on_its_way = Push(
        ticket_id=item.ticket_id, origin="rules", change={"priority": "high"}, marker="quick", state=PushState.sending,
        due_at=NOW, created_at=NOW,
    )  # fmt: skip
    db.session.add(on_its_way)
    db.session.flush()
    item.drops = [on_its_way.id]
    db.session.commit()
    undo.drain()
    [item] = db.session.scalars(select(UndoItem)).all()
    assert (item.state, [one["why"] for one in item.stays]) == (ItemState.owed, [Left.under_way])
    assert on_its_way.state is PushState.sending


def test_on_the_whole_road_a_rule_is_taken_back_in_zendesk(stage: Stage) -> None:
    rule = a_routing_rule()
    began = clock.now() - timedelta(minutes=1)
    numbers = [stage.write(f"문의 {each}", "내일 청소 시간을 바꿀 수 있나요?") for each in range(4)]
    until(lambda: arrived(4))
    stage.work()
    assert all(stage.ticket(one)["group_id"] == GROUP for one in numbers)
    touched, *rest = numbers
    stage.change(touched, group_id=None, tags=["routed", "mine"])
    until(lambda: arrived(9))
    stage.work()
    undo_id = taken_back(rule, began).id
    undo.drain()
    stage.work()
    for number in rest:
        ticket = stage.ticket(number)
        assert (ticket["group_id"], ticket["tags"]) == (None, [])
    # The person's group stands; the tag that only the rule had touched is gone, theirs is there.
    ticket = stage.ticket(touched)
    assert (ticket["group_id"], ticket["tags"]) == (None, ["mine"])
    whys = [stay["why"] for item in db.session.get_one(Undo, undo_id).items for stay in item.stays]
    assert whys == [Left.touched]
    until(lambda: arrived(13))
    stage.work()
    assert db.session.scalar(select(func.count(RuleRun.id))) == 4, "taking back starts no rule"


def test_what_has_not_gone_out_is_not_sent(stage: Stage) -> None:
    the_link(db.session()).pushing = False
    db.session.commit()
    rule = a_routing_rule()
    began = clock.now() - timedelta(minutes=1)
    number = stage.write("문의", "내일 청소 시간을 바꿀 수 있나요?")
    until(lambda: arrived(1))
    stage.work()
    undo_id = taken_back(rule, began).id
    undo.drain()
    the_link(db.session()).pushing = True
    db.session.commit()
    stage.work()
    [push] = db.session.scalars(select(Push)).all()
    assert (push.state, push.why) == (PushState.dropped, f"taken back by undo {undo_id}")
    assert db.session.get_one(Undo, undo_id).items[0].state is ItemState.held_back
    assert stage.ticket(number)["group_id"] is None
