"""The desk as it was, for rehearsals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from app import clock
from app.db import db
from app.language.facts_of_ticket import TicketFacts
from app.routing.desk import PresenceState
from app.routing.past import read_past_desk, router_at
from tests.app.routing.rows import a_plan_row, an_agent_row

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_who_was_there_is_told_by_the_moves_and_not_by_today(office: Flask) -> None:
    a_plan_row()
    agent = an_agent_row(presence=PresenceState.offline)
    for hours, state in ((0, PresenceState.online), (2, PresenceState.on_break), (3, PresenceState.offline)):
        with clock.stopped(NOW + hours * HOUR):
            agent.presence.move_to(state)
            db.session.commit()
    past, me = read_past_desk(db.session()), str(agent.zendesk_id)
    seen = [past.presence(me, NOW + moment * HOUR) for moment in (-1, 0, 1, 2, 3, 9)]
    assert seen == ["offline", "online", "online", "break", "offline", "offline"]
    given = [past.router(NOW + moment * HOUR)(TicketFacts(), "general", NOW) for moment in (-1, 1, 2)]
    assert [one.assignee_id if one else "-" for one in given] == [None, me, None]


def test_loads_and_turns_are_the_callers(office: Flask) -> None:
    a_plan_row()
    for agent in (an_agent_row(presence=PresenceState.offline, capacity=1) for _ in range(2)):
        with clock.stopped(NOW):
            agent.presence.move_to(PresenceState.online)
            db.session.commit()
    past = read_past_desk(db.session())
    first, second = (one.id for one in past.agents)
    full = router_at(db.session(), NOW, {first: {"4": 1}})(TicketFacts(), "general", NOW)
    assert full is not None
    assert full.assignee_id == second
    turned = past.router(NOW, turns={("general", first): 1})(TicketFacts(), "general", NOW)
    assert turned is not None
    assert turned.assignee_id == second
