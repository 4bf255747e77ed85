"""The demo's team: a ticket of every group finds somebody, and the past shows who was there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from app import clock
from app.db import db
from app.demo.office import opened_at
from app.demo.routing_rows import PLAN_OF
from app.language.facts_of_ticket import TicketFacts
from app.routing.desk import PresenceState
from app.routing.past import read_past_desk
from app.routing.read import read_desk, read_queues
from app.routing.router import router_over


def test_a_ticket_of_every_group_finds_somebody_at_once(filled: Path) -> None:
    now = clock.now()
    queues = read_queues(db.session())
    router = router_over(queues, read_desk(db.session(), now))
    facts = TicketFacts(subject="환불 문의드립니다", tags=frozenset({"refund_request", "emergency"}))
    for group, key in PLAN_OF.items():
        told = router(facts if key == "refunds" else TicketFacts(), key, now)
        assert told is not None
        assert (told.group_id, told.assignee_id is not None) == (str(group), True), told.to_json()
        assert len(told.agents) >= 2


def test_who_was_there_changes_through_the_day(filled: Path) -> None:
    past, moment = read_past_desk(db.session()), opened_at(db.session())
    assert moment is not None
    seen = {
        past.presence(agent.id, moment - timedelta(days=day, hours=hour))
        for agent in past.agents
        for day in (10, 11, 12)
        for hour in range(0, 24, 4)
    }
    assert seen == {PresenceState.online, PresenceState.offline}
    assert all(past.presence(agent.id, moment) is PresenceState.online for agent in past.agents)
