"""The part of the link's page that brings the past in: asked for, seen moving, stopped."""

from __future__ import annotations

import pytest
from flask import Flask

from app import clock
from app.bell import SilentBell
from app.db import db
from app.facts import Fact
from app.link.history import HistoryState, newest_load
from app.link.link import the_link
from app.people.model import Role
from tests.marketplace import a_ticket
from tests.visit import visit_as


def connected() -> None:
    the_link(db.session()).connected_at = clock.now()
    db.session.commit()


def test_the_past_is_asked_for_watched_and_stopped(office: Flask) -> None:
    connected()
    now = clock.now()
    a_ticket(updated_at=now, history_through=now)
    a_ticket(updated_at=now)
    visit = visit_as(office, Role.ops_manager, name="김하늘")
    page = visit.open("/admin/link/").text
    assert "2건 중 1건" in page
    assert "아직 과거를 가져오지 않았습니다" in page
    assert visit.send("/admin/link/history/", {"days": "30"}).status_code == 302
    bell = office.extensions["opsroom.bell"]
    assert isinstance(bell, SilentBell)
    assert Fact.history_asked in bell.rung
    load = newest_load(db.session())
    assert load is not None
    assert (load.days, load.asked_by, load.state) == (30, "김하늘", HistoryState.queued)
    load.state, load.events = HistoryState.running, 1_234
    load.next_start += 15 * 86_400 + 3_600  # an hour over half of it: seconds that pass here do not show
    db.session.commit()
    told = visit.open("/admin/link/history.json").json or {}
    assert (told["percent"], told["running"]) == (50, True)
    assert "50%, 업데이트 1,234건" in told["history"]
    assert 'value="50"' in visit.open("/admin/link/").text
    assert visit.send("/admin/link/history/cancel/", {}).status_code == 302
    db.session.expire_all()
    assert load.state is HistoryState.cancelled
    assert (visit.open("/admin/link/history.json").json or {})["running"] is False


@pytest.mark.parametrize("days", ["0", "366", "soon", ""])
def test_days_that_make_no_sense_are_refused_in_words(lone_office: Flask, days: str) -> None:
    connected()
    visit = visit_as(lone_office, Role.ops_manager)
    answer = visit.send("/admin/link/history/", {"days": days})
    page = visit.open("/admin/link/").text if answer.status_code == 302 else answer.text
    assert "1일에서 365일" in page
    assert newest_load(db.session()) is None


def test_who_may_not_turn_switches_may_look(lone_office: Flask) -> None:
    connected()
    visit = visit_as(lone_office, Role.auditor)
    assert 'name="days"' not in visit.open("/admin/link/").text
    assert visit.send("/admin/link/history/", {"days": "30"}).status_code == 403
    assert newest_load(db.session()) is None
