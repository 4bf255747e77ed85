"""The screens of routing: the board, presence, agents, plans, shifts with their file, holidays, hours."""

from __future__ import annotations

import json
import re
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit.model import AuditEntry
from app.db import db
from app.partners.model import Vendor
from app.people.model import Role
from app.routing.days import BusinessHours, HolidayChange
from app.routing.desk import PresenceState
from app.routing.model import PresenceMove, RoutingAgent, Shift
from app.routing.plans import RoutingPlan
from app.tickets.model import ZendeskUser
from tests.app.routing.rows import GROUP, a_group, a_plan_row, a_shift, an_agent_row
from tests.marketplace import PAID_AT, kept
from tests.visit import Visit, a_person, a_visit, visit_as

CSV = "agent,day,starts,ends\n"


def in_as(app: Flask, **person: Any) -> Visit:
    someone = a_person(person.pop("role", Role.agent), **person)
    visit = a_visit(app)
    assert visit.sign_in(someone.email).status_code == 302
    return visit


def state_of(agent_id: int) -> PresenceState:
    db.session.rollback()
    return db.session.scalars(select(RoutingAgent).where(RoutingAgent.id == agent_id)).one().presence.state


def test_an_empty_board_says_what_to_do_first(lone_office: Flask) -> None:
    page = visit_as(lone_office, Role.ops_manager).open("/admin/routing/").text
    assert "먼저 할 일" in page
    assert "/admin/routing_agents/" in page
    english = in_as(lone_office, role=Role.ops_manager, language="en").open("/admin/routing/").text
    assert "First things first" in english


def test_an_agent_switches_their_own_presence_from_the_rail_and_nobody_elses(office: Flask) -> None:
    mine = an_agent_row("이서준", zendesk_id=71, presence=PresenceState.offline).id
    other = an_agent_row("박지호", zendesk_id=72, presence=PresenceState.online).id
    visit = in_as(office, email="AGENT71@example.com".lower())
    assert "data-presence" in visit.open("/").text
    answer = visit.send("/admin/routing/presence/", {"agent": str(mine), "presence": "online"})
    assert answer.status_code == 302
    assert state_of(mine) is PresenceState.online
    move = db.session.scalars(select(PresenceMove)).one()
    assert (move.was, move.now) == (PresenceState.offline, PresenceState.online)
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "presences")).first() is not None
    assert visit.send("/admin/routing/presence/", {"agent": str(other), "presence": "offline"}).status_code == 403
    assert state_of(other) is PresenceState.online
    assert "routing_due" in office.extensions["opsroom.bell"].rung


def test_who_is_no_agent_has_no_switch_and_a_manager_switches_all(office: Flask) -> None:
    other = an_agent_row("박지호").id
    manager = visit_as(office, Role.ops_manager)
    assert "data-presence" not in manager.open("/").text
    assert manager.send("/admin/routing/presence/", {"agent": str(other), "presence": "break"}).status_code == 302
    assert state_of(other) is PresenceState.on_break


def test_a_vendors_people_see_and_switch_their_own_agents_only(office: Flask) -> None:
    vendor = kept(Vendor(name="다정한CS", created_at=PAID_AT))
    inside = an_agent_row("안쪽", vendor_id=vendor.id).id
    outside = an_agent_row("바깥").id
    visit = in_as(office, role=Role.ops_manager, vendor_id=vendor.id)
    for place in ("/admin/routing/", "/admin/routing/now/", "/admin/routing_agents/", "/admin/shifts/"):
        page = visit.open(place).text
        assert "안쪽" in page
        assert "바깥" not in page
    assert visit.send("/admin/routing/presence/", {"agent": str(outside), "presence": "break"}).status_code >= 400
    assert state_of(outside) is PresenceState.online
    assert visit.send("/admin/routing/presence/", {"agent": str(inside), "presence": "break"}).status_code == 302
    assert state_of(inside) is PresenceState.on_break
    form = {"text": f"{CSV}{_zendesk(outside)},mon,09:00,18:00\n"}
    assert "읽지 못한 줄" in visit.send("/admin/shifts/import/", form).text
    assert visit.open(f"/admin/routing_agents/edit/?id={outside}").status_code == 404


def _zendesk(agent_id: int) -> int:
    return db.session.get_one(RoutingAgent, agent_id).zendesk_id


def test_an_agent_is_taken_in_and_faults_stand_at_their_fields(office: Flask) -> None:
    a_group()
    kept(ZendeskUser(zendesk_id=71, name="이서준", email="seojun@example.com", role="agent"))
    visit = visit_as(office, Role.ops_manager)
    form = {
        "zendesk_id": "71", "capacity": "6", "groups": [str(GROUP)], "languages": ["ko", "en"],
        "topics": "refund, leak",
        "cities": "", "skills": "환불:9", "channel_limits": "chat:2", "is_active": "y",
    }  # fmt: skip
    visit.open("/admin/routing_agents/new/")
    refused = visit.send("/admin/routing_agents/new/", form)
    assert refused.status_code == 422
    assert "1에서 5 사이" in refused.text
    assert "환불:9" in refused.text
    unknown = visit.send("/admin/routing_agents/new/", form | {"skills": "환불:3", "channel_limits": "pigeon:2"})
    assert "모르는 채널" in unknown.text
    assert visit.send("/admin/routing_agents/new/", form | {"skills": "환불:3"}).status_code == 302
    agent = db.session.scalars(select(RoutingAgent)).one()
    assert (agent.name, agent.groups, agent.skills, agent.languages) == (
        "이서준",
        [str(GROUP)],
        {"환불": 3},
        ["ko", "en"],
    )
    assert (agent.topics, agent.channel_limits, agent.presence.state) == (["refund", "leak"], {"chat": 2}, "offline")
    page = visit.open(f"/admin/routing_agents/edit/?id={agent.id}").text
    assert 'value="환불:3"' in page
    assert "이서준" in visit.open("/admin/routing_agents/?search=서준").text


def test_a_plan_is_made_and_keeps_its_key(office: Flask) -> None:
    a_group()
    visit = visit_as(office, Role.ops_manager)
    visit.open("/admin/routing_plans/new/")
    form = {
        "title": "환불 배정", "key": "refunds", "strategy": "sticky", "group_id": str(GROUP), "skills": "환불:2",
        "by_language": "y", "emergency_tags": "fire", "only_online": "y",
        "overflow_minutes": "10", "idle_minutes": "30",
        "most_moves": "2", "is_active": "y", "overflow_to": "", "overflow_group_id": "",
    }  # fmt: skip
    refused = visit.send("/admin/routing_plans/new/", form)
    assert "넘길 배정 방식이나 그룹" in refused.text
    saved = visit.send("/admin/routing_plans/new/", form | {"overflow_group_id": str(GROUP)})
    assert saved.status_code == 302
    plan = db.session.scalars(select(RoutingPlan)).one()
    queue = plan.queue()
    assert (queue.group_id, queue.skills, queue.by_language, queue.by_topic) == (
        str(GROUP),
        (("환불", 2),),
        True,
        False,
    )
    assert (queue.overflow_minutes, queue.overflow_group_id, queue.overflow_to) == (10, str(GROUP), "")
    changed = form | {"overflow_group_id": str(GROUP), "key": "other", "version_seen": str(plan.version)}
    plan_id = plan.id
    assert "Rules use it" in _english(office, f"/admin/routing_plans/edit/?id={plan_id}", changed)


def _english(app: Flask, address: str, form: dict[str, Any]) -> str:
    visit = in_as(app, role=Role.ops_manager, language="en")
    visit.open(address)
    return visit.send(address, form).text


def test_a_rule_can_choose_a_plan_by_its_name(office: Flask) -> None:
    a_plan_row("refunds", title="환불 배정")
    page = visit_as(office, Role.ops_manager).open("/admin/rules/new/").text
    assert "배정 방식으로 배정" in page
    told = re.search(r'"routing_plan": (\[[^\]]*\])', page)
    assert told is not None
    assert json.loads(told[1]) == [{"label": "환불 배정", "value": "refunds"}]


def test_a_shift_is_set_for_a_weekday_and_for_one_date_and_taken_away(office: Flask) -> None:
    agent = an_agent_row("안나").id
    visit = visit_as(office, Role.ops_manager)
    visit.open("/admin/shifts/")

    def send(**form: str) -> TestResponse:
        return visit.send("/admin/shifts/set/", {"agent": str(agent), "week": "2026-11-23", **form})

    assert send(day="mon", hours="22:00-06:00").status_code == 302
    assert send(day="date", on_date="2026-11-30", hours="").status_code == 302
    assert [(one.weekday, one.on_date, one.starts) for one in shifts()] == [
        (0, None, time(22)), (None, date(2026, 11, 30), None),
    ]  # fmt: skip
    assert "22:00–06:00" in visit.open("/admin/shifts/?week=2026-11-25").text
    assert "휴무" in visit.open("/admin/shifts/?week=2026-11-30").text
    bad = send(day="tue", hours="아홉시부터")
    assert bad.status_code == 422
    assert "아홉시부터" in bad.text
    send(day="date", on_date="2026-11-30", hours="", clear="1")
    send(day="mon", hours="")
    assert shifts() == []


def shifts() -> list[Shift]:
    db.session.rollback()
    return list(db.session.scalars(select(Shift).order_by(Shift.weekday.is_(None), Shift.id)))


def test_a_file_of_shifts_is_previewed_and_then_taken(office: Flask) -> None:
    anna, bora = an_agent_row("안나", zendesk_id=71), an_agent_row("보라", zendesk_id=72)
    a_shift(anna, 0)
    text = (
        CSV + "agent71@example.com,mon,10:00,19:00\n72,화,09:00,12:00\n72,화,13:00,18:00\n72,2026-12-24,,\n"
        "72,wed,09:00,12:00\n72,wed,11:00,15:00\nnobody@example.com,mon,09:00,18:00\n71,someday,09:00,18:00\n"
        "71,fri,9시,18:00\n71,thu,09:00,\n"
    )
    visit = visit_as(office, Role.ops_manager)
    visit.open("/admin/shifts/import/")
    page = visit.send("/admin/shifts/import/", {"text": text})
    assert page.status_code == 422
    assert [int(one) for one in re.findall(r"(\d+)번째 줄", page.text)] == [7, 8, 9, 10, 11]
    assert len(shifts()) == 1
    seal = re.search(r'name="seen" value="(\w+)"', page.text)
    assert seal is not None
    stale = visit.send("/admin/shifts/import/", {"text": text + "71,sat,09:00,10:00\n", "take": "1", "seen": seal[1]})
    assert "바뀌었습니다" in stale.text
    assert len(shifts()) == 1
    assert visit.send("/admin/shifts/import/", {"text": text, "take": "1", "seen": seal[1]}).status_code == 302
    found = [(one.agent.zendesk_id, one.weekday, one.on_date, one.starts and one.starts.hour) for one in shifts()]
    assert sorted(found, key=str) == sorted(
        [(71, 0, None, 10), (72, 1, None, 9), (72, 1, None, 13), (72, None, date(2026, 12, 24), None)], key=str
    )
    assert bora.zendesk_id == 72
    out = visit.send("/admin/shifts/csv/", {"reason": "점검"})
    assert out.mimetype == "text/csv"
    same = visit.send("/admin/shifts/import/", {"text": out.data.decode("utf-8-sig")})
    assert "바뀌는 것이 없습니다" in same.text
    assert same.status_code == 200


@pytest.mark.parametrize("text", ["", "name;day\n", "agent,day\n1,2\n"])
def test_a_file_without_its_head_is_refused(lone_office: Flask, text: str) -> None:
    visit = visit_as(lone_office, Role.ops_manager)
    visit.open("/admin/shifts/import/")
    assert "첫 줄에" in visit.send("/admin/shifts/import/", {"text": text}).text


def test_what_is_no_csv_is_told_at_its_line(lone_office: Flask) -> None:
    visit = visit_as(lone_office, Role.ops_manager)
    visit.open("/admin/shifts/import/")
    answer = visit.send("/admin/shifts/import/", {"text": "agent,day,starts,ends\n" + "x" * 200_000})
    assert answer.status_code == 422
    assert "CSV 파일로 읽을 수 없습니다" in answer.text


def test_holidays_are_worked_on_added_and_taken_back(office: Flask) -> None:
    visit = visit_as(office, Role.ops_manager)
    page = visit.open("/admin/holidays/?year=2026").text
    assert 'data-day="2026-06-03"' in page

    def send(**form: str) -> TestResponse:
        return visit.send("/admin/holidays/set/", form)

    assert send(on_date="2026-06-03", what="work").status_code == 302
    assert send(on_date="2026-11-23", what="off", name="창립기념일").status_code == 302
    assert 'data-state="worked"' in visit.open("/admin/holidays/?year=2026").text
    assert len(db.session.scalars(select(HolidayChange)).all()) == 2
    assert send(on_date="2026-11-24", what="work").status_code == 422
    refused = send(on_date="언제", what="off", name="쉬는 날")
    assert refused.status_code == 422
    assert "쉬는 날" in refused.text
    send(on_date="2026-06-03", what="plain")
    assert [one.name for one in db.session.scalars(select(HolidayChange))] == ["창립기념일"]


def test_business_hours_are_typed_as_people_write_them(office: Flask) -> None:
    visit = visit_as(office, Role.ops_manager)
    visit.open("/admin/hours/new/")
    form = {"name": "본사", "monday": "9:00-12:00, 13:00~18:00", "sunday": "", "is_default": "y", "keeps_holidays": "y"}
    bad = visit.send("/admin/hours/new/", form | {"tuesday": "오전"})
    assert bad.status_code == 422
    assert "오전" in bad.text
    assert "겹치거나" in visit.send("/admin/hours/new/", form | {"tuesday": "13:00-18:00, 09:00-14:00"}).text
    assert visit.send("/admin/hours/new/", form).status_code == 302
    row = db.session.scalars(select(BusinessHours)).one()
    assert row.hours[0] == [["09:00", "12:00"], ["13:00", "18:00"]]
    assert row.hours[6] == []
    assert row.is_default
    assert "09:00-12:00, 13:00-18:00" in visit.open(f"/admin/hours/edit/?id={row.id}").text
