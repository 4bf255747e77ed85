"""The screens of a rehearsal: asked for on the rule's page, watched, read within rights and scope, gone into."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.model import AuditEntry
from app.db import db
from app.people.model import Role
from app.rules.model import Rule, RuleKind
from app.rules.rehearsal.model import Rehearsal, RehearsalSeen, RehearsalState
from app.rules.rehearsal.seen import seen_rehearsal
from automations import rehearse
from tests.marketplace import a_booking
from tests.past import AGENT, Was, a_past_ticket, a_rule, people
from tests.rehearsing import NEW
from tests.visit import Visit, visit_as


def pressed(visit: Visit, rule: Rule, **form: str) -> str:
    """Asks on the rule's page as its form would; gives the address it leads to."""
    page = visit.open(f"/admin/rules/details/?id={rule.id}").text
    assert 'id="rehearse"' in page
    answer = visit.send("/admin/rehearsals/ask/", {"rule": str(rule.id), "days": "90", "what": "", **form})
    assert answer.status_code == 302
    return str(answer.location)


def newest() -> Rehearsal:
    db.session.rollback()
    return db.session.scalars(select(Rehearsal).order_by(Rehearsal.id.desc()).limit(1)).one()


def done(visit: Visit, rule: Rule, **form: str) -> str:
    address = pressed(visit, rule, **form)
    rehearse.run()
    return visit.open(address).text


def test_from_the_rules_page_to_the_reasons_of_one_ticket(office: Flask) -> None:
    people()
    visit = visit_as(office, Role.ops_manager)
    ticket = a_past_ticket(subject="환불해 주세요")
    rule = a_rule("환불 → 긴급", [NEW, ("subject_includes_word", "includes", "환불해")], [("priority", "urgent")])
    address = pressed(visit, rule)
    waiting = visit.open(address).text
    assert 'data-state="queued"' in waiting
    assert 'data-poll="/admin/rehearsals/state.json?id=' in waiting
    rehearse.run()
    result = visit.open(address).text
    assert 'data-count="differing">1<' in result
    assert f'data-ticket="{ticket.zendesk_id}"' in result
    assert "긴급" in result
    assert f"/admin/rehearsals/tickets/?id={newest().id}&amp;rule={rule.id}" in result
    listed = visit.open(f"/admin/rehearsals/tickets/?id={newest().id}&rule={rule.id}").text
    assert f'data-ticket="{ticket.zendesk_id}"' in listed
    one = visit.open(f"/admin/rehearsals/ticket/?id={newest().id}&ticket={ticket.zendesk_id}").text
    assert 'data-differs="yes"' in one
    for words in ("제목 내용", "환불해", "신규", "우선순위"):
        assert words in one
    assert visit.open(f"/admin/rehearsals/state.json?id={newest().id}").json == {
        "done": 1,
        "told_done": "1",
        "told_total": "1",
        "percent": 100,
        "differing": "1",
        "moving": False,
    }


def test_every_filter_narrows(office: Flask) -> None:
    people()
    visit = visit_as(office, Role.ops_manager)
    high, given = a_past_ticket(subject="급해요"), a_past_ticket(subject="배정")
    first = a_rule("급함", [("subject_includes_word", "includes", "급해요")], [("priority", "high")])
    a_rule("배정", [("subject_includes_word", "includes", "배정")], [("assignee_id", str(AGENT))])
    done(visit, first, what="set")
    for asked, found in (
        ("", {high, given}),
        ("&field=priority", {high}),
        (f"&agent={AGENT}", {given}),
        (f"&rule={first.id}", {high}),
        (f"&agent={AGENT}&field=priority", set()),
        ("&field=%25", set()),
        ("&page=7", set()),
    ):
        page = visit.open(f"/admin/rehearsals/tickets/?id={newest().id}{asked}").text
        seen = {one for one in (high, given) if f'data-ticket="{one.zendesk_id}"' in page}
        assert seen == found, asked


def test_a_result_is_seen_once_it_is_opened_and_only_by_who_edits(lone_office: Flask) -> None:
    people()
    manager, auditor = visit_as(lone_office, Role.ops_manager), visit_as(lone_office, Role.auditor)
    a_past_ticket()
    rule = a_rule("새 문의", [NEW], [("priority", "high")])
    page = done(manager, rule)
    assert 'data-seen="no"' in page
    rehearsal_id = newest().id
    assert "data-seen" not in auditor.open(f"/admin/rehearsals/details/?id={rehearsal_id}").text
    assert auditor.send("/admin/rehearsals/seen/", {"id": str(rehearsal_id)}).status_code == 403
    assert seen_rehearsal(db.session(), rule.id, 1) is None
    for _ in range(2):
        assert manager.send("/admin/rehearsals/seen/", {"id": str(rehearsal_id)}).status_code == 302
    found = seen_rehearsal(db.session(), rule.id, 1)
    assert found is not None
    assert found.id == rehearsal_id
    assert db.session.scalar(select(func.count(RehearsalSeen.id))) == 1
    assert 'data-seen="yes"' in manager.open(f"/admin/rehearsals/details/?id={rehearsal_id}").text


def test_one_that_is_under_way_is_not_seen_by_looking_at_its_progress(lone_office: Flask) -> None:
    people()
    visit = visit_as(lone_office, Role.ops_manager)
    rule = a_rule("새 문의", [NEW], [("priority", "high")])
    address = pressed(visit, rule)
    assert "data-seen" not in visit.open(address).text
    visit.send("/admin/rehearsals/seen/", {"id": str(newest().id)})
    assert db.session.scalar(select(func.count(RehearsalSeen.id))) == 0


def test_it_is_stopped_by_its_button_and_the_audit_keeps_who(lone_office: Flask) -> None:
    people()
    visit = visit_as(lone_office, Role.ops_manager)
    address = pressed(visit, a_rule("새 문의", [NEW], [("priority", "high")]))
    visit.send("/admin/rehearsals/cancel/", {"id": str(newest().id)})
    assert newest().state is RehearsalState.cancelled
    assert 'data-state="cancelled"' in visit.open(address).text
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "rehearsals")).all()
    assert list(verbs) == ["create", "update"]


@pytest.mark.parametrize("days", ["0", "400", "", "x"])
def test_days_that_cannot_be_are_refused_in_words(lone_office: Flask, days: str) -> None:
    people()
    visit = visit_as(lone_office, Role.ops_manager)
    address = pressed(visit, a_rule("새 문의", [NEW], [("priority", "high")]), days=days)
    assert address.endswith("#rehearse")
    assert "365일" in visit.open(address.partition("#")[0]).text


def test_somebody_of_one_city_sees_its_tickets_and_its_counts(office: Flask) -> None:
    people()
    near, far = a_past_ticket(booking=a_booking(city="서울")), a_past_ticket(booking=a_booking(city="부산"))
    done(visit_as(office, Role.ops_manager), a_rule("새 문의", [NEW], [("priority", "high")]))
    visit = visit_as(office, Role.ops_manager, cities=["서울"])
    address = f"/admin/rehearsals/{{}}/?id={newest().id}"
    page = visit.open(address.format("details")).text
    assert 'data-count="differing">1<' in page
    assert "맡은 도시" in page
    for shown in (page, visit.open(address.format("tickets")).text):
        assert f'data-ticket="{near.zendesk_id}"' in shown
        assert f'data-ticket="{far.zendesk_id}"' not in shown
    for ticket, status in ((near, 200), (far, 404)):
        assert visit.open(f"{address.format('ticket')}&ticket={ticket.zendesk_id}").status_code == status


def test_money_is_told_only_to_whoever_may_see_refunds(lone_office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    people()
    visit = visit_as(lone_office, Role.ops_manager)
    a_past_ticket(booking=a_booking())
    page = done(visit, a_rule("취소", [NEW], [("request_refund", "partner_cancelled")]))
    assert "₩1,200,000" in page
    monkeypatch.setattr("app.rules.rehearsal.page.SEE_MONEY", "nobody.may")
    assert "₩1,200,000" not in visit.open(f"/admin/rehearsals/details/?id={newest().id}").text


def test_a_ticket_of_incomplete_history_says_so(lone_office: Flask) -> None:
    people()
    visit = visit_as(lone_office, Role.ops_manager)
    ticket = a_past_ticket(whole=False)
    page = done(visit, a_rule("새 문의", [NEW], [("priority", "high")]))
    assert 'data-count="left_out">1<' in page
    one = visit.open(f"/admin/rehearsals/ticket/?id={newest().id}&ticket={ticket.zendesk_id}").text
    assert "이력이 모자라" in one


def test_an_automation_tells_its_hour_and_both_languages_read(lone_office: Flask) -> None:
    people()
    visit = visit_as(lone_office, Role.ops_manager, language="en")
    ticket = a_past_ticket([Was(2, {"status": "pending"}, by=AGENT)])
    conditions = [("status", "is", "pending"), ("PENDING", "greater_than", "23")]
    page = done(visit, a_rule("Stale", conditions, [("current_tags", "stale")], kind=RuleKind.automation))
    for words in ("tickets would differ", "on time", "Add tag", "Firings by rule"):
        assert words in page
    one = visit.open(f"/admin/rehearsals/ticket/?id={newest().id}&ticket={ticket.zendesk_id}").text
    assert "Hours since pending" in one
