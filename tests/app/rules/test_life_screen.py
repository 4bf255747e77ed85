"""The page of a rule tells what acts, what is prepared and what is missing, and its buttons do it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db
from app.people.model import Role
from app.rules.live import number_of
from app.rules.model import Rule, RuleKind, RuleState
from app.rules.publication import Publication, PublicationState
from app.rules.rule import save
from app.rules.shadow.model import Outcome, Shadow, ShadowRun, ShadowState
from tests.marketplace import a_booking, a_ticket, a_user
from tests.rules_in_force import publish_for_test, rehearsed_for_test
from tests.seat import Seat

QUIET: dict[str, Any] = {
    "conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}], "any": []},
    "actions": [{"field": "priority", "value": "high"}],
}
LOUD = {**QUIET, "actions": [{"field": "notification_user", "value": ["requester_id", "안녕하세요", "받았습니다."]}]}


def a_rule(definition: dict[str, Any] = QUIET) -> Rule:
    rule = save(db.session(), None, title="새 문의", kind=RuleKind.trigger, definition=definition)
    db.session.commit()
    return rule


def changed(rule: Rule, value: str) -> None:
    definition = {**rule.definition, "actions": [{"field": "priority", "value": value}]}
    save(db.session(), rule, title=rule.title, kind=rule.kind, definition=definition)
    db.session.commit()


def a_seat(office: Flask, role: Role = Role.ops_manager, language: str = "ko") -> Seat:
    return Seat(office, a_user(role), language)


def needs(page: str) -> dict[str, str]:
    """Each line of the checklist: its need and whether it is there."""
    return {name: state for state, name in re.findall(r'<li class="(\w+)" data-need="(\w+)"', page)}


def test_the_checklist_tells_what_is_missing_and_the_button_waits_for_it(office: Flask) -> None:
    seat, rule = a_seat(office), a_rule(LOUD)
    page = seat.read("/admin/rules/details/", id=rule.id)
    assert needs(page) == {
        "state": "yes", "understood": "yes", "ids": "yes", "lint": "yes", "twin": "yes", "rehearsal": "no",
        "second": "ask",
    }  # fmt: skip
    assert re.search(r'<button class="btn go" disabled>', page)
    rehearsed_for_test(rule)
    db.session.commit()
    page = seat.read("/admin/rules/details/", id=rule.id)
    assert needs(page)["rehearsal"] == "yes"
    assert 'data-state="rehearsed"' in page
    assert '<button class="btn go">게시 요청 v1' in page


def test_one_asks_another_agrees_and_the_page_tells_both(office: Flask) -> None:
    first, second, rule = a_seat(office), a_seat(office), a_rule(LOUD)
    rehearsed_for_test(rule)
    db.session.commit()
    page = first.press("/admin/rules/publish/", {"id": str(rule.id), "when": "now", "why": "첫 답변을 빠르게"})
    assert 'data-life="waiting"' in page
    assert "다른 사람이 승인해야 합니다" in page
    asked = db.session.scalars(select(Publication)).one()
    own = first.send("/admin/rules/approve/", {"publication": str(asked.id)})
    assert (own.status_code, rule.state) == (422, RuleState.draft)
    assert 'action="/admin/rules/approve/"' in second.read("/admin/rules/details/", id=rule.id)
    page = second.press("/admin/rules/approve/", {"publication": str(asked.id)})
    assert 'data-life="acts"' in page
    assert "첫 답변을 빠르게" in page
    assert (rule.state, number_of(rule)) == (RuleState.live, 1)


def test_a_refusal_keeps_what_was_typed(lone_office: Flask) -> None:
    seat, rule = a_seat(lone_office), a_rule()
    rehearsed_for_test(rule)
    db.session.commit()
    form = {"id": str(rule.id), "form": "publish", "when": "later", "starts": "2020-01-01T09:00", "why": "설 <연휴>"}
    answer = seat.send("/admin/rules/publish/", form)
    assert answer.status_code == 422
    assert "이미 지난 시각입니다" in answer.text
    assert 'value="2020-01-01T09:00"' in answer.text
    assert "설 &lt;연휴&gt;" in answer.text
    for odd in ("", "x", "2026-13-01T00:00"):
        assert seat.send("/admin/rules/publish/", {**form, "starts": odd}).status_code == 422


def test_a_version_is_scheduled_in_seouls_time_and_called_back(lone_office: Flask) -> None:
    seat, rule = a_seat(lone_office), a_rule()
    publish_for_test(rule)
    changed(rule, "urgent")
    rehearsed_for_test(rule)
    db.session.commit()
    turn = clock.in_seoul(clock.now() + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    form = {"id": str(rule.id), "when": "later", "starts": turn.strftime("%Y-%m-%dT%H:%M")}
    page = seat.press("/admin/rules/publish/", form)
    assert 'data-life="coming"' in page
    made = db.session.scalars(select(Publication).order_by(Publication.id.desc())).first()
    assert made is not None
    assert made.starts_at == turn
    assert 'data-state="ahead"' in seat.read("/admin/rules/", tab="all")
    seat.press("/admin/rules/call-back/", {"publication": str(made.id)})
    assert (made.state, number_of(rule)) == (PublicationState.called_back, 1)


def test_any_two_versions_are_told_apart_and_an_earlier_one_acts_again(lone_office: Flask) -> None:
    seat, rule = a_seat(lone_office), a_rule()
    publish_for_test(rule)
    for value in ("urgent", "low"):
        changed(rule, value)
        publish_for_test(rule)
    page = seat.read("/admin/rules/details/", **{"id": str(rule.id), "from": "3", "to": "1"})
    told = page[page.index('data-compared="1-3"') :]
    assert re.search(r'class="gone">.*?높음', told, re.DOTALL)
    assert re.search(r'class="come">.*?낮음', told, re.DOTALL)
    assert "긴급" not in told[: told.index("</ul>")]
    assert 'data-compared="' not in seat.read("/admin/rules/details/", **{"id": str(rule.id), "from": "9", "to": "x"})
    assert seat.send("/admin/rules/publish/", {"id": str(rule.id), "number": "1"}).status_code == 422
    seat.press("/admin/rules/publish/", {"id": str(rule.id), "number": "1", "why": "낮음이 너무 많음"})
    assert number_of(rule) == 1


def test_the_list_tells_the_version_that_acts_and_a_newer_draft(office: Flask) -> None:
    seat, rule = a_seat(office), a_rule()
    publish_for_test(rule)
    assert 'data-state="newer"' not in seat.read("/admin/rules/", tab="all")
    changed(rule, "low")
    page = seat.read("/admin/rules/", tab="all")
    assert "새 초안 v2" in page
    assert re.search(r'data-field="acting_number"[^>]*>\s*v1', page)


def test_a_shadow_is_started_looked_at_and_ended(office: Flask) -> None:
    seat, rule = a_seat(office), a_rule()
    seat.press("/admin/rules/shadow/start/", {"id": str(rule.id), "promote_percent": "80", "least": "5"})
    made = db.session.scalars(select(Shadow)).one()
    assert (made.state, made.promote_percent, made.demote_percent, made.least) == (ShadowState.running, 80, None, 5)
    ticket = a_ticket()
    for place, outcome in enumerate([Outcome.agreed] * 3 + [Outcome.differed, Outcome.unclear, Outcome.pending]):
        row = {"field": "priority", "wanted": "high", "seen": "low", "outcome": outcome.value}
        db.session.add(
            ShadowRun(
                shadow_id=made.id, ticket_id=ticket.id, cause=f"audit:{place}", audit_id=place, effect_hash="x",
                reasons=[], actions=[], at=clock.now(), due_at=clock.now(), outcome=outcome, compared=[row],
            )
        )  # fmt: skip
    db.session.commit()
    page = seat.read("/admin/rules/shadow/", id=made.id)
    assert 'data-share="3/4"' in page
    assert "95% 30.1–95.4%" in page
    assert f"#{ticket.zendesk_id}" in page
    assert "낮음" in page
    assert "(n=4, 95% 30–95%)" in seat.read("/admin/rules/details/", id=rule.id)
    answer = seat.send("/admin/rules/shadow/set/", {"shadow": str(made.id), "form": "shadow", "least": "많이"})
    assert (answer.status_code, 'value="많이"' in answer.text) == (422, True)
    seat.press("/admin/rules/shadow/end/", {"shadow": str(made.id)})
    assert made.state is ShadowState.demoted
    assert seat.see("/admin/rules/shadow/", id="x").status_code == 404


def test_the_tickets_of_another_city_are_not_named(lone_office: Flask) -> None:
    rule, ticket = a_rule(), a_ticket(booking=a_booking(city="서울"))
    made = Shadow(rule=rule, number=1, started_by="x", started_at=clock.now())
    db.session.add(made)
    db.session.flush()
    db.session.add(
        ShadowRun(
            shadow_id=made.id, ticket_id=ticket.id, cause="audit:1", audit_id=1, effect_hash="x", reasons=[],
            actions=[], at=clock.now(), due_at=clock.now(), outcome=Outcome.differed, compared=[],
        )
    )  # fmt: skip
    db.session.commit()
    everywhere, elsewhere = a_seat(lone_office), Seat(lone_office, a_user(Role.ops_manager, cities=["부산"]))
    assert f"#{ticket.zendesk_id}" in everywhere.read("/admin/rules/shadow/", id=made.id)
    assert f"#{ticket.zendesk_id}" not in elsewhere.read("/admin/rules/shadow/", id=made.id)


def test_the_life_of_a_rule_reads_in_english(lone_office: Flask) -> None:
    seat, rule = a_seat(lone_office, language="en"), a_rule(LOUD)
    publish_for_test(rule)
    changed(rule, "low")
    page = seat.read("/admin/rules/details/", id=rule.id)
    section = page[page.index('id="life"') :]
    section = section[: section.index("</section>")].replace("사람", "")
    assert not re.search("[가-힣]", section)
    assert "Now and next" in section


def test_whoever_may_only_look_sees_no_button_of_it(lone_office: Flask) -> None:
    rule = a_rule()
    rehearsed_for_test(rule)
    db.session.commit()
    seat = a_seat(lone_office, Role.agent)
    page = seat.read("/admin/rules/details/", id=rule.id)
    assert 'data-life="draft"' in page
    for door in ("publish", "approve", "decline", "call-back", "shadow/start", "shadow/set", "shadow/end"):
        assert f'action="/admin/rules/{door}/"' not in page
        assert seat.send(f"/admin/rules/{door}/", {"id": str(rule.id)}).status_code == 403
