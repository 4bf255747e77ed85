"""What the home page and the rail tell of disputes and emergencies: only what is mine to do, in my cities."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from app import clock
from app.db import db
from app.disputes.clocks import DisputeClock
from app.disputes.emergency.emergency import open_by_hand
from app.disputes.emergency.kinds import EmergencyKind
from app.insights.todo import todos
from app.insights.waiting import waiting
from app.people.model import Role, User
from app.people.sessions import actor_of
from tests.app.disputes.acts import a_dispute, a_manager, everything, heard


def told(user: User) -> list[tuple[str, str]]:
    return [(one.label.ko, one.endpoint) for one in todos(db.session(), actor_of(user), None)]


def test_an_emergency_stands_first_and_a_dispute_while_it_is_our_turn(lone_office: Flask) -> None:
    manager, elsewhere, auditor = a_manager("서울"), a_manager("부산", cities=["부산"]), a_manager("감사", Role.auditor)
    dispute = a_dispute(manager)
    with everything(manager):
        open_by_hand(db.session(), EmergencyKind.fire, "불이 남", city="서울")
        db.session.commit()
    assert told(manager)[0] == ("긴급", "emergencies.details_view")
    assert ("분쟁", "disputes.index_view") in told(manager)
    assert [label for label, _ in told(elsewhere) + told(auditor) if label in {"긴급", "분쟁"}] == []
    counted = waiting(db.session(), actor_of(manager))
    assert (counted["disputes"], counted["emergencies"]) == (1, 1)
    heard(manager, dispute)
    assert "분쟁" not in [label for label, _ in told(manager)]
    db.session.execute(update(DisputeClock).values(due_at=clock.now() - timedelta(hours=1)))
    db.session.commit()
    (todo,) = [one for one in todos(db.session(), actor_of(manager), None) if one.label.ko == "분쟁"]
    assert (todo.asked, todo.tone) == ({"tab": "overdue"}, "bad")
