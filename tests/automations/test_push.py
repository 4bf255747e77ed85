"""A change goes out once, whatever happens to the answer, to the ticket meanwhile, or to the worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.db import db
from app.link.link import the_link
from app.outbox.model import Push, PushState
from app.outbox.outbox import owe
from app.tickets.model import Ticket, TicketEvent
from automations import lease, mirror, push
from automations.lease import LEASE
from automations.outside import LONGEST_PAUSE, pause, paused, zendesk
from tests.automations.acts import NEW, a_macro, a_rule, arrived, until
from tests.automations.conftest import GROUP, Stage

COMMENT = {"comment": {"body": "답변입니다.", "public": True}, "priority": "high"}


def a_mirrored_ticket(stage: Stage) -> int:
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    stage.work()
    return number


def an_owed(number: int, change: dict[str, Any] | None = None, before: dict[str, Any] | None = None) -> int:
    ticket = db.session.scalars(select(Ticket).where(Ticket.zendesk_id == number)).one()
    owed = owe(db.session(), ticket=ticket, change=change or COMMENT, before=before, origin="test")
    push_id = owed.id
    db.session.commit()
    return push_id


def the_push(push_id: int) -> Push:
    db.session.rollback()
    found = db.session.get(Push, push_id)
    assert found is not None
    return found


def due_now() -> None:
    db.session.execute(update(Push).values(due_at=clock.now(), lease_until=clock.now()))
    db.session.commit()


def answers(stage: Stage, number: int) -> list[str]:
    return [comment["body"] for comment in stage.comments(number)[1:]]


@pytest.mark.parametrize("kind", ["cut", "status"])
def test_an_answer_that_never_came_is_looked_up_before_anything_is_sent_again(stage: Stage, kind: str) -> None:
    number = a_mirrored_ticket(stage)
    push_id = an_owed(number)
    stage.fault(method="PUT", path="/api/v2/tickets/*", kind=kind, when="after", status=503, times=1)
    stage.work()
    assert the_push(push_id).state is PushState.unknown
    due_now()
    stage.work()
    assert the_push(push_id).state is PushState.sent
    assert answers(stage, number) == ["답변입니다."]
    assert len(stage.journal()) == 1


def test_a_change_that_did_not_arrive_is_sent_again(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    push_id = an_owed(number)
    stage.fault(method="PUT", path="/api/v2/tickets/*", kind="cut", when="before", times=1)
    stage.work()
    due_now()
    stage.work()
    assert the_push(push_id).state is PushState.sent
    assert answers(stage, number) == ["답변입니다."]


def test_without_looking_it_would_be_sent_twice(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the look-up, the mirror's memory and the stamp taken away, the customer reads it twice."""
    number = a_mirrored_ticket(stage)
    an_owed(number)
    stage.fault(method="PUT", path="/api/v2/tickets/*", kind="cut", when="after", times=1)
    stage.work()
    monkeypatch.setattr(push, "_look_up", lambda *_: None)
    monkeypatch.setattr(push, "_mirrored", lambda *_: None)
    real = zendesk().update_ticket
    monkeypatch.setattr(zendesk(), "update_ticket", lambda *a, **k: real(*a, **{**k, "updated_stamp": None}))
    due_now()
    stage.work()
    assert answers(stage, number) == ["답변입니다."] * 2


def test_the_look_up_gone_stamp_and_mirror_still_keep_it_single(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    number = a_mirrored_ticket(stage)
    an_owed(number)
    stage.fault(method="PUT", path="/api/v2/tickets/*", kind="cut", when="after", times=1)
    _next_second(stage, number)
    stage.work()
    monkeypatch.setattr(push, "_look_up", lambda *_: None)
    due_now()
    stage.work()
    assert answers(stage, number) == ["답변입니다."]


def _next_second(stage: Stage, number: int) -> None:
    """Zendesk's stamp has whole seconds: waits until the ticket's is over."""
    stamp = stage.ticket(number)["updated_at"]
    until(lambda: f"{clock.now():%Y-%m-%dT%H:%M:%SZ}" > stamp)


def test_a_killed_worker_leaves_a_push_that_another_finishes_once(stage: Stage) -> None:
    """Killed after Zendesk had committed, before our record: the lease runs out, the next one looks first."""
    number = a_mirrored_ticket(stage)
    push_id = an_owed(number)
    claim = push.claim_one(db.session())
    assert claim is not None
    letter = push._compose(db.session(), claim)
    assert letter is not None
    zendesk().update_ticket(number, letter.change, updated_stamp=letter.stamp, marker=letter.marker)
    assert push.claim_one(db.session()) is None
    with clock.stopped(clock.now() + LEASE + timedelta(seconds=1)):
        push.drain()
    assert the_push(push_id).state is PushState.sent
    assert answers(stage, number) == ["답변입니다."]
    with pytest.raises(lease.Fenced):
        push._own(db.session(), claim)


def test_a_colleagues_change_is_left_alone_and_the_rest_goes_out(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    push_id = an_owed(number, {"priority": "high", "group_id": GROUP}, {"priority": None, "group_id": None})
    _next_second(stage, number)
    stage.change(number, priority="low")
    stage.work()
    ticket = stage.ticket(number)
    assert (ticket["priority"], ticket["group_id"]) == ("low", GROUP)
    assert the_push(push_id).state is PushState.sent


def test_an_answer_is_not_sent_once_an_agent_has_solved_it(stage: Stage) -> None:
    macro = a_macro()
    a_rule(
        "answer what is new",
        [*NEW, {"field": "status", "operator": "is", "value": "new"}],
        [{"field": "macro", "value": str(macro.id)}],
    )
    number = stage.write("문의", "안녕하세요")
    until(lambda: arrived(1))
    mirror.drain()
    _next_second(stage, number)
    stage.change(number, status="solved", comment={"body": "제가 답했습니다.", "public": True})
    push.drain()
    owed = db.session.scalars(select(Push)).one()
    assert owed.state is PushState.overtaken
    assert owed.why is not None
    assert "status is new" in owed.why
    assert answers(stage, number) == ["제가 답했습니다."]


def test_with_pushing_off_nothing_leaves_and_a_person_decides(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    before = an_owed(number)
    the_link(db.session()).pushing = False
    db.session.commit()
    later = an_owed(number)
    stage.work()
    assert {the_push(before).state, the_push(later).state} == {PushState.held}
    the_link(db.session()).pushing = True
    db.session.commit()
    stage.work()
    assert answers(stage, number) == []


def test_a_closed_ticket_takes_nothing_and_says_so(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    push_id = an_owed(number)
    stage.change(number, status="solved")
    stage.change(number, status="closed")
    stage.work()
    assert the_push(push_id).state in {PushState.overtaken, PushState.refused}
    assert answers(stage, number) == []


def test_two_pushes_of_one_ticket_go_out_in_their_order(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    first = an_owed(number, {"comment": {"body": "1", "public": True}})
    an_owed(number, {"comment": {"body": "2", "public": True}})
    stage.fault(method="PUT", path="/api/v2/tickets/*", kind="status", when="before", status=429, times=1)
    stage.work()
    assert the_push(first).state is PushState.owed
    assert answers(stage, number) == []
    with clock.stopped(clock.now() + timedelta(minutes=2)):
        stage.work()
    assert answers(stage, number) == ["1", "2"]


def test_a_429_lets_everyone_wait_and_the_worker_go(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    an_owed(number)
    stage.fault(method="PUT", path="/api/v2/tickets/*", kind="429", when="before", times=1)
    stage.work()
    paused_until = the_link(db.session()).paused_until
    assert paused_until is not None
    assert paused_until > clock.now()
    assert push.claim_one(db.session()) is None


def test_nobody_is_kept_waiting_for_years(office: Flask) -> None:
    the_link(db.session())
    pause(db.session(), 999_999_999.0)
    db.session.commit()
    with clock.stopped(clock.now() + LONGEST_PAUSE):
        assert not paused(db.session())


def test_a_pause_leaves_what_a_person_saves_alone(office: Flask) -> None:
    link = the_link(db.session())
    db.session.commit()
    version = link.version
    pause(db.session(), 5.0)
    pause(db.session(), 1.0)
    db.session.commit()
    assert the_link(db.session()).version == version
    assert paused(db.session())


def test_the_push_is_found_in_the_mirror_at_once(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    push_id = an_owed(number)
    stage.work()
    sent = the_push(push_id)
    event = db.session.scalars(select(TicketEvent).where(TicketEvent.marker == sent.marker)).one()
    assert event.audit_id == sent.audit_id
    assert sent.ticket.priority == "high"


def test_a_push_that_kills_its_worker_every_time_is_set_aside_and_the_next_flows(stage: Stage) -> None:
    number = a_mirrored_ticket(stage)
    deadly = an_owed(number)
    later = an_owed(number, {"comment": {"body": "다음", "public": True}})
    killed = LEASE + timedelta(seconds=1)
    for death in range(lease.POISON_TRIES + 1):
        with clock.stopped(clock.now() + killed * death):
            claim = push.claim_one(db.session())
            assert claim is not None
            assert claim.push_id == deadly
    with clock.stopped(clock.now() + killed * (lease.POISON_TRIES + 1)):
        push.drain()
    assert the_push(deadly).state is PushState.dead
    assert the_push(later).state is PushState.sent
    assert answers(stage, number) == ["다음"]
