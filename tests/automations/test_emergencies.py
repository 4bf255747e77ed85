"""From a customer's words to a page: once for each ticket, however often Zendesk tells of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from app import clock
from app.actor import Actor, ActorKind, acting_as
from app.alarms.kinds import AlarmKind
from app.alarms.model import Alarm, AlarmState
from app.db import db
from app.disputes.emergency import emergency as lane
from app.disputes.emergency.kinds import EmergencyKind
from app.disputes.emergency.model import Emergency
from app.inbox.model import InboxState, WebhookEvent
from app.link.model import Link
from app.tickets.model import Ticket
from automations import emergencies, mirror
from tests.automations.conftest import AGENT, KOREAN, Stage, keep_reason


def paged() -> tuple[int, int]:
    """Emergencies, and how often the alarm was raised."""
    db.session.rollback()
    found = db.session.scalar(select(func.count()).select_from(Emergency)) or 0
    rung = db.session.scalar(select(func.sum(Alarm.count)).where(Alarm.kind == AlarmKind.emergency)) or 0
    return found, int(rung)


def doubled(stage: Stage, ticket: int) -> None:
    """Two deliveries of one update that come so that both are looked at: the second after the first was worked."""
    for name in ("a", "b"):
        keep_reason(ticket, f"test:{ticket}:{name}")
        mirror.drain()
    db.session.remove()


def test_a_cry_for_help_is_paged_for_once_though_webhooks_are_doubled(stage: Stage) -> None:
    ticket = stage.write("도와주세요", "부엌에서 가스 냄새가 나요")
    doubled(stage, ticket)
    assert paged() == (1, 1)
    found = db.session.scalars(select(Emergency)).one()
    assert (found.kind, found.found["words"]) == (EmergencyKind.gas, ["가스 냄새"])
    stage.work()
    marked = stage.ticket(ticket)
    assert (marked["priority"], "emergency" in marked["tags"]) == ("urgent", True)
    assert len(stage.journal("PUT")) == 1
    stage.change(ticket, comment={"body": "아직도 가스 냄새가 나요", "public": True, "author_id": 7001})
    stage.look(ticket)
    assert paged() == (1, 1)


def test_two_that_look_at_the_same_moment_page_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees what the other has not committed: the one statement that takes the ticket decides."""
    ticket = stage.write("도와주세요", "가스 냄새가 나요")
    stage.look(ticket)
    monkeypatch.setattr(emergencies, "_was_paged", lambda *_args: False)
    again(ticket)
    assert paged() == (1, 1)


def test_without_that_statement_the_second_look_would_page_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    ticket = stage.write("도와주세요", "가스 냄새가 나요")
    stage.look(ticket)
    monkeypatch.setattr(emergencies, "_was_paged", lambda *_args: False)
    db.session.execute(text("DROP INDEX ux_emergencies_open"))

    def plain(
        session: object, ticket: Ticket, kind: EmergencyKind, summary: str, found: dict[str, object]
    ) -> Emergency:
        row = lane._row(db.session(), kind, summary, found) | {"ticket_id": ticket.id, "open_key": ticket.id}
        made = db.session.execute(insert(Emergency).values(version=1, **row).returning(Emergency.id)).scalar_one()
        return db.session.get_one(Emergency, made)

    monkeypatch.setattr(lane, "_claimed", plain)
    again(ticket)
    assert paged()[0] == 2


def again(zendesk_id: int) -> None:
    """A second look at the very same updates."""
    row = db.session.scalars(select(Ticket).where(Ticket.zendesk_id == zendesk_id)).one()
    emergencies.look(db.session(), db.session.get_one(Link, 1), row, row.events)
    db.session.commit()


def test_near_misses_and_what_our_people_write_page_nobody(stage: Stage) -> None:
    calm = stage.write("문의", "가스레인지 청소도 해 주시나요?")
    stage.look(calm)
    stage.change(calm, comment={"body": "가스 냄새가 나면 바로 알려 주세요", "public": True, "author_id": AGENT})
    stage.look(calm)
    assert paged() == (0, 0)
    assert db.session.scalars(select(WebhookEvent.state)).unique().all() == [InboxState.done]


def test_what_was_written_before_we_were_connected_pages_nobody(stage: Stage) -> None:
    ticket = stage.write("도와주세요", "불이 났어요")
    db.session.get_one(Link, 1).connected_at = clock.now() + timedelta(minutes=1)
    db.session.commit()
    stage.look(ticket)
    assert paged() == (0, 0)


def test_after_one_that_is_over_each_comment_that_tells_of_one_alarms_once(stage: Stage) -> None:
    number = stage.write("도와주세요", "가스 냄새가 나요")
    stage.look(number)
    with acting_as(Actor(ActorKind.system, "test")):
        lane.false_alarm(db.session.scalars(select(Emergency)).one(), "보일러 냄새였음")
        db.session.commit()
    for body, rung in (("고맙습니다", 1), ("이번에는 정말 가스 냄새가 나요", 2), ("또 가스 냄새가 나요", 3)):
        stage.change(number, comment={"body": body, "public": True, "author_id": KOREAN})
        stage.look(number)
        assert paged() == (1, rung)
    row = db.session.scalars(select(Ticket).where(Ticket.zendesk_id == number)).one()
    newest = [one for one in row.events if one.comment_id is not None][-1:]
    alarm = db.session.scalars(select(Alarm).order_by(Alarm.id.desc())).first()
    assert alarm is not None
    assert "가스" not in alarm.words_ko
    with acting_as(Actor(ActorKind.system, "test")):
        alarm.move_to(AlarmState.acknowledged)
    emergencies.look(db.session(), db.session.get_one(Link, 1), row, newest)
    db.session.commit()
    assert paged() == (1, 3)
    with acting_as(Actor(ActorKind.system, "test")):
        again = lane.open_by_hand(db.session(), EmergencyKind.gas, "다시", row)
        db.session.commit()
    open_ones = select(Alarm.about).where(Alarm.state == AlarmState.open)
    assert db.session.scalars(open_ones).all() == [lane.about(again)]
